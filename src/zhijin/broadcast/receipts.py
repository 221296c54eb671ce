"""Takes in what loudspeakers say of orders: a batch of messages becomes one statement, and whatever came twice or
too late changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from zhijin.broadcast.models import Target
from zhijin.broadcast.orders import STATES
from zhijin.broadcast.services.common import SYSTEM
from zhijin.core.scope import scoped

MOST_BYTES = 512
_KEYS = frozenset({"seq", "at", "order", "turn", "attempt", "state", "why", "ms"})
WHYS = frozenset({
    "signature", "format", "area", "clock", "expired", "digest", "fetch", "media", "sound", "cut", "quiet", "busy",
    "spoilt",
})  # fmt: skip
_MOST = {"seq": 2**53, "at": 2**53, "turn": 100, "attempt": 1000, "ms": 2**31 - 1}
_NUMBER = {name: Target.State[name.upper()] for name in STATES}
#: A device's clock is believed this far from the broker's.
BELIEVED_MS = 120_000
_STEPS = ("received", "verified", "playing", "played")

_UPDATE = """
UPDATE broadcast_target t SET
  state = CASE WHEN r.state = 6 OR r.seq > t.seq AND r.state >= 0 THEN r.state ELSE t.state END,
  why = CASE WHEN r.seq > t.seq AND r.state >= 0 THEN r.why ELSE t.why END,
  millis = greatest(t.millis, r.ms), seq = greatest(t.seq, r.seq), last_at = greatest(t.last_at, r.heard),
  received_at = coalesce(t.received_at, r.received), verified_at = coalesce(t.verified_at, r.verified),
  playing_at = coalesce(t.playing_at, r.playing), played_at = coalesce(t.played_at, r.played)
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::int[], %s::bigint[], %s::int[], %s::text[], %s::int[],
  %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
  AS r (id, turn, code, attempt, seq, state, why, ms, heard, received, verified, playing, played)
WHERE t.broadcast_id = r.id AND t.turn = r.turn AND t.code = r.code
  AND (r.attempt >= t.attempt OR r.state = 6) AND t.state <> 6
"""
#: A refusal names no turn; it says something only where nothing else is known.
_REFUSE = """
UPDATE broadcast_target t SET state = 8, why = r.why, seq = greatest(t.seq, r.seq), last_at = r.heard
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[]) AS r (id, code, seq, why, heard)
WHERE t.broadcast_id = r.id AND t.code = r.code AND t.state = 0 AND t.seq < r.seq
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One receipt: who, what, and when the broker had it (milliseconds)."""

    code: str
    data: bytes
    millis: int


@dataclass
class Row:
    """What a batch says of one turn at one loudspeaker: the newest state, and when each step was."""

    key: tuple[UUID, int, str]
    attempt: int = 0
    seq: int = 0
    state: int = -1
    why: str = ""
    ms: int = 0
    heard: datetime | None = None
    steps: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Taken:
    """What a batch held. ``hello``: loudspeakers that have just come (back); ``new``: those of them that know nothing
    of what they were told."""

    rows: int = 0
    bad: int = 0
    hello: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)


def take_in(batch: Iterable[Said]) -> Taken:
    """Commit a batch. Raises DatabaseError."""
    out, rows = Taken(), dict[tuple[UUID, int, str], Row]()
    refused: list[tuple[UUID, str, int, str, datetime]] = []
    for said in batch:
        told = read(said.data)
        if told is None:
            out.bad += 1
        elif told["state"] == "hello":
            out.hello.add(said.code)
            if told.get("why") == "new":
                out.new.add(said.code)
        elif told["state"] == "refused":
            refused.append(
                (told["order"], said.code, told["seq"], told["why"], _at(said.millis, said.millis))
            )
        else:
            _add(rows, said, told)
    with scoped(SYSTEM), connection.cursor() as cursor:
        if rows:
            cursor.execute(_UPDATE, _columns(list(rows.values())))
            out.rows = int(cursor.rowcount)
        if refused:
            cursor.execute(_REFUSE, [list(column) for column in zip(*refused, strict=True)])
    return out


def read(data: bytes) -> dict[str, Any] | None:
    """A receipt that fits, with its order as an id; None for anything else."""
    try:
        told = json.loads(data) if len(data) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not told.keys() <= _KEYS or not _figures(told):
        return None
    if told.get("state") == "hello":
        return told
    if told.get("state") not in STATES or told.setdefault("why", "") not in {"", *WHYS}:
        return None
    try:
        told["order"] = UUID(str(told.get("order")))
    except ValueError:
        return None
    return told


def _figures(told: dict[str, Any]) -> bool:
    """Whether every figure is a whole number in its range; those left out become 0."""
    for key, most in _MOST.items():
        value = told.setdefault(key, 0)
        if type(value) is not int or not 0 <= value <= most:
            return False
    return True


def _add(rows: dict[tuple[UUID, int, str], Row], said: Said, told: dict[str, Any]) -> None:
    key = (told["order"], told["turn"], said.code)
    row = rows.setdefault(key, Row(key))
    at = _at(told["at"], said.millis)
    if told["attempt"] > row.attempt:
        # What belongs to an earlier try says nothing of this one, but that it was heard.
        row.attempt = told["attempt"]
        if row.state != Target.State.PLAYED:
            row.seq, row.steps = 0, {}
    if told["attempt"] < row.attempt and told["state"] != "played":
        return
    if told["state"] == "played" or (told["seq"] > row.seq and row.state != Target.State.PLAYED):
        row.seq, row.state, row.why = told["seq"], int(_NUMBER[told["state"]]), told["why"]
    row.ms, row.heard = max(row.ms, told["ms"]), _at(said.millis, said.millis)
    if told["state"] in _STEPS:
        row.steps.setdefault(told["state"], at)


def _at(device: int, broker: int) -> datetime:
    """The device's time when it is near the broker's, else the broker's."""
    millis = device if broker - 7 * 86_400_000 <= device <= broker + BELIEVED_MS else broker
    return datetime.fromtimestamp(millis / 1000, UTC)


def _columns(rows: list[Row]) -> list[list[Any]]:
    return [
        [row.key[0] for row in rows], [row.key[1] for row in rows], [row.key[2] for row in rows],
        [row.attempt for row in rows], [row.seq for row in rows], [row.state for row in rows],
        [row.why for row in rows], [row.ms for row in rows], [row.heard for row in rows],
        *([row.steps.get(step) for row in rows] for step in _STEPS),
    ]  # fmt: skip
