"""When the steps of a yearly cycle fall due, on the working calendar. Plain Python over the calendar.

Monthly reminder: the first working day of each month. Quarterly dispatch list: the first working day after a quarter.
Mutual review: opened on the first working day of July and of December, fifteen working days to hand in, collected on
the next one. Annual assessment: the first working day from 10 January of the year after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

REMIND, DISPATCH, REVIEW, COLLECT, ANNUAL = "remind", "dispatch", "review", "collect", "annual"
#: Working days that reviewers have.
REVIEW_DAYS = 15


class Workdays(Protocol):
    """What is needed of the working calendar."""

    def is_workday(self, day: date) -> bool: ...

    def nth_workday_after(self, day: date, count: int) -> date: ...


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step: when, what, and the period it is about (``2026-03``, ``2026Q1``, ``2026H1``, ``2026``)."""

    due_on: date
    kind: str
    period: str


def first_workday(calendar: Workdays, day: date) -> date:
    """``day`` itself or the next working day."""
    return calendar.nth_workday_after(day - timedelta(days=1), 1)


def steps(calendar: Workdays, begins: date, until: date) -> list[Step]:
    """Every step due from ``begins`` to ``until``, both included, in order."""
    found = [
        step for year in range(begins.year - 1, until.year + 1) for step in _of(calendar, year)
    ]
    return sorted(step for step in found if begins <= step.due_on <= until)


def _of(calendar: Workdays, year: int) -> Iterator[Step]:
    for month in range(1, 13):
        yield Step(first_workday(calendar, date(year, month, 1)), REMIND, f"{year}-{month:02d}")
    for quarter in range(1, 5):
        after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
        yield Step(first_workday(calendar, after), DISPATCH, f"{year}Q{quarter}")
    for half, month in ((1, 7), (2, 12)):
        opened = first_workday(calendar, date(year, month, 1))
        yield Step(opened, REVIEW, f"{year}H{half}")
        last = calendar.nth_workday_after(opened, REVIEW_DAYS)
        yield Step(calendar.nth_workday_after(last, 1), COLLECT, f"{year}H{half}")
    yield Step(first_workday(calendar, date(year + 1, 1, 10)), ANNUAL, f"{year}")
