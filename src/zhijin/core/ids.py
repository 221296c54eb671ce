"""Identifiers and keys: record ids, receipt codes, division codes and the integer keys of subtrees.

Plain Python over strings and integers; it must not know Django, the database or any room.

A division code is the path: every descendant's code starts with it. Padded with zeros, codes of two
levels may meet (Dongguan is 4419 as a prefecture and 441900 as a county), so a key carries the level
in its last six digits, and a subtree is one half-open range of keys.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
import uuid
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

__all__ = [
    "CROCKFORD",
    "LEVELS",
    "Level",
    "ancestor_codes",
    "code_at",
    "code_of",
    "is_code",
    "is_within",
    "level_of",
    "line_key",
    "line_span",
    "org_key",
    "pad12",
    "parent_code",
    "place_key",
    "place_span",
    "read_receipt",
    "receipt_code",
    "show_receipt",
    "uuid7",
    "uuid7_millis",
]


class Level(StrEnum):
    """Levels of division, widest first (GB/T 2260 and GB/T 10114; group and grid are ours)."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    GROUP = "group"
    GRID = "grid"


LEVELS: dict[int, Level] = {
    2: Level.PROVINCE,
    4: Level.PREFECTURE,
    6: Level.COUNTY,
    9: Level.TOWNSHIP,
    12: Level.VILLAGE,
    14: Level.GROUP,
    15: Level.GRID,
}
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_LENGTHS = (2, 4, 6, 9, 12)
_PARENT_LENGTH = {**{b: a for a, b in pairwise(_LENGTHS)}, 14: 12, 15: 12}
_CODE = re.compile(r"[1-9][0-9]{1,14}", re.ASCII)
_SUB = 1_000_000
_SUB_OF_LENGTH = {2: 0, 4: 1, 6: 2, 9: 3, 12: 4}
_GROUP_WIDTH = 1_000
_GRID_BASE, _GRID_WIDTH = 100_000, 100
_ORG_BASE, _ORG_MAX = 200_000, 799_999
_LINE = 10**12


def is_code(code: object) -> bool:
    """Whether `code` is a well-formed division code (it may still name no place)."""
    if not isinstance(code, str) or len(code) not in LEVELS or not _CODE.fullmatch(code):
        return False
    return len(code) <= 12 or int(code[12:]) > 0


def level_of(code: str) -> Level:
    """The level that a code belongs to, by its length. ValueError on a malformed code."""
    if not is_code(code):
        raise ValueError(f"not a division code: {code!r}")
    return LEVELS[len(code)]


def parent_code(code: str) -> str | None:
    """The code one level up; None for a province. Group and grid both hang below the village."""
    level_of(code)
    length = _PARENT_LENGTH.get(len(code))
    return None if length is None else code[:length]


def ancestor_codes(code: str) -> list[str]:
    """Codes from the province down to the parent, without `code` itself."""
    level_of(code)
    return [code[:length] for length in _LENGTHS if length < min(len(code), 13)]


def code_at(code: str, level: Level) -> str | None:
    """The ancestor (or the code itself) at `level`; None where the code is wider than that level."""
    own = level_of(code)
    if own == level:
        return code
    length = next(size for size, name in LEVELS.items() if name == level)
    return code[:length] if length < min(len(code), 13) else None


def is_within(code: str, root: str) -> bool:
    """Whether `code` is `root` or below it. A grid is not below a group that shares its digits."""
    return code == root or root in ancestor_codes(code)


def pad12(code: str) -> str:
    """The first twelve digits, padded with zeros on the right."""
    return code[:12].ljust(12, "0")


def place_key(code: str) -> int:
    """The integer key of a place: padded code × 10⁶ + level, or + group or grid number."""
    level = level_of(code)
    base = int(pad12(code)) * _SUB
    if level is Level.GROUP:
        return base + int(code[12:]) * _GROUP_WIDTH
    if level is Level.GRID:
        return base + _GRID_BASE + int(code[12:]) * _GRID_WIDTH
    return base + _SUB_OF_LENGTH[len(code)]


def place_span(code: str) -> tuple[int, int]:
    """Half-open range (lo, hi) of the keys of the place and everything below it."""
    lo = place_key(code)
    if len(code) == 14:
        return lo, lo + _GROUP_WIDTH
    if len(code) == 15:
        return lo, lo + _GRID_WIDTH
    return lo, (int(pad12(code)) + 10 ** (12 - len(code))) * _SUB


