"""Says moments and durations as people do, in the language of the page. Knows no templates."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core import clock

MINUTE, HOUR, DAY = 60, 3600, 86400
ENGLISH_MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]

_PERIOD = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>0[1-9]|1[0-2])|(?P<part>Q[1-4]|H[12]))?")
#: A period inside a title, as offices wrote it before titles said it in words: nothing that is part of a longer code.
_WITHIN = re.compile(r"(?<![0-9A-Za-z-])[12]\d{3}(?:Q[1-4]|H[12])(?![0-9A-Za-z-])")
_PARTS = {
    "Q1": "第一季度", "Q2": "第二季度", "Q3": "第三季度", "Q4": "第四季度", "H1": "上半年", "H2": "下半年",
}  # fmt: skip


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def duration(span: timedelta) -> str:
    """The two largest units of a span without its sign: ``3天4小时``, ``25分钟``, ``不到1分钟``."""
    seconds = abs(int(span.total_seconds()))
    if seconds < MINUTE:
        return _("不到1分钟")
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if days:
        return _join(_("{n}天").format(n=days), _("{n}小时").format(n=hours) if hours else "")
    if hours:
        return _join(
            _("{n}小时").format(n=hours), _("{n}分钟").format(n=minutes) if minutes else ""
        )
    return _("{n}分钟").format(n=minutes)


def _join(first: str, second: str) -> str:
    return (f"{first} {second}" if is_english() else first + second).strip()


def moment(at: datetime, *, reference: datetime | None = None) -> str:
    """``今天 14:20``, ``10月3日 14:20``, ``2025年10月3日 14:20``, in China's time."""
    here = clock.local(at)
    return f"{day(here.date(), today=clock.local(reference or clock.now()).date())} {here:%H:%M}"


def day(on: date, *, today: date | None = None) -> str:
    """A date; the year only when it is not this one, ``今天`` and so on when it is near."""
    today = today or clock.today()
    near = {0: _("今天"), -1: _("昨天"), 1: _("明天")}.get((on - today).days)
    if near:
        return near
    if is_english():
        text = f"{on.day} {ENGLISH_MONTHS[on.month - 1]}"
        return text if on.year == today.year else f"{text} {on.year}"
    text = f"{on.month}月{on.day}日"
    return text if on.year == today.year else f"{on.year}年{text}"


def period(name: str) -> str:
    """``2026-07``, ``2026Q3``, ``2026`` as people say them: 2026年7月, 2026年第三季度; others as they are."""
    found = _PERIOD.fullmatch(name)
    if found is None:
        return name
    year, month = int(found["year"]), int(found["month"] or 0)
    if is_english():
        if month:
            return f"{ENGLISH_MONTHS[month - 1]} {year}"
        return f"{found['part']} {year}" if found["part"] else f"{year}"
    if month:
        return f"{year}年{month}月"
    return f"{year}年{_PARTS.get(found['part'] or '', '')}"


def _chinese_period(name: str) -> str:
    return f"{name[:4]}年{_PARTS[name[4:]]}"


def spoken(title: str) -> str:
    """A title that was stored with a period as a code, as people say it: 2026Q2财务收支 → 2026年第二季度财务收支.

    The periods of months and years are written like dates and numbers, which titles may hold for other reasons.
    """
    # A stored title is Chinese, whatever the language of the page.
    return _WITHIN.sub(lambda found: _chinese_period(found[0]), title)


def dated(on: date) -> str:
    """A date for papers, which are read on another day: always whole, never 今天. ``2026年10月3日``."""
    if is_english():
        return f"{on.day} {ENGLISH_MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


def titled(name: str, what: str) -> str:
    """What is told of a period, as its heading: ``2026年7月财务收支``, ``Finances, Jul 2026``."""
    return f"{what}, {period(name)}" if is_english() else f"{period(name)}{what}"


def full_moment(at: datetime) -> str:
    """Year to second, for a tooltip or a print: ``2026-11-23 14:20:05``."""
    return f"{clock.local(at):%Y-%m-%d %H:%M:%S}"
