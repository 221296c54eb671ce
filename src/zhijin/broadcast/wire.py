"""``zhijin voice``: says broadcasts over the broker and takes the receipts in.

One process at a time (an advisory lock). Orders are heard at QoS 0 only, so whoever has not answered is told again,
later and later, until the time has passed; a loudspeaker that comes back is told at once. Killed at any moment, it
says something again that was said already, and the loudspeakers know it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import Count, F, Q

from zhijin.broadcast import orders
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.orders import OPUS_MEDIA
from zhijin.broadcast.receipts import Said, Taken, take_in
from zhijin.broadcast.services import knocking
from zhijin.broadcast.services.common import SYSTEM, millis, note, rules
from zhijin.broadcast.services.sending import HOPE, hopeful
from zhijin.core import clock, signing
from zhijin.core.bus import Address, BusError, Client
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.sensing.api import Pull, area_topic, device_of, device_topic, ensure_streams, stamped

log = logging.getLogger("zhijin.voice")
LOCK = 0x5A48_4A06
RECEIPTS, KIND = "receipts", "loudspeaker"
BATCH = 4000
#: How long to wait for a receipt before saying it again, by how often it was said.
PAUSES = (10, 20, 60, 180, 600)
#: One document names at most so many loudspeakers; more at once are told through their areas.
NAMED, AT_ONCE = 900, 3000
#: Loudspeakers fetch the audio over this long, a millisecond for each of them.
SPREAD_MS = 5000
TEND_SECONDS = 0.3
#: A broadcast over which the voice stumbles is tried again after this long.
AGAIN = timedelta(minutes=1)
_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
State, Heard = Broadcast.State, Target.State
#: Nothing more will come of these.
FINAL = (Heard.PLAYED, Heard.FAILED, Heard.REFUSED, Heard.EXPIRED, Heard.STOPPED)


#: Taken on, and not begun: a loudspeaker that lost its memory is told again.
LOST = (Heard.RECEIVED, Heard.VERIFIED, Heard.QUEUED)


class Lost(RuntimeError):
    """Another process speaks."""


@dataclass
class Voice:
    """Call :meth:`step` for ever. Raises BusError, Lost, DatabaseError."""

    address: Address
    bus: Client | None = None
    receipts: int = 0
    _pull: Pull | None = None
    _held: object = None
    _tend_at: float = 0.0
    _back: set[str] = field(default_factory=set)
    _new: set[str] = field(default_factory=set)

    def open(self) -> None:
        self.bus = self.address.client("platform").connect()
        ensure_streams(self.bus, self.address)
        self._pull = Pull(self.bus, RECEIPTS)

    def close(self) -> None:
        if self.bus is not None:
            self.bus.close()
        self.bus = self._pull = None

    def step(self, timeout: float = 0.1) -> None:
        """Take in what has come; say what is due."""
        if self.bus is None:
            self.open()
        assert self.bus is not None
        assert self._pull is not None
        self._hold_lock()
        self._pull.ask(BATCH // 2)
        heard = self._pull.hear(timeout)
        if heard:
            said = [Said(device_of(one.subject)[0], one.data, stamped(one)) for one in heard]
            taken = _commit(said)
            self.receipts += taken.rows
            self._back |= taken.hello
            self._new |= taken.new
            self.bus.publish_many((one.reply, "", b"") for one in heard)
        if time.monotonic() >= self._tend_at:
            self._tend_at = time.monotonic() + TEND_SECONDS
            back, new = self._back, self._new
            self._back, self._new = set(), set()
            if back:
                answer_back(self.bus, back, new)
            tend(self.bus)

    def _hold_lock(self) -> None:
        if self._held is not None and self._held is connection.connection:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise Lost
        self._held = connection.connection


def _commit(said: list[Said]) -> Taken:
    """One message that the database refuses does not keep the others back."""
    try:
        return take_in(said)
    except _AWAY:
        raise
    except DatabaseError:
        if len(said) == 1:
            log.exception("a receipt that the database refuses was left out")
            return Taken(bad=1)
        half = len(said) // 2
        one, other = _commit(said[:half]), _commit(said[half:])
        return Taken(
            one.rows + other.rows, one.bad + other.bad, one.hello | other.hello, one.new | other.new
        )  # fmt: skip


def run(address: Address, stopped: threading.Event) -> None:
    """Until ``stopped`` is set. A broker or a database that is away is waited for."""
    voice, pause = Voice(address), 0.2
    while not stopped.is_set():
        try:
            voice.step()
            pause = 0.2
            continue
        except BusError as error:
            log.warning("the broker is away: %s", error)
            voice.close()
        except Lost:
            connection.close()
        except _AWAY as error:
            log.warning("the database is away: %s", error)
            voice.close()
            connection.close()
        stopped.wait(pause)
        pause = min(pause * 2, 2.0)
    voice.close()


def tend(bus: Client) -> int:
    """Say what is due, and end what is over; returns how many broadcasts were looked at."""
    now, done = clock.now(), 0
    due = Q(state__in=(State.OUT, State.STOPPED), due_at__lte=now)
    with scoped(SYSTEM):
        ids = list(
            Broadcast.objects.filter(due).order_by("due_at").values_list("pk", flat=True)[:50]
        )
    for pk in ids:
        try:
            with scoped(SYSTEM):
                locked = Broadcast.objects.select_for_update(no_key=True, skip_locked=True)
                row = locked.filter(due, pk=pk).first()
                if row is not None:
                    _tend(bus, row, now)
                    done += 1
        except (BusError, *_AWAY):
            raise
        except Exception:
            # One that nobody foresaw must not keep every other from being said.
            log.exception("broadcast %s was not tended; again in %g s", pk, AGAIN.total_seconds())
            with scoped(SYSTEM):
                Broadcast.objects.filter(pk=pk).update(due_at=now + AGAIN)
    return done


def _tend(bus: Client, row: Broadcast, now: datetime) -> None:
    if row.state == State.STOPPED:
        _say_stop(bus, row, now)
        return
    targets = Target.objects.filter(broadcast_id=row.id)
    over = row.ends_at is not None and now > row.ends_at
    if over and not targets.filter(hopeful(row)).exists():
        _end(row)
        return
    open_ = dict(targets.exclude(state__in=FINAL).values_list("state").annotate(n=Count("*")))
    if not open_:
        _end(row)
        return
    silent = targets.filter(state=Heard.LISTED, until__gt=now)
    waiting = silent.filter(sends=0).exists() or silent.filter(sent_at__lt=now - _pause(1)).exists()
    if waiting:
        _say(bus, row, silent, now)
    listed = open_.get(Heard.LISTED, 0)
    said = silent.order_by("sends").values_list("sends", flat=True).first() if listed else 0
    row.due_at = now + (_pause(said or 1) if listed and not over else timedelta(seconds=5))
    if row.ends_at is not None and not over:
        row.due_at = min(row.due_at, row.ends_at)
    row.due_at = max(row.due_at, now + timedelta(milliseconds=200))
    row.save(update_fields=["due_at"])


def _pause(said: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(max(said, 1), len(PAUSES)) - 1])


def _say(bus: Client, row: Broadcast, silent: Any, now: datetime) -> None:
    """To everybody who has not answered: through the areas the first time, to each alone after. Within a circle
    to each alone, since the areas hold others too."""
    fresh = silent.filter(attempt=1, sends=0)
    if row.circle:
        _say_to(bus, row, list(fresh.order_by("code")[:AT_ONCE]), now)
    elif fresh.exists():
        turns = list(fresh.values_list("turn", "at", "until").distinct().order_by("turn"))
        data = _signed(row, turns, row.areas, [], fresh.count())
        bus.publish_many((area_topic(area, KIND, "play"), "", data) for area in row.areas)
        fresh.update(sends=1, sent_at=now)
    again = silent.filter(sent_at__lt=now - _pause(1)) | silent.filter(attempt__gt=1, sends=0)
    _say_to(bus, row, list(again.order_by("sends", "code")[:AT_ONCE]), now)


def _say_to(bus: Client, row: Broadcast, targets: Sequence[Target], now: datetime) -> None:
    groups: dict[tuple[int, int, datetime, datetime], list[Target]] = defaultdict(list)
    for target in targets:
        groups[target.attempt, target.turn, target.at, target.until].append(target)
    for (attempt, turn, at, until), found in groups.items():
        for start in range(0, len(found), NAMED):
            part = found[start : start + NAMED]
            codes = [target.code for target in part]
            data = _signed(row, [(turn, at, until)], [], codes, len(part), attempt)
            bus.publish_many((device_topic(code, "play"), "", data) for code in codes)
            Target.objects.filter(broadcast_id=row.id, turn=turn, code__in=codes).update(
                sends=F("sends") + 1, sent_at=now
            )


def _signed(
    row: Broadcast, turns: Iterable[tuple[int, datetime, datetime]], areas: Sequence[str], to: Sequence[str],
    ears: int, attempt: int = 1,
) -> bytes:  # fmt: skip
    now = clock.now() - clock.demo_offset()
    order = orders.Order(
        id=str(row.id), attempt=attempt, level=row.level, title=row.title, areas=tuple(areas), to=tuple(to),
        turns=tuple(orders.Turn(number, millis(at), millis(until)) for number, at, until in turns),
        digest=row.digest, media=row.media, path=f"/broadcast/audio/{row.digest}/", size=row.size,
        millis=row.millis, times=row.times, gap=2, volume=row.volume,
        quiet=(row.quiet[0], row.quiet[1]) if row.quiet and not row.urgent else None,
        spread=min(SPREAD_MS, ears), signed_at=0, forms=_forms(row),
    )  # fmt: skip
    signed = signing.sign_document(orders.PLAY, orders.body(order), at=now)
    return orders.envelope(signed.data, signed.signature.kid, signed.signature.value)


def _forms(row: Broadcast) -> tuple[orders.Form, ...]:
    if not row.opus_digest:
        return ()
    path = f"/broadcast/audio/{row.opus_digest}/"
    return (orders.Form(row.opus_digest, OPUS_MEDIA, path, row.opus_size),)


def _say_stop(bus: Client, row: Broadcast, now: datetime) -> None:
    """Through the areas; then, since a word at QoS 0 may be lost, to each that has not said that it stopped, later and
    later, for as long as it could still play."""
    since = now - (row.ended_at or now)
    targets = Target.objects.filter(broadcast_id=row.id, until__gt=now)
    if since < timedelta(seconds=PAUSES[0]):
        data = _stop(row, row.areas, [])
        bus.publish_many((area_topic(area, KIND, "stop"), "", data) for area in row.areas)
    else:
        going = targets.filter(state__in=HOPE).order_by("code").values_list("code", flat=True)
        _say_stop_to(bus, row, list(going.distinct()[:AT_ONCE]))
    again = min(max(since, timedelta(seconds=PAUSES[0])), timedelta(seconds=PAUSES[-1]))
    going_on = targets.exclude(state__in=FINAL).exists()
    row.due_at = now + again if going_on else None
    row.save(update_fields=["due_at"])


def _say_stop_to(bus: Client, row: Broadcast, codes: Sequence[str]) -> None:
    for start in range(0, len(codes), NAMED):
        part = codes[start : start + NAMED]
        data = _stop(row, [], part)
        bus.publish_many((device_topic(code, "stop"), "", data) for code in part)


def _stop(row: Broadcast, areas: Sequence[str], to: Sequence[str]) -> bytes:
    body = {"id": str(row.id), "areas": list(areas), "to": list(to)}
    signed = signing.sign_document(orders.STOP, body, at=clock.now() - clock.demo_offset())
    return orders.envelope(signed.data, signed.signature.kid, signed.signature.value)


def answer_back(bus: Client, codes: Iterable[str], new: Collection[str] = ()) -> None:
    """Tell loudspeakers that have just come (back) what they have missed, and what was stopped meanwhile; those that
    are ``new`` or have lost their memory also what they had taken on. What had begun to sound is not begun again."""
    now, wanted = clock.now(), list(codes)
    with scoped(SYSTEM):
        open_ = Target.objects.filter(code__in=wanted, until__gt=now).exclude(state__in=FINAL)
        by_id: dict[Any, list[Target]] = defaultdict(list)
        for target in open_.order_by("broadcast_id", "turn")[:20_000]:
            by_id[target.broadcast_id].append(target)
        # The oldest first: that is the order in which they would have been heard.
        for row in Broadcast.objects.filter(pk__in=list(by_id)).order_by("id"):
            if row.state == State.OUT:
                missed = [
                    one for one in by_id[row.id]
                    if (one.state == Heard.LISTED or (one.code in new and one.state in LOST)) and one.sends
                ]  # fmt: skip
                _say_to(bus, row, missed, now)
            elif row.state == State.STOPPED:
                _say_stop_to(bus, row, sorted({one.code for one in by_id[row.id]}))


def _end(row: Broadcast) -> None:
    """The time is over, or everybody has played: counted once, and told."""
    now = clock.now()
    counted = dict(
        Target.objects.filter(broadcast_id=row.id).values_list("state").annotate(n=Count("*"))
    )
    played = counted.get(Heard.PLAYED, 0)
    row.state, row.ended_at, row.due_at = State.ENDED, now, None
    row.save(update_fields=["state", "ended_at", "due_at"])
    total = sum(counted.values())
    note(SYSTEM, row, "end", value=played, detail={"of": total, "listed": total - played})
    if played < total and rules(row.place_code).model.levels.of(row.level).knock:
        # By the worker: hundreds of cases take a while, and other orders are not to wait for them.
        with contextlib.suppress(Refusal):
            knocking.begin(SYSTEM, row)
