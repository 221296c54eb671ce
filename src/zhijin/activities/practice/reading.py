"""Reads of civilisation practice: lists and figures run the same filter, so that a figure opens to what it counts.

Of councils for weddings and funerals: the charters they deliberated, and registrations, counted from facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Substr

from zhijin.activities.models import Matter, Show, Work
from zhijin.activities.practice import hooks
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_span
from zhijin.core.models import Fact
from zhijin.core.scope import scope_q

LINES = ("sector_key",)
#: The lengths of codes from the province down to the village.
LENGTHS = (2, 4, 6, 9, 12)
WHAT: Final = ("works", "exhibitions", "events", "attendances")
#: The line of deliberation by which a council's charter is made, and the playbook of registrations.
CHARTER, REGISTER = "customs", "wedding-funeral"
#: What the programme asks each family: whether they will keep it simple.
SIMPLE: Final = "simple"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a figure or list is narrowed to; ``year`` 0 is all years."""

    year: int = 0
    place: str = ""
    org: int | None = None
    topic: str = ""


def _in(rows: QuerySet[Any], place: str) -> QuerySet[Any]:
    if not place:
        return rows
    lo, hi = place_span(place)
    return rows.filter(place_key__gte=lo, place_key__lt=hi)


def _mine(actor: Actor | None) -> Q:
    """A viewer's own scope; None is the public, which sees whatever is public."""
    return Q() if actor is None else scope_q(actor, "place_key", orgs="org_key", lines=LINES)


def _within(year: int, column: str) -> Q:
    if not year:
        return Q()
    first, after = (datetime(y, 1, 1, tzinfo=clock.TZ) for y in (year, year + 1))
    values: tuple[Any, Any] = (
        (first.date(), after.date()) if column == "finished_on" else (first, after)
    )
    return Q(**{f"{column}__gte": values[0], f"{column}__lt": values[1]})


def works(actor: Actor | None, wanted: Wanted) -> QuerySet[Work]:
    """Works that are on the list, the newest first."""
    rows = Work.objects.filter(_mine(actor), _within(wanted.year, "finished_on"), withdrawn_at=None)
    rows = _in(rows if wanted.org is None else rows.filter(org_key=wanted.org), wanted.place)
    if wanted.topic:
        rows = rows.filter(topic=wanted.topic)
    return rows.order_by("-finished_on", "-id")


def shows(actor: Actor | None, wanted: Wanted) -> QuerySet[Show]:
    """Shows and other events that were not cancelled, the latest first."""
    rows = Show.objects.filter(_mine(actor), _within(wanted.year, "starts_at"))
    rows = _in(rows if wanted.org is None else rows.filter(org_key=wanted.org), wanted.place)
    return rows.exclude(state=Show.State.CANCELLED).order_by("-starts_at", "-id")


