"""Finds the tables of a messy sheet: what is header, what is data, what is a total or a note. Plain Python.

A table is found by what its rows are: cells that name a place, an organisation or a month. What stands
above the first of them is header (two or three rows, merged or not); what stands above that is title.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from zhijin.core.sheets.original import Grid

Known = Callable[[str], bool]

#: Rows that add up others; they are formulas, or the office's own to check.
_TOTAL = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|总\s*数|共\s*计|全[县市区乡镇州省](合计)?|平均|均值|total)$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(注|说明|备注|填表|填报|审核|制表|单位负责|负责人|联系|日期|报送|统计员|附|★|\*)"
)
_ABOVE = re.compile(r"(填报|报送)?(单位|时间|日期|部门)\s*[:：]|^表号|^制表|^（?盖章")
_BLANKS = re.compile(r"\s+")
_ORDINAL = set("甲乙丙丁戊己庚辛")
HEADER_ROWS = 6
TABLES = 8


@dataclass(frozen=True, slots=True)
class Heading:
    """A column with what its header says from top to bottom; in a form, one labelled cell (``row``)."""

    column: int
    path: tuple[str, ...]
    row: int = 0

    @property
    def label(self) -> str:
        return " / ".join(self.path)


@dataclass
class Table:
    """One table. ``kind``: ``rows`` (a subject in each row), ``single`` (one row for the office itself),
    ``form`` (labels with a cell beside each). ``names`` holds what a row says about its subject,
    the telling cell first; ``skipped`` says why a row between them is left alone."""

    kind: str
    key: int
    headings: list[Heading]
    rows: list[int]
    names: dict[int, list[str]] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)

    def cells(self) -> Iterator[tuple[int, Heading]]:
        """Every cell that the table asks for, row by row."""
        for row in self.rows:
            for heading in self.headings:
                yield (heading.row or row), heading


@dataclass
class Sheet:
    """What a worksheet holds: its tables, and the words above and below them."""

    tables: list[Table] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


def clean(text: str) -> str:
    """A cell's text with full-width letters made plain and all blanks out."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def analyse(grid: Grid, known: Known) -> Sheet:
    """The tables of a sheet. ``known`` tells whether a text names a place, an organisation or a month."""
    found = _Finder(grid, known)
    tables = found.keyed()
    if not tables:
        tables = found.single() or found.form()
    first = min((t.rows[0] for t in tables), default=1) if tables else 1
    headers = {h.row for t in tables for h in t.headings}
    titles = [
        text
        for row in range(1, min(first, 12) + (1 if headers != {0} else 0))
        for text in found.distinct(row)
    ]
    return Sheet(tables[:TABLES], titles[:40])


