"""How much of a file is read before it is given up. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file.

    ``pages`` of a PDF, ``chars`` of text altogether, ``unpacked`` bytes and ``entries`` of an archive. ``memory`` in
    bytes and ``seconds`` of the processor (twice as many by the clock) of the process that reads it; ``searching``
    seconds for looking through what it read.
    """

    pages: int = 400
    chars: int = 2_000_000
    unpacked: int = 200 * MB
    entries: int = 2_000
    memory: int = 1024 * MB
    seconds: int = 30
    searching: int = 30

    @property
    def words(self) -> list[str]:
        """What the child is told."""
        bounds = (
            self.memory,
            self.seconds,
            self.pages,
            self.chars,
            self.unpacked,
            self.entries,
        )
        return [str(one) for one in bounds]


DEFAULT = Limits()
