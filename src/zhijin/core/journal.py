"""The journal: who did or saw what. Entries join the change's transaction; a sealer chains them after.

Chaining inside the transaction would make every writer wait for the one before. So entries are
written freely, and :func:`seal_new` chains those that have been committed since.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db import connection, transaction

from zhijin.core.actor import Actor
from zhijin.core.crypto import sm3
from zhijin.core.statements import send

GENESIS = bytes(32)
#: Advisory lock held by the one process that seals.
SEAL_LOCK = 0x5A48_4A01
#: How far behind the newest sealed entry a slow transaction's entry is looked for at every turn,
#: and every few minutes. The first turn of a process looks through everything.
WINDOW, WIDE_WINDOW = 5_000, 1_000_000
WIDE_EVERY_SECONDS = 300.0
_INSERT = (
    "INSERT INTO core_journal (actor, actor_name, action, object, place_key, detail)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
_INSERT_MANY = (
    "INSERT INTO core_journal (actor, actor_name, action, object, place_key, detail)"
    " SELECT %s, %s, %s, o, k, '{}' FROM unnest(%s::text[], %s::bigint[])"
    " WITH ORDINALITY AS given(o, k, n) ORDER BY n"
)
FIELDS = "j.id, j.at, j.actor, j.actor_name, j.action, j.object, j.place_key, j.detail"
_UNSEALED = (
    f"SELECT {FIELDS} FROM core_journal j WHERE j.id > %s"
    # The second bound keeps the planner from reading all seals to find the few that matter.
    " AND NOT EXISTS (SELECT FROM core_journal_seal s WHERE s.entry_id = j.id AND s.entry_id > %s)"
    " ORDER BY j.tx, j.id LIMIT %s"
)

_looked_to: int | None = None
_looked_wide_at = 0.0


def write(
    actor: Actor,
    action: str,
    obj: str,
    *,
    place_key: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry in the current transaction. ``obj`` reads ``kind:id``.

    ``detail`` is JSON; a reason that the actor gave stands under ``why``. It is kept for good, so
    it names records and never holds what the masking hides.
    """
    text = json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, default=str)
    send(_INSERT, [actor.label[:64], actor.name[:64], action[:64], obj[:96], place_key, text])


def write_many(actor: Actor, action: str, objects: Sequence[tuple[str, int | None]]) -> None:
    """Add an entry for each of ``objects`` (``kind:id`` and its place's key), in their order, by one statement."""
    given = [obj[:96] for obj, _key in objects], [key for _obj, key in objects]
    send(_INSERT_MANY, [actor.label[:64], actor.name[:64], action[:64], *given])


def canonical(row: tuple[Any, ...]) -> bytes:
    """The bytes of an entry that its digest covers: sorted JSON of every column, UTC times."""
    id_, at, actor, name, action, obj, key, detail = row
    detail = json.loads(detail) if isinstance(detail, str) else detail
    body = [id_, at.astimezone(UTC).isoformat(), actor, name, action, obj, key, detail]
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal_new(limit: int = 5000) -> int:
    """Chain up to ``limit`` unsealed entries of finished transactions; returns how many.

    Runs in one process at a time (an advisory lock); others return 0.
    """
    global _looked_to
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT seq, digest FROM core_journal_seal ORDER BY seq DESC LIMIT 1")
        last = cursor.fetchone()
        seq, digest = (last[0], bytes(last[1])) if last else (0, GENESIS)
        after = _look_from()
        cursor.execute(_UNSEALED, [after, after, limit])
        rows = cursor.fetchall()
        seals = []
        for row in rows:
            seq, digest = seq + 1, sm3(digest + canonical(row))
            seals.append((seq, row[0], digest))
        cursor.executemany(
            "INSERT INTO core_journal_seal (seq, entry_id, digest) VALUES (%s, %s, %s)", seals
        )
    if len(rows) < limit:
        _looked_to = max([_looked_to or 0, *(row[0] for row in rows)])
    return len(rows)


def _look_from() -> int:
    """The number after which unsealed entries are looked for this time."""
    global _looked_wide_at
    if _looked_to is None:
        return 0
    if time.monotonic() - _looked_wide_at < WIDE_EVERY_SECONDS:
        return _looked_to - WINDOW
    _looked_wide_at = time.monotonic()
    return _looked_to - WIDE_WINDOW


def forget_place() -> None:
    """Look through everything again at the next turn (another database, a restored backup)."""
    global _looked_to
    _looked_to = None
