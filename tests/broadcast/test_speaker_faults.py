"""The agent when things go wrong under it: a spoilt or full card, a clock that leaps, a sound card that hangs, orders
said again; and what must hold whatever order faults come in."""

from __future__ import annotations

import errno
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.broadcast.conftest import Box, Clock
from zhijin.broadcast.speaker import fetching, sound
from zhijin.broadcast.speaker.store import ENDED, Store

ONE, TWO = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
HOUR, DAY = 3_600_000, 24 * 3_600_000


def state(box: Box, id_: str = ONE, turn: int = 0) -> str:
    task = box.agent.store.find(id_, turn)
    return task.state if task is not None else ""


# -- the card ----------------------------------------------------------------------------------


def test_a_spoilt_memory_is_put_aside_and_the_platform_asked(box: Box):
    box.hear(box.order(at=box.clock.at + HOUR))
    box.turn(lambda: state(box) == "verified")
    box.agent.store.close()
    path = box.folder / "speaker.db"
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    box.agent = box.opened()
    assert box.agent.store.receipts()[0][1] == {"state": "hello", "why": "new"}
    assert (box.folder / "speaker.spoilt").exists()
    # Told again, it takes the order on and plays it.
    box.hear(box.order(at=box.clock.at))
    box.turn(lambda: state(box) == "played")


def test_garbage_of_any_kind_is_no_reason_to_stay_silent(tmp_path: Path):
    for number, data in enumerate((b"rotten", b"\0" * 8192, b"{}", b"SQLite format 3\0")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "speaker.db").write_bytes(data)
        store = Store(folder)
        assert store.receipts()[0][1]["state"] == "hello"
        store.close()
        again = Store(folder)
        assert len(again.receipts()) == 1
        again.close()


def test_a_memory_that_another_process_holds_is_not_thrown_away(tmp_path: Path, monkeypatch):
    store = Store(tmp_path)
    store.say({"state": "hello"})
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **more: real(path, timeout=0.05, **more))
    with pytest.raises(sqlite3.OperationalError):
        Store(tmp_path)
    assert not (tmp_path / "speaker.spoilt").exists()
    assert len(store.receipts()) == 2
    store.close()


def full(store: Store) -> None:
    """No page more than there are, and those written full: as when the card is full."""
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    for n in range(1000):
        store.say({"state": "hello", "at": 10**12 + n})


def test_on_a_full_card_nothing_sounds_that_was_not_noted_and_it_goes_on_when_there_is_room(
    box: Box, monkeypatch
):
    monkeypatch.setattr("zhijin.broadcast.speaker.agent.FULL_PAUSE", 0.01)
    box.hear(box.order(at=box.clock.at + HOUR))
    box.turn(lambda: state(box) == "verified")
    old = box.folder / "audio" / ("f" * 64)
    old.write_bytes(b"old")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        full(box.agent.store)
    box.clock.at += HOUR
    stopped = threading.Event()

    def close_when_it_made_room() -> None:
        deadline = time.monotonic() + 120
        while old.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        stopped.set()

    closing = threading.Thread(target=close_when_it_made_room)
    monkeypatch.setattr(box.agent, "close", lambda: None)
    closing.start()
    box.agent.run(stopped)
    closing.join()
    assert not box.sounds.order
    assert state(box) == "verified"
    # It made room of what nobody asks for, and kept what it is to play.
    assert not old.exists()
    box.agent.store._db.execute("PRAGMA max_page_count = 100000")
    box.turn(lambda: state(box) == "played")
    assert box.sounds.order == [f"{ONE}/0"]


def test_a_card_full_of_old_notices_makes_room_for_the_new_one(box: Box, monkeypatch):
    order = box.order(here=False)
    for n in range(5):
        (box.folder / "audio" / f"{n:064}").write_bytes(b"old")
    tries = []

    def fetch(_site: str, _path: str, digest: str, _size: int, folder: Path) -> Path:
        tries.append(digest)
        if len(list(folder.iterdir())) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        box.order()
        return folder / digest

    monkeypatch.setattr(fetching, "fetch", fetch)
    box.hear(order)

    def later() -> bool:
        box.clock.at += 1000
        return state(box) == "played"

    box.turn(later)
    assert tries == [order.digest] * 2
    assert {one.name for one in (box.folder / "audio").iterdir()} == {order.digest}


