"""Moving a case along its playbook: by the role the playbook names, with what it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhijin.cases import errors
from zhijin.cases.answers import refuse, sort_out, together
from zhijin.cases.machine import SOLVED, STAGE_FIELDS, enter, machine_of, public_fields
from zhijin.cases.models import Case, CaseEvent
from zhijin.cases.services.intake import attach
from zhijin.cases.services.writing import lock, roles_over, write
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import StoredFile
from zhijin.core.roles import resolve
from zhijin.core.scope import scoped
from zhijin.playbooks.api import Machine
from zhijin.playbooks.engine import Move

MOVE_FIELDS = (
    *STAGE_FIELDS, "responded_at", "response_late", "closed_at", "late_stages", "rating",
    "resolved", "reopened", "bounced", "photos", "assignee", "assignee_name",
    "suspended_at", "suspended_until",
)  # fmt: skip
#: A rating of at least this many of five counts as satisfied.
SATISFIED = 4


def roles_for(actor: Actor, case: Case) -> frozenset[str]:
    """The roles in which ``actor`` may move the case.

    Whoever a late case was raised to may act in the owner's place.
    """
    held = roles_over(actor, case)
    if case.raised_to and case.raised_to in held:
        held |= {case.owner_role}
    return held


def works_on(actor: Actor, case: Case) -> bool:
    """Whether the present stage is ``actor``'s work. A reporter's word about it is none."""
    return case.owner_role != "reporter" and case.owner_role in roles_for(actor, case)


def move(
    *, actor: Actor, case_id: UUID, move_id: str, data: Mapping[str, Any] | None = None,
    why: str = "", photos: Mapping[str, Sequence[StoredFile]] | None = None,
    seen_version: int | None = None,
) -> Case:  # fmt: skip
    """Take the move ``move_id`` of the case's present stage.

    ``seen_version`` is the version that the person looked at; a case that has gone on since is
    refused (CA016). Raises CA002, CA004–CA008, CA016, CO404.
    """
    with scoped(actor):
        case = lock(actor, case_id)
        if seen_version is not None and seen_version != case.version:
            raise errors.CHANGED_MEANWHILE()
        roles = roles_for(actor, case)
        take(actor, case, move_id, roles, data or {}, why, photos or {})
        return case


def move_by_reporter(
    *, case: Case, move_id: str, data: Mapping[str, Any], why: str = "",
    photos: Mapping[str, Sequence[StoredFile]] | None = None,
) -> Case:  # fmt: skip
    """The move of somebody who proved to hold the case's status code."""
    reporter = Actor("reporter", case.number, "", extra_roles=frozenset({"reporter", "resident"}))
    with scoped(Actor.system("status-code")):
        locked = lock(Actor.system("status-code"), case.id)
        take(reporter, locked, move_id, frozenset({"reporter"}), data, why, photos or {})
        return locked


def take(
    actor: Actor, case: Case, move_id: str, roles: frozenset[str], data: Mapping[str, Any],
    why: str, photos: Mapping[str, Sequence[StoredFile]], *, kind: str = "moved",
    note: Mapping[str, Any] | None = None,
) -> CaseEvent:  # fmt: skip
    """Check and carry out one move of a locked case, in the current transaction."""
    machine = machine_of(case)
    chosen = _allowed(machine, case, move_id, roles)
    role = _role(chosen, roles)
    values = together(data, photos)
    refuse(machine.check(chosen, values, why, role=role, case=case.data))
    answers = sort_out(chosen.ask, values)
    at, before = clock.now(), case.state
    late = case.due_at is not None and at > case.due_at
    minutes = int((at - case.state_since).total_seconds() // 60)
    _count(case, actor, at, late, answers.rating)
    enter(case, machine, chosen.to, at)
    if not case.is_open:
        case.closed_at = at
        case.resolved = case.outcome == SOLVED
    case.photos += sum(len(files) for files in photos.values())
    case.sealed = answers.sealed_with(case.sealed)
    line = write(
        case, actor, kind if case.is_open else "closed", at,
        changed=(*MOVE_FIELDS, "sealed") if answers.private else MOVE_FIELDS,
        event={
            "before": before, "after": case.state, "move": move_id, "why": why.strip(),
            "role": role, "data": {**answers.shown, **(note or {})},
        },
        fact={
            "value": minutes,
            "attrs": {
                "from": before, "to": case.state, "move": move_id, "late": late, "role": role,
                "outcome": case.outcome, "rating": answers.rating,
            },
        },
    )  # fmt: skip
    attach(case, line.id, photos, public_fields(machine))
    return line


def _role(chosen: Move, roles: frozenset[str]) -> str:
    """The role in which the move is taken: the first that the playbook names."""
    named = [role.key for name in chosen.by if (role := resolve(name)) is not None]
    return next((key for key in named if key in roles), "")


def _allowed(machine: Machine, case: Case, move_id: str, roles: frozenset[str]) -> Move:
    if not case.is_open:
        raise errors.CLOSED()
    if case.suspended_at is not None:
        raise errors.SUSPENDED()
    try:
        chosen = machine.move(case.state, move_id)
    except KeyError as error:
        raise errors.NO_SUCH_MOVE(state=machine.playbook.state_title(case.state)) from error
    if not _role(chosen, roles):
        owner = resolve(chosen.by[0])
        raise errors.NOT_YOURS(owner=owner.zh if owner else chosen.by[0])
    return chosen


def _count(case: Case, actor: Actor, at: datetime, late: bool, rating: int | None) -> None:
    """Keep the figures that the three rates are made of."""
    if late:
        case.late_stages += 1
    if case.responded_at is None and actor.kind != "reporter":
        case.responded_at, case.response_late = at, late
    if rating is not None:
        case.rating = rating
