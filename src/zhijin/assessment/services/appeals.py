"""A unit contests one record of one indicator of a published result; an officer answers with reasons.

Accepted: the record is corrected by a further fact, and the county is computed anew. Old and new stand
side by side; the old one stays as it was published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from zhijin.assessment import errors, forms, records
from zhijin.assessment.engine import Assessment
from zhijin.assessment.engine.evidence import evidence
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.resting import measures_of
from zhijin.assessment.models import Appeal, Batch, Run, Score
from zhijin.assessment.services import claims
from zhijin.assessment.services.correcting import correct_fact, is_corrected
from zhijin.assessment.services.requesting import queue
from zhijin.assessment.services.telling import reaches, tell, whose
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION
from zhijin.core.models import Fact
from zhijin.core.scope import scope_q, scoped

SYSTEM = Actor.system("assessment")
State = Appeal.State
#: Days after publication in which an appeal may be filed, and in which it is to be answered.
FILE_DAYS, ANSWER_DAYS = 15, 15


def file_appeal(
    *, actor: Actor, run_id: UUID, org_key: int, indicator: str, fact_id: UUID, why: str,
    claim: str = Appeal.Claim.EXCLUDE, changes: Mapping[str, Any] | None = None,
) -> Appeal:  # fmt: skip
    """Contest a record that counts into an indicator of a published result.

    ``claim`` is ``exclude``, or ``amend`` with ``changes`` to attributes that the indicator looks at.
    Raises AE001, AE002, AE005–AE008, AE011, AE018, CO403.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": errors.WHY_NEEDED.message})
    with scoped(actor):
        run, score = contested(actor, run_id, org_key, indicator)
        programme = forms.revision(run.revision_id).model
        fact = _counted(run, score, programme, indicator, fact_id)
        wanted = dict(changes or {}) if claim == Appeal.Claim.AMEND else {}
        if claim == Appeal.Claim.AMEND:
            check_changes(programme, indicator, wanted)
        return _filed(
            actor, run, score, why, indicator=indicator, fact_id=fact.id, fact_at=fact.at,
            fact_county=fact.county, fact_kind=fact.kind, record=fact.record, claim=claim,
            changes=wanted,
        )  # fmt: skip


def file_missing(
    *, actor: Actor, run_id: UUID, org_key: int, indicator: str, kind: str, on: date, why: str,
    record: str = "", changes: Mapping[str, Any] | None = None,
) -> Appeal:  # fmt: skip
    """Ask that something be counted that was done and has no record there: a fact of ``kind`` on a day.

    ``record`` names what shows it; for what happens to cases it is one (``case:…``) that ``actor`` sees.
    ``changes`` are the attributes that the indicator looks at. Raises AE001, AE002, AE005, AE007, AE008,
    AE011, AE018, AE022–AE025, CO403.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": errors.WHY_NEEDED.message})
    with scoped(actor):
        run, score = contested(actor, run_id, org_key, indicator)
        programme = forms.revision(run.revision_id).model
        wanted = claims.Missing(kind, on, record.strip(), dict(changes or {}))
        claims.check(actor, run, score, programme, indicator, wanted)
        if wanted.changes:
            check_changes(programme, indicator, wanted.changes)
        return _filed(
            actor, run, score, why, indicator=indicator, fact_id=wanted.name_for(run, org_key),
            fact_at=wanted.at, fact_county=score.county, fact_kind=kind, record=wanted.record,
            claim=Appeal.Claim.INCLUDE, changes=wanted.changes,
        )  # fmt: skip


def _filed(actor: Actor, run: Run, score: Score, why: str, **given: Any) -> Appeal:
    """The appeal's row, with journal and fact. Raises AE008."""
    at = clock.now()
    appeal = Appeal(
        **whose(score), run_id=run.id, programme=run.programme, period_start=run.period_start,
        why=why.strip(), filed_by=actor.label, filed_name=actor.name, filed_at=at,
        due_at=at + timedelta(days=ANSWER_DAYS), **given,
    )  # fmt: skip
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError as error:
        raise errors.ALREADY_APPEALED() from error
    tell(actor, "assessment.appealed", appeal, appeal.name, run.programme,
         indicator=appeal.indicator, claim=appeal.claim, why=appeal.why)  # fmt: skip
    return appeal


def contested(actor: Actor, run_id: UUID, org_key: int, indicator: str) -> tuple[Run, Score]:
    """The published run and the organisation's line in it, when ``actor`` may appeal for it."""
    run = Run.objects.filter(id=run_id).first()
    score = Score.objects.filter(
        scope_q(actor, "place_key", orgs="org_key", lines=("sector_key", "industry_key")),
        run_id=run_id, org_key=org_key,
    ).first()  # fmt: skip
    if run is None or score is None:
        raise errors.NO_SUCH_RUN()
    if not reaches(actor, "assess.appeal", score):
        raise NO_PERMISSION(permission="assess.appeal")
    if run.state != Run.State.PUBLISHED or run.published_at is None:
        raise errors.NOT_READY(state=errors.STATES[run.state])
    if clock.now() > run.published_at + timedelta(days=FILE_DAYS):
        raise errors.TOO_LATE(days=FILE_DAYS)
    if indicator not in run.indicators:
        raise errors.NOT_IN_RUN()
    return run, score


