"""``zhijin ingest``: pulls what devices said from the broker, commits it, and only then acknowledges.

One worker at a time (an advisory lock on the connection that commits): what the others would do is wait. Killed
at any moment, what it had not acknowledged is given out again, and the windows in the database know what was
committed already.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from zhijin.core.bus import Address, BusError, Client, Message
from zhijin.sensing import rules
from zhijin.sensing.intake import Arrived, Outcome, take_in
from zhijin.sensing.pulling import Pull, placed
from zhijin.sensing.registry import Registry
from zhijin.sensing.stream import INGEST, ensure
from zhijin.sensing.topics import device_of

log = logging.getLogger("zhijin.ingest")
#: Advisory lock of the one worker that takes events in.
LOCK = 0x5A48_4A05
BATCH = 2000
#: COPY raises the driver's own errors, everything else Django's.
_AWAY = (
    OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError,
)  # fmt: skip
_REFUSES = (DatabaseError, psycopg.DatabaseError)


class Lost(RuntimeError):
    """Another worker holds the lock."""


@dataclass
class Totals:
    """What this process has done."""

    batches: int = 0
    events: int = 0
    refused: int = 0
    cases: int = 0


@dataclass
class Worker:
    """Call :meth:`step` for ever; it raises BusError when the broker goes, DatabaseError never."""

    address: Address
    bus: Client | None = None
    registry: Registry = field(default_factory=Registry)
    totals: Totals = field(default_factory=Totals)
    _pull: Pull | None = None
    _held: object = None
    _waiting: list[Message] = field(default_factory=list)

    def open(self) -> None:
        """Connect and make sure that the consumer stands. Raises BusError."""
        self.bus = self.address.client("ingest").connect()
        ensure(self.bus, self.address)
        self._pull, self._waiting = Pull(self.bus, INGEST), []

    def close(self) -> None:
        if self.bus is not None:
            self.bus.close()
        self.bus = None

    def step(self, timeout: float = 0.5) -> Outcome:
        """Take in what is there. Raises BusError, Lost."""
        if self.bus is None:
            self.open()
        assert self.bus is not None
        assert self._pull is not None
        self.hold_lock()
        self._pull.ask(BATCH)
        if not self._waiting:
            self._waiting += self._pull.hear(timeout)
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        if not batch:
            return Outcome()
        outcome = self.commit(batch)
        self.bus.publish_many((one.reply, "", b"") for one in batch)
        self.totals.batches += 1
        self.totals.events += outcome.stored
        self.totals.refused += outcome.refused
        self.totals.cases += outcome.cases
        return outcome

    def commit(self, batch: list[Message]) -> Outcome:
        """Into the database, waiting for it as long as it is away; one message that it cannot take does
        not keep the others back."""
        told_at, pause = time.monotonic(), 0.2
        while True:
            try:
                return self._taken(batch)
            except _AWAY as error:
                log.warning("the database is away: %s", error)
                self._distrust()
                connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
            if self.bus is not None and time.monotonic() - told_at > 2:
                # Still at work: the broker must not give these out again meanwhile.
                self.bus.publish_many((one.reply, "", b"+WPI") for one in batch)
                self.bus.messages(0)
                told_at = time.monotonic()

    def _taken(self, batch: list[Message], *, judged: bool = True) -> Outcome:
        """Take a batch in; in halves where it fails, down to the message at fault: what the database refuses is left
        out, what the rules stumble over is kept without them."""
        try:
            self.hold_lock()
            return take_in([_arrived(one) for one in batch], self.registry, judged=judged)
        except (*_AWAY, Lost):
            raise
        except Exception as error:
            self._distrust()
            if len(batch) > 1:
                half = len(batch) // 2
                return _sum(self._taken(batch[:half]), self._taken(batch[half:]))
            if isinstance(error, _REFUSES):
                log.exception("a message that the database refuses was left out")
                return Outcome(refused=1)
            if not judged:
                raise
            log.exception("the rules failed over a message; it is kept without them")
        return self._taken(batch, judged=False)

    def hold_lock(self) -> None:
        """The lock lives and dies with the database connection. Raises Lost, OperationalError."""
        if self._held is not None and self._held is connection.connection:
            return
        self._distrust()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise Lost("another worker takes events in")
        self._held = connection.connection

    def _distrust(self) -> None:
        """What is in memory may be ahead of what was committed."""
        self._held = None
        self.registry = Registry()
        rules.forget()


def _arrived(message: Message) -> Arrived:
    """Who said it, when the broker had it and in which place."""
    code, _channel = device_of(message.subject)
    place, millis = placed(message)
    return Arrived(code, message.data, millis, place)


def _sum(one: Outcome, other: Outcome) -> Outcome:
    names = ("stored", "again", "refused", "alarms", "cases", "nobody")
    return Outcome(*(getattr(one, name) + getattr(other, name) for name in names))


def run(address: Address, stopped: threading.Event) -> None:
    """Until ``stopped`` is set. A broker or a database that is away is waited for."""
    worker, pause = Worker(address), 0.2
    while not stopped.is_set():
        try:
            worker.step()
            pause = 0.2
            continue
        except BusError as error:
            log.warning("the broker is away: %s", error)
            worker.close()
        except Lost:
            connection.close()
        except _AWAY as error:
            log.warning("the database is away: %s", error)
            connection.close()
        stopped.wait(pause)
        pause = min(pause * 2, 2.0)
    worker.close()