def records(actor: Actor, wanted: Wanted, what: str) -> QuerySet[Any]:
    """The records behind a figure."""
    if what == "works":
        return works(actor, wanted)
    rows = shows(actor, wanted).filter(state=Show.State.HELD)
    if what == "exhibitions":
        return rows.filter(kind=Show.Kind.EXHIBITION)
    return rows.exclude(kind=Show.Kind.EXHIBITION) if what == "events" else rows


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures: works, exhibitions, other events, and who took part (on the spot, online)."""

    works: int
    exhibitions: int
    events: int
    came: int
    online: int

    @property
    def attendances(self) -> int:
        return self.came + self.online

    @property
    def any(self) -> bool:
        """Whether there is anything to be counted."""
        return bool(self.works or self.exhibitions or self.events)


_SHOWS: dict[str, Any] = {
    "exhibitions": Count("id", filter=Q(kind=Show.Kind.EXHIBITION)), "n": Count("id"),
    "came": Sum("came"), "online": Sum("online"),
}  # fmt: skip


def totals(actor: Actor, wanted: Wanted) -> Totals:
    """The figures of a scope; two statements."""
    told = records(actor, wanted, "attendances").order_by().aggregate(**_SHOWS)
    return Totals(
        works(actor, wanted).count(), told["exhibitions"], told["n"] - told["exhibitions"],
        told["came"] or 0, told["online"] or 0,
    )  # fmt: skip


def grouped(actor: Actor, wanted: Wanted, by: str) -> list[dict[str, Any]]:
    """The figures of each organisation (``by`` org) or place one level below (``by`` place); two statements."""
    keys: tuple[str, ...] = ("org_key", "org_name", "place_key")
    more: dict[str, Any] = {}
    if by == "place":
        length = next((n for n in LENGTHS if n > len(wanted.place)), None)
        if length is None:
            return []
        keys, more = ("code",), {"code": Substr("place_code", 1, length)}
    found: dict[Any, dict[str, Any]] = {}
    empty = {"works": 0, "exhibitions": 0, "n": 0, "came": 0, "online": 0}
    made = (
        works(actor, wanted).order_by().annotate(**more).values(*keys).annotate(works=Count("id"))
    )
    kept = records(actor, wanted, "attendances").order_by().annotate(**more).values(*keys)
    for rows in (made, kept.annotate(**_SHOWS)):
        for row in rows:
            one = found.setdefault(row[keys[0]], dict(empty))
            one.update({key: value for key, value in row.items() if value is not None})
    for one in found.values():
        one |= {"events": one["n"] - one["exhibitions"], "attendances": one["came"] + one["online"]}
    order = "code" if by == "place" else "place_key"
    return sorted(found.values(), key=lambda one: (one[order], str(one.get("org_key", ""))))[:SHOWN]


def spread(actor: Actor, wanted: Wanted) -> Wanted:
    """The same, from the narrowest place that holds all of it; two statements."""
    ends: list[str] = []
    for rows in (works(actor, wanted), shows(actor, wanted)):
        found = rows.order_by().aggregate(lo=Min("place_code"), hi=Max("place_code"))
        ends += [code for code in found.values() if code]
    holding = [
        n for n in LENGTHS[:-1] if n > len(wanted.place) and len({code[:n] for code in ends}) == 1
    ]
    place = ends[0][: holding[-1]] if holding else wanted.place
    return Wanted(wanted.year, place, wanted.org, wanted.topic)


def get_work(actor: Actor, pk: UUID) -> Work:
    """A work in sight, also one that was taken off the list. Raises CO404."""
    found = Work.objects.filter(_mine(actor), id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def get_show(actor: Actor, pk: UUID) -> Show:
    """A show in sight. Raises CO404."""
    found = Show.objects.filter(_mine(actor), id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


@dataclass(frozen=True, slots=True)
class Council:
    """A village's council for weddings and funerals: its charter's matter, registrations and how many were held.

    ``simple`` of ``asked`` families that were asked agreed to keep it simple; only what was held counts.
    """

    place_code: str
    charter: Matter | None
    registered: int
    ended: int
    simple: int = 0
    asked: int = 0

    @property
    def share(self) -> int | None:
        """Kept simple, in basis points; None where nobody was asked."""
        return share(self.simple, self.asked)


def share(simple: int, asked: int) -> int | None:
    """The share that kept it simple in basis points, rounded down; None of nobody."""
    return simple * 10_000 // asked if asked else None


def councils(actor: Actor, wanted: Wanted) -> list[Council]:
    """Villages with a charter or registrations, in the order of places; three statements."""
    mine = scope_q(actor, "place_key", orgs="org_key")
    made = Matter.objects.filter(mine, line=CHARTER).exclude(state="refused")
    rows = _in(made, wanted.place).order_by("made_at")
    charters = {row.place_code: row for row in rows[: SHOWN * 5]}
    facts = Fact.objects.filter(
        scope_q(actor, "place_key"), _within(wanted.year, "at"), playbook=REGISTER,
        kind__in=("case.opened", "case.closed"),
    ).exclude(kind="case.closed", attrs__contains={"state": "withdrawn"})  # fmt: skip
    told: Counter[tuple[str, str]] = Counter()
    village = Substr("place_code", 1, 12)
    counted = _in(facts, wanted.place).annotate(village=village).values_list("village", "kind")
    for code, kind, n in counted.annotate(n=Count(F("id"), distinct=True)):
        told[code, kind] = n
    kept = hooks.answered(actor, REGISTER, SIMPLE, wanted.place, wanted.year)
    codes = sorted({*charters, *(code for code, _kind in told)})[:SHOWN]
    return [
        Council(code, charters.get(code), told[code, "case.opened"], told[code, "case.closed"], *kept.get(code, (0, 0)))
        for code in codes
    ]  # fmt: skip


def all_councils(found: Sequence[Council]) -> Council:
    """Their figures together."""
    sums = [
        sum(getattr(one, name) for one in found)
        for name in ("registered", "ended", "simple", "asked")
    ]
    return Council("", None, *sums)


def charter_of(place_code: str) -> Matter | None:
    """The latest charter of a village's council that was not refused; the caller opens the scope."""
    rows = Matter.objects.filter(place_code=place_code, line=CHARTER).exclude(state="refused")
    return rows.order_by("-made_at").first()
