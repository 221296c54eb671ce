"""The memory of a loudspeaker: whatever is written into it in whatever order, what was played stays played, receipts
are told in their order, and nothing is lost over a restart."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.broadcast.conftest import ROOT
from zhijin.broadcast import orders
from zhijin.broadcast.speaker.store import ENDED, Store
from zhijin.config import speaker

IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3)]
NOW = 1_780_000_000_000
HOUR = 3_600_000
STATES = [one for one in orders.STATES if one != "refused"]


def order(id_: str, attempt: int = 1, turns: int = 2, lasts: int = HOUR) -> orders.Order:
    return orders.Order(
        id=id_, attempt=attempt, level="plain", title="t", areas=("53",), to=(),
        turns=tuple(orders.Turn(n, NOW + n * HOUR, NOW + n * HOUR + lasts) for n in range(turns)),
        digest="a" * 64, media="audio/wav", path="/a", size=1, millis=1000, times=1, gap=0, volume=80, quiet=None,
        spread=0, signed_at=NOW,
    )  # fmt: skip


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from(IDS), st.integers(1, 4)),
        st.tuples(st.sampled_from(STATES), st.sampled_from(IDS), st.integers(0, 1)),
        st.tuples(st.just("restart"), st.just(""), st.just(0)),
        st.tuples(st.just("told"), st.just(""), st.integers(1, 5)),
    ),
    max_size=25,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_played_stays_played_and_receipts_keep_their_order(tmp_path_factory, steps):
    folder: Path = tmp_path_factory.mktemp("state")
    store = Store(folder)
    played: set[tuple[str, int]] = set()
    last = 0
    for verb, id_, number in steps:
        if verb == "take":
            fresh = store.take(order(id_, number), NOW, 0)
            assert not {task.key for task in fresh} & played
        elif verb == "restart":
            before = store.receipts(most=1000)
            store.close()
            store = Store(folder)
            assert store.receipts(most=1000) == before
        elif verb == "told":
            store.told([seq for seq, _ in store.receipts(most=number)])
        elif (task := store.find(id_, number)) is not None and task.key not in played:
            store.mark(task, verb, NOW)
            played |= {task.key} if verb == "played" else set()
        told = store.receipts(most=1000)
        assert [seq for seq, _ in told] == sorted({seq for seq, _ in told})
        if told:
            # Numbers grow for ever, also when all earlier ones have been acknowledged.
            assert told[-1][0] >= last
            last = told[-1][0]
    for key in played:
        found = store.find(*key)
        assert found is not None
        assert found.state == "played"
    store.close()


@pytest.mark.parametrize("state", STATES)
def test_which_state_a_new_try_begins_anew(tmp_path: Path, state: str):
    store = Store(tmp_path)
    (task,) = store.take(order(IDS[0], turns=1), NOW, 0)
    store.mark(task, state, NOW, played=700)
    assert store.take(order(IDS[0], turns=1), NOW, 0) == []  # the same one said again
    fresh = store.take(order(IDS[0], 2, turns=1), NOW, 0)
    again = state in {"failed", "expired", "stopped"}
    assert bool(fresh) is again
    found = store.find(IDS[0], 0)
    assert found is not None
    assert (found.attempt, found.state) == (2, "received" if again else state)
    # One that is heard out of order does not put the number back.
    store.take(order(IDS[0], 1, turns=1), NOW, 0)
    found = store.find(IDS[0], 0)
    assert found is not None
    assert found.attempt == 2
    store.close()


def test_a_turn_that_is_over_is_not_taken_on(tmp_path: Path):
    store = Store(tmp_path)
    fresh = store.take(order(IDS[0], turns=3), NOW + HOUR + 1, 0)
    assert [task.turn for task in fresh] == [1, 2]
    store.close()


def test_what_ended_is_forgotten_late_and_what_is_open_never(tmp_path: Path):
    store = Store(tmp_path)
    one, two = store.take(order(IDS[0]), NOW, 0)
    store.mark(one, "played", NOW)
    store.forget(NOW + 30 * 24 * HOUR)
    assert store.find(*one.key) is not None  # a replay still finds it
    store.forget(NOW + 60 * 24 * HOUR)
    assert store.find(*one.key) is None
    assert store.find(*two.key) is not None
    store.close()


def test_reopened_is_what_was_called_expired_too_early_and_nothing_else(tmp_path: Path):
    store = Store(tmp_path)
    tasks = {state: store.take(order(IDS[0], turns=1), NOW, 0) for state in ["expired"]}
    store.mark(tasks["expired"][0], "expired", NOW)
    (other,) = store.take(order(IDS[1], turns=1), NOW, 0)
    store.mark(other, "stopped", NOW)
    store.reopen(NOW + HOUR + 1)
    assert [task.state for task in store._tasks("1", [])] == ["expired", "stopped"]
    store.reopen(NOW + 1)
    assert [task.state for task in store._tasks("1", [])] == ["received", "stopped"]
    assert store.receipts(most=100)[-1][1]["state"] == "received"
    store.close()


@given(st.lists(st.integers(0, 2**50), min_size=1, max_size=20))
def test_the_highest_value_counts_until_another_is_believed(values):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for n, value in enumerate(values):
            assert store.latest("clock", value) == max(values[: n + 1])
        store.believe("clock", 5)
        assert store.latest("clock", 4) == 5
        assert store.latest("clock", 6) == 6
        store.close()


def test_states_that_end_are_states_of_receipts():
    assert set(ENDED) < set(orders.STATES)


# -- the unit of systemd -----------------------------------------------------------------------

UNIT = (ROOT / "deploy" / "zhijin-speaker.service").read_text()


def test_the_unit_starts_a_command_that_there_is_with_options_that_it_has():
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    program, command, *rest = line.split()
    assert program.endswith("/bin/zhijin")
    assert command == "speaker"
    parser = argparse.ArgumentParser()
    speaker.add(parser)
    parsed = parser.parse_args(rest)
    assert str(parsed.setup).endswith("speaker.json")
    assert parsed.state is not None


def test_the_unit_brings_it_back_whatever_ends_it_and_lets_it_write_where_its_memory_lies():
    found = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))
    assert found["Restart"] == "always"
    (line,) = re.findall(r"--state (\S+)", UNIT)
    assert line.startswith(found["ReadWritePaths"])
    assert "audio" in found["SupplementaryGroups"]
    assert {"WantedBy", "After", "User"} <= set(found)
