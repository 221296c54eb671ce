"""Working time: office hours, workdays with make-up days, and deadlines counted in either.

Plain Python. Knows nothing of cases or Django; all moments are aware, results are in UTC.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar

TZ: Final = ZoneInfo("Asia/Shanghai")
#: 08:30–12:00 and 14:30–18:00, the usual office hours of the south-western provinces.
OFFICE_HOURS: Final = ((time(8, 30), time(12, 0)), (time(14, 30), time(18, 0)))
#: The answer when the clock stands and nobody has said until when.
NEVER: Final = datetime.max.replace(tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1992, 2199

_DAY: Final = 86_400_000_000
_MINUTE: Final = 60_000_000


class Pause(NamedTuple):
    """A span in which the clock stands; ``end`` None while it still does."""

    start: datetime
    end: datetime | None = None


class _Year(NamedTuple):
    """One year's days: first ordinal, workdays' ordinals, running count before each day."""

    first: int
    workdays: tuple[int, ...]
    before: tuple[int, ...]
    provisional: bool


#: Spring Festival, Dragon Boat and Mid-Autumn of the years that no notice has announced yet.
_LUNAR: Final[dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]]] = {
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
    2037: ((2, 15), (6, 18), (9, 24)),
    2038: ((2, 4), (6, 7), (9, 13)),
    2039: ((1, 24), (5, 27), (10, 2)),
    2040: ((2, 12), (6, 14), (9, 20)),
}


@lru_cache(maxsize=256)
def statutory_days(year: int) -> frozenset[date]:
    """The statutory days off of ``year`` by the 2024 rule (13 days), without any shifting.

    Source: 全国年节及纪念日放假办法 (revised 2024-11). Used only for years not yet announced.
    """
    days = {date(year, 1, 1), _qingming(year), date(year, 5, 1), date(year, 5, 2)}
    days |= {date(year, 10, day) for day in (1, 2, 3)}
    if year in _LUNAR:
        spring, boat, moon = (date(year, *md) for md in _LUNAR[year])
        days |= {spring + timedelta(days=n) for n in range(-1, 3)} | {boat, moon}
    return frozenset(days)


def _qingming(year: int) -> date:
    """Clear-and-Bright Day, by the century formula for 2000–2099 (4 or 5 April)."""
    y = year % 100
    return date(year, 4, int(y * 0.2422 + 4.81) - y // 4)


_ANNOUNCED_YEARS: Final = frozenset(day.year for day in chinese_calendar.holidays)


def _usual(day: date) -> bool:
    """Whether ``day`` is worked, by announcement where there is one, else provisionally."""
    if day.year in _ANNOUNCED_YEARS:
        return day in chinese_calendar.workdays or (
            day.weekday() < 5 and day not in chinese_calendar.holidays
        )
    return day.weekday() < 5 and day not in statutory_days(day.year)


@dataclass(frozen=True)
class Span:
    """A half-open stretch of time."""

    start: datetime
    end: datetime


class WorkCalendar:
    """Office hours and workdays of one county; immutable, safe to share between threads.

    ``overrides`` maps a date to whether it is worked, as an uploaded State Council notice or a
    local rule says. A year that neither the notices known nor ``overrides`` announce is computed
    from weekends and statutory days, and :meth:`provisional` says so.
    """

    def __init__(
        self,
        hours: Sequence[tuple[time, time]] = OFFICE_HOURS,
        overrides: Mapping[date, bool] | None = None,
        tz: ZoneInfo = TZ,
    ) -> None:
        self.tz = tz
        self.overrides = dict(overrides or {})
        self.hours = tuple(hours)
        self._spans = tuple((_of_day(a), _of_day(b)) for a, b in self.hours)
        flat = [edge for span in self._spans for edge in span]
        if not flat or flat != sorted(set(flat)):
            raise ValueError("office hours must be non-empty, ordered and apart")
        self._per_day = sum(b - a for a, b in self._spans)
        self._years: dict[int, _Year] = {}

    # -- days ---------------------------------------------------------------

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked, make-up days included."""
        year = self._year(day.year)
        index = day.toordinal() - year.first
        return year.before[index + 1] > year.before[index]

    def provisional(self, year: int) -> bool:
        """True when nobody has announced the holidays of ``year`` yet."""
        return self._year(year).provisional

    @property
    def minutes_per_day(self) -> int:
        """Office minutes of one workday."""
        return self._per_day // _MINUTE

    def workdays_between(self, first: date, last: date) -> int:
        """Workdays after ``first`` up to and including ``last`` (negative when reversed)."""
        return self._workdays_before(last.toordinal() + 1) - self._workdays_before(
            first.toordinal() + 1
        )

    def nth_workday_after(self, day: date, count: int) -> date:
        """The ``count``-th workday after ``day``; ``count`` ≥ 1."""
        if count < 1:
            raise ValueError("count must be at least 1")
        return date.fromordinal(self._nth(self._workdays_before(day.toordinal() + 1) + count - 1))

    # -- work time ----------------------------------------------------------

    def is_open(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in office hours of a workday."""
        day, offset = self._split(moment)
        return self.is_workday(date.fromordinal(day)) and any(
            a <= offset < b for a, b in self._spans
        )

    def work_minutes_between(
        self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()
    ) -> int:
        """Whole office minutes from ``start`` to ``end`` outside ``pauses``; 0 when reversed."""
        total = sum(
            self._work(span.end) - self._work(span.start) for span in running(start, end, pauses)
        )
        return total // _MINUTE

    def add_work_minutes(
        self, start: datetime, minutes: int, pauses: Iterable[Pause] = ()
    ) -> datetime:
        """The earliest moment by which ``minutes`` of office time ran; NEVER if paused for good."""
        if minutes < 0:
            raise ValueError("minutes must not be negative; use sub_work_minutes")
        left = minutes * _MINUTE
        for span in running(start, NEVER, pauses):
            begun = self._work(span.start)
            run = NEVER_WORK if span.end == NEVER else self._work(span.end) - begun
            if run >= left:
                return (
                    self._at_work(self._work(span.start) + left, span.start) if left else span.start
                )
            left -= run
        return NEVER

    def add_work_hours(self, start: datetime, hours: int, pauses: Iterable[Pause] = ()) -> datetime:
        """As :meth:`add_work_minutes`, in hours of office time."""
        return self.add_work_minutes(start, hours * 60, pauses)

    def sub_work_minutes(self, end: datetime, minutes: int) -> datetime:
        """The latest moment from which ``minutes`` of office time remain until ``end``."""
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        if minutes == 0:
            return end
        return self._before_work(self._work(end) - minutes * _MINUTE)

    # -- periods in days (Civil Code, articles 200–204) ----------------------

    def add_workdays(self, start: datetime, days: int, pauses: Iterable[Pause] = ()) -> datetime:
        """Close of business on the ``days``-th workday after the day of ``start``.

        The first day does not count, and a period ends when business ends (Civil Code art. 201
        and 203). A workday on which the clock stood, however briefly, does not count either.
        """
        return self._end_of(start, days, pauses, working=True)

    def add_days(self, start: datetime, days: int, pauses: Iterable[Pause] = ()) -> datetime:
        """Midnight at the end of the ``days``-th day after the day of ``start``.

        When that day is a day off, the first workday after it is the last day (art. 203).
        """
        return self._end_of(start, days, pauses, working=False)

    def add_minutes(self, start: datetime, minutes: int, pauses: Iterable[Pause] = ()) -> datetime:
        """``minutes`` of ordinary time after ``start``, not counting ``pauses``."""
        left = timedelta(minutes=minutes)
        for span in running(start, NEVER, pauses):
            if span.end - span.start >= left:
                return span.start + left
            left -= span.end - span.start
        return NEVER

    def _end_of(
        self, start: datetime, days: int, pauses: Iterable[Pause], *, working: bool
    ) -> datetime:
        if days < 1:
            raise ValueError("a period has at least one day")
        stood = _merged(pauses)
        day = self._split(start)[0]
        left = days
        while left:
            step = self._stood_days(stood, day)
            if step is None:
                return NEVER
            free = step[0] - day - 1 if step else None
            day, left = self._count(day, left, free, working)
            if left and step:
                day = step[1]
        if working:
            return self._moment(day, self._spans[-1][1])
        last = date.fromordinal(day)
        if not self.is_workday(last):
            last = self.nth_workday_after(last, 1)
        return self._moment(last.toordinal() + 1, 0)

    def _count(self, day: int, left: int, free: int | None, working: bool) -> tuple[int, int]:
        """Count ``left`` days on from ``day``, ``free`` of them at most; (day reached, left)."""
        if not working:
            take = left if free is None else min(left, free)
            return day + take, left - take
        before = self._workdays_before(day + 1)
        if free is not None:
            inside = self._workdays_before(day + free + 1) - before
            if inside < left:
                return day + free, left - inside
        return self._nth(before + left - 1), 0

    def _stood_days(self, stood: list[Span], day: int) -> tuple[int, int] | tuple[()] | None:
        """First and last day of the next pause after ``day``; () when none, None when open."""
        for span in stood:
            first = self._split(span.start)[0]
            if span.end == NEVER:
                return None if first <= day else (first, LAST_ORDINAL)
            last = self._split(span.end - timedelta(microseconds=1))[0]
            if last > day:
                return (max(first, day + 1), last)
        return ()

    # -- the inside: microseconds of office time since year one ---------------

    def _split(self, moment: datetime) -> tuple[int, int]:
        if moment.tzinfo is None:
            raise ValueError("a moment must be aware")
        local = moment.astimezone(self.tz)
        return local.toordinal(), _of_day(local.time()) + local.microsecond

    def _moment(self, ordinal: int, offset: int) -> datetime:
        base = datetime.fromordinal(ordinal) + timedelta(microseconds=offset)
        return base.replace(tzinfo=self.tz).astimezone(UTC)

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._computed(year)
        return found

    def _computed(self, year: int) -> _Year:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"the calendar knows {FIRST_YEAR}–{LAST_YEAR}, not {year}")
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        base = 0 if year == FIRST_YEAR else self._year(year - 1).before[-1]
        before, workdays = [base], []
        for ordinal in range(first, last + 1):
            day = date.fromordinal(ordinal)
            if self.overrides.get(day, _usual(day)):
                workdays.append(ordinal)
            before.append(base + len(workdays))
        known = year in _ANNOUNCED_YEARS or any(day.year == year for day in self.overrides)
        return _Year(first, tuple(workdays), tuple(before), not known)

    def _workdays_before(self, ordinal: int) -> int:
        """Workdays since the first year, before the day ``ordinal``."""
        year = self._year(date.fromordinal(ordinal).year)
        return year.before[ordinal - year.first]

    def _nth(self, count: int) -> int:
        """The ordinal of the workday that has ``count`` workdays before it."""
        year = min(FIRST_YEAR + max(count, 0) // 262, LAST_YEAR)
        while self._year(year).before[0] > count:
            year -= 1
        while self._year(year).before[-1] <= count:
            year += 1
        found = self._year(year)
        return found.workdays[count - found.before[0]]

    def _work(self, moment: datetime) -> int:
        ordinal, offset = self._split(moment)
        days = self._workdays_before(ordinal)
        if self._workdays_before(ordinal + 1) == days:
            return days * self._per_day
        done = sum(max(0, min(offset, b) - a) for a, b in self._spans)
        return days * self._per_day + done

    def _at_work(self, work: int, floor: datetime) -> datetime:
        """The earliest moment, not before ``floor``, by which ``work`` has run."""
        days, rest = divmod(work, self._per_day)
        if rest == 0:
            days, rest = days - 1, self._per_day
        return max(self._moment(self._nth(days), self._offset(rest)), floor)

    def _before_work(self, work: int) -> datetime:
        """The latest moment by which no more than ``work`` has run."""
        days, rest = divmod(work, self._per_day)
        offset = self._offset(rest) if rest else self._spans[0][0]
        for (_, end), (start, _) in pairwise(self._spans):
            offset = start if offset == end else offset
        return self._moment(self._nth(days), offset)

    def _offset(self, rest: int) -> int:
        """Where in the day ``rest`` microseconds of office time (more than 0) have run."""
        ends = []
        total = 0
        for a, b in self._spans:
            total += b - a
            ends.append(total)
        index = bisect_left(ends, rest)
        return self._spans[index][1] - (ends[index] - rest)


LAST_ORDINAL: Final = date(LAST_YEAR, 12, 31).toordinal()
NEVER_WORK: Final = 1 << 62


def running(start: datetime, end: datetime, pauses: Iterable[Pause]) -> Iterator[Span]:
    """The stretches of [start, end) outside ``pauses`` (which may overlap, in any order)."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a moment must be aware")
    cursor = start
    for pause in _merged(pauses):
        if pause.end <= cursor:
            continue
        if pause.start >= end:
            break
        if pause.start > cursor:
            yield Span(cursor, pause.start)
        cursor = pause.end
    if cursor < end:
        yield Span(cursor, end)


def _merged(pauses: Iterable[Pause]) -> list[Span]:
    out: list[Span] = []
    for start, end in sorted((p.start, p.end or NEVER) for p in pauses):
        if end <= start:
            continue
        if out and start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, end))
        else:
            out.append(Span(start, end))
    return out


def _of_day(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000
