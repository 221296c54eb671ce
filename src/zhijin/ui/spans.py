"""Says moments and durations as people do, in the language of the page. Knows no templates."""

from __future__ import annotations

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


def full_moment(at: datetime) -> str:
    """Year to second, for a tooltip or a print: ``2026-11-23 14:20:05``."""
    return f"{clock.local(at):%Y-%m-%d %H:%M:%S}"
