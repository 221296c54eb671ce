"""The window of sequence numbers and the flood guard, by property."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhijin.sensing.guard import BURST, RATE, Guard
from zhijin.sensing.windows import WIDTH, Verdict, Window

numbers = st.lists(st.integers(1, 3 * WIDTH), max_size=200)


@given(numbers)
def test_every_number_counts_at_most_once_and_none_near_the_newest_is_lost(seqs):
    window, taken, high = Window(), set(), 0
    for seq in seqs:
        verdict = window.take(seq)
        if seq in taken:
            assert verdict is not Verdict.NEW
        elif seq > high - WIDTH:
            assert verdict is Verdict.NEW
        if verdict is Verdict.NEW:
            taken.add(seq)
        high = max(high, seq)
    assert window.high == high


@given(numbers, numbers)
def test_stored_and_read_again_it_knows_the_same(before, after):
    one = Window()
    for seq in before:
        one.take(seq)
    other = Window(one.high, one.to_bytes())
    assert [one.take(seq) for seq in after] == [other.take(seq) for seq in after]
    assert len(one.to_bytes()) <= WIDTH // 8


@given(st.lists(st.floats(0, 100), min_size=1, max_size=2000))
def test_no_more_passes_than_burst_and_rate_allow(times):
    guard, start = Guard(), 1_000_000.0
    passed = sum(guard.admits(start + at) for at in sorted(times))
    assert passed <= BURST + RATE * (max(times) - min(times)) + 1


def test_a_regular_device_is_never_cut():
    guard = Guard()
    assert all(guard.admits(n / RATE) for n in range(5000))
    assert not guard.mad


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=1500),
    st.lists(st.integers(0, 1499), max_size=1500),
)
def test_what_is_given_out_a_second_time_costs_nothing(times, again):
    """As when a node dies that alone knew what we had: thousands come again, older than the last."""
    said = [(1_000_000.0 + at, place) for place, at in enumerate(sorted(times), 1)]
    guard, other = Guard(), Guard()
    first = [guard.admits(*one) for one in said]
    assert first == [other.admits(*one) for one in said]
    assert all(guard.admits(*said[n % len(said)]) for n in again)
    assert (guard.tokens, guard.surplus) == (other.tokens, other.surplus)
    later = 1_000_100.0
    assert guard.admits(later, len(said) + 1) == other.admits(later, len(said) + 1)


def test_a_stream_that_begins_anew_is_judged_anew():
    guard = Guard()
    assert guard.admits(10.0, 5000)
    passed = sum(guard.admits(11.0, place) for place in range(1, 3001))
    assert passed <= BURST + RATE
    assert guard.mad
