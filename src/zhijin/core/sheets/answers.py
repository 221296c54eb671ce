"""Writes the answer file: what was sent, with what became of each row in two columns beside it."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from zhijin.core.sheets.export import Watermark, book, put, safe, watermark_row
from zhijin.core.sheets.taking import Outcome

_COLOURS = {"error": "#F8D7DA", "warning": "#FFF3CD", "ok": "#E6F4EA"}


def write_answer(outcome: Outcome, watermark: Watermark | None = None) -> bytes:
    """An .xlsx with the rows of the upload and the columns 结果 and 说明; bad cells are coloured.

    The words say all that the colours say. The file can be mended and sent again as it is: the
    header is found and the two columns are passed over.
    """
    target = io.BytesIO()
    with book(target) as workbook:
        sheet = workbook.add_worksheet(_("导入结果"))
        formats = {
            name: workbook.add_format({"bg_color": colour, "text_wrap": False})
            for name, colour in _COLOURS.items()
        }
        line = watermark_row(workbook, sheet, watermark) if watermark else 0
        width = _width(outcome)
        _header(workbook, sheet, line, outcome, width)
        for row in outcome.rows:
            line += 1
            _row(sheet, line, outcome, row, width, formats)
        sheet.autofilter(line - len(outcome.rows), 0, max(line, 1), width + 1)
    return target.getvalue()


def _width(outcome: Outcome) -> int:
    return max([len(outcome.table.header), *(len(row.cells) for row in outcome.rows)])


def _header(
    workbook: xlsxwriter.Workbook, sheet: Any, line: int, outcome: Outcome, width: int
) -> None:
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for position, cell in enumerate(outcome.table.header):
        sheet.write_string(line, position, safe(cell), bold)
    sheet.write_string(line, width, _("结果"), bold)
    sheet.write_string(line, width + 1, _("说明"), bold)
    sheet.set_column(0, max(width - 1, 0), 16)
    sheet.set_column(width, width, 18)
    sheet.set_column(width + 1, width + 1, 80)


def _row(
    sheet: Any, line: int, outcome: Outcome, row: Any, width: int, formats: dict[str, Any]
) -> None:
    level = "ok" if not row.findings else "warning" if row.ok or row.question else "error"
    flagged = {finding.column: finding.level for finding in row.findings}
    for position, cell in enumerate(row.cells):
        column = outcome.table.found.get(position)
        mark = formats.get(flagged.get(column.zh, "")) if column else None
        put(sheet, line, position, cell, mark)
    sheet.write_string(line, width, outcome.result(row), formats[level])
    sheet.write_string(line, width + 1, "；".join(map(str, row.findings)), formats[level])
