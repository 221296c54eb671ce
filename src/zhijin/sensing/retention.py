"""Partitions of the coming months, and readings that have been kept long enough."""

from __future__ import annotations

import os
from datetime import date

from django.db import connection, transaction

from zhijin.core import clock, journal
from zhijin.core.actor import Actor

MONTHS_AHEAD = 6
#: Readings are kept for so many months; alarms, cases and facts stay.
KEEP_MONTHS = 13
LEAST_MONTHS = 3
RETENTION = Actor.system("retention")


def months() -> int:
    """How many months readings are kept, from ZHIJIN_READING_MONTHS; never fewer than three."""
    try:
        wanted = int(os.environ.get("ZHIJIN_READING_MONTHS") or KEEP_MONTHS)
    except ValueError:
        wanted = KEEP_MONTHS
    return max(wanted, LEAST_MONTHS)


def make_partitions() -> int:
    """Through the owner's function; returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sensing_partitions(%s, %s)", [clock.today(), MONTHS_AHEAD])
        return int(cursor.fetchone()[0])


def first_kept() -> date:
    """The first day of the oldest month whose readings are kept."""
    today = clock.today()
    count = today.year * 12 + today.month - 1 - months()
    return date(count // 12, count % 12 + 1, 1)


def forget_old() -> list[str]:
    """Drop whole months; returns the names of their tables. Each is told in the journal."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sensing_drop_before(least(%s, (date_trunc('month', current_date)"
                       " - interval '3 months')::date))", [first_kept()])  # fmt: skip
        dropped = [row[0] for row in cursor.fetchall()]
        for name in dropped:
            journal.write(RETENTION, "sensing.forget", f"readings:{name[-6:]}")
    return dropped
