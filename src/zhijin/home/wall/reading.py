"""What stands on a wall: read from every room's own facade, of one place, and nothing that tells of a person.

Of a case: its kind, its grid or village, its state. Of a sensor: what it senses, where. Of organisations: their
names. No title, text, name, number, photo or position is ever asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.activities import api as activities
from zhijin.assessment import api as assessment
from zhijin.broadcast import api as broadcast
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import Level
from zhijin.disclosure import api as disclosure
from zhijin.home.wall.drawing import Map, Part, draw
from zhijin.places import api as places
from zhijin.sensing import api as sensing

#: How many lines each part of the wall has room for at five metres.
CASES, SIGNALS, AIR, MEETINGS, ORGS, DUTIES, TILES = 7, 3, 2, 3, 3, 3, 11
#: Digits of the parts of a place, by the digits of its own code.
_DIGITS = {12: 15, 9: 12, 6: 9}
#: Digits of the finest place that is named: a county's wall has no room for grids.
_FINEST = {12: 15, 9: 15, 6: 12}
_LEVELS: dict[int, str] = {12: Level.GRID, 9: Level.VILLAGE, 6: Level.TOWNSHIP}
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Matter:
    """One case."""

    kind: str
    place: str
    state: str
    tone: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be published: the duty, whose it is, by when, and whether that is over."""

    title: str
    place: str
    due_on: date
    late: bool


@dataclass(frozen=True)
class Hall:
    """Everything of one look at a wall."""

    place: places.Place
    at: datetime
    counts: cases.Counts
    map: Map
    tiles: tuple[Part, ...]
    tiles_more: int
    matters: tuple[Matter, ...]
    sensed: sensing.Sensed
    signals: tuple[tuple[sensing.Signal, str], ...]
    on_air: tuple[tuple[broadcast.OnAir, str], ...]
    meetings: tuple[activities.Slot, ...]
    standing: assessment.Hall | None
    owed: tuple[Owed, ...]
    owed_late: int
    owed_due: int


def look(actor: Actor, code: str) -> Hall:
    """One look at a place, in a number of queries that does not depend on how much happens there."""
    now = clock.now()
    lang = get_language() or "zh-hans"
    parts = _parts(actor, code)
    drawn = draw(code, parts)
    rows = cases.listed(actor, "all", CASES)
    signals = sensing.signals(actor, code, now - _DAY, lang, SIGNALS)
    air = broadcast.on_air(actor, code, AIR)
    owed = _owed(code)
    names = _names(
        code,
        [*(row.place_code for row in rows), *(one.place_code for one in signals),
         *(one.place_code for one in air), *(item.place_code for item in owed[:DUTIES])],
    )  # fmt: skip
    room = TILES if drawn.svg is None else TILES // 2
    missing = sorted(drawn.missing, key=lambda part: (-part.late, -part.open, part.code))
    return Hall(
        place=places.get(code), at=now, counts=cases.counts(actor, code), map=drawn,
        tiles=tuple(missing[:room]), tiles_more=len(missing[room:]),
        matters=tuple(_matter(row, names) for row in rows),
        sensed=sensing.sensed(actor, code),
        signals=tuple((one, names[one.place_code]) for one in signals),
        on_air=tuple((one, names[one.place_code]) for one in air),
        meetings=tuple(activities.meetings_on(actor, code, clock.today(), lang, MEETINGS)),
        standing=assessment.standing_at(actor, code, ORGS),
        owed=tuple(
            Owed(item.title, names[item.place_code], item.due_on, item.state == "late")
            for item in owed[:DUTIES]
        ),
        owed_late=sum(item.state == "late" for item in owed),
        owed_due=sum(item.state == "due" for item in owed),
    )  # fmt: skip


def _parts(actor: Actor, code: str) -> list[Part]:
    """The grids, villages or townships of a place with what is open in each, and what lies in none of them."""
    digits = _DIGITS[len(code)]
    found = cases.open_by_part(actor, code, digits)
    rows = places.subtree(code, _LEVELS[len(code)]).order_by("key")
    parts = [Part(row.code, row.short, *found.get(row.code, (0, 0))) for row in rows]
    known = {part.code for part in parts}
    loose = [figures for part, figures in found.items() if part not in known]
    if loose:
        late = sum(one[1] for one in loose)
        parts.append(Part(code, _("其他地方"), sum(one[0] for one in loose), late))
    return parts


def _matter(view: cases.CaseView, names: dict[str, str]) -> Matter:
    return Matter(
        view.kind, names[view.place_code], view.state_title, view.tone, view.case.opened_at
    )


def _owed(code: str) -> list[disclosure.Item]:
    """What a village has to publish; of a wider place what those below have that publish here at all."""
    codes = [code] if len(code) == 12 else disclosure.publishing(code)
    found = disclosure.calendars_of(codes, code, int(code[:6]), clock.today())
    return [item for item in found if item.state in {"late", "due"}]


def _names(code: str, wanted: Sequence[str]) -> dict[str, str]:
    """Names of places as they are called on the spot: without what the heading says already."""
    codes = sorted({one[: _FINEST[len(code)]] for one in wanted})
    own = len(places.ancestors(code)) if codes else 0
    # A matter of the place itself has no finer name; its own stands there.
    found = places.labels(codes, skip=own + 1) if codes else {}
    whole = places.find(code) if "" in found.values() else None
    names = {one: name or (whole.short if whole else "") for one, name in found.items()}
    return {one: names[one[: _FINEST[len(code)]]] for one in wanted}