def test_what_is_still_to_be_played_is_never_tidied_away(tmp_path: Path):
    for name in ("a" * 64, "b" * 64, "a" * 64 + ".part"):
        (tmp_path / name).write_bytes(b"x")
    fetching.tidy(tmp_path, {"a" * 64}, most=0)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a" * 64, "a" * 64 + ".part"]
    fetching.tidy(tmp_path / "none", set())


# -- the clock ---------------------------------------------------------------------------------


def test_a_clock_that_leapt_ahead_silences_nothing_for_good(box: Box):
    """NTP or a dead battery said 2099 for a moment; the order that follows is obeyed all the same."""
    box.hear(box.order(ONE, at=box.clock.at + 2 * HOUR))
    box.turn(lambda: state(box) == "verified")
    right = box.clock.at
    box.clock.at = right + 73 * 365 * DAY
    box.turn(lambda: state(box) == "expired")
    box.clock.at = right + HOUR
    box.turn()
    assert state(box) == "expired"  # nobody but itself says so yet
    box.hear(box.order(TWO))
    box.turn(lambda: state(box, TWO) == "played")
    # What it had called expired is taken up again, and told.
    box.turn(lambda: state(box) == "verified")
    box.clock.at = right + 2 * HOUR
    box.turn(lambda: state(box) == "played")
    assert box.sounds.order == [f"{TWO}/0", f"{ONE}/0"]


def test_an_old_order_does_not_turn_the_clock_back(box: Box):
    """Its own clock is right: an order signed long ago is a replay, and stays expired."""
    old = box.order(ONE, at=box.clock.at)
    box.clock.at += 3 * DAY
    box.hear(box.order(TWO))
    box.turn(lambda: state(box, TWO) == "played")
    box.hear(old)
    assert box.told()[-1]["why"] == "expired"
    assert box.agent.now() == box.clock.at


def test_heartbeats_are_counted_so_that_a_wrong_clock_does_not_spoil_later_ones(tmp_path: Path):
    store = Store(tmp_path)
    first = store.count("beat", 4_000_000_000_000)
    assert [store.count("beat", 1) for _ in range(3)] == [first + n for n in (1, 2, 3)]
    store.close()
    again = Store(tmp_path)
    assert again.count("beat", 1) == first + 4
    again.close()


# -- sound -------------------------------------------------------------------------------------


def test_a_player_that_hangs_is_killed_and_told_and_the_next_one_sounds(box: Box, monkeypatch):
    monkeypatch.setattr(sound, "STUCK", 0.1)
    monkeypatch.setattr(sound, "PATIENCE", 0.1)
    box.sounds.hold = lambda: True
    box.hear(box.order(ONE, seconds=2.0))
    box.turn(lambda: state(box) == "failed")
    assert box.told()[-1] | {"at": 0, "ms": 0} == {
        "order": ONE, "turn": 0, "attempt": 1, "state": "failed", "why": "sound", "ms": 0, "at": 0,
    }  # fmt: skip
    box.hear(box.order(TWO))
    box.turn(lambda: state(box, TWO) == "played")


def test_red_is_heard_though_the_card_hangs(box: Box, monkeypatch):
    monkeypatch.setattr(sound, "PATIENCE", 0.1)
    box.sounds.hold = lambda: True
    box.hear(box.order(ONE, seconds=2.0))
    box.turn(lambda: bool(box.sounds.heard))
    box.hear(box.order(TWO, level="red"))
    box.turn(lambda: state(box, TWO) == "played")
    assert box.sounds.order[:2] == [f"{ONE}/0", f"{TWO}/0"]


