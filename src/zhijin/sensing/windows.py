"""Which sequence numbers of a device have come already: the newest, and a bitmap of the 1,024 up to it.

Exact for repeats and for messages out of order; what is older than the window cannot be judged and is refused,
never counted twice. Pure integers.
"""

from __future__ import annotations

from enum import Enum

WIDTH = 1024
_FULL = (1 << WIDTH) - 1


class Verdict(Enum):
    """New, had already, or too old to tell."""

    NEW = 1
    AGAIN = 2
    OLD = 3


class Window:
    """Bit ``i`` of ``seen`` stands for the number ``high - i``."""

    __slots__ = ("high", "seen")

    def __init__(self, high: int = 0, seen: bytes = b"") -> None:
        self.high = high
        self.seen = int.from_bytes(seen, "little")

    def take(self, seq: int) -> Verdict:
        """Mark ``seq`` (from 1) as had."""
        ahead = seq - self.high
        if ahead > 0:
            self.seen = ((self.seen << ahead) & _FULL | 1) if ahead < WIDTH else 1
            self.high = seq
            return Verdict.NEW
        if -ahead >= WIDTH:
            return Verdict.OLD
        bit = 1 << -ahead
        if self.seen & bit:
            return Verdict.AGAIN
        self.seen |= bit
        return Verdict.NEW

    def to_bytes(self) -> bytes:
        """Without the zeros at the end, so that a fresh or a regular device stays small."""
        return self.seen.to_bytes((self.seen.bit_length() + 7) // 8, "little")
