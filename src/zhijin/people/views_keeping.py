"""The list of what is about to be erased, on the desk; a hold on one record; what was erased."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.ids import code_of
from zhijin.people import holds, keeping
from zhijin.people.models import Hold
from zhijin.places import api as places


@gate(holds.PERMISSION)
def keeping_list(request: Request) -> HttpResponse:
    """What will be erased when, what is kept longer and why, what was erased; keep one, or let it go."""
    refusal = None
    if request.method == "POST":
        try:
            # A savepoint: after a refusal the list is read in the same transaction.
            with transaction.atomic():
                said = _act(request)
        except Refusal as error:
            if error.id in (NOT_FOUND.id, BAD_REQUEST.id):
                raise
            refusal = error
        else:
            messages.success(request, said)
            return redirect("desk:keeping")
    context: dict[str, Any] = {
        "kinds": [_shown(one) for one in holds.coming(request.actor)],
        "past": [_told(one) for one in holds.past(request.actor)],
        "whys": Hold.Why.choices, "refusal": refusal, "given": request.POST, "ahead": keeping.AHEAD.days,
    }  # fmt: skip
    return render(
        request, "people/keeping.html", context, status=refusal.status if refusal else 200
    )


def _act(request: Request) -> str:
    say = request.POST.get
    match say("do", ""):
        case "hold":
            holds.hold(
                actor=request.actor, kind=say("kind", ""), subject=_uuid(say("subject", "")),
                why=say("why", ""), words=say("words", ""), until=_day(say("until", "")),
            )  # fmt: skip
            return _("已暂缓删除。")
        case "lift":
            holds.lift(actor=request.actor, hold_id=_uuid(say("hold", "")))
            return _("已取消暂缓，到期照常删除。")
        case _:
            raise BAD_REQUEST()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NOT_FOUND() from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(one: holds.Coming) -> dict[str, Any]:
    kept = one.kept
    rows = [
        {
            "id": row.id, "label": kept.label(row), "on": day, "place": _place(row.place_key),
            "link": reverse(kept.link, args=[row.id]) if kept.link else "",
        }
        for row, day in one.rows
    ]  # fmt: skip
    return {
        "key": kept.key, "title": kept.title, "gone": kept.gone, "days": kept.days(), "count": one.count,
        "rows": rows, "more": one.count - len(rows), "held": one.held,
    }  # fmt: skip


def _told(one: Any) -> dict[str, Any]:
    kept = keeping.kind(one.kind)
    return {
        "title": kept.title if kept else one.kind, "n": one.n, "at": one.at, "why": one.get_why_display(),
        "place": _place(one.place_key),
    }  # fmt: skip


def _place(key: int) -> str:
    found = places.find(code_of(key))
    return found.short if found else ""