class _Finder:
    def __init__(self, grid: Grid, known: Known) -> None:
        self.grid = grid
        self.known = known
        self.columns = [c for c in range(1, grid.width + 1) if c not in grid.hidden_columns]
        self._texts: dict[tuple[int, int], str] = {}

    # -- what a row looks like ---------------------------------------------------------------

    def text(self, row: int, column: int) -> str:
        found = self._texts.get((row, column))
        if found is None:
            found = self._texts[row, column] = clean(self.grid.text(row, column))
        return found

    def distinct(self, row: int) -> list[str]:
        """The different texts of a row, in order; a merged block speaks once."""
        return list(dict.fromkeys(t for c in self.columns if (t := self.text(row, c))))

    def _is_word(self, row: int, column: int) -> bool:
        text = self.text(row, column)
        return bool(text) and not _number(text)

    def words(self, row: int) -> set[int]:
        return {c for c in self.columns if self._is_word(row, c)}

    def is_header(self, row: int, key: int, least: int = 2) -> bool:
        """Words in several columns, the key's cell naming nothing that is known."""
        if row < 1 or self.known(self.text(row, key)) or _TOTAL.match(self.text(row, key)):
            return False
        own = {c for c in self.words(row) if self.grid.is_anchor(row, c) or self._covered(row, c)}
        return len({self.text(row, c) for c in own}) >= least and not self._is_above(row)

    def _covered(self, row: int, column: int) -> bool:
        block = self.grid.merge_at(row, column)
        return block is not None and block.right - block.left < len(self.columns) // 2 + 1

    def _is_above(self, row: int) -> bool:
        """A line of office, date and unit between title and header: mostly empty, or said so."""
        texts = self.distinct(row)
        return any(_ABOVE.search(text) for text in texts) and len(texts) <= 4

    def is_numbering(self, row: int) -> bool:
        """甲 乙 1 2 3 …: the columns' numbers, which some forms print below the header."""
        texts = [t for c in self.columns if (t := self.text(row, c))]
        digits = [int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 4]
        others = [t for t in texts if not (t.isascii() and t.isdigit())]
        rising = all(b - a == 1 for a, b in pairwise(digits))
        return len(digits) >= 3 and rising and digits[0] <= 2 and set(others) <= _ORDINAL | {"-"}

    # -- tables with a subject in each row -----------------------------------------------------

    def keyed(self) -> list[Table]:
        hits: dict[int, list[int]] = defaultdict(list)
        for (row, column), cell in sorted(self.grid.cells.items()):
            shown = column not in self.grid.hidden_columns
            if shown and isinstance(cell.value, str | float) and self.known(clean(cell.text)):
                hits[column].append(row)
        tables: list[Table] = []
        keys = self._keys(hits)
        for place, key in enumerate(keys):
            limit = keys[place + 1] - 1 if place + 1 < len(keys) else self.grid.width
            start = 1 if place == 0 else key
            for first, last in self._runs(hits[key], key):
                table = self._table(key, (start, limit), first, last, hits)
                if table is not None:
                    tables.append(table)
        return tables

    def _keys(self, hits: dict[int, list[int]]) -> list[int]:
        """The column that names the most different subjects (a township repeated beside its villages
        names one); a second one where two tables stand side by side."""
        best = max(hits, key=lambda c: (len({self.text(r, c) for r in hits[c]}), c), default=0)
        if not best:
            return []
        if len(hits[best]) < 2 and not self._has_room(hits[best][0], best):
            return []
        top = self._header_bottom(hits[best][0], best)
        name = self.text(top, best) if top else ""
        beside = [
            c for c in hits
            if c != best and len(hits[c]) > 1 and name and self.text(top, c) == name
        ]  # fmt: skip
        return sorted({best, *beside})

    def _has_room(self, row: int, key: int) -> bool:
        """One subject alone is a table when there is a header over three cells to fill."""
        top = self._header_bottom(row, key)
        return bool(top) and len(self.words(top)) >= 4

    def _header_bottom(self, first: int, key: int) -> int:
        """The last header row above row ``first``; 0 when there is none. A row with far fewer words
        than the fullest one is data whose name is not known."""
        window = range(first - 1, max(0, first - 1 - HEADER_ROWS), -1)
        heads = {row: len(self.words(row)) for row in window if self.is_header(row, key)}
        most = max(heads.values(), default=0)
        return max((row for row, words in heads.items() if words * 2 > most), default=0)

    def _runs(self, rows: list[int], key: int) -> list[tuple[int, int]]:
        """Rows that belong together: a new header in between begins another table."""
        rows = sorted(set(rows))
        runs, start, head = [], rows[0], self._signature(rows[0], key)
        least = max(2, len(set(head)) // 2)
        for before, after in pairwise(rows):
            if after - before > 1 and any(
                self.is_header(r, key, least) for r in range(before + 1, after)
            ):
                other = self._signature(after, key)
                if other != head:
                    runs.append((start, before))
                    start, head = after, other
        return [*runs, (start, rows[-1])]

    def _signature(self, first: int, key: int) -> tuple[str, ...]:
        row = self._header_bottom(first, key)
        return tuple(self.text(row, c) for c in self.columns) if row else ()

    def _table(
        self, key: int, span: tuple[int, int], first: int, last: int, hits: dict[int, list[int]]
    ) -> Table | None:
        bottom = self._header_bottom(first, key)
        if not bottom:
            return None
        columns = [c for c in self.columns if span[0] <= c <= span[1] and c != key]
        headings = self._headings(bottom, key, columns)
        if not headings:
            return None
        table = Table("rows", key, headings, [])
        telling = [key, *(c for c in sorted(hits) if c != key and span[0] <= c <= span[1])]
        least = max(3, len(headings) // 2)
        for row in range(bottom + 1, self._end(last, key, least) + 1):
            why = self._why_not(row, key, headings, least)
            if why:
                table.skipped[row] = why
            else:
                table.rows.append(row)
                table.names[row] = [t for c in telling if (t := self.text(row, c))]
        return table if table.rows else None

    def _end(self, last: int, key: int, least: int) -> int:
        """Rows below the last known one that still look like rows: a name we do not know."""
        row = last
        while row + 1 <= self.grid.height:
            name = self.text(row + 1, key)
            cells = [c for c in self.columns if self.grid.cell(row + 1, c) is not None]
            wide = self.grid.merge_at(row + 1, key)
            spread = wide is not None and wide.right > wide.left
            if not name or _NOTE.match(name) or len(cells) < 3 or spread or len(name) > 30:
                break
            if self.is_header(row + 1, key, least) and not _TOTAL.match(name):
                break
            row += 1
        return row

    def _why_not(self, row: int, key: int, headings: list[Heading], least: int) -> str:
        name = self.text(row, key)
        others = [self.text(row, c) for c in self.columns if c < key]
        if _TOTAL.match(name) or any(_TOTAL.match(text) for text in others if text):
            return "total"
        if row in self.grid.hidden_rows:
            return "hidden"
        if not name:
            return "blank"
        if self.is_numbering(row) or self.is_header(row, key, least):
            same = sum(self.text(row, h.column) == h.path[-1] for h in headings)
            return "header" if same or self.is_numbering(row) else ""
        return ""

    # -- headers -------------------------------------------------------------------------------

    def _headings(self, bottom: int, key: int, columns: list[int]) -> list[Heading]:
        rows = self._header_rows(bottom, key)
        loose = len(rows) > 1 and not any(
            b.right > b.left and rows[0] <= b.top <= rows[-1] for b in self.grid.merges
        )
        out = []
        for column in columns:
            path = [self._above(row, column, loose and row != rows[-1]) for row in rows]
            words = tuple(dict.fromkeys(text for text in path if text and not _number(text)))
            if words:
                out.append(Heading(column, words))
        return out

    def _header_rows(self, bottom: int, key: int) -> list[int]:
        rows = [bottom]
        width = max(1, len(self.words(bottom)))
        while len(rows) < HEADER_ROWS and rows[0] > 1:
            row = rows[0] - 1
            texts = self.distinct(row)
            spread = len(self.words(row)) * 10 >= width * 3
            if len(texts) < 2 or not spread or not self.is_header(row, key):
                break
            rows.insert(0, row)
        return [row for row in rows if not self.is_numbering(row)] or rows

    def _above(self, row: int, column: int, loose: bool) -> str:
        """What a header row says over a column; to the left, where groups are not merged."""
        text = self.text(row, column)
        if text or not loose or not self.text(row + 1, column):
            return text
        for left in range(column - 1, 0, -1):
            if found := self.text(row, left):
                return found
            if not self.text(row + 1, left):
                return ""
        return ""

    # -- sheets about one office ---------------------------------------------------------------

    def single(self) -> list[Table]:
        """A header over one empty row: the office fills in its own."""
        for row in range(2, self.grid.height + 1):
            above = self._header_bottom(row, 0) if row - 1 in self.grid.spans else 0
            if above != row - 1:
                continue
            cells = [c for c in self.columns if self.grid.cell(row, c) is not None]
            room = [c for c in cells if not self.text(row, c)]
            if len(room) < 3 or len(room) * 2 < len(self.words(above)):
                continue
            headings = self._headings(above, 0, self.columns)
            return [Table("single", 0, headings, [row], {row: []})]
        return []

    def form(self) -> list[Table]:
        """Labels with an empty cell to the right."""
        headings = []
        for row, column in sorted(self.grid.cells):
            if row in self.grid.hidden_rows or not self._is_word(row, column):
                continue
            block = self.grid.merge_at(row, column)
            right = (block.right if block else column) + 1
            target = self.grid.cell(row, right)
            if target is None or not self.grid.is_anchor(row, right):
                continue
            if self.grid.is_anchor(row, column) and not self._is_word(row, right):
                path = (*self._group(row, column), self.text(row, column).rstrip(":："))
                headings.append(Heading(right, path, row))
        rows = [headings[0].row] if len(headings) >= 2 else []
        return [Table("form", 0, headings, rows, {rows[0]: []})] if rows else []

    def _group(self, row: int, column: int) -> tuple[str, ...]:
        """The words of a block to the left that spans several rows."""
        for left in range(column - 1, 0, -1):
            block = self.grid.merge_at(row, left)
            if block is not None and block.bottom > block.top and self._is_word(row, left):
                return (self.text(row, left),)
            if self.text(row, left):
                return ()
        return ()


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d,]*\.?\d+%?", text))
