"""Takes a batch of messages into the database in one transaction: readings by COPY, how each device is, what
was refused, and the cases that rules open. Knows no broker: what it is given it commits, or raises."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.signals import Reading
from zhijin.sensing import faults, messages, refusing, rules, sanity
from zhijin.sensing.guard import SHUT_MINUTES
from zhijin.sensing.models import Device
from zhijin.sensing.registry import Known, Registry
from zhijin.sensing.taken import Taken
from zhijin.sensing.windows import Verdict

log = logging.getLogger("zhijin.ingest")
INGEST = Actor.system("ingest")
_STAGE = (
    "CREATE TEMP TABLE IF NOT EXISTS sensing_in (county integer, device_id bigint, at bigint,"
    " seq bigint, received bigint, place_key bigint, kind smallint, value integer, second integer,"
    " battery smallint) ON COMMIT DELETE ROWS"
)
_COPY = "COPY sensing_in FROM STDIN"
_EPOCH = "'epoch'::timestamptz + {} * interval '1 millisecond'"
_INSERT = (
    "INSERT INTO sensing_reading (county, device_id, at, seq, received, place_key, kind, value,"
    f" second, battery) SELECT county, device_id, {_EPOCH.format('at')}, seq,"
    f" {_EPOCH.format('received')}, place_key, kind, value, second, battery FROM sensing_in"
    " ON CONFLICT DO NOTHING"
)
#: What was measured before the reading that is shown already (and came late) does not take its place.
_NEWER = (
    "CASE WHEN n.kind IS NULL OR s.read_at > "
    + _EPOCH.format("n.at")
    + " THEN s.{0} ELSE n.{0} END"
)
_STATES = (
    "UPDATE sensing_state s SET high = n.high, seen = n.seen, last_at = greatest(s.last_at,"
    f" {_EPOCH.format('n.last')}), events = s.events + n.events,"
    " battery = coalesce(n.battery, s.battery), clock_off = n.off,"
    f" kind = {_NEWER.format('kind')}, value = {_NEWER.format('value')},"
    f" second = {_NEWER.format('second')},"
    f" read_at = CASE WHEN n.kind IS NULL THEN s.read_at"
    f" ELSE greatest(s.read_at, {_EPOCH.format('n.at')}) END, dead_since = NULL"
    " FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bigint[], %s::bigint[],"
    " %s::smallint[], %s::bigint[], %s::smallint[], %s::integer[], %s::integer[], %s::bigint[])"
    " AS n(id, high, seen, last, events, battery, off, kind, value, second, at)"
    " WHERE s.device_id = n.id"
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as the broker gave it: who said it, its bytes, when the broker had it (milliseconds),
    its place in the stream (0: unknown)."""

    code: str
    data: bytes
    millis: int
    place: int = 0


@dataclass
class Outcome:
    """What became of a batch."""

    stored: int = 0
    again: int = 0
    refused: int = 0
    alarms: int = 0
    cases: int = 0
    nobody: int = 0


@dataclass
class _Batch:
    taken: list[Taken] = field(default_factory=list)
    refused: Counter[tuple[int, str]] = field(default_factory=Counter)
    details: dict[tuple[int, str], str] = field(default_factory=dict)
    devices: dict[int, Known] = field(default_factory=dict)
    shut: dict[int, Known] = field(default_factory=dict)
    off: dict[int, int] = field(default_factory=dict)
    touched: dict[int, Taken] = field(default_factory=dict)
    events: Counter[int] = field(default_factory=Counter)
    battery: dict[int, int] = field(default_factory=dict)
    mad: dict[int, sanity.Sign] = field(default_factory=dict)

    def refuse(self, device: Known, reason: str, detail: str = "") -> None:
        key = (device.id, reason)
        self.devices[device.id] = device
        self.refused[key] += 1
        self.details[key] = detail


def take_in(arrived: Sequence[Arrived], registry: Registry, *, judged: bool = True) -> Outcome:
    """Commit a batch; unless ``judged`` without looking at rules. Raises what the database and the rules raise; then
    the registry's memory is not to be trusted."""
    outcome = Outcome()
    with scoped(INGEST):
        registry.refresh()
        registry.watch_anew(rules.refresh())
        registry.load({one.code for one in arrived})
        batch = _sorted(arrived, registry, outcome)
        if batch.taken:
            _store(batch.taken)
        _remember(batch)
        _tell_refused(batch)
        for device in batch.shut.values():
            shut_out(device)
        for device_id, sign in batch.mad.items():
            hold(batch.devices[device_id], sign)
        raised = rules.apply(batch.taken) if judged else rules.Raised()
        outcome.alarms, outcome.cases = raised.alarms, raised.cases
    outcome.stored = len(batch.taken)
    outcome.refused = batch.refused.total()
    return outcome


def _sorted(arrived: Sequence[Arrived], registry: Registry, outcome: Outcome) -> _Batch:
    """Which messages are taken, which refused; windows and guards move on."""
    batch = _Batch()
    ahead = int(clock.demo_offset().total_seconds() * 1000)
    for one in arrived:
        device = registry.known.get(one.code)
        if device is None:
            outcome.nobody += 1
            continue
        if not device.active:
            batch.refuse(device, "stopped")
            continue
        if not device.guard.admits(one.millis / 1000, one.place):
            batch.refuse(device, "flood")
            if device.guard.mad:
                batch.shut[device.id] = device
            continue
        try:
            event = messages.read(one.data)
            if event.reading.kind not in device.kinds:
                raise messages.Bad("kind")
        except messages.Bad as bad:
            _refuse_bad(batch, device, bad, one.millis)
            continue
        verdict = device.window.take(event.seq)
        if verdict is Verdict.NEW:
            _take(batch, device, event, one.millis, ahead)
        elif verdict is Verdict.AGAIN:
            outcome.again += 1
        else:
            batch.refuse(device, "old")
    return batch


