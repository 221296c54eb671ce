"""The journal: who did or saw what. Entries join the change's transaction; a sealer chains them after.

Chaining inside the transaction would make every writer wait for the one before. So entries are
written freely, and :func:`seal_new` chains those of finished transactions in commit-safe order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from zhijin.core.actor import Actor
from zhijin.core.crypto import sm3

GENESIS = bytes(32)
#: Advisory lock held by the one process that seals.
SEAL_LOCK = 0x5A48_4A01
_INSERT = (
    "INSERT INTO core_journal (actor, actor_name, action, object, place_key, detail)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
_FIELDS = "j.id, j.at, j.actor, j.actor_name, j.action, j.object, j.place_key, j.detail"


def write(
    actor: Actor,
    action: str,
    obj: str,
    *,
    place_key: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry in the current transaction. ``obj`` reads ``kind:id``."""
    text = json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, default=str)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [actor.label, actor.name[:64], action, obj, place_key, text])


def canonical(row: tuple[Any, ...]) -> bytes:
    """The bytes of an entry that its digest covers: sorted JSON of every column, UTC times."""
    id_, at, actor, name, action, obj, key, detail = row
    detail = json.loads(detail) if isinstance(detail, str) else detail
    body = [id_, at.isoformat(), actor, name, action, obj, key, detail]
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal_new(limit: int = 5000) -> int:
    """Chain up to ``limit`` unsealed entries of finished transactions; returns how many.

    Runs in one process at a time (an advisory lock); others return 0.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT seq, digest FROM core_journal_seal ORDER BY seq DESC LIMIT 1")
        last = cursor.fetchone()
        seq, digest = (last[0], bytes(last[1])) if last else (0, GENESIS)
        cursor.execute(
            f"SELECT {_FIELDS} FROM core_journal j"
            " LEFT JOIN core_journal_seal s ON s.entry_id = j.id"
            " WHERE s.seq IS NULL AND j.tx < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY j.tx, j.id LIMIT %s",
            [limit],
        )
        rows = cursor.fetchall()
        seals = []
        for row in rows:
            seq, digest = seq + 1, sm3(digest + canonical(row))
            seals.append((seq, row[0], digest))
        cursor.executemany("INSERT INTO core_journal_seal VALUES (%s, %s, %s)", seals)
    return len(rows)


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found."""

    sealed: int
    unsealed: int
    broken_at: int | None
    head: str

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify() -> Verdict:
    """Recompute the whole chain; ``broken_at`` is the first seal whose entry was changed or removed."""
    digest, expected, sealed = GENESIS, 0, 0
    broken: int | None = None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.seq, s.digest, {_FIELDS} FROM core_journal_seal s"
            " LEFT JOIN core_journal j ON j.id = s.entry_id ORDER BY s.seq"
        )
        while rows := cursor.fetchmany(5000):
            for seq, stored, *entry in rows:
                expected, sealed = expected + 1, sealed + 1
                gone = seq != expected or entry[0] is None
                digest = b"" if gone else sm3(digest + canonical(tuple(entry)))
                if broken is None and digest != bytes(stored):
                    broken = seq
                expected, digest = seq, bytes(stored)
        cursor.execute(
            "SELECT count(*) FROM core_journal j"
            " LEFT JOIN core_journal_seal s ON s.entry_id = j.id WHERE s.seq IS NULL"
        )
        (unsealed,) = cursor.fetchone()
    return Verdict(sealed, unsealed, broken, digest.hex())
