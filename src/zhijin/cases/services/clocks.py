"""Fires the clocks of stages: reminders, the ladder of escalation, moves by themselves. Exactly once.

The next time is stored in the case. A sweep locks due rows and skips those another sweep holds;
the line it appends is unique by (case, stage visit, step), so a killed worker repeats nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from zhijin.cases.machine import (
    CLOCK_FIELDS,
    SOLVED,
    enter,
    machine_of,
    reset_clock,
    timeline,
)
from zhijin.cases.models import Case
from zhijin.cases.services.moves import MOVE_FIELDS
from zhijin.cases.services.writing import write
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.playbooks.engine import Fire

log = logging.getLogger("zhijin.clocks")
CLOCK = Actor.system("clock")
BATCH = 200
#: A row whose step fails is put off by this long, so that the sweep cannot spin on it.
PUT_OFF = timedelta(minutes=5)
#: Advisory lock: sweeps share it, and whoever writes cases of the past holds it alone.
SWEEPING = 0x5A48_4A07


@contextmanager
def held() -> Iterator[None]:
    """No other process fires a clock meanwhile: a case that is told from its beginning, with times long past, would
    be ended by itself before its story is. The lock is the session's, and goes with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SWEEPING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEPING])


def sweep(limit: int = BATCH) -> int:
    """Fire what is due, at most ``limit`` cases; returns how many steps fired (none while clocks are held)."""
    fired = 0
    with scoped(CLOCK):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [SWEEPING])
            if not cursor.fetchone()[0]:
                return 0
        at = clock.now()
        due = (
            Case.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(next_fire_at__lte=at)
            .order_by("next_fire_at")[:limit]
        )
        for case in due:
            fired += _fire_safely(case, at)
    return fired


def sweep_all(rounds: int = 50) -> int:
    """Sweep until nothing is due (or ``rounds`` batches are done)."""
    total = 0
    for _ in range(rounds):
        count = sweep()
        total += count
        if count == 0:
            break
    return total


def _fire_safely(case: Case, at: datetime) -> int:
    case_id: UUID = case.id
    try:
        with transaction.atomic():
            return _fire(case, at)
    except Exception:
        log.exception("case %s: its clock could not fire; put off", case_id)
        Case.objects.filter(pk=case_id).update(next_fire_at=at + PUT_OFF)
        return 0


def _fire(case: Case, at: datetime) -> int:
    """Fire every step of one case that is due by now, in order."""
    if case.suspended_at is not None:
        return _resume(case, at)
    machine = machine_of(case)
    count = 0
    while case.is_open and case.next_fire_at is not None and case.next_fire_at <= at:
        steps = timeline(case, machine)
        if case.fired >= len(steps):
            case.next_fire_at = None
            case.save(update_fields=["next_fire_at"])
            break
        _step(case, steps[case.fired])
        count += 1
    return count


def _step(case: Case, fire: Fire) -> None:
    """Append the line of one step and put the clock on the next. ``at`` is when it was due."""
    machine = machine_of(case)
    index, visit = case.fired, case.visit
    case.fired += 1
    reset_clock(case, machine)
    changed: tuple[str, ...] = CLOCK_FIELDS
    event: dict[str, object] = {"visit": visit, "fire": index, "public": fire.kind != "remind"}
    kind = "reminded" if fire.kind == "remind" else "late"
    event["before"] = event["after"] = case.state
    event["data"] = {"due": case.due_at.isoformat() if case.due_at else None}
    raised = _target(fire, "escalate")
    told = [action.role for action in fire.actions if action.kind == "notify"]
    goes_to = next((action.state for action in fire.actions if action.kind == "move"), None)
    if raised:
        kind, case.raised_to = "escalated", raised
        event["role"] = raised
    if goes_to:
        kind, changed = "moved", MOVE_FIELDS
        case.late_stages += 1
        enter(case, machine, goes_to, fire.at)
        event["after"] = case.state
        if not case.is_open:
            kind, case.closed_at = "closed", fire.at
            case.resolved = case.outcome == SOLVED
    write(
        case, CLOCK, kind, fire.at, changed=changed, event=event,
        fact={"attrs": {"step": index, "raised_to": raised, "told": told,
                        "late": fire.kind == "late"}},
    )  # fmt: skip


def _target(fire: Fire, kind: str) -> str:
    return next((action.role or "" for action in fire.actions if action.kind == kind), "")


def _resume(case: Case, at: datetime) -> int:
    """A suspension that was granted until now ends by itself."""
    from zhijin.cases.services.consent import end_suspension

    end_suspension(CLOCK, case, min(at, case.suspended_until or at))
    return 1
