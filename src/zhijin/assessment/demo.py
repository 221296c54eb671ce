"""A demonstration's year of work facts, drawn by a seed and flagged as simulated, and its standings.

Nothing of a standing is set here: villages work well or badly, their facts say so, and the standing is
computed from those. 东山社区 (520181002018, document 000) works badly until July 2026 and is then
rectified. Never reached by a real installation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from zhijin.assessment.engine.periods import period_of, shifted
from zhijin.assessment.periods import moment
from zhijin.core import facts
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs

Draw = Callable[..., random.Random]
SYSTEM = Actor.system("demo")
MONTHS = 13
#: Records of drawn cases: no page stands behind them, so that none is promised. What an organisation did
#: opens the organisation.
RECORD = "demo-case"
EAST_HILL = "520181002018"
#: Villages whose cases from a month on are real ones, opened and moved by whoever makes the demonstration.
Worked = Mapping[str, date]
#: How 东山社区 worked: badly until July 2026, then better month by month.
EAST_HILL_QUALITY = {date(2026, 8, 1): 0.62, date(2026, 9, 1): 0.8, date(2026, 10, 1): 0.93}
_KINDS = ("road-hazard", "sanitation", "dispute", "suggestion", "three-networks")
_SEEN = "SELECT DISTINCT left(place_code, 12) FROM core_fact WHERE record >= %s AND record < %s"


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community with its Party organisations."""

    code: str
    quality: float
    orgs: list[int] = field(default_factory=list)


def work(draw: Draw, today: date, worked: Worked | None = None) -> int:
    """A year of facts of every village that has organisations and no such facts yet; how many.

    No cases are drawn for the villages and months in ``worked``: those have left their own facts.
    """
    with scoped(SYSTEM):
        villages = list(_villages(draw))
        if not villages:
            return 0
        return facts.record_many(_year(draw, villages, today, worked or {}))


def is_drawn(code: str) -> bool:
    """Whether a village has its drawn facts already."""
    with scoped(SYSTEM):
        return code in _drawn()


def _drawn() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [f"{RECORD}:", f"{RECORD};"])
        return {code for (code,) in cursor.fetchall()}


def _villages(draw: Draw) -> Iterator[Village]:
    there = _drawn()
    rows = orgs.visible(SYSTEM).filter(kind__in=orgs.PRIMARY_KINDS, valid_to=None, simulated=True)
    found: dict[str, list[int]] = {}
    for key, code in rows.order_by("key").values_list("key", "place_code"):
        if len(code) == 12 and code not in there:
            found.setdefault(code, []).append(key)
    for code, keys in sorted(found.items()):
        # Most work well, a few badly; the township has its own way too.
        usual = 0.72 + 0.24 * draw("work", code[:9]).random()
        own = draw("work", code).betavariate(6, 1.6)
        yield Village(code, min(0.98, 0.35 * usual + 0.65 * own), keys)


def _year(draw: Draw, villages: list[Village], today: date, worked: Worked) -> Iterator[NewFact]:
    present = moment(today)
    first = shifted(today.replace(day=1), 1 - MONTHS)
    for village in villages:
        for number in range(MONTHS):
            month = shifted(first, number)
            rng = draw("work", village.code, month)
            real = month >= worked.get(village.code, date.max)
            for fact in _month(rng, village, month, _quality(rng, village, month), real=real):
                if fact.at < present:
                    yield fact


def east_hill_quality(month: date) -> float:
    """How well 东山社区 works in a month, from 0 to 1."""
    late = [quality for day, quality in EAST_HILL_QUALITY.items() if day <= month]
    return late[-1] if late else 0.22


def _quality(rng: random.Random, village: Village, month: date) -> float:
    if village.code == EAST_HILL:
        return east_hill_quality(month)
    return min(0.99, max(0.3, village.quality + rng.uniform(-0.06, 0.06)))


