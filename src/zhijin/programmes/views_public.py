"""What is public of an ended case, for everybody: the board's rows open here."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from zhijin.access.api import Request, public
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.programmes import selectors


@public(methods=("GET",), opens=False)
def published(request: Request, number: str) -> HttpResponse:
    """One published case: what was reported, what was done, in the fields that its playbook opens."""
    with scoped(Actor.system("public-board")):
        face = selectors.face(number)
        if face is None:
            raise NOT_FOUND()
        context = {"face": face, "village": places.find(face.place_code[:12])}
        return render(request, "programmes/published.html", context)
