"""Two reports of one thing become one case, and can be parted again."""

from __future__ import annotations

from uuid import UUID

from zhijin.cases import errors
from zhijin.cases.machine import machine_of, reset_clock
from zhijin.cases.models import Case
from zhijin.cases.services.writing import lock, write
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

_FIELDS = ("merged_into", "is_open", "next_fire_at", "due_at", "outcome", "closed_at")


def merge(*, actor: Actor, case_id: UUID, into: UUID, why: str = "") -> Case:
    """Close ``case_id`` into ``into``; its reporter follows the other from then on.

    The clock of the merged case stops; its state stays, so that it can be parted. Locks are taken
    in the order of ids, so that two merges cannot wait for each other. Raises CA013, CO403, CO404.
    """
    if case_id == into:
        raise errors.MERGE_REFUSED()
    with scoped(actor):
        pair = {pk: lock(actor, pk) for pk in sorted((case_id, into))}
        case, kept = pair[case_id], pair[into]
        actor.require("case.merge", case.place_key)
        actor.require("case.merge", kept.place_key)
        joined = Case.objects.filter(merged_into=case.id).exists()
        free = case.merged_into is None and kept.merged_into is None and not joined
        if not (free and case.is_open and kept.is_open and case.county == kept.county):
            raise errors.MERGE_REFUSED()
        at = clock.now()
        case.merged_into, case.is_open = kept.id, False
        case.next_fire_at = case.due_at = None
        case.outcome, case.closed_at = "merged", at
        write(
            case, actor, "merged", at, changed=_FIELDS,
            event={"why": why.strip(), "data": {"into": str(kept.id), "number": kept.number}},
        )  # fmt: skip
        write(
            kept, actor, "absorbed", at,
            event={"data": {"from": str(case.id), "number": case.number}},
        )  # fmt: skip
        return kept


def unmerge(*, actor: Actor, case_id: UUID, why: str) -> Case:
    """Part a merged case again; its stage goes on, and the time it was merged does not count."""
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        actor.require("case.merge", case.place_key)
        if case.merged_into is None:
            raise errors.MERGE_REFUSED()
        at, kept_id = clock.now(), case.merged_into
        since = case.closed_at or at
        case.merged_into, case.is_open, case.outcome, case.closed_at = None, True, "", None
        case.pauses = [*case.pauses, [since.isoformat(), at.isoformat()]]
        reset_clock(case, machine_of(case))
        write(
            case, actor, "parted", at, changed=(*_FIELDS, "pauses", "fired"),
            event={"why": why.strip(), "data": {"from": str(kept_id)}},
        )  # fmt: skip
        return case
