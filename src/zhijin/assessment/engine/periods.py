"""Periods of assessment as months of the time of China, and their edges in microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from zhijin.assessment.engine.shared_model import PERIOD_MONTHS
from zhijin.core.workcal import TZ


def shifted(month: date, by: int) -> date:
    """The first day of the month ``by`` months later."""
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def micros(day: date) -> int:
    """The beginning of ``day`` in the time of China, in microseconds since 1970 (UTC)."""
    return int(datetime(day.year, day.month, day.day, tzinfo=TZ).timestamp()) * 1_000_000


@dataclass(frozen=True)
class Period:
    """A month, quarter, half-year or year by its first day."""

    start: date
    kind: str = "month"

    def __post_init__(self) -> None:
        months = PERIOD_MONTHS[self.kind]
        if self.start.day != 1 or (self.start.month - 1) % months:
            raise ValueError(f"{self.start} does not begin a {self.kind}")

    @property
    def count(self) -> int:
        """How many months it has."""
        return PERIOD_MONTHS[self.kind]

    @property
    def months(self) -> tuple[date, ...]:
        return tuple(shifted(self.start, n) for n in range(self.count))

    @property
    def end(self) -> date:
        """The first day after it."""
        return shifted(self.start, self.count)

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def before(self, by: int = 1) -> Period:
        """The period ``by`` periods earlier."""
        return Period(shifted(self.start, -by * self.count), self.kind)

    def back(self, reach: int) -> tuple[date, ...]:
        """Its months and ``reach`` months before them."""
        return tuple(shifted(self.start, n) for n in range(-reach, self.count))


def period_of(day: date, kind: str) -> Period:
    """The period of ``kind`` in which ``day`` lies."""
    months = PERIOD_MONTHS[kind]
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), kind)
