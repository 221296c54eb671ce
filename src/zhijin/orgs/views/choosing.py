"""The organisations that a field of a form may mean, while one types in it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from zhijin.access.api import Request, gate
from zhijin.orgs import words
from zhijin.orgs.picking import Question
from zhijin.ui.picking import LONGEST


@gate("org.view", "grant.manage", methods=("GET",))
def choices(request: Request) -> HttpResponse:
    """A fragment with the choices, within what the viewer may see."""
    get = request.GET.get
    field, permission = get("field", "org")[:40], get("permission", "")[:40]
    kinds = tuple(
        kind for kind in get("kinds", "").split(".") if kind in words.KINDS or kind == "party"
    )
    text = get(field, "").replace("\0", "").strip()[:LONGEST]
    asked = Question(kinds, permission, ground=get("ground") == "1")
    picked = asked.offer(request.actor, field, text)
    return render(request, "ui/pick_choices.html", {"picked": picked})
