"""The spine's own ticks: sealing the journal, writing down its end, next months' partitions, clearing out,
deleting files that nothing names."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhijin.core import chain, clock, file_care, idempotency, journal, labels, ratelimit
from zhijin.core.tasks import register_tick

HOUR = 3600.0
#: Months of facts that always have a partition of their own, the present one included.
MONTHS_AHEAD = 6


def seal_journal() -> int:
    """Chain what was written since, a batch at a time; returns how many entries."""
    total = 0
    while sealed := journal.seal_new():
        total += sealed
    return total


def make_partitions() -> int:
    """Partitions of the coming months, through the owner's function; returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_fact_partitions(%s, %s)", [clock.today(), MONTHS_AHEAD])
        return int(cursor.fetchone()[0])


def clear_out() -> None:
    """Forget what no longer serves anything."""
    ratelimit.purge()
    idempotency.purge()


def register() -> None:
    """Called when the application is ready."""
    register_tick("core.seal_journal", 2.0, seal_journal)
    register_tick("core.note_head", 60.0, chain.note_head)
    register_tick("core.make_partitions", 6 * HOUR, make_partitions)
    register_tick("core.clear_out", HOUR, clear_out)
    register_tick("core.sweep_files", 6 * HOUR, file_care.sweep)
    labels.register_actions({"file.deleted": _("删除不再使用的文件")})
