"""Puts a case into a stage of its playbook and keeps its clock. Changes the object, saves nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from zhijin.cases.models import Case
from zhijin.core import calendar
from zhijin.core.workcal import Pause
from zhijin.playbooks.api import Machine, revision
from zhijin.playbooks.engine import Fire

#: The columns that entering a stage or moving its clock changes.
CLOCK_FIELDS = ("due_at", "next_fire_at", "fired", "pauses", "extensions", "raised_to")
STAGE_FIELDS = (
    *CLOCK_FIELDS, "state", "is_open", "outcome", "owner_role", "network", "visit", "state_since",
)  # fmt: skip


#: The outcome of a case that ended as its reporter wished.
SOLVED = "solved"


def network_of(machine: Machine, state: str) -> str:
    """Which of the playbook's networks has its duty in ``state``; empty when none."""
    return next((n.id for n in machine.playbook.networks if state in n.states), "")


def public_fields(machine: Machine) -> frozenset[str]:
    """The fields that the playbook may publish."""
    return frozenset(name for part in machine.playbook.publish for name in part.fields)


def machine_of(case: Case) -> Machine:
    """The machine of the revision that the case was opened under; open cases stay on theirs."""
    return revision(case.revision_id).machine


def enter(case: Case, machine: Machine, state: str, at: datetime) -> None:
    """Put ``case`` into ``state`` at ``at`` and start the stage's clock."""
    definition = machine.state(state)
    case.state, case.state_since, case.visit = state, at, case.visit + 1
    case.is_open = not definition.final
    case.outcome = (definition.outcome or SOLVED) if definition.final else ""
    case.owner_role = machine.owner(state) or ""
    case.network = network_of(machine, state) or case.network
    case.pauses, case.extensions, case.fired, case.raised_to = [], [], 0, ""
    reset_clock(case, machine)


def reset_clock(case: Case, machine: Machine) -> None:
    """Recompute ``due_at`` and ``next_fire_at`` from the stage's start, pauses and extensions."""
    fires = timeline(case, machine)
    case.due_at = machine.due_at(**_clock(case)) if case.is_open else None
    case.next_fire_at = fires[case.fired].at if case.fired < len(fires) else None
    if case.suspended_at is not None:
        case.next_fire_at = case.suspended_until


def timeline(case: Case, machine: Machine) -> list[Fire]:
    """Every reminder and step of the ladder of the case's present stage, in order."""
    return machine.timeline(**_clock(case)) if case.is_open else []


def _clock(case: Case) -> dict[str, Any]:
    return {
        "state": case.state,
        "entered_at": case.state_since,
        "calendar": calendar.current(),
        "pauses": pauses_of(case),
        "extensions": tuple(case.extensions),
        "priority": case.priority or None,
    }


def pauses_of(case: Case) -> tuple[Pause, ...]:
    """The stage's spans in which the clock stood, the present suspension included."""
    spans = [Pause(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in case.pauses]
    if case.suspended_at is not None:
        spans.append(Pause(case.suspended_at, case.suspended_until))
    return tuple(spans)


def overdue_by(case: Case, at: datetime) -> timedelta:
    """How long the stage has been late; zero when it is not."""
    if case.due_at is None or case.due_at >= at or case.suspended_at is not None:
        return timedelta(0)
    return at - case.due_at
