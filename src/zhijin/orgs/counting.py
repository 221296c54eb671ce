"""Counts and health of organisations by sector, at any level: one query, however many there are.

Health is what the register itself shows: a Party organisation with a leader whose term has not run out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Left

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.orgs import words
from zhijin.orgs.models import Organisation
from zhijin.orgs.selectors import visible, within

#: Length of the codes one level below a place's.
_BELOW = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}


@dataclass(slots=True)
class Tally:
    """How many organisations there are, how many are the Party's, and how these stand."""

    total: int = 0
    party: int = 0
    leaderless: int = 0
    overdue: int = 0
    healthy: int = 0
    members: int = 0

    @property
    def health(self) -> int | None:
        """Healthy of the Party's organisations in basis points; None without any."""
        return self.healthy * 10_000 // self.party if self.party else None

    def add(self, other: Tally) -> None:
        self.total += other.total
        self.party += other.party
        self.leaderless += other.leaderless
        self.overdue += other.overdue
        self.healthy += other.healthy
        self.members += other.members


@dataclass(slots=True)
class Counts:
    """By sector (1–7), and by place one level down and sector. A row of its own stands for what lies
    at the level of the asked place itself."""

    by_sector: dict[int, Tally] = field(default_factory=dict)
    by_place: dict[str, dict[int, Tally]] = field(default_factory=dict)

    @property
    def total(self) -> Tally:
        whole = Tally()
        for tally in self.by_sector.values():
            whole.add(tally)
        return whole

    def place_total(self, code: str) -> Tally:
        whole = Tally()
        for tally in self.by_place.get(code, {}).values():
            whole.add(tally)
        return whole


def counts(actor: Actor, place: str = "") -> Counts:
    """Existing organisations below ``place`` (everything without one) as ``actor`` sees them."""
    rows = visible(actor).filter(within(place), valid_to=None)
    width = _BELOW.get(min(len(place), 12), 12)
    out = Counts()
    for code, sector, *numbers in _grouped(rows, width):
        tally = Tally(*(number or 0 for number in numbers))
        out.by_sector.setdefault(sector, Tally()).add(tally)
        out.by_place.setdefault(code, {}).setdefault(sector, Tally()).add(tally)
    out.by_sector = {sector: out.by_sector.get(sector, Tally()) for sector in words.SECTORS}
    out.by_place = dict(sorted(out.by_place.items(), key=lambda pair: (len(pair[0]), pair[0])))
    return out


def _grouped(rows: QuerySet[Organisation], width: int) -> Iterable[tuple[Any, ...]]:
    party = Q(kind__in=words.PARTY_KINDS)
    late = Q(term_ends__lt=clock.today())
    fit = Q(term_ends__isnull=True) | Q(term_ends__gte=clock.today())
    return (
        rows.annotate(area=Left("place_code", width))
        .order_by()
        .values_list("area", "sector")
        .annotate(
            Count("key"),
            party=Count("key", filter=party),
            leaderless=Count("key", filter=party & Q(led=False)),
            overdue=Count("key", filter=party & late),
            healthy=Count("key", filter=party & Q(led=True) & fit),
            # Every member belongs to one branch; what committees state repeats their branches.
            people=Sum(F("members"), filter=Q(kind=words.Kind.BRANCH)),
        )
    )
