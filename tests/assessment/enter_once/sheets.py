"""Sheets as upper levels send them: the good, and the ugly."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import xlsxwriter

from tests.assessment.enter_once.world import WEICHENG, villages
from zhijin.assessment.enter_once import services
from zhijin.assessment.enter_once.models import Filling
from zhijin.assessment.enter_once.periods import Period
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.places.names import short_name

#: The header of the big sheet: a group and the columns below it; 38 columns beside number, township, village.
HEADER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("区划代码", ()),
    ("村民小组数（个）", ()),
    ("网格数（个）", ()),
    ("人口情况", ("总户数\n（户）", "总人口（人）", "其中：女（人）", "65岁及以上（人）", "未成年人（人）")),
    ("党组织（个）", ("党委", "党总支", "党支部", "党小组")),
    ("党员（名）", ("总数", "流动党员")),
    ("党组织书记", ("姓名", "联系电话")),
    ("两新组织", ("企业（家）", "社会组织（个）", "合作社（个）", "党组织覆盖率（%）")),
    ("网格队伍（人）", ("网格员应配", "网格员在岗", "网格员空缺", "联户长")),
    ("事项办理（件）", ("本期上报", "本期办结", "在办", "超期未办结", "1-7月累计上报")),
    ("办理质量", ("响应率", "解决率（%）", "群众满意率（%）")),
    ("道路交通隐患排查（起）", ()),
    ("届满未换届党组织（个）", ()),
    ("集体经济收入（万元）", ()),
    ("备注", ()),
)  # fmt: skip

Draw = Callable[[xlsxwriter.Workbook], None]


def book(draw: Draw) -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    draw(made)
    made.close()
    return target.getvalue()


@cache
def columns() -> list[tuple[str, ...]]:
    """The header's paths from left to right."""
    out: list[tuple[str, ...]] = []
    for head, below in HEADER:
        out += [(head, text) for text in below] or [(head,)]
    return out


def big(change: Callable[[Any, dict[str, Any]], None] | None = None) -> bytes:
    """25 villages of two townships under two header rows, with title, office, totals, notes.

    The township stands once over its villages; village 3 is written in short, village 5 with its number.
    """

    def draw(made: xlsxwriter.Workbook) -> None:
        edge = made.add_format({"border": 1})
        percent = made.add_format({"border": 1, "num_format": "0.0%"})
        bold = made.add_format({"bold": True, "align": "center", "text_wrap": True, "border": 1})
        sheet = made.add_worksheet("附件1")
        width = 3 + len(columns())
        sheet.merge_range(0, 0, 0, width - 1, "2026年7月基层治理工作情况统计表", bold)
        sheet.write(1, 0, "填报单位：清镇市")
        sheet.write(1, width - 3, "填报日期：2026年8月5日")
        _head(sheet, bold)
        rows = villages()
        first = sum(code.startswith(WEICHENG) for code, _name in rows)
        sheet.merge_range(4, 1, 3 + first, 1, "卫城镇", edge)
        sheet.merge_range(4 + first, 1, 3 + len(rows), 1, "王庄乡", edge)
        for number, (_code, name) in enumerate(rows, 1):
            _row(sheet, number, _said(number, short_name(name)), edge, percent, width)
        line = 4 + len(rows)
        sheet.write(line, 0, "合计", bold)
        for column in range(4, 9):
            letter = chr(65 + column)
            sheet.write_formula(line, column, f"=SUM({letter}5:{letter}{line})", bold, 0)
        sheet.merge_range(line + 1, 0, line + 1, 10, "注：在办、超期为填报当日数。")
        sheet.write(line + 2, 0, "填表人：")
        sheet.set_column(2, 2, 18)
        sheet.freeze_panes(4, 3)
        if change is not None:
            change(sheet, {"edge": edge, "percent": percent, "bold": bold, "book": made})

    return book(draw)


def _said(number: int, name: str) -> str:
    return {3: name.removesuffix("村"), 5: f"{number}、{name}"}.get(number, name)


def _head(sheet: Any, bold: Any) -> None:
    for column, text in enumerate(("序号", "乡镇", "村（社区）")):
        sheet.merge_range(2, column, 3, column, text, bold)
    column = 3
    for head, below in HEADER:
        if not below:
            sheet.merge_range(2, column, 3, column, head, bold)
        else:
            sheet.merge_range(2, column, 2, column + len(below) - 1, head, bold)
            for index, text in enumerate(below):
                sheet.write(3, column + index, text, bold)
        column += max(1, len(below))


def _row(sheet: Any, number: int, name: str, edge: Any, percent: Any, width: int) -> None:
    line = 3 + number
    sheet.write(line, 0, number, edge)
    sheet.write(line, 2, name, edge)
    for column in range(3, width):
        rate = columns()[column - 3][-1].startswith("响应率")
        sheet.write_blank(line, column, None, percent if rate else edge)


def plain(
    rows: Sequence[Sequence[Any]], *, merges: Sequence[str] = (), name: str = "表",
    change: Callable[[xlsxwriter.Workbook, Any], None] | None = None,
) -> bytes:  # fmt: skip
    """A sheet of ``rows`` (None is a bordered empty cell, "" is no cell at all)."""

    def draw(made: xlsxwriter.Workbook) -> None:
        edge = made.add_format({"border": 1})
        sheet = made.add_worksheet(name)
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                if value is None:
                    sheet.write_blank(y, x, None, edge)
                elif isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(y, x, value, edge, 0)
                elif value != "":
                    sheet.write(y, x, value, edge)
        for span in merges:
            sheet.merge_range(span, "", edge)
            top = span.split(":")[0]
            column, line = ord(top[0]) - 65, int(top[1:]) - 1
            sheet.write(top, rows[line][column], edge)
        if change is not None:
            change(made, sheet)

    return book(draw)


def filled_sheet(actor: Actor, place: str) -> Filling:
    """A small sheet about one place, already filled by ``actor``."""
    rows = [["区划代码", "户数", "人口数", "网格数"], [place, None, None, None]]
    with scoped(actor):
        row = services.start(actor=actor, body=plain(rows), name="小表.xlsx")
        asked = services.Choices(
            row.period_start, Period(row.period_start, row.period_end).last, {}, {}
        )
        return services.confirm(actor=actor, pk=row.id, version=row.version, choices=asked)
