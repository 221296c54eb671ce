"""Two who do something at the same moment, on connections of their own, in an order that does not hang on luck."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context

from django.db import connection, connections, transaction

from zhijin.core.errors import Refusal

#: So long a machine under load may take; nothing waits so long by itself.
PATIENCE = 120.0


def overtaken(first: Callable[[], object], second: Callable[[], object]) -> object:
    """What ``second`` gets, which begins when ``first`` has done its work and not yet committed it: a value, or the
    id of a refusal.

    ``second`` runs until it ends, or waits for what ``first`` holds; then ``first`` is committed.
    """
    got: list[object] = []
    known: list[int] = []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                known.append(cursor.fetchone()[0])
            got.append(second())
        except Refusal as refusal:
            got.append(refusal.id)
        finally:
            connections.close_all()

    # With the clock as the caller holds it.
    thread = threading.Thread(target=copy_context().run, args=(run,))
    with transaction.atomic():
        first()
        thread.start()
        ends = time.monotonic() + PATIENCE
        while thread.is_alive() and not (known and _waits(known[0])):
            assert time.monotonic() < ends, "the second one neither ends nor waits"
            time.sleep(0.01)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert got, "the second one failed; its thread says how"
    return got[0]


def _waits(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])
