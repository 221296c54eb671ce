"""Points added or taken within the programme's rules, with evidence, approved by a second person; and values
that a person enters where the programme exempts an indicator for a time."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from zhijin.assessment import errors, forms
from zhijin.assessment.engine.marks_model import Adjustment as Rule
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Adjustment, Batch, Manual, Run, Score
from zhijin.assessment.periods import name_of
from zhijin.assessment.services import keeping
from zhijin.assessment.services.inputs import OFFICIAL
from zhijin.assessment.services.requesting import queue
from zhijin.assessment.services.telling import reaches, tell, whose
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION
from zhijin.core.facts import county_of
from zhijin.core.roles import ROLES, is_above, resolve
from zhijin.core.scope import scope_q, scoped
from zhijin.orgs import api as orgs

SYSTEM = Actor.system("assessment")
State = Adjustment.State
LINES = ("sector_key", "industry_key")


def propose_adjustment(
    *, actor: Actor, programme: str, period: Period, org_key: int, rule: str, amount: int,
    why: str, records: Sequence[str] = (), files: Sequence[str] = (),
) -> Adjustment:  # fmt: skip
    """Propose to add (or, negative, take) basis points under a rule of the programme.

    ``records`` are facts' records that show it, ``files`` digests of stored files; one is needed.
    Raises AE004, AE007, AE012–AE014, AE021, OR001, CO403.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": errors.WHY_NEEDED.message})
    if not records and not files:
        raise errors.EVIDENCE_NEEDED(fields={"records": errors.EVIDENCE_NEEDED.message})
    with scoped(actor):
        held_by = _whose(actor, programme, period, org_key)
        row = Adjustment(**held_by, programme=programme, rule=rule, amount=amount)
        if not reaches(actor, "assess.adjust", row):
            raise NO_PERMISSION(permission="assess.adjust")
        given = _rule(_held(row, period), rule)
        _still_open(row.county, programme, period)
        row.period_start, row.approver_role = period.start, given.second_approval
        _check_amount(row, given)
        row.why, row.records, row.files = why.strip(), list(records), list(files)
        row.proposed_by, row.proposed_name, row.proposed_at = (
            actor.label, actor.name, clock.now(),
        )  # fmt: skip
        row.save(force_insert=True)
        tell(actor, "assessment.adjustment_proposed", row, f"adjustment:{row.id}", programme,
             rule=rule, amount=amount, why=row.why)  # fmt: skip
    return row


def _held(row: Adjustment | Manual, period: Period) -> forms.Programme:
    """The revision that the period is computed by where the row is. Raises AE004, PR001."""
    with scoped(SYSTEM):
        found = keeping.holding(row.programme, row.place_code, period)
    if found.model.period != period.kind or period.start > clock.today():
        raise errors.BAD_PERIOD(period=name_of(period.kind, period.start))
    return found


def _rule(found: forms.Programme, rule: str) -> Rule:
    given = next((one for one in found.model.adjustments if one.id == rule), None)
    if given is None:
        raise errors.NO_SUCH_RULE(rule=rule)
    return given


def _whose(
    actor: Actor, programme: str, period: Period, org_key: int
) -> dict[str, int | str | None]:
    """The organisation where it was ranked in the period; where it is now when it has not been ranked.

    One that has moved since is computed with the county that it then was in.
    """
    org = orgs.get(actor, org_key)
    runs = Run.objects.filter(
        programme=programme, period_kind=period.kind, period_start=period.start,
        state__in=OFFICIAL,
    )  # fmt: skip
    ranked = Score.objects.filter(org_key=org_key, run_id__in=runs.values("id")).first()
    if ranked is not None:
        return whose(ranked)
    return {
        "county": county_of(org.place_code), "org_key": org.key, "place_code": org.place_code,
        "place_key": org.place_key, "sector_key": org.sector_key,
        "industry_key": org.industry_key,
    }  # fmt: skip


def _still_open(county: int, programme: str, period: Period) -> None:
    frozen = Run.objects.filter(
        county=county, programme=programme, period_kind=period.kind, period_start=period.start,
        state=Run.State.FROZEN,
    )  # fmt: skip
    if frozen.exists():
        raise errors.FROZEN(period=name_of(period.kind, period.start))


