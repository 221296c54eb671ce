"""Periods in China's calendar: months, quarters, halves and years; plain dates, half-open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhijin.core.clock import TZ

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` (the first of a month) to before ``end``."""

    kind: str
    start: date

    @property
    def end(self) -> date:
        return month_after(self.start, MONTHS[self.kind])

    @property
    def months(self) -> list[date]:
        """The first days of its months."""
        return [month_after(self.start, n) for n in range(MONTHS[self.kind])]

    def before(self, count: int = 1) -> Period:
        """The period ``count`` periods earlier."""
        return Period(self.kind, month_after(self.start, -count * MONTHS[self.kind]))

    @property
    def name(self) -> str:
        """``2026-07``, ``2026Q3``, ``2026H2`` or ``2026``."""
        year, month = self.start.year, self.start.month
        return {
            "month": f"{year}-{month:02d}",
            "quarter": f"{year}Q{(month + 2) // 3}",
            "half": f"{year}H{(month + 5) // 6}",
            "year": f"{year}",
        }[self.kind]


def month_after(day: date, months: int = 1) -> date:
    """The first day of the month that lies ``months`` after (or before) that of ``day``."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period_of(kind: str, day: date) -> Period:
    """The period of ``kind`` that holds ``day``."""
    size = MONTHS[kind]
    first = day.month - (day.month - 1) % size
    return Period(kind, date(day.year, first, 1))


def parse(text: str, kind: str = "month") -> Period:
    """``2026-07``, ``2026Q3``, ``2026H2`` or ``2026`` (of ``kind``). Raises ValueError."""
    year, mark, rest = text[:4], text[4:5], text[5:]
    if not (year.isascii() and year.isdigit()) or (mark and not rest.isdigit()):
        raise ValueError(text)
    found = {
        "": lambda: Period("year", date(int(year), 1, 1)),
        "-": lambda: Period("month", date(int(year), int(rest), 1)),
        "Q": lambda: Period("quarter", date(int(year), int(rest) * 3 - 2, 1)),
        "H": lambda: Period("half", date(int(year), int(rest) * 6 - 5, 1)),
    }.get(mark.upper())
    if found is None:
        raise ValueError(text)
    period = found()
    return period if period.kind == kind else period_of(kind, period.start)


def moment(day: date) -> datetime:
    """The beginning of ``day`` in China, aware."""
    return datetime(day.year, day.month, day.day, tzinfo=TZ)
