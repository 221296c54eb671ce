"""One sheet as a grid of cells: what each says, where it stands in the bytes, what is merged and hidden."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from zhijin.core.sheets.original.markup import Element, Unreadable, walk

_REF = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
#: Elements that a legacy drawing must stand before (order of CT_Worksheet, ECMA-376 part 1, 18.3.1.99).
_AFTER_NOTES = frozenset(
    [
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
    ]
)


def address(row: int, column: int) -> str:
    """``B5`` of row 5, column 2 (both from 1)."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def position(ref: str) -> tuple[int, int]:
    """Row and column of ``B5``. ValueError on anything else."""
    found = _REF.fullmatch(ref)
    if found is None:
        raise ValueError(f"no cell: {ref!r}")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


@dataclass(slots=True)
class Cell:
    """``value``: text, number, truth value or None; ``formula`` cells show what they last gave."""

    row: int
    column: int
    value: str | float | bool | None
    style: int
    formula: bool
    start: int
    end: int

    @property
    def text(self) -> str:
        """What the cell says, as text; whole numbers without a point."""
        if self.value is None:
            return ""
        if isinstance(self.value, float):
            whole = self.value.is_integer() and abs(self.value) < 1e15
            return str(int(self.value)) if whole else f"{self.value:.10g}"
        return str(self.value).strip()


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged block, bounds included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(slots=True)
class RowSpan:
    """Where a row stands in the bytes, and its cells' columns with their starts, in order."""

    close: int
    empty: bool
    columns: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def before(self, column: int) -> int:
        """Where a new cell of ``column`` belongs."""
        place = bisect_left(self.columns, column)
        return self.starts[place] if place < len(self.starts) else self.close


@dataclass
class Grid:
    """A sheet. ``cells`` by (row, column); ``height`` and ``width`` are the last ones named."""

    data: bytes
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    spans: dict[int, RowSpan] = field(default_factory=dict)
    prefix: str = ""
    protected: bool = False
    notes_before: int = 0
    legacy: str = ""
    height: int = 0
    width: int = 0
    _merged: dict[tuple[int, int], Merge] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> Cell | None:
        return self.cells.get((row, column))

    def merge_at(self, row: int, column: int) -> Merge | None:
        return self._merged.get((row, column))

    def text(self, row: int, column: int) -> str:
        """What stands there; inside a merged block, what the block says."""
        block = self._merged.get((row, column))
        found = self.cells.get((block.top, block.left) if block else (row, column))
        return found.text if found else ""

    def is_anchor(self, row: int, column: int) -> bool:
        """Not the covered part of a merged block."""
        block = self._merged.get((row, column))
        return block is None or (block.top, block.left) == (row, column)


