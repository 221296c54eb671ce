"""Small chores that recur every few seconds or hours, run by the worker beside its jobs.

A tick must be safe to run in several processes at once and to be cut off at any moment.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, close_old_connections, transaction

log = logging.getLogger("zhijin.tasks")
Chore = Callable[[], object]
#: The database is gone: no record is to blame, and the next turn begins anew.
AWAY = (OperationalError, InterfaceError)


@dataclass
class Tick:
    """One chore and when it is due next (monotonic seconds; 0: at once)."""

    name: str
    seconds: float
    chore: Chore
    due: float = 0.0


_ticks: dict[str, Tick] = {}


def apart(act: Callable[[], int], log: logging.Logger, told: str, *about: object) -> int:
    """``act`` on one record of many, undone alone when it fails; 0 then.

    A record that nobody foresaw is told in the log with its name (``told`` and ``about``, as a logger takes them), and
    keeps no other from its turn. Whoever would meet it again at once puts it off first.
    """
    try:
        with transaction.atomic():
            return act()
    except AWAY:
        raise
    except Exception:
        log.exception(told, *about)
        return 0


def register_tick(name: str, seconds: float, chore: Chore) -> None:
    """Run ``chore`` about every ``seconds``. Raises ValueError when another has the name."""
    if name in _ticks and _ticks[name].chore is not chore:
        raise ValueError(f"the tick {name} is registered twice")
    _ticks[name] = Tick(name, seconds, chore)


def registered() -> list[Tick]:
    return list(_ticks.values())


def tick(present: float | None = None) -> list[str]:
    """Run every chore that is due; returns their names.

    One that fails is told in the log and waits its turn like the others, so that it can neither
    stop them nor spin.
    """
    now = time.monotonic() if present is None else present
    done = []
    for one in registered():
        if one.due > now:
            continue
        one.due = now + one.seconds
        try:
            one.chore()
        except Exception:
            log.exception("the tick %s failed; again in %g s", one.name, one.seconds)
        done.append(one.name)
    return done


def run(stop: threading.Event, every: float = 0.5) -> None:
    """Tick until ``stop`` is set; for a thread of the worker."""
    while not stop.wait(every):
        close_old_connections()
        tick()
    close_old_connections()


def start() -> threading.Event:
    """Begin ticking in a thread of this process; set the event that is returned to end it."""
    stop = threading.Event()
    threading.Thread(target=run, args=(stop,), name="zhijin-ticks", daemon=True).start()
    return stop
