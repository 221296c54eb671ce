"""Rural construction of a place on the desk, and the records behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment.rural import reading, recording
from zhijin.assessment.rural.words import FIGURES, KINDS, SEWAGE, SHARES, WASTE
from zhijin.assessment.views.asking import own_place
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.ids import is_code, place_key
from zhijin.places import api as places


@gate("assess.view", rate="30/m")
def rural(request: Request) -> HttpResponse:
    """Figures of a place and those below; of a village its records, and a form for whoever may enter them."""
    place = _place(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            _write(request, place)
        except Refusal as error:
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            return redirect(f"{reverse('desk:rural')}?place={place}")
    status = refusal.status if refusal else 200
    return render(
        request, "assessment/rural.html", _context(request, place, refusal), status=status
    )


def _place(request: Request) -> str:
    asked = request.GET.get("place", "")
    if is_code(asked) and len(asked) <= 12:
        return asked
    return own_place(request.actor)


def _write(request: Request, place: str) -> None:
    post = request.POST.get
    on = _day(post("on", ""))
    if post("do", "") == "end":
        recording.end(
            actor=request.actor, record=post("record", "")[:64], why=post("why", ""), on=on
        )
        messages.success(request, _("已停用，不再计入。"))
        return
    count = post("count", "").strip()
    if not (count.isascii() and count.isdigit()):
        raise BAD_REQUEST(fields={"count": _("请填整数。")})
    recording.begin(
        actor=request.actor, place_code=place, kind=post("kind", ""), count=int(count[:9]), on=on,
        name=post("name", "")[:200],
    )  # fmt: skip
    messages.success(request, _("已登记，各级数字马上按它算出。"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BAD_REQUEST(fields={"on": _("请选日期。")}) from None


def _context(request: Request, place: str, refusal: Refusal | None) -> dict[str, Any]:
    actor = request.actor
    # Counties from above, villages inside a county: only those have outlines.
    drawn = reading.figures(actor, place, 6 if len(place) < 6 else 12)
    rows = reading.rolled_up(drawn, reading.digits_below(place))
    where = places.find(place) if place else None
    show = request.GET.get("show", WASTE)
    show = show if show in SHARES else WASTE
    line = [*places.ancestors(place), *([where] if where else [])] if place else []
    village = len(place) == recording.VILLAGE_DIGITS
    ground = place[:6] if len(place) >= 6 else ""
    return {
        "whole": reading.together(place, where.short if where else "", rows),
        "rows": [] if village else rows, "place": place, "where": where, "show": show,
        "heading": where.short if where else _("全部"), "refusal": refusal, "sent": request.POST,
        "chain": [(one.short, f"{reverse('desk:rural')}?place={one.code}") for one in line],
        "map": places.score_map(
            reading.shades(drawn, show), str(FIGURES[show]), ground=ground, shares=True
        ),
        "choices": [(kind, FIGURES[kind]) for kind in (WASTE, SEWAGE)],
        "facilities": [(f, KINDS.get(f.subject, f.subject)) for f in reading.facilities(actor, place)]
        if village else [],
        "village": village, "kinds": KINDS.items(), "today": clock.today().isoformat(),
        "can_edit": village and actor.can(recording.PERMISSION, place_key(place)),
    }  # fmt: skip
