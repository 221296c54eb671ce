"""Reads of organisational life: a branch's year, one meeting, what a member sees, counts by organisation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from zhijin.activities.meetings import programme
from zhijin.activities.meetings.format import Kind, Life
from zhijin.activities.meetings.periods import Period, of_year, period_of
from zhijin.activities.models import Attendee, Branch, Meeting, MeetingVote, Resolution
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q

State = Meeting.State
LINES = ("sector_key",)
#: At most so many of a branch's meetings are read for one year's page.
A_YEAR = 1000
#: Organisations in one table of counts.
MOST_ORGS = 200


def branches(actor: Actor) -> QuerySet[Branch]:
    """Branches in the viewer's scope that keep their calendar here."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    return Branch.objects.filter(own).order_by("place_key", "org_key")


def meetings(actor: Actor) -> QuerySet[Meeting]:
    """Meetings in the viewer's scope."""
    return Meeting.objects.filter(scope_q(actor, "place_key", orgs="org_key", lines=LINES))


def get(actor: Actor, pk: UUID) -> Meeting:
    """One meeting in sight. Raises CO404."""
    found = meetings(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting of a day as a wall shows it: no title, no room, no names of people."""

    kind: str
    org_name: str
    starts_at: datetime
    state: str


def on_day(actor: Actor, place: str, day: date, lang: str, size: int) -> list[Slot]:
    """A day's meetings at and below a place, the earliest first."""
    lo, hi = place_span(place)
    rows = meetings(actor).filter(place_key__gte=lo, place_key__lt=hi, held_on=day)
    found = rows.exclude(state=State.CANCELLED).order_by("starts_at", "id")
    shown = found.only("kind", "org_name", "starts_at", "state", "place_code")[:size]
    return [Slot(_kind_title(one, lang), one.org_name, one.starts_at, one.state) for one in shown]


def _kind_title(meeting: Meeting, lang: str) -> str:
    try:
        kind = programme.kind_at(meeting.place_code, meeting.kind)
    except Refusal:  # its programme was taken out of force
        kind = None
    return kind.title.in_(lang) if kind is not None else meeting.kind


@dataclass(frozen=True, slots=True)
class Cell:
    """One period of one kind: how many were held of those needed, and what that means today.

    ``state``: done, due (it is now), missed (over, with the days of grace), ahead, before (the calendar
    did not run yet).
    """

    period: Period
    needed: int
    held: tuple[Meeting, ...]
    called: tuple[Meeting, ...]
    state: str
    days_left: int


@dataclass(frozen=True)
class Row:
    """One kind with its periods of the year."""

    kind: Kind
    cells: tuple[Cell, ...]

    @property
    def now(self) -> Cell | None:
        return next((cell for cell in self.cells if cell.state in {"due", "missed"}), None)


@dataclass(frozen=True)
class Year:
    """A branch's year: obligations by kind, meetings that are only counted, what comes next."""

    branch: Branch
    year: int
    life: Life
    rows: tuple[Row, ...]
    counted: tuple[tuple[Kind, tuple[Meeting, ...]], ...]
    coming: tuple[Meeting, ...]
    members: int = 0

    @property
    def due(self) -> list[tuple[Kind, Cell]]:
        """What is to be held now, what is over first, then what ends first."""
        found = [(r.kind, c) for r in self.rows for c in r.cells if c.state in {"missed", "due"}]
        return sorted(found, key=lambda one: (one[1].period.last, one[0].id))

    @property
    def done(self) -> int:
        return sum(cell.state == "done" for row in self.rows for cell in row.cells)

    @property
    def needed(self) -> int:
        """Periods that are over or were met already."""
        over = {"done", "missed"}
        return sum(cell.state in over for row in self.rows for cell in row.cells)


def year_of(branch: Branch, year: int) -> Year:
    """The calendar of one branch; one query for its meetings."""
    found = list(
        Meeting.objects.filter(org_key=branch.org_key, held_on__year=year)
        .exclude(state=State.CANCELLED)
        .defer("minutes")
        .order_by("held_on", "id")[:A_YEAR]
    )
    return laid_out(branch, year, found)


def laid_out(branch: Branch, year: int, found: Sequence[Meeting]) -> Year:
    """The calendar of one branch from its meetings of the year, the earliest first."""
    life = programme.current(branch.place_code, branch.programme).model
    by_kind: dict[str, list[Meeting]] = {}
    for one in found:
        by_kind.setdefault(one.kind, []).append(one)
    today = clock.today()
    rows = tuple(
        Row(kind, tuple(cells(kind, life, branch.begins, year, by_kind.get(kind.id, ()), today)))
        for kind in life.due
    )
    counted = tuple(
        (kind, tuple(m for m in by_kind.get(kind.id, ()) if m.state == State.HELD))
        for kind in life.kinds if kind.each is None and by_kind.get(kind.id)
    )  # fmt: skip
    coming = tuple(one for one in found if one.state in {State.CALLED, State.OPEN})
    return Year(branch, year, life, rows, counted, coming)


def cells(
    kind: Kind, life: Life, begins: date, year: int, found: Sequence[Meeting], today: date
) -> Iterable[Cell]:
    """The periods of one kind in a year, as they stand ``today``."""
    assert kind.each is not None  # only kinds that are due have periods
    first = period_of(kind.each, begins)
    for period in of_year(kind.each, year):
        inside = [one for one in found if period.first <= one.held_on <= period.last]
        held = tuple(one for one in inside if one.state == State.HELD)
        called = tuple(one for one in inside if one.state != State.HELD)
        state = _state(period, first, begins, len(held) >= kind.least, life.grace, today)
        yield Cell(period, kind.least, held, called, state, (period.last - today).days)


def _state(period: Period, first: Period, begins: date, met: bool, grace: int, today: date) -> str:
    if met:
        return "done"
    if period.last < begins:
        return "before"
    if today < period.first:
        return "ahead"
    if today <= period.last + timedelta(days=grace):
        return "due"
    # Nothing is owed for the period in which the calendar was taken up, unless from its first day.
    return "before" if period == first and begins > period.first else "missed"


def attendees(meeting: Meeting) -> list[Attendee]:
    return list(Attendee.objects.filter(meeting_id=meeting.id).order_by("-votes", "floating", "id"))


@dataclass(frozen=True)
class Put:
    """A resolution with how far its vote is; ``mine`` is what one member may do with it."""

    row: Resolution
    voted: int
    mine: str = ""


def resolutions(meeting: Meeting) -> list[Put]:
    rows = (
        Resolution.objects.filter(meeting_id=meeting.id).defer("sealed").order_by("opened_at", "id")
    )
    voted = dict(
        MeetingVote.objects.filter(resolution_id__in=[row.id for row in rows], voted=True)
        .values_list("resolution_id")
        .annotate(n=Count("id"))
    )
    return [Put(row, voted.get(row.id, 0)) for row in rows]


@dataclass(frozen=True)
class Mine:
    """One meeting as one member sees it."""

    meeting: Meeting
    own: Attendee
    votes: tuple[Put, ...] = ()


def of_member(member_id: UUID, org_key: int) -> list[Mine]:
    """Meetings called or under way that a member is due at, and the last that they were at.

    The one under way stands first, then the next ones in their order, then the past from the newest.
    """
    rows = list(Attendee.objects.filter(member_id=member_id, org_key=org_key).order_by("-id")[:40])
    found = Meeting.objects.in_bulk([row.meeting_id for row in rows])
    mine = [
        Mine(found[row.meeting_id], row, tuple(_votes(found[row.meeting_id], row)))
        for row in rows
        if row.meeting_id in found and found[row.meeting_id].state != State.CANCELLED
    ]
    return sorted(mine, key=_nearness)


def _nearness(one: Mine) -> tuple[bool, bool, float]:
    starts, held = one.meeting.starts_at.timestamp(), one.meeting.state == State.HELD
    return held, not one.meeting.is_open, -starts if held else starts


def _votes(meeting: Meeting, own: Attendee) -> Iterable[Put]:
    if not meeting.is_open:
        return
    voted = dict(
        MeetingVote.objects.filter(attendee_id=own.id).values_list("resolution_id", "voted")
    )
    for one in resolutions(meeting):
        may = own.state == Attendee.State.PRESENT and one.row.state == Resolution.State.OPEN
        mine = (
            ""
            if one.row.id not in voted
            else "voted"
            if voted[one.row.id]
            else "may"
            if may
            else ""
        )
        yield Put(one.row, one.voted, mine)


# -- counts by organisation --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list or a count is narrowed to; empty narrows nothing. ``opening``: ``law`` or ``first``."""

    year: int
    place: str = ""
    org: int | None = None
    kind: str = ""
    opening: str = ""


def held(actor: Actor, wanted: Wanted) -> QuerySet[Meeting]:
    """The meetings behind a figure: counts and lists run the same filter."""
    rows = meetings(actor).filter(state=State.HELD, held_on__year=wanted.year)
    if wanted.place:
        lo, hi = place_span(wanted.place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    if wanted.org is not None:
        rows = rows.filter(org_key=wanted.org)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.opening in OPENINGS:
        rows = rows.exclude(**{OPENINGS[wanted.opening]: ""})
    return rows


OPENINGS = {"law": "law", "first": "first_topic"}


def totals(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    """Meetings by kind and openings in one's scope; one query for each."""
    rows = held(actor, wanted)
    by_kind = dict(rows.order_by().values_list("kind").annotate(n=Count("id")))
    more = rows.aggregate(
        law=Count("id", filter=~Q(law="")), first=Count("id", filter=~Q(first_topic="")),
        due=Sum("due"), present=Sum("present"), remote=Sum("remote"), orgs=Count("org_key", distinct=True),
    )  # fmt: skip
    return {"by_kind": by_kind, **{key: value or 0 for key, value in more.items()}}


def by_org(actor: Actor, wanted: Wanted, size: int = MOST_ORGS) -> list[dict[str, Any]]:
    """The same counts for each organisation, in the order of places."""
    rows = held(actor, wanted).order_by().values("org_key", "org_name", "place_key", "kind")
    found: dict[int | None, dict[str, Any]] = {}
    for row in rows.annotate(
        n=Count("id"),
        law=Count("id", filter=~Q(law="")),
        first=Count("id", filter=~Q(first_topic="")),
    ):
        one = found.setdefault(
            row["org_key"],
            {"key": row["org_key"], "name": row["org_name"], "place": row["place_key"], "kinds": {},
             "law": 0, "first": 0},
        )  # fmt: skip
        one["kinds"][row["kind"]] = one["kinds"].get(row["kind"], 0) + row["n"]
        one["law"] += row["law"]
        one["first"] += row["first"]
    return sorted(found.values(), key=lambda one: (one["place"], one["key"]))[:size]
