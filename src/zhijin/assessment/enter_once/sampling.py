"""A sheet as upper levels send them, to try enter once with: the villages of the reader's own place."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from zhijin.assessment.enter_once import errors
from zhijin.assessment.enter_once.subjects import offices
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.sheets.export import safe
from zhijin.places import api as places

#: Groups of columns; a plain text stands alone under merged cells.
COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("区划代码", ()),
    ("村民小组数（个）", ()),
    ("网格数（个）", ()),
    ("人口情况", ("总户数（户）", "总人口（人）", "65岁及以上（人）")),
    ("党组织（个）", ("总数", "党委", "党总支", "党支部", "党小组")),
    ("班子（个）", ("书记配齐的党组织", "书记空缺", "届满未换届", "今年应换届")),
    ("党员总数（名）", ()),
    ("党组织书记", ("姓名", "联系电话")),
    ("辖区单位", ("村（居）委会（个）", "企业（家）", "社会组织（个）", "农民专业合作社（个）",
              "学校（所）", "医院（所）")),
    ("两个覆盖", ("两新组织（个）", "已覆盖（个）", "党组织覆盖率（%）")),
    ("岗位队伍（人）", ("岗位总数", "在岗人数", "网格员应配", "网格员在岗", "网格员空缺", "联户长",
                   "社区工作者", "驻村第一书记")),
    ("事项办理（件）", ("本期上报", "本期办结", "解决数", "在办", "超期未办结", "督办件", "返工", "退回",
                   "本年累计上报")),
    ("办理质量（%）", ("响应率", "解决率", "群众满意率")),
    ("专项（件）", ("道路交通隐患", "环境卫生", "矛盾纠纷", "意见建议")),
    ("集体经济收入（万元）", ()),
    ("备注", ()),
)  # fmt: skip
_MOST = 60


def build(actor: Actor) -> tuple[str, bytes]:
    """The sheet for the widest place of ``actor``: its name and bytes. Raises EO004."""
    office = next(iter(offices(actor)), "")
    if not office:
        raise errors.NO_OFFICE()
    root = office[:9] if len(office) >= 9 else office
    below = places.children(root) if len(root) < 12 else []
    rows = [(place.short, places.get(root).short) for place in below][:_MOST]
    title = f"{clock.today().year}年基层治理情况统计表"
    return _("{title}（示例）").format(title=title) + ".xlsx", draw(title, rows)


def draw(title: str, rows: list[tuple[str, str]]) -> bytes:
    """Two header rows with merged cells, a line of office and date, totals by formula, notes at the foot."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("统计表")
    styles = _styles(book)
    width = 3 + sum(max(1, len(below)) for _head, below in COLUMNS)
    sheet.merge_range(0, 0, 0, width - 1, title, styles["title"])
    month = clock.today().replace(day=1)
    sheet.merge_range(1, 0, 1, 5, f"填报单位：{safe(rows[0][1]) if rows else ''}", styles["plain"])
    sheet.merge_range(
        1, width - 6, 1, width - 1, f"{month.year}年1-{month.month}月", styles["plain"]
    )
    _header(sheet, styles)
    for number, (name, above) in enumerate(rows):
        line = 4 + number
        sheet.write_number(line, 0, number + 1, styles["cell"])
        sheet.write_string(line, 2, safe(name), styles["name"])
        for column in range(3, width):
            sheet.write_blank(line, column, None, styles["cell"])
        if len(rows) == 1:
            sheet.write_string(line, 1, safe(above), styles["cell"])
    if len(rows) > 1:
        sheet.merge_range(4, 1, 3 + len(rows), 1, safe(rows[0][1]), styles["cell"])
    _foot(sheet, styles, 4 + len(rows), width)
    sheet.freeze_panes(4, 3)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 9)
    sheet.set_column(2, 2, 16)
    sheet.set_column(3, 3, 15)
    book.close()
    return target.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    edge = {"border": 1, "align": "center", "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 18, "align": "center"}),
        "plain": book.add_format({"font_size": 10}),
        "head": book.add_format({**edge, "bold": True, "text_wrap": True, "bg_color": "#F2F2F2"}),
        "cell": book.add_format(edge),
        "name": book.add_format({"border": 1, "align": "left"}),
        "total": book.add_format({**edge, "bold": True}),
    }


def _header(sheet: Any, styles: dict[str, Any]) -> None:
    for column, text in enumerate(("序号", "乡镇", "村（社区）")):
        sheet.merge_range(2, column, 3, column, text, styles["head"])
    column = 3
    for head, below in COLUMNS:
        if not below:
            sheet.merge_range(2, column, 3, column, head, styles["head"])
            column += 1
            continue
        sheet.merge_range(2, column, 2, column + len(below) - 1, head, styles["head"])
        for text in below:
            sheet.write_string(3, column, text, styles["head"])
            column += 1
    sheet.set_row(3, 45)


def _foot(sheet: Any, styles: dict[str, Any], line: int, width: int) -> None:
    sheet.merge_range(line, 0, line, 2, "合计", styles["total"])
    for column in range(3, width):
        adds = column in range(4, 12)
        if adds and line > 4:
            letter = chr(65 + column)  # the first columns only: one letter
            sheet.write_formula(line, column, f"=SUM({letter}5:{letter}{line})", styles["total"], 0)
        else:
            sheet.write_blank(line, column, None, styles["total"])
    note = "注：1. 数据截至统计期末；2. 集体经济收入按村集体账目填写。"
    sheet.merge_range(line + 1, 0, line + 1, 12, note, styles["plain"])
    sheet.write_string(line + 2, 0, "填表人：", styles["plain"])
