"""The working calendar of this installation: the packaged one with the notices that were uploaded."""

from __future__ import annotations

import threading
import time

from zhijin.core.models import CalendarNotice
from zhijin.core.workcal import WorkCalendar

#: How long a process may go on with a calendar that another has changed.
FRESH_SECONDS = 60.0

_lock = threading.Lock()
_kept: tuple[float, WorkCalendar] | None = None


def current() -> WorkCalendar:
    """The calendar in force; read from the database at most once a minute."""
    global _kept
    if _kept is not None and time.monotonic() - _kept[0] < FRESH_SECONDS:
        return _kept[1]
    overrides = dict(CalendarNotice.objects.values_list("day", "workday"))
    with _lock:
        _kept = (time.monotonic(), WorkCalendar(overrides=overrides))
    return _kept[1]


def forget() -> None:
    """Read anew at the next use (after an upload in this process, and in tests)."""
    global _kept
    _kept = None