def _counted(
    run: Run, score: Score, programme: Assessment, indicator: str, fact_id: UUID
) -> Fact:  # fmt: skip
    """The fact, when it counts into the indicator and nobody has corrected it. Raises AE006."""
    period = Period(run.period_start, run.period_kind)
    tree = records.by_tree(programme)
    whose = records.whose(score.org_key, score.place_key, period, by_tree=tree)
    parts = evidence(programme, indicator, whose, period, records.seen_of(run))
    counted = " OR ".join(f"({part.predicate})" for part in parts) or "false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.county, f.at FROM core_fact f WHERE f.id = '{fact_id}' AND ({counted})"
        )
        found = cursor.fetchone()
    fact = Fact.objects.get(county=found[0], at=found[1], id=fact_id) if found else None
    if fact is None or is_corrected(fact):
        raise errors.NOT_EVIDENCE()
    return fact


def looked_at(programme: Assessment, indicator: str, kind: str) -> list[str]:
    """The attributes of a kind of fact that an indicator looks at, in the order of the file."""
    measures = measures_of(programme, programme.indicators[indicator])
    found = (c.attr for m in measures if kind in m.kinds for c in m.where)
    return list(dict.fromkeys(found))


def check_changes(programme: Assessment, indicator: str, changes: Mapping[str, Any]) -> None:
    """Only attributes that the indicator looks at, each of its type, at least one. Raises AE018."""
    from zhijin.assessment.engine.kinds import attribute_types

    measures = measures_of(programme, programme.indicators[indicator])
    allowed = {condition.attr for measure in measures for condition in measure.where}
    types: dict[str, type] = {"text": str, "number": int, "flag": bool}
    for name, value in changes.items():
        kind = attribute_types().get(name)
        if name not in allowed or kind is None or type(value) is not types[kind]:
            raise errors.BAD_CHANGE(attr=name)
    if not changes:
        raise errors.BAD_CHANGE(attr="—")


def decide_appeal(*, actor: Actor, appeal_id: UUID, accepted: bool, answer: str) -> Appeal:
    """Answer an appeal; accepting corrects the record and asks for the county's new result.

    Raises AE007, AE009, AE010, AE019, AE026, CO403.
    """
    if not answer.strip():
        raise errors.WHY_NEEDED(fields={"answer": errors.WHY_NEEDED.message})
    with scoped(actor):
        appeal = _locked(actor, appeal_id)
        if not reaches(actor, "assess.answer", appeal):
            raise NO_PERMISSION(permission="assess.answer")
        if appeal.filed_by == actor.label:
            raise errors.NOT_OWN_DECISION()
        _settle(actor, appeal, State.ACCEPTED if accepted else State.REFUSED, answer)
        tell(actor, "assessment.answered", appeal, appeal.name, appeal.programme,
             accepted=accepted, indicator=appeal.indicator, why=appeal.answer)  # fmt: skip
    return appeal


def _settle(actor: Actor, appeal: Appeal, state: str, answer: str) -> None:
    appeal.state, appeal.answer = state, answer.strip()
    appeal.decided_by, appeal.decided_name, appeal.decided_at = actor.label, actor.name, clock.now()
    appeal.save(update_fields=["state", "answer", "decided_by", "decided_name", "decided_at"])
    if state != State.ACCEPTED:
        return
    with scoped(SYSTEM):
        if appeal.claim == Appeal.Claim.INCLUDE:
            claims.write_missing(actor, appeal)
        else:
            fact = Fact.objects.get(county=appeal.fact_county, at=appeal.fact_at, id=appeal.fact_id)
            changes = appeal.changes if appeal.claim == Appeal.Claim.AMEND else None
            correct_fact(actor=actor, fact=fact, why=appeal.answer, by=appeal.name, changes=changes)
        run = Run.objects.get(id=appeal.run_id, county=appeal.county)
        found = forms.revision(run.revision_id)
        period = Period(run.period_start, run.period_kind)
        queue(actor, found, period, run.place_code, Batch.Reason.APPEAL)


def _locked(actor: Actor, appeal_id: UUID) -> Appeal:
    seen = scope_q(actor, "place_key", orgs="org_key", lines=("sector_key", "industry_key"))
    rows = Appeal.objects.select_for_update(no_key=True)
    appeal = rows.filter(seen, id=appeal_id).first()
    if appeal is None:
        raise errors.NO_SUCH_APPEAL()
    if appeal.state != State.FILED:
        raise errors.ALREADY_DECIDED()
    return appeal


def withdraw_appeal(*, actor: Actor, appeal_id: UUID) -> Appeal:
    """Take an appeal back while it waits. Raises AE009, AE019, CO403."""
    with scoped(actor):
        appeal = _locked(actor, appeal_id)
        if not reaches(actor, "assess.appeal", appeal):
            raise NO_PERMISSION(permission="assess.appeal")
        _settle(actor, appeal, State.WITHDRAWN, "")
        tell(actor, "assessment.appeal_withdrawn", appeal, appeal.name, appeal.programme)
    return appeal
