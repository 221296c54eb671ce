"""The agent's line to the platform: cut without a word, taken over by a second agent of the same name, a clock that
was some hours ahead, a card that is full before it begins."""

from __future__ import annotations

import argparse
import logging
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.broadcast.conftest import Box
from zhijin.broadcast.speaker import agent as agents
from zhijin.broadcast.speaker import fetching
from zhijin.broadcast.speaker.store import Store
from zhijin.config import speaker

ONE, TWO = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
HOUR = 3_600_000


class Line:
    """Stands for the broker's end: lets in, and then does what the test says."""

    opened = 0

    def __init__(self, *_: Any, **__: Any) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.open: dict[int, bytes] = {}
        self.heard_at = time.monotonic()
        self.allowed = lambda _topic: True
        self.hangs_up = False

    def connect(self) -> Line:
        type(self).opened += 1
        return self

    def subscribe(self, topic: str) -> bool:
        return self.allowed(topic)

    def send(self, _topic: str, payloads: list[bytes]) -> list[int]:
        return list(range(len(payloads)))

    def hear(self, _timeout: float) -> None:
        if self.hangs_up:
            raise ConnectionError("the broker closed the connection")

    def ping(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def line(box: Box, monkeypatch) -> type[Line]:
    Line.opened = 0
    # The box's agent has no network otherwise.
    del box.agent._connect
    monkeypatch.setattr(agents, "Device", Line)
    return Line


def test_a_line_that_says_nothing_is_given_up_and_tried_again(box: Box, line):
    one = box.agent
    one._retry_at = 0.0
    one.step(0.0)
    assert one.device is not None
    one.step(0.0)
    assert line.opened == 1
    one.device.heard_at -= agents.SILENCE + 1
    one.step(0.0)
    assert one.device is None
    one._retry_at = 0.0
    one.step(0.0)
    assert (one.device is not None, line.opened) == (True, 2)


def test_two_agents_of_one_name_do_not_throw_each_other_out_for_ever(box: Box, line, caplog):
    """Each time the pause is longer, and the log says what it looks like, once."""
    one = box.agent
    pauses = []
    with caplog.at_level(logging.WARNING, "zhijin.speaker"):
        for _turn in range(9):
            one._retry_at = 0.0
            one.step(0.0)
            assert one.device is not None
            one.device.hangs_up = True
            one.step(0.0)
            pauses.append(one._pause)
    assert pauses == sorted(pauses)
    assert pauses[-1] == agents.LONGEST_PAUSE
    assert sum("another computer" in record.message for record in caplog.records) == 1


def test_after_a_good_connection_it_comes_back_at_once(box: Box, line):
    one = box.agent
    one._pause, one._retry_at = agents.LONGEST_PAUSE, 0.0
    one.step(0.0)
    assert one.device is not None
    one._since -= agents.STEADY
    one.device.hangs_up = True
    one.step(0.0)
    assert one._retry_at - time.monotonic() <= agents.FIRST_PAUSE


def test_one_that_may_not_hear_its_own_orders_is_not_connected(box: Box, line, monkeypatch, caplog):
    monkeypatch.setattr(Line, "subscribe", lambda _self, topic: "/d/" not in topic)
    box.agent._retry_at = 0.0
    box.agent.step(0.0)
    assert box.agent.device is None
    monkeypatch.setattr(Line, "subscribe", lambda _self, topic: "/d/" in topic)
    box.agent._retry_at = 0.0
    with caplog.at_level(logging.WARNING, "zhijin.speaker"):
        box.agent.step(0.0)
    assert box.agent.device is not None
    assert "was this loudspeaker moved" in caplog.text


# -- the clock ---------------------------------------------------------------------------------


def heard(box: Box, id_: str, **more: Any) -> str:
    box.hear(box.order(id_, **more))
    task = box.agent.store.find(id_, 0)
    return task.state if task is not None else ""


def test_a_clock_that_was_eight_hours_ahead_is_not_deaf_for_eight_hours(box: Box):
    right = box.clock.at
    box.clock.at = right + 8 * HOUR
    assert box.agent.now() == right + 8 * HOUR
    box.clock.at = right + 60_000
    assert heard(box, ONE, at=box.clock.at, signed_at=box.clock.at) == "received"
    assert box.agent.now() < right + HOUR


def test_a_clock_put_back_does_not_bring_back_what_was_signed_before(box: Box):
    """Somebody who replays an old order and turns the clock back finds it expired: newer ones were heard."""
    begun = box.clock.at
    old = box.order(ONE, at=begun, signed_at=begun)
    box.clock.at += 5 * HOUR
    assert heard(box, TWO, at=box.clock.at, signed_at=box.clock.at) == "received"
    box.clock.at = begun
    box.hear(replace(old))
    assert box.agent.store.find(ONE, 0) is None


# -- the card ----------------------------------------------------------------------------------


def test_a_card_that_is_full_before_it_begins_loses_old_audio_and_not_the_loudspeaker(
    tmp_path: Path, monkeypatch
):
    audio = tmp_path / "audio"
    audio.mkdir()
    (audio / ("f" * 64)).write_bytes(b"old")
    few = SimpleNamespace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: few)
    assert fetching.crowded(tmp_path)
    setup = SimpleNamespace(code="X", place="5306")
    one = agents.Agent(setup, tmp_path, lambda _task, _rate: None)  # type: ignore[arg-type]
    assert not list(audio.iterdir())
    one.store.close()
    monkeypatch.undo()
    assert not fetching.crowded(tmp_path)
    assert not fetching.crowded(tmp_path / "nowhere")


def test_a_folder_that_another_agent_uses_is_told_in_words(tmp_path: Path, monkeypatch, capsys):
    store = Store(tmp_path / "state")
    store.say({"state": "hello"})
    import sqlite3

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **more: real(path, timeout=0.05, **more))
    monkeypatch.setattr(speaker, "load", lambda _path: SimpleNamespace(code="X", place="53"))
    monkeypatch.setattr(speaker.signal, "signal", lambda *_: None)
    given = argparse.Namespace(
        setup=tmp_path / "speaker.json", state=tmp_path / "state", sink=tmp_path / "out", speed=1.0
    )
    assert speaker.run(given) == 3
    assert "zhijin speaker" in capsys.readouterr().out
    store.close()
