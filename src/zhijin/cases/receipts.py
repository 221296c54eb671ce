"""The status code that a reporter gets: derived from the case's id, so it can be printed again."""

from __future__ import annotations

from uuid import UUID

from zhijin.core.crypto import blind, hmac_sm3
from zhijin.core.ids import read_receipt

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def code_of(case_id: UUID) -> str:
    """Ten characters of Crockford base 32 (50 bits), unguessable without the installation's key."""
    number = int.from_bytes(hmac_sm3("receipt", case_id.bytes)[:8], "big")
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(10))


def digest(code: str) -> bytes | None:
    """What the table stores of a code as somebody typed it; None when it cannot be one."""
    clean = read_receipt(code)
    return blind("case.receipt", clean) if clean else None
