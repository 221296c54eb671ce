"""Periods in which organisational life is due: ``2026-11``, ``2026Q4``, ``2026H2``, ``2026``. Plain Python.

What is held counts in the period of the day it was held on, whatever day it is written down on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Each = Literal["month", "quarter", "half", "year"]
MONTHS: Final[dict[str, int]] = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period: its first and last day and its name."""

    first: date
    last: date
    name: str


def period_of(each: Each, day: date) -> Period:
    """The period of its kind that ``day`` lies in."""
    months = MONTHS[each]
    number = (day.month - 1) // months
    return _made(each, day.year, number)


def _made(each: Each, year: int, number: int) -> Period:
    months = MONTHS[each]
    first = date(year, number * months + 1, 1)
    after = number * months + 1 + months
    follows = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return Period(first, follows - timedelta(days=1), _name(each, year, number))


def _name(each: Each, year: int, number: int) -> str:
    return {
        "month": f"{year}-{number + 1:02d}", "quarter": f"{year}Q{number + 1}",
        "half": f"{year}H{number + 1}", "year": f"{year}",
    }[each]  # fmt: skip


def of_year(each: Each, year: int) -> list[Period]:
    """Every period of a year, in order."""
    return [_made(each, year, number) for number in range(12 // MONTHS[each])]


def ended_between(each: Each, since: date, until: date) -> list[Period]:
    """Periods that began on or after ``since`` and whose last day lies before ``until``.

    A branch that takes the calendar up in the middle of a period owes nothing for that one.
    """
    years = range(since.year, until.year + 1)
    rows = [period for year in years for period in of_year(each, year)]
    return [period for period in rows if period.first >= since and period.last < until]
