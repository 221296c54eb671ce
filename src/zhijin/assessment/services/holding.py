"""Who computes a period of a programme now: a lock that goes with the process that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from zhijin.assessment.models import Batch


def _key(batch: Batch) -> str:
    return f"assessment {batch.programme} {batch.period_kind} {batch.period_start}"


@contextmanager
def lock(batch: Batch) -> Iterator[None]:
    """Waited for, then held by this connection, so that it ends with the process whatever happens to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_key(batch)])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_key(batch)])


def is_held(batch: Batch) -> bool:
    """Whether somebody computes this period now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_key(batch)])
        return not cursor.fetchone()[0]
