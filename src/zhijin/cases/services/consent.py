"""What needs another's consent: extending a deadline, suspending a clock, leaving the rates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhijin.cases import errors
from zhijin.cases.machine import CLOCK_FIELDS, machine_of, reset_clock, timeline
from zhijin.cases.models import Case, CaseRequest
from zhijin.cases.services.moves import works_on
from zhijin.cases.services.writing import lock, write
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.roles import ROLES, resolve
from zhijin.core.scope import scoped
from zhijin.playbooks.engine import Duration, Extension

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


def _approver(actor: Actor, case: Case, kind: str, amount: str, until: datetime | None) -> str:
    """The role that decides; refuses what the playbook does not allow in this stage."""
    if kind == "exclude":
        actor.require("case.approve", case.place_key)
        return EXCLUSION_APPROVER
    if not case.is_open:
        raise errors.CLOSED()
    if not works_on(actor, case):
        owner = ROLES.get(case.owner_role)
        raise errors.NOT_YOURS(owner=owner.zh if owner else "—")
    state = machine_of(case).state(case.state)
    rule = {"extend": state.extend, "suspend": state.suspend}.get(kind)
    if rule is None:
        raise errors.NOT_ALLOWED_HERE(what=_NAMES.get(kind, kind))
    if isinstance(rule, Extension):
        _check_extension(case, rule, amount)
    elif until is None or until <= clock.now():
        raise BAD_REQUEST(fields={"until": _NAMES["until"]})
    elif until > rule.max.after(clock.now(), calendar.current(), ()):
        most = _("最多挂起 {most}。").format(most=rule.max.title(_lang()))
        raise BAD_REQUEST(fields={"until": most})
    named = rule.approver or next((r.escalate for r in state.late if r.escalate), "township")
    role = resolve(named)
    return role.key if role else named


_NAMES = {
    "extend": _lazy("延期"), "suspend": _lazy("挂起"), "exclude": _lazy("剔除"),
    "until": _lazy("请选择将来的时间。"),
}  # fmt: skip


def _check_extension(case: Case, rule: Extension, amount: str) -> None:
    try:
        wanted = Duration.parse(amount)
    except ValueError as error:
        raise BAD_REQUEST(fields={"amount": _("请写时长，例如 2个工作日。")}) from error
    if wanted.rough_minutes() > rule.max.rough_minutes():
        most = _("每次最多延长 {most}。").format(most=rule.max.title(_lang()))
        raise BAD_REQUEST(fields={"amount": most})
    if len(case.extensions) >= rule.times:
        raise errors.NOT_ALLOWED_HERE(what=_NAMES["extend"])


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def decide(*, actor: Actor, request_id: UUID, granted: bool, answer: str) -> Case:
    """Grant or refuse a request; never one's own. Raises CA004, CA005, CA011, CO400, CO404."""
    with scoped(actor):
        found = CaseRequest.objects.filter(pk=request_id).first()
        if found is None:
            raise NOT_FOUND()
        case = lock(actor, found.case_id)
        request = CaseRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        at = clock.now()
        _check_decision(actor, case, request, granted, at)
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


def _check_decision(
    actor: Actor, case: Case, request: CaseRequest, granted: bool, at: datetime
) -> None:
    if request.decision:
        raise errors.NO_SUCH_MOVE(state=request.decision)
    if request.asked_by == actor.label:
        raise errors.ONE_MAY_NOT_DECIDE_OWN()
    if not _may_decide(actor, case, request.approver_role):
        raise errors.NOT_YOURS(owner=ROLES[request.approver_role].zh)
    if granted and request.until is not None and request.until <= at:
        raise BAD_REQUEST(fields={"until": _("申请的时间已经过去，请不批准，由申请人另提。")})


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
            raise errors.NOT_ALLOWED_HERE(what=_("恢复"))
        if not works_on(actor, case):
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
