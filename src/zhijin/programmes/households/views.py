"""One file for a household on the desk: the list by township, and one file with what may be done from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities import api as activities
from zhijin.activities.api import Act, act
from zhijin.core import journal
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.ids import is_code, uuid7
from zhijin.people.api import Household
from zhijin.places import api as places
from zhijin.programmes.households import reading, writing
from zhijin.sensing import api as sensing

#: Households shown before one chooses a township.
FEW = 60


@gate("activity.view", methods=("GET",))
def household_files(request: Request) -> HttpResponse:
    """By township, then the households of one: who looks after them, what was read last, what is open."""
    place = request.GET.get("place", "")
    place = place if is_code(place) and len(place) in (9, 12) else ""
    rows = reading.lines(request.actor, place)
    townships = reading.sums(rows)
    alone = bool(place) or len(townships) < 2
    context = {
        "tabs": activities.service_tabs("files", request.actor), "total": reading.total(rows),
        "townships": [] if alone else townships, "many": len(townships),
        "rows": [_line(row) for row in (rows if alone else _first(rows))], "alone": alone,
        "place": places.find(place) if place else None,
    }  # fmt: skip
    return render(request, "programmes/household_files.html", context)


def _first(rows: list[reading.Line]) -> list[reading.Line]:
    """Across townships, those where something is open."""
    return [row for row in rows if row.open_cases][:FEW]


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _line(row: reading.Line) -> dict[str, Any]:
    shown = [
        sensing.reading_text(view.state.kind, view.state.value, view.state.second, _lang())
        for view in row.meters
        if view.state is not None
    ]
    return {"row": row, "shown": [text for text in shown if text], "who": row.links[:2]}


@gate("activity.view")
def household_file(request: Request, pk: UUID) -> HttpResponse:
    """One household's file; looking at it stands in the journal."""
    home = reading.household(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        done = act(request, _acts(request, home), reverse("desk:household-file", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    found = reading.file_of(request.actor, home)
    journal.write(request.actor, "household.file", f"household:{home.id}", place_key=home.place_key)
    status = refusal.status if refusal is not None else 200
    context = {
        "file": found, "refusal": refusal, "given": request.POST,
        "tabs": activities.service_tabs("files", request.actor),
        "meters": [(view, sensing.figures(view, 24)) for view in found.meters],
        "warnings": [
            (at, sensing.alarm_text(alarm, _lang()) if alarm else "", view)
            for at, alarm, view in found.warnings
        ],
        "open": sum(view is not None and view.is_open for _at, _alarm, view in found.warnings),
        "key": request.POST.get("idempotency_key") or str(uuid7()), **_offered(request, found),
    }  # fmt: skip
    answer = render(request, "programmes/household_file.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _offered(request: Request, found: reading.File) -> dict[str, Any]:
    """What the reader may do from here."""
    actor, home = request.actor, found.home
    may = actor.can("activity.act")
    taken = {link.team_id for link in found.links if link.team_id is not None}
    fits = actor.can("device.edit", home.place_key)
    asked = writing.faults(home, _lang()) if writing.opener(actor, home) else []
    return {
        "teams": writing.teams_for(actor, taken) if may else [], "faults": asked, "fits": fits,
        "free": sensing.free_in(actor, home.place_code[:12]) if fits else [],
        "devices": actor.can("device.view", home.place_key),
        "resident": actor.can("person.view", home.place_key),
    }  # fmt: skip


def _acts(request: Request, home: Household) -> Mapping[str, Act]:
    say, actor = request.POST.get, request.actor

    def warn() -> str:
        key = say("idempotency_key", "")[:64] or str(uuid7())
        opened = writing.warn(
            actor=actor, home=home, fault=say("fault", ""), what=say("what", "").strip(), key=key
        )
        return _("已登记 {number}，进展在下面。").format(number=opened.number)

    def team() -> str:
        chosen = [one for one in writing.teams_for(actor, set()) if str(one.id) == say("team", "")]
        if not chosen:
            raise NOT_FOUND()
        writing.take_on(actor=actor, home=home, team=chosen[0])
        return _("已联系上，走访和帮助记在这一户下面。")

    def fit() -> str:
        sensing.fit(actor=actor, device_id=_number(say("device", "")), household_id=home.id)
        return _("已登记装在这一户。")

    def unfit() -> str:
        wanted = _number(say("device", ""))
        if wanted not in {view.id for view in sensing.household_devices(actor, home.id)}:
            raise NOT_FOUND()
        sensing.fit(actor=actor, device_id=wanted, household_id=None)
        return _("已登记拆下。")

    return {"warn": warn, "team": team, "fit": fit, "unfit": unfit}


def _number(text: str) -> int:
    """A device's number. Raises CO400."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BAD_REQUEST()
    return int(text)
