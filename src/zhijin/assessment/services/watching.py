"""Facts that arrive for a period that has ended: a new computation is asked for, and shown beside.

Found by the order of commits. A look costs one walk over the newest pages of the facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from zhijin.assessment import forms
from zhijin.assessment.engine.periods import Period, period_of, shifted
from zhijin.assessment.engine.represent import represent
from zhijin.assessment.models import Batch, Run, Watermark
from zhijin.assessment.services.requesting import queue
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

SYSTEM = Actor.system("assessment")
#: Periods that got facts since the last computation are looked for from the newest back to this many months.
MONTHS_BACK = 36


@transaction.atomic
def request_late() -> int:
    """Ask for every ended period that has been computed and got facts since; returns how many."""
    with scoped(SYSTEM):
        mark = Watermark.objects.filter(pk=1).first()
        if mark is None:
            return 0
        months = facts.changed_since(mark.upto).months
        return sum(_request(found, months) for found in forms.all_in_force()) if months else 0


def _request(found: forms.Programme, months: Iterable[date]) -> int:
    count = 0
    for period in _concerned(found, months):
        if period.end > clock.today() or not _computed(found, period):
            continue
        before = Batch.objects.filter(state=Batch.State.WAITING).count()
        queue(SYSTEM, found, period, found.place_code, Batch.Reason.LATE_FACT)
        count += Batch.objects.filter(state=Batch.State.WAITING).count() - before
    return count


def _concerned(found: forms.Programme, months: Iterable[date]) -> list[Period]:
    """Periods that read one of ``months``: its own, and later ones that look back so far."""
    reach = represent(found.model).reach
    oldest = shifted(clock.today().replace(day=1), -MONTHS_BACK)
    starts = {
        period_of(shifted(month, later), found.model.period).start
        for month in months
        if month >= oldest
        for later in range(reach + 1)
    }
    return [Period(start, found.model.period) for start in sorted(starts)]


def _computed(found: forms.Programme, period: Period) -> bool:
    return Run.objects.filter(
        programme=found.name, period_kind=period.kind, period_start=period.start,
        revision_id=found.id,
    ).exists()  # fmt: skip
