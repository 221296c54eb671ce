"""Builds the file that goes back: values, a note at each, and a sheet that tells every source and blank."""

from __future__ import annotations

from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.assessment.enter_once import catalogue, words
from zhijin.assessment.enter_once.catalogue import Field, Measure
from zhijin.assessment.enter_once.filling import BLANK, DIFFERS, FILLED, SAME, TAKEN, Slot, slots
from zhijin.assessment.enter_once.models import Filling
from zhijin.assessment.enter_once.periods import Period, apply
from zhijin.core import clock
from zhijin.core.sheets.original import Fill, Original, address, give_back

Line = list[str | int | float]


def build(original: Original, row: Filling, author: str, origin: str) -> bytes:
    """The filled workbook. ``origin`` is the address of this installation, for the links in it."""
    fills: dict[str, list[Fill]] = defaultdict(list)
    told: list[Line] = []
    blank: list[Line] = []
    names = {sheet.part: sheet.name for sheet in original.sheets}
    known = catalogue.measures(row.place_code)
    sheet = Period(row.period_start, row.period_end)
    for number, part, table, index, line, slot in slots(row.layout, row.answers):
        heading = table.headings[index]
        at = address(heading.row or line, heading.column)
        entry = row.mapping["rows"][f"{number}.{line}"]
        column = row.mapping["columns"][f"{number}.{index}"]
        measure = known.get(column["measure"])
        if slot.state in {FILLED, TAKEN, SAME, DIFFERS} and measure is not None:
            period = apply(column["rule"], sheet)
            link = origin + reverse("desk:enter-once-cell", args=[row.id, number, index, line])
            source = _source(measure, period, slot)
            told.append([names[part], at, entry["name"], heading.label, _cell_value(slot),
                         str(measure.title), *source, str(words.STATES[slot.state]), link])  # fmt: skip
            if slot.state in {FILLED, TAKEN} and slot.value is not None:
                note = "\n".join([str(measure.title), *(s for s in source if s), link])
                spot = (heading.row or line, heading.column)
                fills[part].append(Fill(*spot, slot.value, note))
        elif slot.state == BLANK:
            blank.append([names[part], at, entry["name"] or entry["said"], heading.label,
                          str(words.WHY.get(slot.why, slot.why))])  # fmt: skip
    lines = [*_head(row, author), *told, *_blank_head(blank), *blank]
    return give_back(original, fills, sources=lines, sources_name=_("来源"), author=author)


def _cell_value(slot: Slot) -> str | int | float:
    return "" if slot.value is None else slot.value


def _source(measure: Measure | Field, period: Period, slot: Slot) -> list[str]:
    """Where a value comes from, how it was counted, and over which days."""
    note = str(measure.note)
    if isinstance(measure, Field):
        return [_("记录本身的内容"), note, ""]
    src = catalogue.source(measure.source)
    at = src.at if measure.at is None else measure.at
    when = str(period) if at else _("填表时的现状")
    parts = note
    if slot.denominator is not None:
        share = _("{n} / {d}").format(n=slot.numerator, d=slot.denominator)
        parts = f"{share}；{note}" if note else share
    return [str(src.title), parts, when]


def _head(row: Filling, author: str) -> list[Line]:
    made = clock.local(clock.now())
    period = Period(row.period_start, row.period_end)
    return [
        [_("织锦·一表通：每一格的来源")],
        [row.title],
        [_("统计期"), str(period)],
        [_("填表"), f"{author} {made:%Y-%m-%d %H:%M}"],
        [_("填好 {filled} 格，与已填的一致 {agreed} 格，要填的共 {asked} 格。").format(
            filled=row.filled, agreed=row.agreed, asked=row.asked)],
        [],
        [_("工作表"), _("单元格"), _("哪一行"), _("列"), _("值"), _("指标或字段"), _("来源"), _("怎样算"),
         _("期间"), _("结果"), _("查看记录")],
    ]  # fmt: skip


def _blank_head(blank: list[Line]) -> list[Line]:
    if not blank:
        return []
    return [[], [_("空着的格和原因")], [_("工作表"), _("单元格"), _("哪一行"), _("列"), _("原因")]]