def code_of(key: int) -> str:
    """The place code that a place key stands for. ValueError for the key of an organisation."""
    base, sub = divmod(key, _SUB)
    code = str(base)
    for length, number in _SUB_OF_LENGTH.items():
        if sub == number:
            return _checked(code[:length], key)
    if _GRID_BASE < sub < _ORG_BASE:
        return _checked(f"{code}{(sub - _GRID_BASE) // _GRID_WIDTH:03d}", key)
    return _checked(f"{code}{sub // _GROUP_WIDTH:02d}", key)


def _checked(code: str, key: int) -> str:
    if not is_code(code) or place_key(code) != key:
        raise ValueError(f"not the key of a place: {key}")
    return code


def org_key(code: str, seq: int) -> int:
    """The key of an organisation at a place (village or above), `seq` 1 to 799,999.

    It lies inside the place's span, so that one range of keys holds a subtree's places and
    organisations alike.
    """
    level_of(code)
    if len(code) > 12:
        raise ValueError(f"an organisation is keyed at a village or above: {code!r}")
    if not 1 <= seq <= _ORG_MAX:
        raise ValueError(f"sequence out of range 1..{_ORG_MAX}: {seq}")
    return int(pad12(code)) * _SUB + _ORG_BASE + seq


def line_key(line_no: int, code: str) -> int:
    """The key of a place seen from a sector or industry line (1..7 sectors, from 100 industries)."""
    level_of(code)
    if not 1 <= line_no < 9_000_000:
        raise ValueError(f"line number out of range: {line_no}")
    return line_no * _LINE + int(pad12(code))


def line_span(line_no: int, code: str) -> tuple[int, int]:
    """Half-open range of the line keys of a subtree (down to villages)."""
    lo = line_key(line_no, code)
    return lo, lo + 10 ** (12 - min(len(code), 12))


_lock = threading.Lock()
_last = 0


def uuid7(at: datetime | None = None) -> uuid.UUID:
    """A time-ordered UUID (RFC 9562 version 7), strictly increasing within a process.

    The twelve bits after the milliseconds hold its fraction (method 3 of the RFC). `at` (aware)
    stamps records that are loaded with a past time; those are not kept in strict order.
    """
    global _last
    if at is not None:
        ticks = (int(at.timestamp() * 1_000_000) * 4096) // 1000
    else:
        with _lock:
            ticks = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
            _last = ticks
    millis, fraction = divmod(ticks, 4096)
    value = (millis & (1 << 48) - 1) << 80 | 7 << 76 | fraction << 64 | 2 << 62
    return uuid.UUID(int=value | _random_bits())


#: Random bytes of the system that nobody has been given yet. Each asking of it costs more than all the rest of
#: an identifier, so they are fetched for many.
_POOL_BYTES = 4096
_pool = bytearray()


def _random_bits() -> int:
    """62 bits out of the system's own source, each given away once."""
    with _lock:
        if not _pool:
            _pool.extend(os.urandom(_POOL_BYTES))
        taken = _pool[-8:]
        del _pool[-8:]
    return int.from_bytes(taken, "big") >> 2


def _forget_parent() -> None:
    """A child process must not give what its parent gives, nor wait for a thread that it does not have."""
    global _lock
    _lock = threading.Lock()
    _pool.clear()


os.register_at_fork(after_in_child=_forget_parent)


def uuid7_millis(value: uuid.UUID) -> int:
    """Milliseconds since 1970 that a version 7 UUID carries."""
    if value.version != 7:
        raise ValueError(f"not a version 7 UUID: {value}")
    return value.int >> 80


def receipt_code() -> str:
    """A resident's status code: ten characters of Crockford base32, 50 random bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(10))


def show_receipt(code: str) -> str:
    """The code as people read it: XXXXX-XXXXX."""
    return f"{code[:5]}-{code[5:]}"


def read_receipt(text: str) -> str | None:
    """A typed code brought to its stored form (O→0, I and L→1, any case or gap); None if no code."""
    code = re.sub(r"[\s\-‐-―－]", "", text).upper().translate(str.maketrans("OIL", "011"))
    return code if len(code) == 10 and all(c in CROCKFORD for c in code) else None
