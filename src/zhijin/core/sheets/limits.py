"""How much a spreadsheet may hold before it is refused unread."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file.

    ``bytes`` of the file itself; ``unpacked`` bytes of everything in an .xlsx; ``ratio`` of
    unpacked to packed, once more than ``ratio_floor`` bytes come out; ``entries`` in the archive;
    ``rows`` and ``columns`` of the sheet; ``memory`` and ``seconds`` of the process that parses it.
    """

    bytes: int = 10 * MB
    unpacked: int = 200 * MB
    ratio: int = 120
    ratio_floor: int = 10 * MB
    entries: int = 2_000
    rows: int = 50_000
    columns: int = 120
    memory: int = 1024 * MB
    seconds: int = 60


DEFAULT = Limits()