def _check_amount(row: Adjustment, rule: Rule) -> None:
    """All that is approved under the rule together stays within it; writers wait for each other."""
    with connection.cursor() as cursor:
        key = f"adjustment {row.org_key} {row.programme} {row.period_start} {row.rule}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    approved = Adjustment.objects.filter(
        org_key=row.org_key, programme=row.programme, period_start=row.period_start,
        rule=row.rule, state=State.APPROVED,
    ).aggregate(sum=Sum("amount"))["sum"]  # fmt: skip
    if row.amount == 0 or abs((approved or 0) + row.amount) > rule.most:
        raise errors.TOO_MUCH(most=rule.most, amount=row.amount)


def decide_adjustment(
    *, actor: Actor, adjustment_id: UUID, approved: bool, answer: str = ""
) -> Adjustment:
    """Give or refuse the second approval; an approved one asks for the county's new result.

    Raises AE007 (refused without a reason), AE009, AE010, AE012, AE013, AE015, AE020, AE021.
    """
    if not approved and not answer.strip():
        raise errors.WHY_NEEDED(fields={"answer": errors.WHY_NEEDED.message})
    with scoped(actor):
        rows = Adjustment.objects.select_for_update(no_key=True)
        seen = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
        row = rows.filter(seen, id=adjustment_id).first()
        if row is None:
            raise errors.NO_SUCH_ADJUSTMENT()
        _may_decide(actor, row)
        if row.state != State.PROPOSED:
            raise errors.ALREADY_DECIDED()
        kind = forms.current(row.programme, row.place_code).model.period
        period = Period(row.period_start, kind)
        found = _held(row, period)
        _still_open(row.county, row.programme, period)
        if approved:
            _check_amount(row, _rule(found, row.rule))
        row.state = State.APPROVED if approved else State.REFUSED
        row.decided_by, row.decided_name, row.decided_at = actor.label, actor.name, clock.now()
        row.answer = answer.strip()
        row.save(update_fields=["state", "decided_by", "decided_name", "decided_at", "answer"])
        tell(actor, "assessment.adjustment_decided", row, f"adjustment:{row.id}", row.programme,
             approved=approved, rule=row.rule, amount=row.amount, why=row.answer)  # fmt: skip
        if approved:
            with scoped(SYSTEM):
                queue(actor, found, period, row.place_code[:6], Batch.Reason.ADJUSTMENT)
    return row


def _may_decide(actor: Actor, row: Adjustment) -> None:
    """The role that the programme names, or one above it; and not whoever proposed it."""
    if not reaches(actor, "assess.approve", row):
        raise NO_PERMISSION(permission="assess.approve")
    if row.proposed_by == actor.label:
        raise errors.NOT_OWN_DECISION()
    held = actor.roles_at(row.place_key, (row.org_key,))
    wanted = row.approver_role
    if not actor.is_system and not any(r == wanted or is_above(r, wanted) for r in held):
        role = resolve(wanted)
        raise errors.NOT_APPROVER(role=ROLES[role.key].title() if role else wanted)


def enter_manual(
    *, actor: Actor, programme: str, period: Period, org_key: int, indicator: str,
    numerator: int, denominator: int | None = None, why: str, files: Sequence[str] = (),
) -> Manual:  # fmt: skip
    """Enter a value of an indicator that the programme exempts, by the role that answers for it.

    Raises AE004, AE007, AE016, AE017, AE021, OR001, CO403.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": errors.WHY_NEEDED.message})
    with scoped(actor):
        held_by = _whose(actor, programme, period, org_key)
        row = Manual(**held_by, programme=programme, indicator=indicator)
        found = _held(row, period)
        exempt = next((one for one in found.model.manual if one.indicator == indicator), None)
        if exempt is None or clock.today().isoformat() > exempt.until:
            raise errors.NOT_MANUAL()
        held = actor.roles_at(row.place_key, (row.org_key,))
        if not actor.is_system and exempt.owner not in held:
            raise NO_PERMISSION(permission="assess.adjust")
        if numerator < 0 or (denominator is not None and denominator <= 0):
            raise errors.BAD_NUMBER()
        _still_open(row.county, programme, period)
        row.period_start, row.numerator, row.denominator = period.start, numerator, denominator
        row.why, row.files = why.strip(), list(files)
        row.entered_by, row.entered_name, row.entered_at = actor.label, actor.name, clock.now()
        row.save(force_insert=True)
        tell(actor, "assessment.entered", row, f"manual:{row.id}", programme,
             indicator=indicator, why=row.why)  # fmt: skip
    return row
