"""Writes exports and templates. No cell can become a formula; personal data carries who took it, when."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from zhijin.core.sheets.columns import Column
from zhijin.core.sheets.lines import Lines

#: Excel's own bound, and room for a drop-down below a template's header.
_LONGEST = 32_000
_TEMPLATE_ROWS = 2_000
#: What makes a program take text for a formula when the file is later saved as CSV and opened again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Watermark:
    """Who took the data out, when, and what for; stands in the first row and in the file's properties."""

    who: str
    at: datetime
    why: str = ""

    @property
    def text(self) -> str:
        parts = [
            _("含个人信息，仅限工作使用"),
            self.who,
            self.at.strftime("%Y-%m-%d %H:%M"),
            self.why,
        ]
        return " · ".join(part for part in parts if part)


@contextmanager
def book(target: BinaryIO) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that keeps one row in memory and never guesses at formulas, numbers or links."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    workbook = xlsxwriter.Workbook(target, options)
    workbook.worksheet_class = Lines
    try:
        yield workbook
    finally:
        workbook.close()


def safe(value: object) -> str:
    """Text that no spreadsheet program takes for a formula, even after a way through CSV."""
    text = str(value)[:_LONGEST]
    return "'" + text if text.startswith(_FORMULA) else text


def put(sheet: Any, line: int, position: int, value: object, mark: Any = None) -> None:
    """Write a value as its own kind; text always as text. Numbers of 12 digits and more are text."""
    if value is None or value == "":
        # Without a colour there is nothing to write, and asking costs as much as a cell of text.
        if mark is not None:
            sheet.write_blank(line, position, None, mark)
    elif isinstance(value, bool):
        sheet.write_string(line, position, _("是") if value else _("否"), mark)
    elif isinstance(value, int | float):
        if abs(value) < 10**11:
            sheet.write_number(line, position, value, mark)
        else:
            sheet.write_string(line, position, str(int(value)), mark)
    elif isinstance(value, datetime):
        sheet.write_string(line, position, value.strftime("%Y-%m-%d %H:%M"), mark)
    elif isinstance(value, date):
        sheet.write_string(line, position, value.isoformat(), mark)
    else:
        sheet.write_string(line, position, safe(value), mark)


def watermark_row(workbook: xlsxwriter.Workbook, sheet: Any, watermark: Watermark) -> int:
    """Write the watermark above the header; returns the header's line."""
    mark = workbook.add_format({"italic": True, "font_color": "#9B1C2E"})
    sheet.write_string(0, 0, watermark.text, mark)
    sheet.set_footer("&L" + watermark.text.replace("&", "&&")[:200])
    workbook.set_properties({"comments": watermark.text})
    return 1


def tab(title: str) -> str:
    """A name that a sheet may have: at most 31 characters, none of those that Excel forbids, no quote at its ends."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:31].rstrip("' ") or "1"


def write_export(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    *,
    title: str,
    watermark: Watermark | None = None,
    english: bool = False,
) -> bytes:
    """An .xlsx of ``rows`` under the columns' headers; reads back in by the same columns.

    Raises ValueError when a column is personal and there is no watermark.
    """
    if watermark is None and any(column.personal for column in columns):
        raise ValueError("an export of personal data needs a watermark")
    target = io.BytesIO()
    with book(target) as workbook:
        sheet = workbook.add_worksheet(tab(title))
        line = watermark_row(workbook, sheet, watermark) if watermark else 0
        bold = workbook.add_format({"bold": True, "bottom": 1})
        shown = [_shown(column) for column in columns]
        for position, column in enumerate(columns):
            sheet.write_string(line, position, column.en if english else column.zh, bold)
            sheet.set_column(position, position, column.width)
        sheet.freeze_panes(line + 1, 0)
        for row in rows:
            line += 1
            for position, column in enumerate(columns):
                value = row.get(column.key)
                put(sheet, line, position, shown[position].get(value, value))
    return target.getvalue()


def _shown(column: Column) -> dict[Any, str]:
    return {stored: name for name, stored in (column.choices or {}).items()}


def write_template(columns: Sequence[Column], *, title: str, english: bool = False) -> bytes:
    """An empty .xlsx to fill: headers, drop-downs, one example row in grey and a sheet that explains.

    Every cell is formatted as text, so that codes and numbers of 12 and more digits stay whole.
    """
    target = io.BytesIO()
    with book(target) as workbook:
        sheet = workbook.add_worksheet(tab(title))
        head = workbook.add_format({"bold": True, "bottom": 1})
        must = workbook.add_format({"bold": True, "bottom": 1, "font_color": "#9B1C2E"})
        as_text = workbook.add_format({"num_format": "@"})
        for position, column in enumerate(columns):
            name = column.en if english else column.zh
            sheet.set_column(position, position, column.width, as_text)
            star = " *" if column.required else ""
            sheet.write_string(0, position, name + star, must if column.required else head)
            if column.choices:
                _drop_down(workbook, sheet, position, column)
        sheet.freeze_panes(1, 0)
        _explain(workbook, columns, english=english)
    return target.getvalue()


def _drop_down(workbook: Any, sheet: Any, position: int, column: Column) -> None:
    """A list of the choices. Excel takes 255 characters in place; a longer list goes to a sheet."""
    names = list(column.choices or {})
    if len(",".join(names)) <= 250:
        source: Any = names
    else:
        listed = workbook.add_worksheet(f"_{column.key}"[:31])
        listed.hide()
        for line, name in enumerate(names):
            listed.write_string(line, 0, name)
        source = f"='_{column.key}'!$A$1:$A${len(names)}"
    rule = {"validate": "list", "source": source, "error_type": "warning"}
    sheet.data_validation(1, position, _TEMPLATE_ROWS, position, rule)


def _explain(workbook: Any, columns: Sequence[Column], *, english: bool) -> None:
    sheet = workbook.add_worksheet(_("填写说明"))
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for position, (name, width) in enumerate(
        ((_("列"), 18), (_("必填"), 8), (_("怎样填"), 60), (_("例"), 28))
    ):
        sheet.set_column(position, position, width)
        sheet.write_string(0, position, name, bold)
    for line, column in enumerate(columns, start=1):
        sheet.write_string(line, 0, column.en if english else column.zh)
        sheet.write_string(line, 1, _("是") if column.required else "")
        how = str(column.help) or "、".join(column.choices or ())
        sheet.write_string(line, 2, safe(how))
        sheet.write_string(line, 3, safe(column.example))
