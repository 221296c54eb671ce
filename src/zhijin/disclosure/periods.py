"""Periods that are published about: months, quarters, years. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2])|Q([1-4]))?", re.ASCII)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From ``first`` through ``last``; ``key`` is ``2026-09``, ``2026Q3`` or ``2026``."""

    first: date
    last: date
    key: str

    @property
    def every(self) -> str:
        return {4: "year", 6: "quarter"}.get(len(self.key), "month")


def read(key: str) -> Period | None:
    """The period that a key names; None when it names none."""
    match = _FORM.fullmatch(key)
    if match is None:
        return None
    year, month, quarter = match.groups()
    if month:
        return _made(int(year), int(month), 1, key)
    if quarter:
        return _made(int(year), int(quarter) * 3 - 2, 3, key)
    return _made(int(year), 1, 12, key)


def _made(year: int, month: int, months: int, key: str) -> Period:
    end = year * 12 + month - 1 + months
    return Period(date(year, month, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1), key)


def of(every: str, day: date) -> Period:
    """The month, quarter or year that ``day`` lies in."""
    if every == "year":
        return _made(day.year, 1, 12, f"{day.year}")
    if every == "quarter":
        quarter = (day.month + 2) // 3
        return _made(day.year, quarter * 3 - 2, 3, f"{day.year}Q{quarter}")
    return _made(day.year, day.month, 1, f"{day.year}-{day.month:02d}")


def ended(every: str, today: date, count: int) -> Iterator[Period]:
    """The last ``count`` periods that are over, the newest first."""
    period = of(every, today)
    for _ in range(count):
        period = of(every, period.first - timedelta(days=1))
        yield period
