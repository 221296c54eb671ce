"""Simulations as jobs: asked for on a page, computed by a worker one at a time, cleared after a day."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from zhijin.access.api import actor_of
from zhijin.assessment import errors, forms
from zhijin.assessment.engine.compare import Moved, Reason
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Simulation
from zhijin.assessment.services.comparing import Simulated, simulate
from zhijin.assessment.services.draining import place
from zhijin.core import clock, jobs, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.playbooks import api as playbooks

log = logging.getLogger("zhijin.assessment")
SYSTEM = Actor.system("assessment-simulation")
TASK, QUEUE = "assessment.simulate", "assessment"
#: Organisations kept of those that move; those whose marks change come first.
SHOWN: Final = 60
KEPT = timedelta(days=1)
#: What nobody has begun for so long is queued again.
LOST_AFTER = timedelta(minutes=2)
TRIES: Final = 3
_KEY = "assessment simulating"
State = Simulation.State
_OPEN = (State.WAITING, State.READING, State.COMPUTING)


def ask(
    *, actor: Actor, current: forms.Programme, draft: forms.Programme, period: Period
) -> Simulation:
    """Ask what ``draft`` would do. What the same person asked for and still waits for is not asked twice.

    Raises CO403, AE030 when the revisions have different periods.
    """
    actor.require("assess.run")
    if current.model.period != draft.model.period:
        raise errors.OTHER_PERIOD()
    asked: dict[str, Any] = {
        "current": current.id, "draft": draft.id, "period_start": period.start,
        "asked_by": actor.label,
    }  # fmt: skip
    with scoped(SYSTEM):
        waiting = Simulation.objects.filter(**asked, state__in=_OPEN).first()
        if waiting is not None:
            return waiting
        row = Simulation.objects.create(**asked, programme=draft.name, asked_at=clock.now())
        jobs.defer(TASK, queue=QUEUE, simulation=str(row.id))
    detail = {"programme": draft.name, "period": period.start.isoformat()}
    journal.write(actor, "assessment.simulated", f"simulation:{row.id}", detail=detail)
    return row


def get(actor: Actor, pk: UUID) -> Simulation:
    """One's own. Raises AE031."""
    row = Simulation.objects.filter(id=pk, asked_by=actor.label).first()
    if row is None:
        raise errors.NO_SUCH_SIMULATION()
    return row


def drain(first: UUID) -> int:
    """Compute ``first`` and whatever else waits; 0 when another worker is at it, which goes on with it."""
    count, wanted = 0, first
    while True:
        with place(_KEY) as free:
            if not free:
                return count
            following: UUID | None = wanted
            while following is not None:
                count += _one(following)
                following = _next()
        later = _next()
        if later is None:
            return count
        wanted = later


def _next() -> UUID | None:
    with scoped(SYSTEM):
        rows = Simulation.objects.filter(state__in=_OPEN, tries__lt=TRIES)
        return rows.order_by("tries", "asked_at").values_list("id", flat=True).first()


def _one(pk: UUID) -> int:
    """Compute one, unless it has been; what fails three times is told as failed."""
    with scoped(SYSTEM):
        row = Simulation.objects.select_for_update(no_key=True).filter(id=pk).first()
        if row is None or not row.is_open or row.tries >= TRIES:
            return 0
        row.state, row.began_at = State.READING, clock.now()
        row.tries = F("tries") + 1
        row.save(update_fields=["state", "began_at", "tries"])
    try:
        result = _computed(row)
    except Exception as error:
        log.exception("simulation %s failed", pk)
        with scoped(SYSTEM):
            failed = Simulation.objects.filter(id=pk, tries__gte=TRIES)
            failed.update(state=State.FAILED, error=type(error).__name__, ended_at=clock.now())
        return 1
    _note(pk, state=State.DONE, result=result, ended_at=clock.now())
    return 1


def _computed(row: Simulation) -> dict[str, Any]:
    with scoped(SYSTEM):
        current, draft = (
            forms.read(playbooks.visible(SYSTEM, pk)) for pk in (row.current, row.draft)
        )
    if current is None or draft is None:
        raise ValueError("a revision cannot be read any more")
    period = Period(row.period_start, draft.model.period)
    made = simulate(current, draft, period, partial(_note, row.id, state=State.COMPUTING))
    actor = actor_of(row.asked_by.partition(":")[2]) or Actor.resident()
    with scoped(actor):
        return packed(actor, made)


def _note(pk: UUID, **values: Any) -> None:
    with scoped(SYSTEM):
        Simulation.objects.filter(id=pk).update(**values)


def packed(actor: Actor, made: Simulated) -> dict[str, Any]:
    """What the page shows: of organisations only what ``actor`` may see; the counts are of all."""
    seen = orgs.by_keys(actor, [moved.org_key for moved in made.moved])
    rows = [moved for moved in made.moved if moved.org_key in seen]
    before, after = (
        {mark.mark: asdict(mark) | {"total": mark.total} for mark in side.marks}
        for side in (made.before, made.after)
    )
    return {
        "facts": made.facts, "millis": round(made.seconds * 1000),
        "ranked": made.after.ranked, "small": made.after.small, "tied": made.after.tied,
        "before": before, "after": after,
        "rows": [asdict(moved) for moved in rows[:SHOWN]], "more": max(len(rows) - SHOWN, 0),
    }  # fmt: skip


def unpacked(rows: list[dict[str, Any]]) -> list[Moved]:
    """The organisations that move, as :func:`packed` wrote them down."""
    found = []
    for row in rows:
        pairs = {name: tuple(row[name]) for name in ("total", "rank", "of")}
        marks = (tuple(row["marks"][0]), tuple(row["marks"][1]))
        reasons = tuple(Reason(**reason) for reason in row["reasons"])
        found.append(Moved(row["org_key"], **pairs, marks=marks, reasons=reasons))
    return found


def tidy() -> int:
    """Queue again what a killed worker left, and clear what is old; safe at any time. Returns how many."""
    now = clock.now()
    with place(_KEY) as free, scoped(SYSTEM):
        cleared, _by_table = Simulation.objects.filter(asked_at__lt=now - KEPT).delete()
        if not free:
            return cleared  # whoever computes goes on with what waits
        lost = Simulation.objects.filter(state__in=_OPEN, asked_at__lt=now - LOST_AFTER)
        lost.filter(tries__gte=TRIES).update(state=State.FAILED, ended_at=now)
        waiting = lost.order_by("asked_at").first()
        if waiting is not None:
            jobs.defer(TASK, queue=QUEUE, simulation=str(waiting.id))
    return cleared + (waiting is not None)
