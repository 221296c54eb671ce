"""Pulling from a consumer: asked again in time, also when the node that held the pull is gone without a word."""

from __future__ import annotations

import pytest

from zhijin.core.bus import Message
from zhijin.sensing import pulling
from zhijin.sensing.pulling import BATCH, SILENCE, Pull


class Bus:
    """Counts what is asked; what is heard is put in by hand."""

    def __init__(self) -> None:
        self.asked = 0
        self.coming: list[Message] = []

    def subscribe(self, subject: str) -> int:
        return 1

    def publish(self, subject: str, data: bytes, reply: str) -> None:
        self.asked += 1

    def messages(self, timeout: float) -> list[Message]:
        out, self.coming = self.coming, []
        return out


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    at = [1000.0]
    monkeypatch.setattr(pulling.time, "monotonic", lambda: at[0])
    return at


def event(pull: Pull) -> Message:
    return Message("$MQTT.msgs.zj", 1, "$JS.ACK.s.c.1.1.1.1767225600000000000.0", b"{}")


def ended(pull: Pull) -> Message:
    return Message(pull.inbox, 1, "", b"", 408)


def test_it_asks_before_it_runs_dry_and_after_a_pull_has_ended(now):
    bus = Bus()
    pull = Pull(bus, "ingest")  # type: ignore[arg-type]
    pull.ask(2000)
    pull.ask(2000)
    assert bus.asked == 1
    bus.coming = [event(pull)] * (BATCH - 1999)
    assert len(pull.hear(0)) == BATCH - 1999
    pull.ask(2000)
    assert bus.asked == 2
    bus.coming = [ended(pull)]
    assert pull.hear(0) == []
    pull.ask(2000)
    assert bus.asked == 3


def test_silence_for_longer_than_a_pull_lives_means_that_it_is_lost(now):
    bus = Bus()
    pull = Pull(bus, "ingest")  # type: ignore[arg-type]
    pull.ask(2000)
    now[0] += SILENCE - 1
    pull.ask(2000)
    assert bus.asked == 1
    bus.coming = [event(pull)]
    pull.hear(0)
    now[0] += SILENCE - 1
    pull.ask(2000)
    assert bus.asked == 1
    now[0] += 2
    pull.ask(2000)
    assert (bus.asked, pull.outstanding) == (2, BATCH)
