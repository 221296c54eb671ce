"""A computation from beginning to end: under a lock by programme and period, its result in one transaction.

A worker that is killed at any moment leaves either nothing or everything. Two at once: the second waits,
finds that nothing has changed, and names the first one's result.
"""

from __future__ import annotations

import logging
import time
from uuid import UUID

from zhijin.assessment import forms, streaming
from zhijin.assessment.engine.duckrun import DuckRun
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Batch
from zhijin.assessment.services import holding, inputs, storing
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

log = logging.getLogger("zhijin.assessment")
SYSTEM = Actor.system("assessment")
State = Batch.State
#: After so many attempts that broke off, nobody tries again by itself.
TRIES = 5
MEMORY = "1GB"


def compute(batch_id: UUID) -> Batch:
    """Do what ``batch_id`` asks, unless it is done. Safe to call any number of times, anywhere."""
    with scoped(SYSTEM):
        batch = Batch.objects.get(pk=batch_id)
    with holding.lock(batch):
        if not _begin(batch):
            return batch
        try:
            _compute(batch)
        except Exception as error:
            _fail(batch, error)
            raise
    return batch


def _begin(batch: Batch) -> bool:
    """Say that it is being computed; False when it is finished already."""
    with scoped(SYSTEM):
        batch.refresh_from_db()
        if batch.state not in {State.WAITING, State.COMPUTING}:
            return False
        batch.state, batch.started_at = State.COMPUTING, clock.now()
        batch.tries += 1
        batch.save(update_fields=["state", "started_at", "tries"])
    return True


def _fail(batch: Batch, error: Exception) -> None:
    log.error("assessment %s of %s failed", batch.programme, batch.period_start, exc_info=error)
    with scoped(SYSTEM):
        batch.error = f"{type(error).__name__}: {error}"[:200]
        batch.state = State.FAILED if batch.tries >= TRIES else State.WAITING
        batch.finished_at = clock.now()
        batch.save(update_fields=["error", "state", "finished_at"])


def _compute(batch: Batch) -> None:
    began = time.monotonic()
    programme = forms.revision(batch.revision_id)
    period = Period(batch.period_start, batch.period_kind)
    upto = streaming.refresh().upto
    with streaming.snapshot(storing.months_of(programme, period)) as held, scoped(SYSTEM):
        given = inputs.collect(programme, period)
        batch.fingerprint = inputs.fingerprint(programme, period, held.digest, given)
        batch.facts_upto, batch.facts = upto, held.rows
        same = _same(batch)
        if same is not None:
            batch.same_as = same.id
        else:
            with DuckRun(
                programme.model, held.facts, held.orgs, period, given, memory=MEMORY,
                scratch=held.facts.parent,
            ) as run:  # fmt: skip
                storing.store(batch, programme, period, run.compute(), held.seen)
        batch.state, batch.finished_at, batch.error = State.DONE, clock.now(), ""
        batch.millis = int((time.monotonic() - began) * 1000)
        batch.save()


def _same(batch: Batch) -> Batch | None:
    """An earlier computation of exactly this, whose result stands.

    It does not when something else was computed since, though it be taken back now; nor does what was
    computed while the period ran stand for its end.
    """
    done = Batch.objects.filter(
        programme=batch.programme, period_start=batch.period_start,
        period_kind=batch.period_kind, revision_id=batch.revision_id, state=State.DONE,
    )  # fmt: skip
    alike = done.filter(
        fingerprint=batch.fingerprint, place_code__in={batch.place_code, ""}, same_as=None
    )
    if batch.reason != Batch.Reason.OPEN:
        alike = alike.exclude(reason=Batch.Reason.OPEN)
    found = alike.order_by("-finished_at").first()
    if found is None:
        return None
    since = done.filter(
        finished_at__gte=found.finished_at, place_key__lt=batch.place_end,
        place_end__gt=batch.place_key,
    ).exclude(fingerprint=batch.fingerprint)  # fmt: skip
    return None if since.exists() else found
