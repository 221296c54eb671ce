"""One computation at a time on an installation, those that somebody waits for first.

A worker does several jobs at once. Computations would take all of its places, each with its own memory, while
nobody's messages are sent. So a job that finds one under way leaves at once: whoever computes goes on with what
waits, and looks again after it has let go, so that nothing asked for meanwhile is left lying.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Case, IntegerField, Value, When

from zhijin.assessment.models import Batch
from zhijin.assessment.services.computing import compute
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

SYSTEM = Actor.system("assessment")
Reason = Batch.Reason
_KEY = "assessment computing"
#: What a person waits for goes before what the calendar asks for, and that before what is looked at by night.
_FIRST: Final = (Reason.APPEAL, Reason.ADJUSTMENT, Reason.ASKED)
_LAST: Final = (Reason.LATE_FACT, Reason.OPEN)


def drain(first: UUID) -> int:
    """Compute ``first`` and then whatever waits; returns how many. 0 when a computation is under way.

    What fails raises and is left waiting for the job's next attempt, behind all that has not failed.
    """
    count, wanted = 0, first
    while True:
        with place() as free:
            if not free:
                return count
            while True:
                compute(wanted)
                count += 1
                following = _waiting()
                if following is None:
                    break
                wanted = following
        later = _waiting()
        if later is None:
            return count
        wanted = later


def _waiting() -> UUID | None:
    """The next of what waits: what has not failed, what people wait for, what was asked first."""
    order = Case(
        When(reason__in=_FIRST, then=Value(0)), When(reason__in=_LAST, then=Value(2)),
        default=Value(1), output_field=IntegerField(),
    )  # fmt: skip
    with scoped(SYSTEM):
        rows = Batch.objects.filter(state=Batch.State.WAITING, tries=0)
        return rows.order_by(order, "asked_at", "id").values_list("id", flat=True).first()


@contextmanager
def place(key: str = _KEY) -> Iterator[bool]:
    """Whether nobody else computes; held by this connection, so that it ends with the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
