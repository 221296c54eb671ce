"""The status code that a reporter gets: derived from the case's id, so it can be printed again."""

from __future__ import annotations

from uuid import UUID

from zhijin.core.crypto import blind, hmac_sm3
from zhijin.core.ids import read_receipt

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def code_of(case_id: UUID) -> str:
    """Ten characters of Crockford base 32 (50 bits), unguessable without the installation's key."""
    return _letters("receipt", case_id, 10)


def tail_of(case_id: UUID) -> str:
    """Six characters that tell cases of one county and day apart.

    Under another key than the status code, since numbers are public and codes are not.
    """
    return _letters("number", case_id, 6)


def _letters(key: str, case_id: UUID, count: int) -> str:
    number = int.from_bytes(hmac_sm3(key, case_id.bytes)[:8], "big")
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(count))


def digest(code: str) -> bytes | None:
    """What the table stores of a code as somebody typed it; None when it cannot be one."""
    clean = read_receipt(code)
    return blind("case.receipt", clean) if clean else None
