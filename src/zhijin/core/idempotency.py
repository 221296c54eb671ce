"""The same submission twice gives the same answer once: a key is claimed inside the transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import connection

from zhijin.core.errors import IDEMPOTENCY_MISMATCH
from zhijin.core.ids import uuid7


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


def claim(scope: str, key: str, body: bytes, answer: str) -> Claim:
    """Claim ``key`` for ``body`` with ``answer``, or learn the answer given before.

    A second transaction with the same key waits here for the first to end, so two clicks can
    never both pass. Raises CO422 when the body differs from the first one's.
    """
    digest = hashlib.sha256(body).digest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [uuid7(), scope, key[:64], digest, answer])
        if cursor.fetchone():
            return Claim(key, "")
        cursor.execute(
            "SELECT body, answer FROM core_idempotency WHERE scope = %s AND key = %s",
            [scope, key[:64]],
        )
        stored, earlier = cursor.fetchone()
    if bytes(stored) != digest:
        raise IDEMPOTENCY_MISMATCH()
    return Claim(key, earlier)
