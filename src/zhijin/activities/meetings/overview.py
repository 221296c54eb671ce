"""Where the branches of an area stand with their organisational life: for whoever answers for many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from zhijin.activities.meetings import reading
from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.reading import Cell, Year
from zhijin.activities.models import Branch, Meeting, Obligation
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.orgs import api as orgs

PAGE = 50
#: Columns of a meeting that its year is laid out from.
_COLUMNS = ("id", "org_key", "kind", "held_on", "starts_at", "state")


@dataclass(frozen=True, slots=True)
class Totals:
    """Branches of an area that keep their calendar here, those that owe something of this year, and Party organisations
    that keep none."""

    branches: int
    behind: int
    without: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One branch: periods of this year that were over without enough meetings, what can still be written down, what is
    due now, and the day of its last meeting of the year."""

    year: Year
    owed: int
    missing: list[tuple[Kind, Cell]]
    due: list[tuple[Kind, Cell]]
    last: date | None

    @property
    def branch(self) -> Branch:
        return self.year.branch


def _below(place: str) -> Q:
    if not place:
        return Q()
    lo, hi = place_span(place)
    return Q(place_key__gte=lo, place_key__lt=hi)


def _unmet(year: int) -> QuerySet[Obligation]:
    return Obligation.objects.filter(org_key=OuterRef("org_key"), met=False, last_day__year=year)


def without(actor: Actor, place: str) -> QuerySet[orgs.Organisation]:
    """Party organisations in sight that do not keep their calendar here."""
    kept = Branch.objects.filter(org_key=OuterRef("key"))
    rows = orgs.visible(actor).filter(_below(place), kind__in=orgs.PRIMARY_KINDS, valid_to=None)
    return rows.filter(~Exists(kept)).order_by("place_key", "key")


def totals(actor: Actor, place: str) -> Totals:
    """Two queries."""
    rows = reading.branches(actor).filter(_below(place)).order_by()
    found = rows.aggregate(
        all=Count("id"), behind=Count("id", filter=Exists(_unmet(clock.today().year)))
    )
    return Totals(found["all"], found["behind"], without(actor, place).count())


def listed(actor: Actor, place: str, *, behind: bool) -> QuerySet[Branch]:
    """Branches of an area, those that owe most first; ``behind``: only those that owe something."""
    year = clock.today().year
    count = _unmet(year).order_by().values("org_key").annotate(n=Count("id")).values("n")
    rows = reading.branches(actor).filter(_below(place))
    rows = rows.annotate(owed=Coalesce(Subquery(count, output_field=IntegerField()), 0))
    if behind:
        rows = rows.filter(owed__gt=0)
    return rows.order_by("-owed", "place_key", "org_key")


def standings(rows: Sequence[Branch]) -> list[Standing]:
    """How the branches stand (those of one page of :func:`listed`); one query for all their meetings."""
    year = clock.today().year
    meetings = Meeting.objects.filter(
        org_key__in=[row.org_key for row in rows], held_on__year=year
    ).exclude(state=Meeting.State.CANCELLED)
    by_org: dict[int | None, list[Meeting]] = {row.org_key: [] for row in rows}
    for one in meetings.only(*_COLUMNS).order_by("held_on", "id"):
        by_org[one.org_key].append(one)
    return [_standing(row, reading.laid_out(row, year, by_org[row.org_key])) for row in rows]


def _standing(row: Branch, year: Year) -> Standing:
    open_ = year.due
    held = [
        meeting.held_on
        for line in year.rows for cell in line.cells for meeting in cell.held
    ]  # fmt: skip
    held += [meeting.held_on for _kind, found in year.counted for meeting in found]
    return Standing(
        year, getattr(row, "owed", 0), [one for one in open_ if one[1].state == "missed"],
        [one for one in open_ if one[1].state == "due"], max(held, default=None),
    )  # fmt: skip