def test_a_real_player_that_takes_nothing_comes_to_an_end(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sound, "PATIENCE", 0.2)
    fake = tmp_path / "aplay"
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    playing = sound.Playing(lambda rate: sound.Aplay(rate, str(fake)), 8000, b"\x01\x00" * 800_000)
    deadline = time.monotonic() + 120
    while playing.position == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    playing.stop()
    assert playing.ended
    assert not playing.done


def test_a_player_that_dies_is_told(tmp_path: Path):
    fake = tmp_path / "aplay"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    playing = sound.Playing(lambda rate: sound.Aplay(rate, str(fake)), 8000, b"\x01\x00" * 800_000)
    playing._thread.join(120)
    assert playing.error
    assert not playing.done


def test_the_volume_is_that_of_the_order(box: Box, monkeypatch):
    heard = []
    real = sound.louder
    monkeypatch.setattr(
        sound, "louder", lambda pcm, volume: heard.append(volume) or real(pcm, volume)
    )
    box.hear(box.order(volume=30))
    box.turn(lambda: state(box) == "played")
    assert set(heard) == {30}


# -- said again --------------------------------------------------------------------------------


@pytest.mark.parametrize("until", ["verified", "playing", "played"])
def test_asked_again_on_the_way_it_answers_the_newest_question_and_plays_once(box: Box, until):
    box.sounds.hold = lambda: until == "playing"
    later = HOUR if until == "verified" else 0
    order = box.order(at=box.clock.at + later, seconds=2.0)
    box.hear(order)
    box.turn(lambda: state(box) == until)
    box.hear(replace(order, attempt=3))
    assert (box.told()[-1]["state"], box.told()[-1]["attempt"]) == (until, 3)
    box.sounds.hold = lambda: False
    box.clock.at += later
    box.turn(lambda: state(box) == "played")
    assert [body["attempt"] for body in box.told() if body["state"] == "played"][-1] == 3
    assert box.sounds.order == [f"{ONE}/0"]


# -- whatever happens --------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("red"), st.integers(1, 3), st.just(1)),
        st.tuples(st.just("restart"), st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.integers(0, 90), st.just(0)),
        st.tuples(st.just("turn"), st.integers(1, 5), st.just(0)),
    ),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_no_attempt_sounds_twice_and_nothing_sounds_after_its_time(
    tmp_path_factory, monkeypatch, steps
):
    clock = Clock()
    monkeypatch.setattr("zhijin.broadcast.speaker.agent.wall", clock)
    box = Box(tmp_path_factory.mktemp("speaker"), clock)
    begun: list[tuple[str, int, int]] = []
    real = type(box.agent)._begin

    def begin(self, task, now):
        assert task.at <= now <= task.until
        before = len(box.sounds.order)
        real(self, task, now)
        if self._playing is not None and task.played == 0:
            begun.append((task.id, task.turn, task.attempt))
        assert len(box.sounds.order) - before <= 1

    monkeypatch.setattr(type(box.agent), "_begin", begin)
    try:
        for verb, number, attempt in steps:
            if verb in {"hear", "red"}:
                box.hear(box.order(f"{ONE[:-1]}{number}", seconds=0.1, attempt=attempt,
                                   level="red" if verb == "red" else "plain"))  # fmt: skip
            elif verb == "restart":
                if box.agent._playing is not None:
                    box.agent._playing._thread.join(120)
                box.restart()
            elif verb == "wait":
                clock.at += number * 60_000
            else:
                for _ in range(number):
                    box.agent.step(0)
        clock.at += 2 * HOUR
        for _ in range(50):
            box.agent.step(0)
            time.sleep(0.001)
    finally:
        box.agent.close()
    assert len(begun) == len(set(begun))
    box.agent = box.opened()
    assert all(task.state in ENDED for task in box.agent.store._tasks("1", []))
    played = {body["order"] for body in box.told() if body["state"] == "played"}
    assert played <= {id_ for id_, _turn, _attempt in begun}
    box.agent.store.close()
