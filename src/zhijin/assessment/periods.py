"""Periods as people write them: ``2026-07``, ``2026Q3``, ``2026H2``, ``2026``. What they are is the engine's."""

from __future__ import annotations

from datetime import date, datetime

from zhijin.assessment.engine.periods import Period, period_of, shifted
from zhijin.core.clock import TZ

__all__ = ["Period", "moment", "name_of", "parse", "period_of", "shifted"]


def name_of(kind: str, start: date) -> str:
    """A period's short name."""
    year, month = start.year, start.month
    return {
        "month": f"{year}-{month:02d}",
        "quarter": f"{year}Q{(month + 2) // 3}",
        "half": f"{year}H{(month + 5) // 6}",
        "year": f"{year}",
    }[kind]


def parse(text: str) -> Period:
    """The period of a short name. Raises ValueError."""
    year, mark, rest = text[:4], text[4:5].upper(), text[5:]
    if not (year.isascii() and year.isdigit()) or (mark and not rest.isdigit()):
        raise ValueError(text)
    if not mark:
        return Period(date(int(year), 1, 1), "year")
    kind, months = {"-": ("month", 1), "Q": ("quarter", 3), "H": ("half", 6)}.get(mark, ("", 0))
    if not kind:
        raise ValueError(text)
    return Period(date(int(year), (int(rest) - 1) * months + 1, 1), kind)


def moment(day: date) -> datetime:
    """The beginning of ``day`` in China, aware."""
    return datetime(day.year, day.month, day.day, tzinfo=TZ)