@dataclass
class _Reader:
    """Builds a grid from the events of the markup."""

    grid: Grid
    strings: list[str]
    most: int
    row: int = 0
    column: int = 0
    formula: bool = False
    value: str | None = None

    def began(self, element: Element, around: list[Element]) -> None:
        if element.name == "row":
            self.row = int(element.get("r") or self.row + 1)
            self.column = 0
            if len(self.grid.spans) >= self.most // 4:
                raise OverflowError
            self.grid.spans[self.row] = RowSpan(0, False)
            if element.get("hidden") in {"1", "true"}:
                self.grid.hidden_rows.add(self.row)
        elif element.name == "c":
            self.formula, self.value = False, None
        elif element.depth == 2 and element.name in _AFTER_NOTES and not self.grid.notes_before:
            self.grid.notes_before = element.start

    def took(self, element: Element, around: list[Element]) -> None:
        handler = _HANDLERS.get(element.name)
        if handler is not None:
            handler(self, element, around)

    def _row(self, element: Element, _around: list[Element]) -> None:
        span = self.grid.spans[self.row]
        span.close, span.empty = element.close, element.is_empty

    def _v(self, element: Element, around: list[Element]) -> None:
        if around and around[-1].name == "c":
            self.value = element.text

    def _t(self, element: Element, around: list[Element]) -> None:
        names = [one.name for one in around]
        if "is" in names and "rPh" not in names:
            self.value = (self.value or "") + element.text

    def _f(self, _element: Element, around: list[Element]) -> None:
        if around and around[-1].name == "c":
            self.formula = True

    def _c(self, element: Element, _around: list[Element]) -> None:
        ref = element.get("r")
        row, column = position(ref) if ref else (self.row, self.column + 1)
        if row != self.row or column <= self.column or (row, column) in self.grid.cells:
            raise Unreadable(f"cell {ref} out of order")
        self.column = column
        if len(self.grid.cells) >= self.most:
            raise OverflowError
        style = element.get("s")
        value = self._read(element.get("t"))
        cell = Cell(row, column, value, int(style) if style.isdigit() else 0, self.formula,
                    element.start, element.end)  # fmt: skip
        self.grid.cells[row, column] = cell
        self.grid.height, self.grid.width = max(self.grid.height, row), max(self.grid.width, column)
        span = self.grid.spans[row]
        span.columns.append(column)
        span.starts.append(element.start)

    def _read(self, kind: str) -> str | float | bool | None:
        raw = self.value
        if raw is None:
            return None
        if kind == "s":
            index = int(raw) if raw.strip().isdigit() else -1
            return self.strings[index] if 0 <= index < len(self.strings) else None
        if kind == "b":
            return raw.strip() == "1"
        if kind in {"str", "inlineStr", "e", "d"}:
            return raw
        try:
            return float(raw)
        except ValueError:
            return raw

    def _merge(self, element: Element, _around: list[Element]) -> None:
        first, _colon, last = element.get("ref").partition(":")
        (top, left), (bottom, right) = position(first), position(last or first)
        if len(self.grid.merges) >= self.most // 10:
            raise OverflowError
        self.grid.merges.append(Merge(top, left, bottom, right))

    def _col(self, element: Element, _around: list[Element]) -> None:
        if element.get("hidden") in {"1", "true"}:
            low, high = int(element.get("min") or 1), int(element.get("max") or 1)
            self.grid.hidden_columns.update(range(low, min(high, low + 500) + 1))

    def _protection(self, element: Element, _around: list[Element]) -> None:
        self.grid.protected = element.get("sheet") in {"1", "true"}

    def _legacy(self, element: Element, around: list[Element]) -> None:
        if len(around) == 1:
            self.grid.legacy = element.get("id")

    def _worksheet(self, element: Element, around: list[Element]) -> None:
        if not around:
            self.grid.prefix = element.prefix
            self.grid.notes_before = self.grid.notes_before or element.close


_HANDLERS = {
    "row": _Reader._row,
    "c": _Reader._c,
    "v": _Reader._v,
    "f": _Reader._f,
    "t": _Reader._t,
    "col": _Reader._col,
    "mergeCell": _Reader._merge,
    "sheetProtection": _Reader._protection,
    "legacyDrawing": _Reader._legacy,
    "worksheet": _Reader._worksheet,
}


def read_grid(data: bytes, strings: list[str], most: int) -> Grid:
    """Read a worksheet part. Raises Unreadable, and OverflowError beyond ``most`` cells."""
    grid = Grid(data)
    reader = _Reader(grid, strings, most)
    try:
        walk(data, reader.took, reader.began)
    except OverflowError:
        raise
    except (ValueError, KeyError) as error:
        raise Unreadable(str(error)) from error
    _index(grid, 4 * most)
    return grid


def _index(grid: Grid, most: int) -> None:
    """Who covers what; only as far as the sheet says anything. OverflowError where blocks overlap so
    often that no program can have made them."""
    for block in grid.merges:
        bottom, right = min(block.bottom, grid.height), min(block.right, grid.width)
        most -= max(0, bottom - block.top + 1) * max(0, right - block.left + 1)
        if most < 0:
            raise OverflowError
        for row in range(block.top, bottom + 1):
            for column in range(block.left, right + 1):
                grid._merged.setdefault((row, column), block)
