"""What anybody sees and does: pledges of a place, model units in publication, signed results, voting with a code."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import public
from zhijin.activities import drawing, words
from zhijin.activities.models import Event
from zhijin.activities.selectors import events as reading
from zhijin.activities.selectors import model_units as naming
from zhijin.activities.selectors import undertakings as pledging
from zhijin.activities.services import ballots
from zhijin.activities.services.events import key_of
from zhijin.activities.views.common import place_name
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import is_code, place_key
from zhijin.core.scope import scoped
from zhijin.places import api as places

_READER = Actor.system("public-activities")


@public(methods=("GET",))
def pledges(request: HttpRequest, code: str) -> HttpResponse:
    """What secretaries of a place have pledged, and how it stands."""
    place = _place(code)
    with scoped(_READER):
        rows = pledging.public_at(code)
    context = {"place": place, "rows": rows, "today": clock.today()}
    return render(request, "activities/public_pledges.html", context)


@public(methods=("GET",))
def model_units(request: HttpRequest, code: str) -> HttpResponse:
    """Units that a place is about to name, and those that it has named."""
    place = _place(code)
    with scoped(_READER):
        rows = naming.in_public(place_key(code))
    shown = [(unit, words.LEVELS.get(unit.level, unit.level)) for unit in rows]
    return render(request, "activities/public_units.html", {"place": place, "rows": shown})


def _place(code: str) -> Any:
    found = places.find(code) if is_code(code) and len(code) <= 12 else None
    if found is None:
        raise NOT_FOUND()
    return found


@public(methods=("GET",))
def event(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A signed result (or the list before a draw): what it says, and how to check it."""
    with scoped(_READER):
        found = reading.public(pk)
    receipt = "".join(c for c in request.GET.get("receipt", "").upper() if c.isalnum())[:16]
    context = {
        "event": found, "place": place_name(found.place_code), "receipt": receipt,
        "key": key_of(found.document_sig or found.notice_sig), **_told(found, receipt),
    }  # fmt: skip
    return render(request, "activities/public_event.html", context)


def _told(found: Event, receipt: str) -> dict[str, Any]:
    """What the page of each kind needs beside the outcome."""
    if found.kind == Event.Kind.CHECK:
        notice = json.loads(bytes(found.notice or b"{}"))
        return {"notice": notice, "drawn": found.outcome.get("drawn", [])}
    if found.kind != Event.Kind.REVIEW:
        return {"entries": found.outcome.get("entries", [])}
    options = [_("弃权"), *words.OPTIONS.values()]
    results = found.outcome.get("results", [])
    papers = found.outcome.get("papers", [])
    mine = next((marks for code, marks in papers if code == receipt), None)
    return {
        "results": [
            {**row, "shown": list(zip(words.OPTIONS.values(), row["votes"], strict=True))}
            for row in results
        ],
        "papers": len(papers),
        "mine": mine and [(row["name"], options[int(m)]) for row, m in zip(results, mine, strict=True)],
    }  # fmt: skip


@public(methods=("GET",))
def file(request: HttpRequest, pk: UUID, what: str, ending: str) -> HttpResponse:
    """The exact bytes that were signed (``json``), or the signature that lies beside them (``json.sig``)."""
    with scoped(_READER):
        found = reading.signed(reading.public(pk), what)
    body = found.data if ending == "json" else found.side.encode()
    kind = "application/json" if ending == "json" else "text/plain; charset=utf-8"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{what}.{ending}"'
    return answer


@public(methods=("GET",))
def draw_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list of a spot check as the draw reads it: one unit a line."""
    with scoped(_READER):
        found = reading.public(pk)
    if found.notice is None:
        raise NOT_FOUND()
    listed = json.loads(bytes(found.notice))["list"].encode()
    assert drawing.digest_of(listed) == found.rules["digest"]
    answer = HttpResponse(listed, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="list.txt"'
    return answer


# A whole assembly votes at once behind one address; a code of ten characters is not guessed at this pace.
@public(rate="240/m", opens=False)
def vote(request: HttpRequest) -> HttpResponse:
    """Enter a code, fill the paper in, put it into the box; the receipt is shown this once."""
    context: dict[str, Any] = {"options": words.OPTIONS.items()}
    status = 200
    if request.method == "POST":
        code = request.POST.get("code", "")
        try:
            context |= _voted(request, code)
        except Refusal as refusal:
            context |= {"refusal": refusal}
            status = refusal.status
            context |= _again(refusal, code)
    answer = render(request, "activities/vote.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _voted(request: HttpRequest, code: str) -> dict[str, Any]:
    if request.POST.get("do") != "cast":
        return {"ballot": ballots.ballot_for(code), "code": ballots.read_code(code)}
    chosen = {name[2:]: value for name, value in request.POST.items() if name.startswith("c-")}
    return {"paper": ballots.cast(code=code, choices={k: str(v) for k, v in chosen.items()})}


def _again(refusal: Refusal, code: str) -> dict[str, Any]:
    """The paper once more when it was incomplete."""
    if refusal.id != "AV032":
        return {}
    return {"ballot": ballots.ballot_for(code), "code": ballots.read_code(code)}
