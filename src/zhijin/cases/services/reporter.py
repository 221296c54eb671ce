"""What the reporter may do with the status code, and what staff record when the reporter is silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zhijin.cases import errors, receipts
from zhijin.cases.machine import enter, machine_of
from zhijin.cases.models import Case, CaseEvent
from zhijin.cases.services.moves import MOVE_FIELDS, take
from zhijin.cases.services.writing import lock, roles_over, write
from zhijin.cases.sides import side_of
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import StoredFile
from zhijin.core.scope import scoped

CODE = Actor.system("status-code")
#: How long after the end a reporter may ask for a case to be opened again.
REOPEN_DAYS = 30


def find(code: str) -> Case:
    """The case of a status code, following a merge to the case that is being handled.

    Runs in a system scope: whoever holds the code may see this one case. Raises CA012.
    """
    digest = receipts.digest(code)
    with scoped(CODE):
        case = Case.objects.filter(receipt=digest).first() if digest else None
        if case is None:
            raise errors.WRONG_CODE()
        return case


def record_of(code: str) -> str:
    """The name of the record that a status code opens. Raises CA012."""
    return find(code).record


def _reporter(case: Case) -> Actor:
    return Actor("reporter", case.number, "", extra_roles=frozenset({"reporter", "resident"}))


def act(
    *, code: str, move_id: str, data: Mapping[str, Any], why: str = "",
    photos: Mapping[str, Sequence[StoredFile]] | None = None, seen_version: int | None = None,
) -> Case:  # fmt: skip
    """The reporter takes a move that the playbook gives to ``reporter`` (confirm, send back…)."""
    found = find(code)
    with scoped(CODE):
        case = lock(CODE, found.id)
        if seen_version is not None and seen_version != case.version:
            raise errors.CHANGED_MEANWHILE()
        take(_reporter(case), case, move_id, frozenset({"reporter"}), data, why, photos or {})
        return case


def reopen(*, code: str, why: str) -> Case:
    """Open a closed case again, with a reason; it goes back to whoever handled it.

    Raises CA006, CA009 (too late, or returned for good), CA012.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": str(errors.WHY_NEEDED.message)})
    found = find(code)
    with scoped(CODE):
        case = lock(CODE, found.id)
        at = clock.now()
        past = case.closed_at is None or at - case.closed_at > timedelta(days=REOPEN_DAYS)
        if case.is_open or case.merged_into is not None or past:
            raise errors.NOT_ALLOWED_HERE(what=_("重新办理"))
        before = case.state
        case.closed_at, case.resolved = None, None
        case.reopened += 1
        enter(case, machine_of(case), _back_to(case), at)
        write(
            case, _reporter(case), "reopened", at, changed=MOVE_FIELDS,
            event={"before": before, "after": case.state, "why": why.strip(), "role": "reporter"},
            fact={"value": case.reopened, "attrs": {"from": before}},
        )  # fmt: skip
        return case


def _back_to(case: Case) -> str:
    """The last stage that staff owned before the end; the first stage when there was none."""
    machine = machine_of(case)
    staffed = {
        name
        for name, state in machine.playbook.states.items()
        if not state.final and state.owner not in {"reporter", None}
    }
    lines = CaseEvent.objects.filter(case_id=case.id, before__in=staffed).order_by("-seq")
    last = lines.values_list("before", flat=True).first()
    return last or machine.initial


def call_back(
    *, actor: Actor, case_id: UUID, reached: bool, move_id: str, data: Mapping[str, Any],
    note: str,
) -> Case:  # fmt: skip
    """Record a telephone call to a silent reporter; when reached, their answer moves the case.

    Whoever handled the case may not call about it. Raises CA005, CA006, CA009, CO403, CO404.
    """
    if not note.strip():
        raise errors.WHY_NEEDED(fields={"note": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        actor.require("case.callback", case.place_key)
        if case.owner_role != "reporter":
            raise errors.NOT_ALLOWED_HERE(what=_("回访"))
        if _handled(actor, case):
            raise errors.NOT_YOURS(owner=_("未经手的工作人员"))
        if not reached:
            write(
                case, actor, "called", clock.now(),
                event={"why": note.strip(), "data": {"reached": False}, "public": False},
            )  # fmt: skip
            return case
        called = {"called_by": actor.name, "note": note.strip()}
        take(
            actor,
            case,
            move_id,
            frozenset({"reporter"}),
            data,
            note,
            {},
            kind="called",
            note=called,
        )
        return case


def _handled(actor: Actor, case: Case) -> bool:
    """Whether ``actor`` took a step of the case; what was recorded of a call is the reporter's."""
    steps = CaseEvent.objects.filter(
        case_id=case.id, kind__in=("moved", "closed"), actor=actor.label
    )
    return steps.exclude(data__has_key="called_by").exists()


def comment(*, actor: Actor, case_id: UUID, text: str, public: bool) -> CaseEvent:
    """Add a remark to the timeline; ``public`` shows it to the reporter too."""
    if not text.strip():
        raise errors.WHY_NEEDED(fields={"text": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        if not side_of(case, roles_over(actor, case)).internal:
            raise errors.NOT_ALLOWED_HERE(what=_("备注"))
        return write(
            case, actor, "commented", clock.now(),
            event={"why": text.strip(), "public": public},
        )  # fmt: skip
