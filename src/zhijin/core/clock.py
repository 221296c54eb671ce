"""What time it is, for people (Asia/Shanghai) and for records (aware UTC). The only caller of the wall clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

TZ = ZoneInfo("Asia/Shanghai")
#: How long a process may go on with an offset that another process has changed.
OFFSET_CACHE_SECONDS = 1.0

_frozen: ContextVar[datetime | None] = ContextVar("zhijin_frozen_clock", default=None)
_lock = threading.Lock()
_offset: tuple[float, timedelta] = (-1e9, timedelta(0))


def now() -> datetime:
    """The present moment, aware, in UTC; on a demonstration it may have been moved ahead."""
    fixed = _frozen.get()
    if fixed is not None:
        return fixed
    return datetime.now(UTC) + demo_offset()


def local(moment: datetime) -> datetime:
    """The same moment as people in China read it."""
    return moment.astimezone(TZ)


def today() -> date:
    """The date in China."""
    return local(now()).date()


def demo_offset() -> timedelta:
    """How far the demonstration clock is ahead; always zero on a real installation."""
    global _offset
    if not getattr(settings, "ZHIJIN_DEMO", False):
        return timedelta(0)
    read_at, value = _offset
    if time.monotonic() - read_at < OFFSET_CACHE_SECONDS:
        return value
    from zhijin.core.models import DemoClock

    with _lock:
        ahead = DemoClock.objects.values_list("ahead", flat=True).first() or timedelta(0)
        _offset = (time.monotonic(), ahead)
    return ahead


def advance(by: timedelta) -> timedelta:
    """Move the demonstration clock ahead for every process; returns the new offset.

    Raises ValueError on a real installation, or when asked to go back (clocks that fired stay fired).
    """
    global _offset
    if not getattr(settings, "ZHIJIN_DEMO", False):
        raise ValueError("only a demonstration's clock can be moved")
    if by < timedelta(0):
        raise ValueError("the clock only goes forward")
    from django.db.models import F

    from zhijin.core.models import DemoClock

    if not DemoClock.objects.filter(pk=1).update(ahead=F("ahead") + by):
        DemoClock.objects.create(pk=1, ahead=by)
    _offset = (-1e9, timedelta(0))
    return demo_offset()


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware) inside the block, for tests and simulations."""
    if moment.tzinfo is None:
        raise ValueError("a frozen clock needs an aware datetime")
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