def _month(
    rng: random.Random, village: Village, month: date, quality: float, *, real: bool
) -> Iterator[NewFact]:
    for number in range(0 if real else rng.randint(5, 12)):
        yield from _case(rng, village, month, number, quality)
    for key in village.orgs:
        yield from _organisation(rng, village, key, month, quality)


def _fact(
    village: Village, kind: str, at: datetime, record: str, *, value: int = 1,
    org: int | None = None, subject: str = "", **attrs: Any,
) -> NewFact:  # fmt: skip
    return NewFact(
        kind, at.astimezone(UTC), village.code, subject or kind, "system:demo", record, value, org,
        {**attrs, "simulated": True}, subject,
    )  # fmt: skip


def _case(
    rng: random.Random, village: Village, month: date, number: int, quality: float
) -> Iterator[NewFact]:
    """One case from its registering to its end."""
    kind = rng.choice(_KINDS)
    record = f"{RECORD}:{village.code}:{month:%y%m}:{number}"
    at = moment(month) + timedelta(minutes=rng.randint(0, 26 * 1440))

    def fact(name: str, when: datetime, value: int = 1, **attrs: Any) -> NewFact:
        return _fact(village, name, when, record, value=value, subject=kind, **attrs)

    yield fact("case.opened", at, state="reported", channel="portal")
    late = rng.random() > quality
    handled = at + timedelta(minutes=rng.randint(30, 900) + (rng.randint(900, 4000) if late else 0))
    yield fact("case.moved", handled, int((handled - at).total_seconds() // 60), to="handling",
               late=late, role="grid_worker")  # fmt: skip
    if rng.random() < 0.25:
        yield fact("case.mustered", handled, 90, late=rng.random() > quality + 0.05)
    slow = rng.random() > quality
    spent = rng.randint(600, 4200) if not slow else rng.randint(5000, 26000)
    closed = at + timedelta(minutes=spent)
    solved = rng.random() < quality + 0.04
    attrs: dict[str, Any] = {"outcome": "solved" if solved else "unsolved", "late": slow}
    if rng.random() < 0.7:
        attrs["rating"] = rng.choice((4, 5, 5)) if rng.random() < quality else rng.choice((1, 2, 3))
    yield fact("case.closed", closed, spent, **attrs)
    if rng.random() < (1 - quality) * 0.3:
        yield fact("case.reopened", closed + timedelta(days=1), 1, **{"from": "closed"})


def _organisation(
    rng: random.Random, village: Village, key: int, month: date, quality: float
) -> Iterator[NewFact]:
    """What an organisation did itself: its record, pledges, led topics, contest and review."""
    own = min(0.99, max(0.05, quality + rng.uniform(-0.08, 0.08)))
    if village.code == EAST_HILL and month < min(EAST_HILL_QUALITY):
        # Its branches did their part; what the community's own organisation left undone drew it down.
        own = 0.03 if key == village.orgs[0] else 0.75
    at = moment(month) + timedelta(days=rng.randint(3, 24), hours=9)

    def fact(name: str, value: int = 1, **attrs: Any) -> NewFact:
        return _fact(village, name, at, f"org:{key}", value=value, org=key, **attrs)

    if rng.random() < own:
        yield fact("org.changed", sector=1)
    if month.month % 3 == 0:
        yield from (fact("activity.pledge.done", on_time=rng.random() < own) for _ in range(2))
    if month.month % 2 == 0:
        yield fact("activity.topic.done", on_time=rng.random() < own)
    if month.month == 3:
        yield fact("activity.contest.scored", int(4500 + 5000 * own), year=month.year)
    if month.month == 12:
        yield fact("activity.review.scored", int(5000 + 4900 * own), year=month.year)


def months_to_compute(today: date) -> list[date]:
    """From May 2026 (or half a year back) to the last month that has ended."""
    last = shifted(period_of(today, "month").start, -1)
    first = min(date(2026, 5, 1), shifted(last, -5))
    months = [first]
    while months[-1] < last:
        months.append(shifted(months[-1], 1))
    return months[-12:]
