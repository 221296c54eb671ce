"""Periods that got facts since they were computed: an ended one is computed at once, a running one by night.

Found by the order of commits. A look costs one walk over the newest pages of the facts.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from zhijin.assessment import forms
from zhijin.assessment.engine.periods import Period, period_of, shifted
from zhijin.assessment.engine.represent import represent
from zhijin.assessment.models import Batch, Run, Watermark
from zhijin.assessment.periods import moment
from zhijin.assessment.services import keeping
from zhijin.assessment.services.requesting import queue
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.tasks import apart

log = logging.getLogger("zhijin.assessment")
SYSTEM = Actor.system("assessment")
#: The hour of the night (in China) from which the running periods are computed anew.
NIGHT = time(2)
#: Periods that got facts since the last computation are looked for from the newest back to this many months.
MONTHS_BACK = 36
#: The rows of marks: up to where facts are in the files, and up to where they were looked at for late ones.
FILES, LOOKED = 1, 2
UNDER_WAY = (Batch.State.WAITING, Batch.State.COMPUTING)


@transaction.atomic
def request_late() -> int:
    """Ask for every ended period that has been computed and got facts since; returns how many.

    It keeps a mark of its own: the files' is moved on by every computation, of whatever period.
    """
    with scoped(SYSTEM):
        marks = Watermark.objects.in_bulk([FILES, LOOKED])
        mark = marks.get(LOOKED) or marks.get(FILES)
        if mark is None:
            return 0
        found = facts.changed_since(mark.upto)
        count = _request_each(found.months) if found.months else 0
        Watermark.objects.update_or_create(
            pk=LOOKED, defaults={"upto": found.upto, "at": clock.now()}
        )
    return count


def _request_each(months: Iterable[date]) -> int:
    """For every ended period that reads one of ``months`` (its own, and later ones that look back so far), by the
    revision by which it was computed, or is being computed by now.

    One that cannot be asked for holds up no other; the log says which somebody has to ask for by hand.
    """
    oldest = shifted(clock.today().replace(day=1), -MONTHS_BACK)
    dirty = {month for month in months if month >= oldest}
    of_period = ("revision_id", "period_kind", "period_start")
    ended = Run.objects.filter(keeping.CLOSED, period_end__lte=clock.today())
    begun = Batch.objects.filter(state__in=UNDER_WAY, period_end__lte=clock.today())
    rows = {*ended.values_list(*of_period).distinct(), *begun.values_list(*of_period)}
    return sum(
        apart(
            partial(_request, pk, Period(start, kind), dirty),
            log, "%s from %s by revision %s got facts and was not asked for", kind, start, pk,
        )
        for pk, kind, start in sorted(rows)
    )  # fmt: skip


def _request(revision: UUID, period: Period, dirty: Collection[date]) -> int:
    found = forms.revision(revision)
    if set(dirty).isdisjoint(period.back(represent(found.model).reach)):
        return 0
    before = Batch.objects.filter(state=Batch.State.WAITING).count()
    queue(SYSTEM, found, period, found.place_code, Batch.Reason.LATE_FACT)
    return Batch.objects.filter(state=Batch.State.WAITING).count() - before


# -- periods that still run -----------------------------------------------------------------


def request_open() -> int:
    """Once a night: ask for every running period that got facts since it was last computed.

    Whoever was switched off by night makes up for it when it starts. Returns how many.
    """
    night = last_night(clock.local(clock.now()))
    with scoped(SYSTEM):
        return sum(
            apart(
                partial(_request_open, found, night), log, "%s was not looked at by night", found.name
            )
            for found in forms.all_in_force()
        )  # fmt: skip


def last_night(now: datetime) -> datetime:
    """The last moment at which a night's computations began."""
    at = datetime.combine(now.date(), NIGHT, clock.TZ)
    return at if at <= now else at - timedelta(days=1)


def _request_open(found: forms.Programme, night: datetime) -> int:
    period = period_of(clock.today(), found.model.period)
    asked = Batch.objects.filter(
        programme=found.name, revision_id=found.id, period_start=period.start,
        period_kind=period.kind, place_code=found.place_code,
    )  # fmt: skip
    last = asked.order_by("-asked_at").first()
    if last is not None and (last.asked_at >= night or last.state == Batch.State.COMPUTING):
        return 0
    if not _dirty(found, period, last):
        return 0
    queue(SYSTEM, found, period, found.place_code, Batch.Reason.OPEN)
    return 1


def _dirty(found: forms.Programme, period: Period, last: Batch | None) -> bool:
    """Whether a month that the period reads got facts since ``last``; without one, whether it has any."""
    if last is None or last.state != Batch.State.DONE:
        return facts.any_between(moment(period.start), moment(period.end))
    reach = set(period.back(represent(found.model).reach))
    return not reach.isdisjoint(facts.changed_since(last.facts_upto).months)
