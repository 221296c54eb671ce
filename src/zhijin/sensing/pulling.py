"""Pulls what a durable consumer holds, batch by batch; whoever pulls acknowledges."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from zhijin.core.bus import Client, Message
from zhijin.sensing.stream import SECOND
from zhijin.sensing.topics import STREAM

BATCH, SECONDS = 4000, 5
#: A pull is answered when it expires, too. Silence for longer means that the node which held it is gone.
SILENCE = SECONDS + 2.0


@dataclass
class Pull:
    """One puller of the consumer ``name`` on a connected client."""

    bus: Client
    name: str
    outstanding: int = 0
    inbox: str = ""
    heard_at: float = 0.0

    def __post_init__(self) -> None:
        self.inbox = f"_INBOX.{self.name}.{time.time_ns():x}"
        self.bus.subscribe(self.inbox)

    def ask(self, least: int) -> None:
        """Ask for more when fewer than ``least`` are on their way."""
        now = time.monotonic()
        if now - self.heard_at > SILENCE:
            self.outstanding = 0
        if self.outstanding >= least:
            return
        self.heard_at = now
        asked = {"batch": BATCH, "expires": SECONDS * SECOND}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self.name}"
        self.bus.publish(subject, json.dumps(asked).encode(), self.inbox)
        self.outstanding += BATCH

    def hear(self, timeout: float) -> list[Message]:
        """What has come, waiting up to ``timeout`` seconds for the first. Raises BusError."""
        out: list[Message] = []
        for one in self.bus.messages(timeout):
            if one.subject == self.inbox and not one.data and one.status:
                # The pull has ended; what it did not bring is said in its headers.
                self.outstanding = 0
            elif one.reply.startswith("$JS.ACK."):
                self.outstanding -= 1
                out.append(one)
        if out or not self.outstanding:
            self.heard_at = time.monotonic()
        return out


def placed(message: Message) -> tuple[int, int]:
    """Where the message stands in the stream, and when the broker had it, in milliseconds."""
    words = message.reply.split(".")
    # $JS.ACK.[domain.account.]stream.consumer.delivered.seq.seq.time.pending[.token]
    first = 5 if len(words) <= 9 else 7
    return int(words[first]), int(words[first + 2]) // 1_000_000


def stamped(message: Message) -> int:
    """When the broker had the message, in milliseconds."""
    return placed(message)[1]
