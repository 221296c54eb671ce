"""Gives the workbook back with cells filled in, a note at each, and one more sheet that tells the sources."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhijin.core.sheets import errors
from zhijin.core.sheets.export import safe
from zhijin.core.sheets.original import notes
from zhijin.core.sheets.original.grid import Grid, address, read_grid
from zhijin.core.sheets.original.markup import Element, Unreadable, appended, elements, escape
from zhijin.core.sheets.original.package import CELLS, Original, SheetRef

#: More notes than this make a file that Excel opens slowly; the sheet of sources holds them all.
NOTES_AT_MOST = 2_000
_TYPES = "[Content_Types].xml"
_BOOK = "xl/workbook.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STAMP = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Fill:
    """One cell to write: ``value`` is text or a number; ``note`` stands beside it in Excel."""

    row: int
    column: int
    value: str | int | float
    note: str = ""


def give_back(
    original: Original,
    fills: Mapping[str, Sequence[Fill]],
    *,
    sources: Sequence[Sequence[str | int | float]] = (),
    sources_name: str = "来源",
    author: str = "",
) -> bytes:
    """The workbook with ``fills`` (by the part of a sheet) written and ``sources`` as a last sheet.

    Formulas and the covered cells of merged blocks are never written. Raises SH009 when the result
    cannot be read again, in which case nothing is given.
    """
    parts = dict(original.parts)
    try:
        for sheet in original.sheets:
            wanted = fills.get(sheet.part)
            if wanted:
                _fill(original, parts, sheet, wanted, author)
        if sources:
            _add_sheet(parts, sources_name, sources)
        parts[_BOOK] = _recalculated(parts[_BOOK])
    except (Unreadable, ValueError, KeyError) as error:
        raise errors.DAMAGED(name=original.name) from error
    return _packed(parts)


def _fill(
    original: Original,
    parts: dict[str, bytes],
    sheet: SheetRef,
    wanted: Sequence[Fill],
    author: str,
) -> None:
    grid = original.grid(sheet)
    kept = [fill for fill in wanted if _may_write(grid, fill.row, fill.column)]
    data = patched(grid, kept)
    _verify(data, original, kept)
    noted = [(f.row, f.column, f.note) for f in kept if f.note][:NOTES_AT_MOST]
    parts[sheet.part] = notes.add(parts, sheet.part, data, grid, noted, author) if noted else data


def _may_write(grid: Grid, row: int, column: int) -> bool:
    there = grid.cell(row, column)
    span = grid.spans.get(row)
    return (
        bool(span and not span.empty)
        and grid.is_anchor(row, column)
        and not (there and there.formula)
    )


def patched(grid: Grid, fills: Sequence[Fill]) -> bytes:
    """The sheet's bytes with the cells spliced in; nothing else moves."""
    changes: list[tuple[int, int, int, bytes]] = []
    for fill in fills:
        there = grid.cell(fill.row, fill.column)
        style = there.style if there else _style_beside(grid, fill)
        new = _cell(grid.prefix, fill, style).encode()
        span = grid.spans[fill.row]
        start, end = (there.start, there.end) if there else (span.before(fill.column),) * 2
        changes.append((start, end, fill.column, new))
    out, last = [], 0
    for start, end, _column, new in sorted(changes):
        out += [grid.data[last:start], new]
        last = end
    return b"".join([*out, grid.data[last:]])


def _style_beside(grid: Grid, fill: Fill) -> int:
    """A cell that was never written has no style of its own; the one above it in the table has."""
    above = grid.cell(fill.row - 1, fill.column)
    return above.style if above and not above.text else 0


def _cell(prefix: str, fill: Fill, style: int) -> str:
    p = f"{prefix}:" if prefix else ""
    head = f'<{p}c r="{address(fill.row, fill.column)}"' + (f' s="{style}"' if style else "")
    if isinstance(fill.value, str):
        text = escape(safe(fill.value))
        return (
            f'{head} t="inlineStr"><{p}is><{p}t xml:space="preserve">{text}</{p}t></{p}is></{p}c>'
        )
    return f"{head}><{p}v>{fill.value!r}</{p}v></{p}c>"


def _verify(data: bytes, original: Original, fills: Sequence[Fill]) -> None:
    """Read the new sheet again: every cell says what was written, or nothing is given back."""
    again = read_grid(data, original._strings, CELLS + len(fills))
    for fill in fills:
        cell = again.cell(fill.row, fill.column)
        want = safe(fill.value) if isinstance(fill.value, str) else float(fill.value)
        if cell is None or (cell.value != want and cell.text != str(want).strip()):
            raise Unreadable(f"{address(fill.row, fill.column)} was not written")


def _add_sheet(
    parts: dict[str, bytes], name: str, rows: Sequence[Sequence[str | int | float]]
) -> None:
    book = elements(parts[_BOOK], ["sheet", "sheets"])
    (holder,) = [one for one in book if one.name == "sheets"]
    sheets = [one for one in book if one.name == "sheet"]
    part = _free(parts, "xl/worksheets/sheet", ".xml")
    rel = notes.relate(parts, _BOOK, f"{_OFFICE}/worksheet", part.removeprefix("xl/"))
    number = max((int(one.get("sheetId") or 0) for one in sheets), default=0) + 1
    title = _unused(name, {one.get("name") for one in sheets})
    tag = f"{holder.prefix}:sheet" if holder.prefix else "sheet"
    line = f'<{tag} name="{escape(title)}" sheetId="{number}" xmlns:r="{_OFFICE}" r:id="{rel}"/>'
    parts[_BOOK] = appended(parts[_BOOK], holder, line)
    parts[part] = _sheet(rows).encode()
    notes.declare(parts, part, _SHEET_TYPE)


def _unused(name: str, taken: set[str]) -> str:
    lowered = {one.lower() for one in taken}
    names = [name, *(f"{name}{number}" for number in range(2, 1000))]
    return next(one for one in names if one.lower() not in lowered)


def _free(parts: dict[str, bytes], stem: str, ending: str) -> str:
    return next(n for i in range(1, 100_000) if (n := f"{stem}{i}{ending}") not in parts)


def _sheet(rows: Sequence[Sequence[str | int | float]]) -> str:
    width = max(map(len, rows))
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{18 if i < 4 else 40}" customWidth="1"/>'
        for i in range(1, width + 1)
    )
    lines = []
    for y, row in enumerate(rows, 1):
        cells = "".join(_cell("", Fill(y, x, value), 0) for x, value in enumerate(row, 1))
        lines.append(f'<row r="{y}">{cells}</row>')
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


#: Elements of a workbook that may stand before its calculation properties, in their order.
_BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")


def _recalculated(book: bytes) -> bytes:
    """The workbook told to compute its formulas anew: what they add up may have changed."""
    found = {one.name: one for one in elements(book, ["calcPr", *_BEFORE_CALC]) if one.depth == 2}
    calc = found.get("calcPr")
    if calc is None:
        last: Element = next(found[n] for n in reversed(_BEFORE_CALC) if n in found)
        tag = f"{last.prefix}:calcPr" if last.prefix else "calcPr"
        return book[: last.end] + f'<{tag} fullCalcOnLoad="1"/>'.encode() + book[last.end :]
    if calc.get("fullCalcOnLoad"):
        return book
    name = f"{calc.prefix}:calcPr" if calc.prefix else "calcPr"
    spot = calc.start + 1 + len(name)
    return book[:spot] + b' fullCalcOnLoad="1"' + book[spot:]


def _packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in [_TYPES, *(n for n in parts if n != _TYPES)]:
            packed.writestr(zipfile.ZipInfo(name, _STAMP), parts[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()
