"""What time it was when a device measured, by its own clock and ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.sensing.ticking import DAY, NEAR, SEASON, WEEK, Ticking

NOW = 1_800_000_000_000
MINUTE, HOUR = 60_000, 3_600_000


def test_a_right_clock_is_believed():
    one = Ticking()
    assert one.read(NOW - 1000, NOW) == NOW - 1000
    assert one.read(NOW + 60_000, NOW + 1) == NOW + 60_000
    assert one.off == 0


def test_what_was_kept_offline_keeps_its_time():
    one = Ticking(since=NOW - 400 * DAY)
    for minute in range(50):
        measured = NOW - 3 * DAY + minute * MINUTE
        assert one.read(measured, NOW + minute) == measured
    assert one.off == 0


def test_a_clock_ahead_is_never_believed():
    one = Ticking()
    assert one.read(NOW + 3 * HOUR, NOW) == NOW
    assert one.off == 3 * HOUR


def test_with_a_clock_ahead_what_was_kept_is_still_late():
    """Eight hours ahead, offline for six: it was six hours ago, not in two hours."""
    one = Ticking()
    one.read(NOW + 8 * HOUR, NOW)
    later = NOW + 6 * HOUR
    assert one.read(NOW + 8 * HOUR + MINUTE, later) == NOW + MINUTE
    assert one.off == 8 * HOUR


def test_a_slow_clock_is_told_from_old_news_by_its_pace():
    one = Ticking(since=NOW - 400 * DAY)
    first = one.read(NOW - 8 * HOUR, NOW)
    assert first == NOW - 8 * HOUR
    later = NOW + 10 * MINUTE
    assert one.read(later - 8 * HOUR, later) == later
    assert one.off == -8 * HOUR
    soon = later + 3000
    assert one.read(soon - 8 * HOUR, soon) == soon


def test_a_slow_clock_that_reports_every_few_seconds_is_found_too():
    one = Ticking(since=NOW - 400 * DAY)
    found = [one.read(NOW + n * 5000 - 8 * HOUR, NOW + n * 5000) for n in range(14)]
    assert found[-1] == NOW + 13 * 5000


def test_a_clock_that_was_put_right_is_believed_again():
    one = Ticking()
    one.read(NOW + 8 * HOUR, NOW)
    assert one.read(NOW + MINUTE, NOW + MINUTE) == NOW + MINUTE
    assert one.off == 0


def test_a_clock_that_drifts_is_followed():
    one, off = Ticking(), 0
    for hour in range(1, 48):
        off = 3 * HOUR + hour * MINUTE
        at = NOW + hour * HOUR
        assert one.read(at + off, at) == at
    assert one.off == off


@pytest.mark.parametrize(
    ("ago", "since", "believed"),
    [
        (6 * DAY, NOW, True),
        (8 * DAY, NOW - 400 * DAY, True),
        (89 * DAY, NOW - 400 * DAY, True),
        (8 * DAY, NOW - 7 * DAY, False),
        (91 * DAY, NOW - 400 * DAY, False),
        (20 * 365 * DAY, NOW - 400 * DAY, False),
        (8 * DAY, 0, False),
    ],
)
def test_how_far_back_is_believed(ago, since, believed):
    """A clock that lost its battery begins in 1970 or 2000; no device measured before it was there."""
    assert (WEEK, SEASON) == (7 * DAY, 90 * DAY)
    one = Ticking(since=since)
    assert one.read(NOW - ago, NOW) == (NOW - ago if believed else NOW)
    assert (one.off == 0) is believed


@given(
    st.lists(
        st.tuples(st.integers(0, 2**53), st.integers(NOW, NOW + 40 * DAY)), min_size=1, max_size=40
    )
)
def test_whatever_a_device_says_nothing_lies_ahead_or_before_its_time(told):
    one = Ticking(since=NOW - 30 * DAY)
    for said, heard in told:
        found = one.read(said, heard)
        assert heard - SEASON <= found <= heard + NEAR
