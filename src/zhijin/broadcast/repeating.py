"""When a repeated broadcast is played: which days, at which times of the day, and whether the quiet hours swallow one.

Workdays are those of the installation's calendar: a holiday is none, a Saturday that is worked for it is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.broadcast.orders import MINUTE_MS, in_quiet
from zhijin.core import calendar, clock

EVERY, WORK, REST = "every", "work", "rest"
#: What may be chosen; ``1`` to ``7`` are Monday to Sunday.
DAYS: tuple[tuple[str, Promise], ...] = (
    (EVERY, _("每天")), (WORK, _("工作日（节假日不播）")), (REST, _("周末和节假日")),
    ("1", _("每周一")), ("2", _("每周二")), ("3", _("每周三")), ("4", _("每周四")), ("5", _("每周五")),
    ("6", _("每周六")), ("7", _("每周日")),
)  # fmt: skip


def moments(times: Iterable[time], until: date, days: str, now: datetime) -> list[datetime]:
    """Every moment after ``now`` up to and including the day ``until``. Raises ValueError for days that are none."""
    if days not in dict(DAYS):
        raise ValueError(days)
    first = now.astimezone(clock.TZ).date()
    wanted = sorted(set(times))
    found = [
        datetime.combine(day, at, tzinfo=clock.TZ)
        for day in (first + timedelta(days=n) for n in range((until - first).days + 1))
        if _counts(day, days)
        for at in wanted
    ]
    return [moment for moment in found if moment > now]


def _counts(day: date, days: str) -> bool:
    if days == EVERY:
        return True
    if days in {WORK, REST}:
        return calendar.current().is_workday(day) is (days == WORK)
    return day.isoweekday() == int(days)


def swallowed(turns: Sequence[int], quiet: Sequence[int] | None, lasts: int) -> list[int]:
    """Of turns in milliseconds, those that begin in the quiet hours and are over before these end: nobody would ever
    hear them. ``lasts``: seconds in which a turn may still begin."""
    if not quiet:
        return []
    span = (quiet[0], quiet[1])
    out = []
    for at in turns:
        minutes = range(lasts // 60 + 1)
        if all(in_quiet(span, at + minute * MINUTE_MS) for minute in minutes):
            out.append(at)
    return out
