"""Reads the State Council's notice of a year's holidays: which days are off, which are made up.

Plain Python. The notice is text such as 春节：2月15日（周日）至23日（周一）放假调休，共9天。2月14日（周六）上班。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

_YEAR = re.compile(r"(\d{4})\s*年\s*(?:部分)?节假日")
_SPAN = re.compile(
    r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:（([^）]*)）)?"
    r"(?:\s*(?:至|—|－|-|~|～)\s*(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:（([^）]*)）)?)?"
)
_COUNT = re.compile(r"共\s*(\d{1,2})\s*天")
_WEEKDAYS: Final = "一二三四五六日"
#: Any year's notice names at least these; fewer means that part of it is missing.
FEWEST_DAYS_OFF = 13
LONGEST_HOLIDAY = 15


@dataclass(frozen=True)
class Notice:
    """``days`` maps each day named to whether it is worked. ``problems`` are (line, zh, en)."""

    year: int | None
    days: dict[date, bool] = field(default_factory=dict)
    problems: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return self.year is not None and bool(self.days) and not self.problems


def read_notice(text: str, year: int | None = None) -> Notice:
    """Read a notice; ``year`` where its heading does not say. Never raises on bad input.

    Weekdays in brackets and 共N天 are checked against the dates, so that a slip of the pen or of
    the copy is found before deadlines are counted by it.
    """
    text = text.replace("(", "（").replace(")", "）").replace("星期", "周").replace("周天", "周日")
    found = _YEAR.search(text)
    year = int(found.group(1)) if found else year
    notice = Notice(year)
    if year is None:
        notice.problems.append((1, "没有写明是哪一年。", "It does not say which year."))
        return notice
    for number, line in enumerate(text.split("\n"), 1):
        for sentence in re.split(r"[。；;]", line):
            if "放假" in sentence:
                _off(notice, number, sentence, line)
            elif "上班" in sentence:
                for day in _days(notice, number, sentence):
                    _mark(notice, number, day, worked=True)
    off = sum(not worked for worked in notice.days.values())
    if not notice.problems and off < FEWEST_DAYS_OFF:
        notice.problems.append((
            1, f"只读到 {off} 天放假，可能不完整。", f"Only {off} days off were found; is it complete?"
        ))  # fmt: skip
    return notice


def _off(notice: Notice, number: int, sentence: str, line: str) -> None:
    # What may still be bought or read after 放假 is no date of this holiday.
    days = list(_days(notice, number, sentence.split("放假", maxsplit=1)[0]))
    for day in days:
        _mark(notice, number, day, worked=False)
    told = _COUNT.search(sentence)
    if told and int(told.group(1)) != len(days):
        notice.problems.append((
            number, f"写的是共 {told.group(1)} 天，日期却是 {len(days)} 天：{line.strip()[:40]}",
            f"It says {told.group(1)} days, but the dates make {len(days)}: {line.strip()[:40]}",
        ))  # fmt: skip


def _mark(notice: Notice, number: int, day: date, *, worked: bool) -> None:
    if notice.days.get(day, worked) is not worked:
        notice.problems.append((
            number, f"{day} 既放假又上班。", f"{day} is both off and worked."
        ))  # fmt: skip
    notice.days[day] = worked


def _days(notice: Notice, number: int, sentence: str) -> Iterator[date]:
    """Every day that a sentence names; a span names all its days. Months carry over."""
    assert notice.year is not None
    year, month = notice.year, None
    for found in _SPAN.finditer(sentence):
        y1, m1, d1, w1, y2, m2, d2, w2 = found.groups()
        month = int(m1) if m1 else month
        if month is None:
            continue
        first = _date(notice, number, int(y1 or year), month, int(d1), w1)
        if first is None:
            continue
        yield first
        if d2 is None:
            continue
        month = int(m2) if m2 else month
        last = _date(notice, number, int(y2 or (y1 and year) or year), month, int(d2), w2)
        if last is None or not 0 < (last - first).days < LONGEST_HOLIDAY:
            notice.problems.append((
                number, f"起止日期不对：{found.group()}", f"The dates do not fit: {found.group()}"
            ))  # fmt: skip
            continue
        yield from (first + timedelta(days=n) for n in range(1, (last - first).days + 1))


def _date(
    notice: Notice, number: int, year: int, month: int, day: int, said: str | None
) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        text = f"{year}-{month}-{day}"
        notice.problems.append((number, f"没有 {text} 这一天。", f"There is no day {text}."))
        return None
    weekday = re.search("周([一二三四五六日])", said or "")
    if weekday and _WEEKDAYS.index(weekday.group(1)) != found.weekday():
        notice.problems.append((
            number, f"{found} 不是周{weekday.group(1)}，是周{_WEEKDAYS[found.weekday()]}。",
            f"{found} is not the weekday that is written.",
        ))  # fmt: skip
    return found
