"""The portal's home, a place's public page, the desk's first page, and the demonstration's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import first_page, gate, public
from zhijin.activities import api as activities
from zhijin.assessment import api as assessment
from zhijin.broadcast import api as broadcast
from zhijin.cases import api as cases
from zhijin.core import clock, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import is_code
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.programmes import api as programmes

#: How far the demonstration's clock may be moved by one press.
STEPS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1),
         "3d": timedelta(days=3), "7d": timedelta(days=7)}  # fmt: skip
REMEMBER = 180 * 24 * 3600
#: Digits of a village's code; parts of an area shown on the first page.
VILLAGE, PARTS = 12, 12


@public(methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """The portal: what one can do here, and how things went lately where one lives."""
    code = request.COOKIES.get("place", "")
    found = places.find(code) if is_code(code) else None
    return render(request, "home/home.html", _public_context(found))


@public(methods=("GET",))
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A place's own page; the browser remembers it as one's own."""
    found = places.find(code) if is_code(code) else None
    if found is None:
        raise NOT_FOUND()
    response = render(request, "home/home.html", _public_context(found))
    response.set_cookie("place", code, max_age=REMEMBER, samesite="Lax", httponly=True)
    return response


def _public_context(found: Any) -> dict[str, Any]:
    if found is None:
        return {"place": None, "kinds": [], "done": [], "label": ""}
    with scoped(Actor.system("public-board")):
        done = cases.board(found.code)
        figures = cases.public_figures(found.code)
    return {
        "place": found, "label": places.label(found.code), "figures": figures,
        "notices": broadcast.in_force(found.code),
        # Villages and communities talk; the wider places above them do not.
        "talks": len(found.code) == 12,
        **_asked_at(found.code),
        "kinds": cases.kinds_for(found.code, "resident")[:6], "done": done,
    }  # fmt: skip


def _asked_at(code: str) -> dict[str, Any]:
    """Of a village or community: how many needs are open, whether services are listed and works are shown."""
    if len(code) != 12:
        return {"offers": None}
    with scoped(Actor.system("public-board")):
        return {"offers": activities.offered_at(code)}


@public(methods=("GET",))
def feedback(request: HttpRequest) -> HttpResponse:
    """投诉建议: about the platform or the work; becomes a suggestion that somebody must answer."""
    code = request.COOKIES.get("place", "")
    target = reverse("portal:report-form", args=["suggestion"])
    if is_code(code):
        return redirect(f"{target}?place={code}")
    return redirect(f"{reverse('portal:place-pick')}?to={target}")


@gate(methods=("GET",))
def today(request: HttpRequest) -> HttpResponse:
    """What is due, what is stuck, what needs my word; no décor. Who handles no cases is led to their own page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    roles = sorted({g.role for g in actor.grants})
    if not actor.can("case.view"):
        return redirect(first_page(roles))
    mine = cases.today(actor, roles)
    late = _besides(cases.listed(actor, "overdue"), mine)
    context = {
        "counts": cases.counts(actor),
        "mine": mine,
        "late": late,
        "raised": _besides(cases.listed(actor, "raised"), [*mine, *late]),
        "pending": len(cases.pending_requests(actor)),
        "assessed": assessment.today(actor),
        "saved": assessment.savings(actor) if actor.can("sheet.fill") else None,
        "waiting": activities.waiting_for(actor),
        "life": activities.life_owed(actor)[:5],
        "public": _public_today(actor),
        "parts": _parts(actor),
    }
    return render(request, "home/today.html", context)


def _parts(actor: Actor) -> list[tuple[places.Place, int, int]]:
    """The parts of the reader's area in which cases are open: how many, how many of them late; most late first.

    A village has no parts of its own here: its officers know every case.
    """
    codes = [g.place_code for g in actor.grants if g.over_place and is_code(g.place_code)]
    area = min(codes, key=len, default="")
    if not area or len(area) >= VILLAGE:
        return []
    below = places.children(area)
    found = cases.open_by_part(actor, area, len(below[0].code)) if below else {}
    rows = [(part, *found[part.code]) for part in below if part.code in found]
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0].code))[:PARTS]


def _public_today(actor: Actor) -> list[Any]:
    """What became public today where the reader answers for it, at most five."""
    if not actor.can("case.approve"):
        return []
    codes = [grant.place_code for grant in actor.grants if len(grant.place_code) >= 6]
    if not codes:
        return []
    shown = programmes.board(min(codes, key=len), size=5)
    today = clock.today()
    return [item for item in shown if clock.local(item.at).date() == today]


def _besides(rows: list[Any], shown: list[Any]) -> list[Any]:
    """Rows that do not stand on the page already."""
    there = {view.case.id for view in shown}
    return [view for view in rows if view.case.id not in there]


@gate("demo.clock")
def clock_page(request: HttpRequest) -> HttpResponse:
    """Move a demonstration's clock ahead, to see reminders and escalation without waiting."""
    if not settings.ZHIJIN_DEMO:
        raise NOT_FOUND()
    if request.method == "POST":
        step = STEPS.get(request.POST.get("by", ""))
        if step is None:
            raise BAD_REQUEST()
        clock.advance(step)
        journal.write(request.actor, "demo.clock", "clock", detail={"by": str(step)})  # type: ignore[attr-defined]
        fired = cases.sweep_all()
        messages.success(
            request, _("时钟已前移，触发了 {count} 次提醒或升级。").format(count=fired)
        )
        return redirect("desk:clock")
    return render(request, "home/clock.html", {"now": clock.now(), "steps": list(STEPS)})
