"""Asking for a computation. The asking is committed with whatever made it needful; a worker does it."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Q

from zhijin.assessment import errors, forms
from zhijin.assessment.engine.periods import Period, period_of
from zhijin.assessment.engine.represent import represent
from zhijin.assessment.models import Batch, Run
from zhijin.assessment.periods import name_of
from zhijin.assessment.services import holding, keeping
from zhijin.core import clock, jobs, journal
from zhijin.core.actor import KEY_LIMIT, Actor
from zhijin.core.ids import place_key, place_span
from zhijin.core.scope import scoped
from zhijin.core.tasks import apart

log = logging.getLogger("zhijin.assessment")
SYSTEM = Actor.system("assessment")
TASK = "assessment.compute"
QUEUE = "assessment"
Reason = Batch.Reason


def request_run(
    *, actor: Actor, programme: str, period: Period, place_code: str = "",
    reason: str = Reason.ASKED,
) -> Batch:  # fmt: skip
    """Ask for a period of a programme: in a county (six digits), or everywhere ("": the system only).

    A request that waits already is not made a second time. Raises PR001, AE004, CO403, CO404.
    """
    if place_code or not actor.is_system:
        actor.require("assess.run", place_key(place_code[:6]) if place_code else None)
    if not place_code and not actor.is_system:
        raise errors.NO_SUCH_RUN()
    with scoped(SYSTEM):
        asked = reason == Reason.ASKED
        found = keeping.holding(programme, place_code[:6], period, asked=asked)
    if found.model.period != period.kind or period.start > clock.today():
        raise errors.BAD_PERIOD(period=name_of(period.kind, period.start))
    with scoped(SYSTEM):
        return queue(actor, found, period, place_code[:6], reason)


def queue(
    actor: Actor, found: forms.Programme, period: Period, place_code: str, reason: str
) -> Batch:
    """The waiting request for this, made unless there is one; queued with the transaction."""
    _one_at_a_time(found, period)
    waiting = Batch.objects.filter(
        programme=found.name, revision_id=found.id, period_start=period.start,
        period_kind=period.kind, place_code=place_code, state=Batch.State.WAITING,
    )  # fmt: skip
    there = waiting.first()
    if there is not None:
        return there
    lo, hi = place_span(place_code) if place_code else (0, KEY_LIMIT)
    batch = Batch.objects.create(
        programme=found.name, revision_id=found.id, place_code=place_code, place_key=lo,
        place_end=hi, period_kind=period.kind, period_start=period.start, period_end=period.end,
        reason=reason, asked_by=actor.label, asked_at=clock.now(),
    )  # fmt: skip
    journal.write(
        actor, "assessment.request", f"batch:{batch.id}",
        place_key=lo if place_code else None,
        detail={"programme": found.name, "period": name_of(period.kind, period.start),
                "reason": str(reason)},
    )  # fmt: skip
    jobs.defer(TASK, queue=QUEUE, batch=str(batch.id))
    return batch


def _one_at_a_time(found: forms.Programme, period: Period) -> None:
    """Two that ask for the same at once: the second waits, and finds the first one's request."""
    key = f"assessment ask {found.name} {period.kind} {period.start}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def request_joined(run: Run) -> int:
    """Ask for the ended periods of programmes that take the mean of ``run``'s; returns how many.

    A period that still runs is computed by night.
    """
    count = 0
    for found in forms.all_in_force():
        takes = any(j.of == run.programme and j.take == "mean" for j in found.model.joins)
        period = period_of(run.period_start, found.model.period)
        if takes and period.end <= clock.today():
            for one in keeping.of_period(found, period):
                queue(SYSTEM, one, period, one.place_code, Reason.JOINED)
                count += 1
    return count


def request_following(programme: forms.Programme, period: Period, place_code: str) -> int:
    """Ask anew for the ended periods after ``period`` whose rules over several periods look back at it.

    Only where they have been computed: what is computed later sees it anyway. Returns how many.
    """
    count = 0
    for back in range(1, represent(programme.model).running + 1):
        later = period.before(-back)
        held = keeping.kept(programme.name, later).items()
        for revision in sorted({one for at, one in held if str(at).startswith(place_code)}):
            found = forms.revision(revision)
            queue(SYSTEM, found, later, place_code or found.place_code, Reason.JOINED)
            count += 1
    return count


#: A request of which nothing has come for so long is queued again. A computation that was cut off is
#: found at once: its lock went with its worker.
LOST_AFTER = timedelta(minutes=15)


def take_up_lost() -> int:
    """Queue again what a killed worker left half done; safe at any time. Returns how many."""
    count = 0
    with scoped(SYSTEM):
        waits = Q(state=Batch.State.WAITING, asked_at__lt=clock.now() - LOST_AFTER)
        rows = Batch.objects.filter(waits | Q(state=Batch.State.COMPUTING))
        for batch in rows.order_by("asked_at")[:50]:
            if not holding.is_held(batch):
                jobs.defer(TASK, queue=QUEUE, batch=str(batch.id))
                count += 1
    return count


def closed_before(kind: str, day: date) -> Period:
    """The last period of ``kind`` that had ended before ``day``."""
    return period_of(day, kind).before()


@transaction.atomic
def request_due() -> int:
    """Ask for what is due by the calendar: the period that has ended, once; returns how many."""
    with scoped(SYSTEM):
        return sum(
            apart(partial(_request_due, found), log, "what is due of %s was not asked for", found.name)
            for found in forms.all_in_force()
        )  # fmt: skip


def _request_due(found: forms.Programme) -> int:
    period = closed_before(found.model.period, clock.today())
    # What was computed while the period still ran is not its result; one that has a result keeps the revision of then.
    done = Batch.objects.filter(
        programme=found.name, place_code=found.place_code, period_start=period.start,
        period_kind=period.kind,
    ).exclude(reason=Reason.OPEN)  # fmt: skip
    if done.exists():
        return 0
    queue(SYSTEM, found, period, found.place_code, Reason.DUE)
    return 1
