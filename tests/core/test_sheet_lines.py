"""The fast worksheet writes byte for byte what xlsxwriter's own writes, whatever stands in a cell."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from tests.core.test_sheets import read
from zhijin.core.sheets.lines import Lines

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=24)
CELLS = st.lists(st.lists(TEXT | st.integers(-(10**9), 10**9), max_size=5), min_size=1, max_size=6)


def written(kind: type[Worksheet], rows: list[list[Any]], *, memory: bool, styled: bool) -> bytes:
    """The XML of a sheet with these rows; every second cell has a format of its own, a column and a row too."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(
        body, {"constant_memory": memory, "strings_to_formulas": False}
    ) as workbook:
        workbook.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        sheet = workbook.add_worksheet(None, kind)
        mark = workbook.add_format({"bold": True})
        if styled:
            sheet.set_column(1, 1, 20, workbook.add_format({"italic": True}))
            sheet.set_row(1, None, workbook.add_format({"bg_color": "#FFF3CD"}))
        sheet.set_column(0, 0, 16)
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                form = mark if (line + at) % 2 else None
                if isinstance(cell, str):
                    sheet.write_string(line, at, cell, form)
                else:
                    sheet.write_number(line, at, cell, form)
    with zipfile.ZipFile(io.BytesIO(body.getvalue())) as book:
        return book.read("xl/worksheets/sheet1.xml")


@given(CELLS, st.booleans(), st.booleans())
@example([["a&b", "<r>x</r>", "_x0041_", " lead", "trail "]], True, False)
@example([["\x01\x1f", "\n", "a\tb", '"', "￾"], ["", "示例 甲"]], True, True)
@example([["=1+1", "'quoted", "]]>", "\r\n", "\u2028"]], True, False)
def test_the_bytes_are_the_same(rows: list[list[Any]], memory: bool, styled: bool) -> None:
    plain = written(Worksheet, rows, memory=memory, styled=styled)
    assert written(Lines, rows, memory=memory, styled=styled) == plain


def test_the_answer_and_exports_are_written_by_it() -> None:
    from zhijin.core.sheets.export import book

    body = io.BytesIO()
    with book(body) as workbook:
        sheet = workbook.add_worksheet("甲")
        assert isinstance(sheet, Lines)
        sheet.write_string(0, 0, "530602105207001")
    body.seek(0)
    assert read(body) == [(1, ["530602105207001"])]
