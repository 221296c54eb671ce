"""Works and shows for everybody, without an account; and a village's council for weddings and funerals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhijin.access.api import public
from zhijin.activities.models import Show, Work
from zhijin.activities.practice import reading, showing, writing
from zhijin.activities.service import showing as service
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import is_code
from zhijin.core.scope import scoped
from zhijin.places import api as places

_READER = Actor.system("public-practice")
PAGE, FEW = 24, 6


@public(methods=("GET",))
def practice(request: HttpRequest, code: str) -> HttpResponse:
    """The works of a village, township or county, what is on, and how weddings and funerals are held there."""
    place = places.find(code) if is_code(code) and len(code) in (6, 9, 12) else None
    if place is None:
        raise NOT_FOUND()
    topic = request.GET.get("topic", "")
    asked = reading.Wanted(0, code, None, topic if topic in Work.Topic.values else "")
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    with scoped(_READER):
        works = reading.works(None, asked)
        total = works.count()
        page = min(page, max(1, -(-total // PAGE)))
        rows = list(works[(page - 1) * PAGE : page * PAGE])
        shows = reading.shows(None, asked)
        context: dict[str, Any] = {
            "place": place, "asked": asked, "topics": Work.Topic.choices, "rows": rows, "page": page,
            "next": page + 1 if page * PAGE < total else 0, "previous": page - 1, "total": total,
            "ahead": list(shows.filter(state=Show.State.CALLED).order_by("starts_at")[:FEW]),
            "held": list(shows.filter(state=Show.State.HELD)[:FEW]), "totals": reading.totals(_READER, asked),
            "charter": reading.charter_of(code) if len(code) == 12 else None,
        }  # fmt: skip
    return render(request, "activities/practice/public.html", context)


@public(methods=("GET",))
def work(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One work that is on the list."""
    with scoped(_READER):
        found = writing.public_work(pk)
    context = {"work": found, "place": service.place(found.place_code)}
    return render(request, "activities/practice/public_work.html", context)


@public(methods=("GET",))
def picture(request: HttpRequest, pk: UUID, size: str) -> HttpResponse:
    """The picture of a work that is on the list. Raises CO404."""
    if size not in showing.SIZES:
        raise NOT_FOUND()
    with scoped(_READER):
        found = writing.public_work(pk)
        return showing.picture(found, size)
