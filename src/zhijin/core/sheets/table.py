"""Finds the header of a sheet and reads what lies below it as rows of values with findings."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from zhijin.core.sheets import errors
from zhijin.core.sheets.columns import Column, Row, plain_header, read_row
from zhijin.core.sheets.limits import DEFAULT, Limits
from zhijin.core.sheets.reading import Cell, NumberedRow, read_sheet

#: A title, a note, a date: what officials put above the header.
HEADER_WITHIN = 10


@dataclass
class Table:
    """A sheet whose header was found. ``rows`` can be gone through once."""

    name: str
    header_row: int
    header: list[Cell]
    columns: Sequence[Column]
    found: dict[int, Column]
    above: list[NumberedRow] = field(default_factory=list)
    _rest: Generator[NumberedRow, None, None] | None = None

    @property
    def unknown(self) -> list[str]:
        """Headers that mean nothing to this import; their cells are not read."""
        return [
            str(cell)
            for position, cell in enumerate(self.header)
            if position not in self.found and str(cell).strip()
        ]

    def rows(self) -> Iterator[Row]:
        """The rows below the header, converted. A row that repeats the header is left out."""
        assert self._rest is not None
        first, column = min(self.found.items())
        for number, cells in self._rest:
            # Nearly every row differs from the header in its first column already.
            again = first < len(cells) and plain_header(cells[first]) in column.names
            if again and _match(cells, self.columns) == self.found:
                continue
            yield read_row(number, cells, self.found, self.columns)

    def close(self) -> None:
        """Stop reading; the parsing process ends."""
        if self._rest is not None:
            self._rest.close()


def read_table(
    source: BinaryIO, name: str, columns: Sequence[Column], limits: Limits = DEFAULT
) -> Table:
    """Read a file down to its header. Raises SH001–SH009 (SH008 names the missing columns)."""
    rest = read_sheet(source, name, limits)
    above: list[NumberedRow] = []
    best: dict[int, Column] = {}
    for number, cells in rest:
        found = _match(cells, columns)
        if _has_required(found, columns):
            return Table(name, number, cells, columns, found, above, rest)
        if len(found) > len(best):
            best = found
        above.append((number, cells))
        if len(above) >= HEADER_WITHIN:
            break
    rest.close()
    if not above:
        raise errors.EMPTY(name=name)
    present = {c.key for c in best.values()}
    missing = [c.zh for c in columns if c.required and c.key not in present]
    raise errors.NO_HEADER(missing="、".join(missing))


def _match(cells: Sequence[Cell], columns: Sequence[Column]) -> dict[int, Column]:
    """Positions whose text is the name of a column; the first of two alike wins."""
    by_name = {name: column for column in reversed(columns) for name in column.names}
    found: dict[int, Column] = {}
    taken: set[str] = set()
    for position, cell in enumerate(cells):
        column = by_name.get(plain_header(cell)) if isinstance(cell, str) else None
        if column is not None and column.key not in taken:
            found[position] = column
            taken.add(column.key)
    return found


def _has_required(found: dict[int, Column], columns: Sequence[Column]) -> bool:
    present = {column.key for column in found.values()}
    required = {column.key for column in columns if column.required}
    return bool(present) and required <= present