def _take(batch: _Batch, device: Known, event: messages.Event, millis: int, ahead: int) -> None:
    """The device's own time when it can be; else the broker's, and how far the clock is off."""
    ticking, reading = device.ticking, event.reading
    at = ticking.read(event.millis, millis) + ahead
    if reading.kind and not device.held:
        _watch(batch, device, reading, at)
    taken = Taken(device, event, at, millis + ahead, device.held)
    batch.off[device.id] = max(min(ticking.off // 1000, 2**31 - 1), -(2**31)) if ticking.off else 0
    batch.devices[device.id] = device
    batch.events[device.id] += 1
    if reading.battery is not None:
        batch.battery[device.id] = reading.battery
    last = batch.touched.get(device.id)
    if last is None or last.event.reading.kind == 0 or (reading.kind and at >= last.at):
        batch.touched[device.id] = taken
    if reading.kind:
        batch.taken.append(taken)


def _watch(batch: _Batch, device: Known, reading: Reading, at: int) -> None:
    """Look for signs of madness; from the reading on that completes one, the device is in quarantine."""
    watchers = device.watchers
    if watchers is None:
        watchers = device.watchers = sanity.watchers(device.place_code, device.kinds)
    for one in watchers.get(reading.kind, ()):
        if one.sees(reading.value, reading.second, at):
            device.held = True
            batch.mad[device.id] = one.sign


def _refuse_bad(batch: _Batch, device: Known, bad: messages.Bad, millis: int) -> None:
    """What is out of range again and again is a sign of madness, too."""
    batch.refuse(device, bad.reason, bad.detail)
    if bad.reason != "range" or device.held:
        return
    if device.watchers is None:
        device.watchers = sanity.watchers(device.place_code, device.kinds)
    for one in device.watchers.get(sanity.RANGE, ()):
        if one.counts(millis):
            device.held = True
            batch.mad[device.id] = one.sign


def _store(taken: Sequence[Taken]) -> None:
    """COPY goes through a temporary table: PostgreSQL refuses it where row-level security stands."""
    lines = []
    for one in taken:
        device, reading = one.device, one.event.reading
        value = "\\N" if reading.value is None else reading.value
        second = "\\N" if reading.second is None else reading.second
        battery = "\\N" if reading.battery is None else reading.battery
        lines.append(
            f"{device.county}\t{device.id}\t{one.at}\t{one.event.seq}\t{one.received}"
            f"\t{device.place_key}\t{reading.kind}\t{value}\t{second}\t{battery}\n"
        )
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            copy.write("".join(lines))
        cursor.execute(_INSERT)


def _remember(batch: _Batch) -> None:
    """One statement for every device of the batch: its window, when it was last heard, what it said."""
    if not batch.touched:
        return
    columns: list[list[Any]] = [[] for _ in range(11)]
    for device_id in sorted(batch.touched):
        last, device = batch.touched[device_id], batch.devices[device_id]
        reading = last.event.reading
        row = (
            device_id, device.window.high, device.window.to_bytes(), last.received,
            batch.events[device_id], batch.battery.get(device_id), batch.off[device_id],
            reading.kind or None, reading.value, reading.second, last.at,
        )  # fmt: skip
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(_STATES, columns)


def _tell_refused(batch: _Batch) -> None:
    rows = []
    for (device_id, reason), often in sorted(batch.refused.items()):
        device, detail = batch.devices[device_id], batch.details[(device_id, reason)]
        rows.append((device.county, device.place_key, device_id, reason, often, detail))
    refusing.count(rows)


def shut_out(device: Known) -> None:
    """Keep a mad device away from the broker for ten minutes; the gate sees it and ends its connection."""
    now = clock.now()
    device.guard.surplus = 0
    changed = Device.objects.filter(pk=device.id, county=device.county).exclude(shut_until__gt=now)
    until = now + timedelta(minutes=SHUT_MINUTES)
    if changed.update(shut_until=until, shut_why="flood", changed_at=now):
        record = f"device:{device.code}"
        journal.write(INGEST, "device.shut", record, place_key=device.place_key)
        facts.record(
            "device.shut", at=now, place_code=device.place_code, subject="flood", actor=INGEST,
            record=record, org_key=device.org_key, attrs={"simulated": device.simulated},
        )  # fmt: skip
        faults.open_mad(device, "flood", 0)


def hold(device: Known, sign: sanity.Sign) -> None:
    """Put a sensor gone mad into quarantine until somebody has looked at it, with one case for whoever looks."""
    now = clock.now()
    free = Device.objects.filter(pk=device.id, county=device.county, held_at=None)
    changed = free.update(held_at=now, held_why=sign.sign, held_on=sign.kind, changed_at=now)
    if not changed:
        return
    record = f"device:{device.code}"
    opened = faults.open_mad(device, sign.sign, sign.kind)
    detail = {"sign": sign.key, "case": str(opened or "")}
    journal.write(INGEST, "device.held", record, place_key=device.place_key, detail=detail)
    facts.record(
        "device.held", at=now, place_code=device.place_code, subject=sign.sign, actor=INGEST,
        record=record, org_key=device.org_key, attrs={**detail, "simulated": device.simulated},
    )  # fmt: skip
