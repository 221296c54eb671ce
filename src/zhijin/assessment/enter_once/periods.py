"""The time that a sheet, or one of its columns, speaks of. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from zhijin.assessment.enter_once.layout import clean

_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = r"(20\d\d)年"
_RANGE = re.compile(_YEAR + r"(\d{1,2})(?:月)?[-—~至](\d{1,2})月")
_MONTH = re.compile(_YEAR + r"(\d{1,2})月")
_QUARTER = re.compile(_YEAR + r"第?([一二三四1-4])季度")
_HALF = re.compile(_YEAR + r"([上下])半年")
_WHOLE = re.compile(_YEAR)
#: What a column's own period may be, beside the sheet's.
RULES = ("sheet", "month", "year", "before", "last_year", "ever")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to before ``end``."""

    start: date
    end: date

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.start.isoformat()} — {self.last.isoformat()}"


def month(year: int, number: int, months: int = 1) -> Period:
    """``months`` months from the first of month ``number``."""
    index = year * 12 + number - 1 + months
    return Period(date(year, number, 1), date(index // 12, index % 12 + 1, 1))


def read_period(texts: Iterable[str], today: date) -> Period:
    """What a sheet's title says (2026年1-7月, 第三季度, 上半年, 2026年7月, 2026年); else last month."""
    text = " ".join(clean(t) for t in texts)
    found = _said(text)
    if found is not None:
        return found
    year, number = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return month(year, number)


def _said(text: str) -> Period | None:
    if (hit := _RANGE.search(text)) and 1 <= int(hit[2]) <= int(hit[3]) <= 12:
        return month(int(hit[1]), int(hit[2]), int(hit[3]) - int(hit[2]) + 1)
    if hit := _QUARTER.search(text):
        return month(int(hit[1]), _QUARTERS[hit[2]] * 3 - 2, 3)
    if hit := _HALF.search(text):
        return month(int(hit[1]), 1 if hit[2] == "上" else 7, 6)
    if (hit := _MONTH.search(text)) and 1 <= int(hit[2]) <= 12:
        return month(int(hit[1]), int(hit[2]))
    if hit := _WHOLE.search(text):
        return month(int(hit[1]), 1, 12)
    return None


def rule_of(cue: str) -> str:
    """The rule that a header's words ask for: 本年累计 → year; nothing said → the sheet's."""
    if re.search(r"累计|本年|今年|\d[-—~至]\d", cue):
        return "year"
    if re.search(r"本月|当月", cue):
        return "month"
    if re.search(r"上年|去年", cue):
        return "last_year"
    if re.search(r"上月|上期", cue):
        return "before"
    if re.search(r"截|期末|年末|月末", cue):
        return "ever"
    return "sheet"


def apply(rule: str, sheet: Period) -> Period:
    """The days of a column by its rule, from those of the sheet."""
    last = sheet.last
    if rule == "month":
        return month(last.year, last.month)
    if rule == "year":
        return Period(date(last.year, 1, 1), sheet.end)
    if rule == "before":
        return _before(sheet)
    if rule == "last_year":
        return Period(_year_back(sheet.start), _year_back(sheet.end))
    if rule == "ever":
        return Period(date(1949, 10, 1), sheet.end)
    return sheet


def _before(sheet: Period) -> Period:
    months = (sheet.end.year - sheet.start.year) * 12 + sheet.end.month - sheet.start.month
    if sheet.start.day == sheet.end.day == 1 and months > 0:
        index = sheet.start.year * 12 + sheet.start.month - 1 - months
        return month(index // 12, index % 12 + 1, months)
    return Period(sheet.start - (sheet.end - sheet.start), sheet.start)


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
