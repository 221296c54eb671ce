"""The working calendar: office time runs forward, its inverse brings it back."""

from __future__ import annotations

import time as wall
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhijin.core.workcal import (
    LAST_YEAR,
    NEVER,
    OFFICE_HOURS,
    TZ,
    Pause,
    WorkCalendar,
    running,
    statutory_days,
)

CAL = WorkCalendar()
MINUTE = timedelta(minutes=1)

moments = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2028, 6, 1), timezones=st.just(TZ)
).map(lambda moment: moment.replace(fold=0))
minutes = st.integers(min_value=0, max_value=6000)
lengths = st.integers(min_value=1, max_value=40_000)


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    out = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(moments)
        out.append(Pause(start, start + draw(lengths) * MINUTE))
    return out


def at(text: str) -> datetime:
    """``2026-02-14 16:00`` as people in China write it."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=TZ)


# -- days ---------------------------------------------------------------------


def test_every_day_agrees_with_the_announced_calendar() -> None:
    day, last = date(2004, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert CAL.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_make_up_sundays_are_worked_and_the_festival_is_not() -> None:
    assert CAL.is_workday(date(2026, 2, 14))  # a Saturday made up for Spring Festival
    assert CAL.is_workday(date(2026, 2, 28))
    assert not any(CAL.is_workday(date(2026, 2, day)) for day in range(15, 24))
    assert CAL.is_workday(date(2026, 2, 24))


def test_a_year_not_yet_announced_is_provisional_until_a_notice_is_given() -> None:
    assert not CAL.provisional(2026)
    assert CAL.provisional(2027)
    told = WorkCalendar(overrides={date(2027, 2, 13): True, date(2027, 2, 8): False})
    assert not told.provisional(2027)
    assert told.provisional(2028)
    assert told.is_workday(date(2027, 2, 13))
    assert not CAL.is_workday(date(2027, 2, 13))


def test_provisional_years_leave_out_the_thirteen_statutory_days() -> None:
    for year in range(2027, 2041):
        days = statutory_days(year)
        # In 2028, 2031 and 2039 the Mid-Autumn Festival falls into National Day.
        assert len(days) == (12 if year in {2028, 2031, 2039} else 13), year
        assert not any(CAL.is_workday(day) for day in days)
    assert date(2027, 2, 5) in statutory_days(2027)  # the eve counts since 2024
    assert date(2027, 4, 5) in statutory_days(2027)
    assert date(2028, 4, 4) in statutory_days(2028)


def test_the_years_last_as_far_as_promised() -> None:
    assert CAL.provisional(LAST_YEAR)
    assert CAL.is_workday(date(LAST_YEAR, 12, 30))
    with pytest.raises(ValueError, match="knows"):
        CAL.is_workday(date(LAST_YEAR + 1, 1, 1))


def test_workdays_between_counts_across_the_festival() -> None:
    assert CAL.workdays_between(date(2026, 2, 13), date(2026, 2, 24)) == 2  # the 14th and the 24th
    assert CAL.workdays_between(date(2026, 2, 24), date(2026, 2, 13)) == -2
    assert CAL.workdays_between(date(2026, 2, 13), date(2026, 2, 13)) == 0


@given(moments, st.integers(1, 300))
def test_nth_workday_is_the_inverse_of_counting(moment: datetime, count: int) -> None:
    day = moment.date()
    found = CAL.nth_workday_after(day, count)
    assert CAL.is_workday(found)
    assert CAL.workdays_between(day, found) == count


# -- office time --------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02 08:30", 60, "2026-03-02 09:30"),
        ("2026-03-02 11:30", 30, "2026-03-02 12:00"),
        ("2026-03-02 11:30", 31, "2026-03-02 14:31"),
        ("2026-03-02 12:30", 10, "2026-03-02 14:40"),
        ("2026-03-02 03:15", 60, "2026-03-02 09:30"),
        ("2026-03-02 17:00", 60, "2026-03-02 18:00"),
        ("2026-03-02 17:00", 61, "2026-03-03 08:31"),
        ("2026-02-14 17:00", 120, "2026-02-24 09:30"),  # over the whole Spring Festival
        ("2026-02-13 17:00", 120, "2026-02-14 09:30"),  # into a make-up Saturday
        ("2026-12-31 17:00", 120, "2027-01-04 09:30"),  # into a provisional year
        ("2026-03-02 08:30", 420, "2026-03-02 18:00"),
    ],
)
def test_office_minutes_run_only_in_office_hours(start: str, minutes: int, end: str) -> None:
    assert CAL.add_work_minutes(at(start), minutes) == at(end)
    assert CAL.work_minutes_between(at(start), at(end)) == minutes


def test_no_minutes_take_no_time_even_at_night() -> None:
    assert CAL.add_work_minutes(at("2026-03-01 03:00"), 0) == at("2026-03-01 03:00")


def test_the_latest_moment_with_time_left_is_a_start_of_office() -> None:
    due = at("2026-03-04 18:00")
    assert CAL.sub_work_minutes(due, CAL.minutes_per_day) == at("2026-03-04 08:30")
    assert CAL.sub_work_minutes(due, 210) == at("2026-03-04 14:30")
    assert CAL.sub_work_minutes(due, 240) == at("2026-03-04 11:30")
    assert CAL.sub_work_minutes(due, 0) == due
    assert CAL.sub_work_minutes(at("2026-02-24 09:00"), 31) == at("2026-02-14 17:59")


@given(moments, minutes, minutes)
def test_adding_is_monotone_and_splits(start: datetime, first: int, second: int) -> None:
    once = CAL.add_work_minutes(start, first + second)
    assert CAL.add_work_minutes(CAL.add_work_minutes(start, first), second) == once
    assert once >= CAL.add_work_minutes(start, first) >= start


@given(moments, minutes)
@example(at("2026-02-14 17:59"), 1)
@example(at("2026-02-14 12:00"), 0)
def test_between_is_the_inverse_of_adding(start: datetime, count: int) -> None:
    assert CAL.work_minutes_between(start, CAL.add_work_minutes(start, count)) == count


@given(moments, st.integers(1, 6000))
def test_subtracting_is_the_inverse_of_adding(end: datetime, count: int) -> None:
    start = CAL.sub_work_minutes(end, count)
    assert CAL.work_minutes_between(start, end) == count
    assert CAL.work_minutes_between(start + MINUTE, end) < count


@given(moments, moments, moments)
def test_between_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    first, second, third = sorted((a, b, c))
    whole = CAL.work_minutes_between(first, third)
    parts = CAL.work_minutes_between(first, second) + CAL.work_minutes_between(second, third)
    assert whole - 1 <= parts <= whole
    assert whole <= (third - first) / MINUTE


@given(moments, st.integers(0, 1500), pauses())
def test_pauses_never_count(start: datetime, count: int, stood: list[Pause]) -> None:
    end = CAL.add_work_minutes(start, count, stood)
    assert CAL.work_minutes_between(start, end, stood) == count
    assert end >= CAL.add_work_minutes(start, count)


@given(moments, st.integers(1, 3000), pauses())
def test_ordinary_minutes_leave_pauses_out(start: datetime, count: int, stood: list[Pause]) -> None:
    end = CAL.add_minutes(start, count, stood)
    ran = sum((span.end - span.start for span in running(start, end, stood)), timedelta())
    assert ran == count * MINUTE


def test_a_pause_that_never_ends_stops_the_clock() -> None:
    start, open_pause = at("2026-03-02 09:00"), [Pause(at("2026-03-02 10:00"))]
    assert CAL.add_work_minutes(start, 60, open_pause) == at("2026-03-02 10:00")
    assert CAL.add_work_minutes(start, 61, open_pause) == NEVER
    assert CAL.add_minutes(start, 61, open_pause) == NEVER
    assert CAL.add_workdays(start, 1, open_pause) == NEVER
    assert CAL.add_workdays(start, 1, [Pause(at("2026-03-04 10:00"))]) == at("2026-03-03 18:00")
    assert CAL.add_workdays(start, 2, [Pause(at("2026-03-04 10:00"))]) == NEVER
    assert CAL.add_days(start, 9, [Pause(at("2026-03-04 10:00"))]) == NEVER


# -- periods in days ------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02 09:00", 1, "2026-03-03 18:00"),  # the first day does not count
        ("2026-03-06 09:00", 1, "2026-03-09 18:00"),
        ("2026-02-13 23:00", 1, "2026-02-14 18:00"),  # a make-up Saturday counts
        ("2026-02-14 09:00", 3, "2026-02-26 18:00"),
        ("2026-02-20 09:00", 1, "2026-02-24 18:00"),  # opened within the festival
    ],
)
def test_workdays_end_at_close_of_business(start: str, days: int, end: str) -> None:
    assert CAL.add_workdays(at(start), days) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02 09:00", 1, "2026-03-04 00:00"),
        ("2026-03-02 09:00", 5, "2026-03-10 00:00"),  # the 7th is a Saturday, so Monday the 9th
        ("2026-02-10 09:00", 5, "2026-02-25 00:00"),  # ends in the festival
        ("2026-02-10 09:00", 4, "2026-02-15 00:00"),  # ends on a make-up Saturday
    ],
)
def test_days_end_at_midnight_and_never_on_a_day_off(start: str, days: int, end: str) -> None:
    assert CAL.add_days(at(start), days) == at(end)


@given(moments, st.integers(1, 200))
def test_workdays_agree_with_the_days_counted_one_by_one(start: datetime, days: int) -> None:
    day, left = start.date(), days
    while left:
        day += timedelta(days=1)
        left -= CAL.is_workday(day)
    assert CAL.add_workdays(start, days) == datetime.combine(day, time(18), TZ)


@given(moments, st.integers(1, 30), pauses())
def test_days_touched_by_a_pause_do_not_count(
    start: datetime, days: int, stood: list[Pause]
) -> None:
    def stands(day: date) -> bool:
        begins = datetime.combine(day, time(), TZ)
        return any(p.start < begins + timedelta(days=1) and p.end > begins for p in stood if p.end)

    day, left = start.date(), days
    while left:
        day += timedelta(days=1)
        left -= CAL.is_workday(day) and not stands(day)
    assert CAL.add_workdays(start, days, stood) == datetime.combine(day, time(18), TZ)


@pytest.mark.parametrize("count", [0, -1])
def test_a_period_has_at_least_one_day(count: int) -> None:
    for add in (CAL.add_days, CAL.add_workdays):
        with pytest.raises(ValueError, match="at least one day"):
            add(at("2026-03-02 09:00"), count)


# -- settings ---------------------------------------------------------------------


def test_hours_are_configurable() -> None:
    night = WorkCalendar(hours=((time(0, 0), time(8, 0)),))
    assert night.minutes_per_day == 480
    assert night.add_work_minutes(at("2026-03-02 03:15"), 60) == at("2026-03-02 04:15")
    assert night.add_workdays(at("2026-03-02 03:15"), 1) == at("2026-03-03 08:00")


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(12), time(8)),),
        ((time(8), time(12)), (time(11), time(18))),
        ((time(8), time(12)), (time(12), time(18))),
    ],
)
def test_hours_that_overlap_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="office hours"):
        WorkCalendar(hours=hours)


def test_naive_moments_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        CAL.add_work_minutes(datetime(2026, 3, 2, 9), 1)


def test_is_open() -> None:
    assert CAL.is_open(at("2026-02-14 08:30"))
    assert not CAL.is_open(at("2026-02-14 12:00"))
    assert not CAL.is_open(at("2026-02-15 09:00"))
    assert OFFICE_HOURS[0][0] == time(8, 30)


def test_results_are_in_utc() -> None:
    assert CAL.add_workdays(at("2026-03-02 09:00"), 1).tzinfo is UTC


def test_a_deadline_costs_microseconds_not_milliseconds() -> None:
    start = at("2026-02-10 09:00")
    CAL.add_workdays(start, 500)
    began = wall.process_time()
    for n in range(2000):
        CAL.add_work_minutes(start, n)
        CAL.add_workdays(start, 1 + n % 40)
    assert (wall.process_time() - began) / 4000 < 0.0005
