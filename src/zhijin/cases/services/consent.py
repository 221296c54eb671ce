"""What needs another's consent: extending a deadline, suspending a clock, leaving the rates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhijin.cases import errors
from zhijin.cases.machine import CLOCK_FIELDS, machine_of, reset_clock, timeline
from zhijin.cases.models import Case, CaseRequest
from zhijin.cases.services.moves import roles_for
from zhijin.cases.services.writing import lock, write
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.roles import ROLES
from zhijin.core.scope import scoped
from zhijin.playbooks.engine import Duration

SUSPEND_FIELDS = (*CLOCK_FIELDS, "suspended_at", "suspended_until")
#: Who decides on leaving the rates: never below the county.
EXCLUSION_APPROVER = "county_officer"


def ask(
    *, actor: Actor, case_id: UUID, kind: str, why: str, amount: str = "",
    until: datetime | None = None,
) -> CaseRequest:  # fmt: skip
    """Ask for ``extend`` (by a duration such as ``2 workdays``), ``suspend`` (until) or ``exclude``.

    Raises CA005–CA007, CA009, CA010, CO400, CO404.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        approver = _approver(actor, case, kind, amount, until)
        at = clock.now()
        request = CaseRequest(
            county=case.county, case_id=case.id, place_key=case.place_key, kind=kind,
            amount=amount, until=until, why=why.strip(), asked_by=actor.label,
            asked_name=actor.name, asked_at=at, approver_role=approver,
        )  # fmt: skip
        try:
            with transaction.atomic():
                request.save(force_insert=True)
        except IntegrityError as error:
            raise errors.ALREADY_ASKED() from error
        write(
            case, actor, "asked", at,
            event={"why": why.strip(), "role": approver,
                   "data": {"kind": kind, "amount": amount, "until": _iso(until)}},
        )  # fmt: skip
    return request


def _approver(
    actor: Actor, case: Case, kind: str, amount: str, until: datetime | None
) -> str:
    """The role that decides; refuses what the playbook does not allow in this stage."""
    if kind == "exclude":
        actor.require("case.approve", case.place_key)
        return EXCLUSION_APPROVER
    if not case.is_open:
        raise errors.CLOSED()
    if case.owner_role not in roles_for(actor, case):
        owner = ROLES.get(case.owner_role)
        raise errors.NOT_YOURS(owner=owner.zh if owner else "—")
    state = machine_of(case).playbook.states[case.state]
    rule = state.extend if kind == "extend" else state.suspend if kind == "suspend" else None
    if rule is None:
        raise errors.NOT_ALLOWED_HERE(what=_NAMES.get(kind, kind))
    if kind == "extend":
        _check_extension(case, rule, amount)
    elif until is None or until <= clock.now():
        raise BAD_REQUEST(fields={"until": _NAMES["until"]})
    return str(rule.approver)


_NAMES = {"extend": "延期", "suspend": "挂起", "exclude": "剔除", "until": "请选择将来的时间。"}


def _check_extension(case: Case, rule: object, amount: str) -> None:
    wanted = Duration.parse(amount)
    most = getattr(rule, "most", None)
    if wanted is None or (most is not None and wanted.longer_than(most)):
        raise BAD_REQUEST(fields={"amount": f"延期最多 {most}" if most else "例如：2 workdays"})
    times = getattr(rule, "times", None)
    if times is not None and len(case.extensions) >= times:
        raise errors.NOT_ALLOWED_HERE(what=_NAMES["extend"])


def decide(*, actor: Actor, request_id: UUID, granted: bool, answer: str) -> Case:
    """Grant or refuse a request; never one's own. Raises CA005, CA011, CO404."""
    with scoped(actor):
        found = CaseRequest.objects.filter(pk=request_id).first()
        if found is None:
            raise NOT_FOUND()
        case = lock(actor, found.case_id)
        request = CaseRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        if request.decision:
            raise errors.NO_SUCH_MOVE(state=request.decision)
        if request.asked_by == actor.label:
            raise errors.ONE_MAY_NOT_DECIDE_OWN()
        if not _may_decide(actor, case, request.approver_role):
            raise errors.NOT_YOURS(owner=ROLES[request.approver_role].zh)
        at = clock.now()
        request.decision = "granted" if granted else "refused"
        request.decided_by, request.decided_name = actor.label, actor.name
        request.decided_at, request.answer = at, answer.strip()
        request.save(
            update_fields=["decision", "decided_by", "decided_name", "decided_at", "answer"]
        )
        changed = _carry_out(case, request, at) if granted else ()
        kind = {"extend": "extended", "suspend": "suspended", "exclude": "excluded"}[request.kind]
        write(
            case, actor, kind if granted else "refused", at, changed=changed,
            event={"why": answer.strip(),
                   "data": {"kind": request.kind, "amount": request.amount,
                            "until": _iso(request.until), "asked": request.asked_name}},
        )  # fmt: skip
        return case


def _may_decide(actor: Actor, case: Case, approver: str) -> bool:
    held = actor.roles_at(case.place_key, [case.org_key] if case.org_key else [])
    level = ROLES[approver].level
    return approver in held or any(
        ROLES[role].level > level and "case.approve" in ROLES[role].permissions
        for role in held
        if role in ROLES
    )


def _carry_out(case: Case, request: CaseRequest, at: datetime) -> tuple[str, ...]:
    machine = machine_of(case)
    if request.kind == "extend":
        # A new visit of the same stage: steps that lie ahead again may fire again, past ones not.
        case.extensions = [*case.extensions, request.amount]
        case.visit += 1
        case.raised_to = ""
        case.fired = sum(1 for step in timeline(case, machine) if step.at <= at)
        reset_clock(case, machine)
        return (*CLOCK_FIELDS, "visit")
    if request.kind == "suspend":
        case.suspended_at, case.suspended_until = at, request.until
        reset_clock(case, machine)
        return SUSPEND_FIELDS
    case.excluded = True
    return ("excluded",)


def resume(*, actor: Actor, case_id: UUID) -> Case:
    """End a suspension before its time. Raises CA005, CA009, CO404."""
    with scoped(actor):
        case = lock(actor, case_id)
        if case.suspended_at is None:
            raise errors.NOT_ALLOWED_HERE(what="恢复")
        if case.owner_role not in roles_for(actor, case):
            raise errors.NOT_YOURS(owner=case.owner_role)
        end_suspension(actor, case, clock.now())
        return case


def end_suspension(actor: Actor, case: Case, at: datetime) -> None:
    """Let the clock of a locked case run on; the time it stood is kept as a pause."""
    started = case.suspended_at or at
    case.pauses = [*case.pauses, [started.isoformat(), at.isoformat()]]
    case.suspended_at = case.suspended_until = None
    reset_clock(case, machine_of(case))
    write(case, actor, "resumed", at, changed=SUSPEND_FIELDS)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
