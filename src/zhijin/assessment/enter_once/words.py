"""What pages, notes and the sheet of sources say: reasons, rules, units."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

#: Why a cell is blank (or was left as it is).
WHY: Mapping[str, Text] = {
    "scope": _("不在您的管辖范围内，没有读取"),
    "permission": _("您的岗位没有看这类记录的权限"),
    "grain": _("这一项不按这种对象统计"),
    "unrecorded": _("平台里没有登记，不当作 0"),
    "unpublished": _("没有已公布的结果，或这里不止一个参加排名的组织"),
    "zero": _("分母为 0，没有可算的"),
    "past": _("现状没有按月留存，过去月份不填"),
    "unmapped": _("还没有对应的指标或字段"),
    "left": _("您选择了不填"),
    "personal": _("个人信息，平台不代填"),
    "words": _("要人来写的话，平台不代写"),
    "unknown": _("没有认出这一行是谁"),
    "formula": _("公式，原样保留"),
    "merged": _("合并单元格的一部分"),
    "locked": _("表里锁定的单元格"),
}
SKIPPED: Mapping[str, Text] = {
    "total": _("合计行"),
    "hidden": _("隐藏行"),
    "header": _("重复的表头"),
    "blank": _("空行"),
}
RULES: Mapping[str, Text] = {
    "sheet": _("按表的统计期"),
    "month": _("最后一个月"),
    "year": _("本年累计"),
    "before": _("上一期"),
    "last_year": _("上年同期"),
    "ever": _("截至期末"),
}
STATES: Mapping[str, Text] = {
    "filled": _("已填"),
    "same": _("与已填的一致"),
    "differs": _("与已填的不同，保留原值"),
    "taken": _("与已填的不同，用平台的值"),
    "blank": _("空着"),
    "typed": _("原有内容，没有动"),
    "kept": _("没有动"),
}
REASONS: Mapping[str, Text] = {
    "remembered": _("本县上次这样对应"),
    "same": _("名称相同"),
    "alike": _("名称相近"),
}
ACTIONS: Mapping[str, Text] = {
    "filling.started": _("上传要填的表"),
    "filling.confirmed": _("确认各列并填表"),
    "filling.differences": _("核对不同的格"),
    "filling.returned": _("交回填好的表"),
    "filling.discarded": _("删除要填的表"),
    "filling.cell": _("查看一格的来源"),
}


def shown(value: object, unit: str) -> str:
    """An answer's own value as people read it: basis points as a percentage."""
    if value is None:
        return "—"
    if unit == "percent" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}%"
    if unit == "score" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    return str(value)
