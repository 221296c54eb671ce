"""The same submission twice gives the same answer once: a key is claimed inside the transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from zhijin.core.errors import IDEMPOTENCY_MISMATCH
from zhijin.core.ids import uuid7
from zhijin.core.statements import send


@dataclass(frozen=True, slots=True)
class Claim:
    """``answer`` is empty when this submission is the first; else the earlier answer."""

    id: str
    answer: str

    @property
    def is_replay(self) -> bool:
        return bool(self.answer)


_CLAIM = (
    "INSERT INTO core_idempotency (id, scope, key, body, answer) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (scope, key) DO NOTHING RETURNING id"
)
_EARLIER = "SELECT body, answer FROM core_idempotency WHERE scope = %s AND key = %s"
_PURGE = "DELETE FROM core_idempotency WHERE at < now() - make_interval(secs => %s)"
#: How long a replay is recognised: longer than any phone keeps an unsent report.
KEEP = timedelta(days=180)


def claim(scope: str, key: str, body: bytes, answer: str) -> Claim:
    """Claim ``key`` for ``body`` with ``answer`` (not empty), or learn the answer given before.

    A second transaction with the same key waits here for the first to end, so two clicks can
    never both pass. Raises CO422 when the body differs from the first one's, ValueError without
    an answer (a replay could not be told from a first time).
    """
    if not answer:
        raise ValueError("an idempotency key is claimed with the answer it stands for")
    digest, short = hashlib.sha256(body).digest(), _short(key)
    # A second turn only when the earlier claim was purged between the two statements.
    for _turn in range(3):
        if send(_CLAIM, [uuid7(), scope, short, digest, answer]).fetchone():
            return Claim(key, "")
        if earlier := send(_EARLIER, [scope, short]).fetchone():
            break
    else:
        raise IDEMPOTENCY_MISMATCH()
    if bytes(earlier[0]) != digest:
        raise IDEMPOTENCY_MISMATCH()
    return Claim(key, earlier[1])


def _short(key: str) -> str:
    """Keys are the clients' and may be long; cutting them off would make different ones equal."""
    return key if len(key) <= 64 else hashlib.sha256(key.encode()).hexdigest()


def purge(keep: timedelta = KEEP) -> int:
    """Forget claims older than ``keep``; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [keep.total_seconds()])
        return int(cursor.rowcount)
