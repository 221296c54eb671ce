"""Putting a result before everybody, and sealing it for good."""

from __future__ import annotations

from uuid import UUID

from zhijin.assessment import errors, forms
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Mark, Run
from zhijin.assessment.periods import name_of
from zhijin.assessment.services.requesting import request_following, request_joined
from zhijin.core import clock, facts, jobs, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

State = Run.State
SYSTEM = Actor.system("assessment")
FOLLOW = "assessment.follow"


def publish_run(*, actor: Actor, run_id: UUID, follow: bool = True) -> Run:
    """Publish a county's ready result; an earlier published one stays readable beside it.

    What follows from its marks is queued, unless ``follow`` is false: what lies long past, published
    when a programme begins, leads to no new work. Raises AE001, AE002, AE003, AE021, CO403.
    """
    with scoped(SYSTEM):
        run = lock_run(actor, run_id, "assess.publish")
        if run.state != State.READY:
            raise errors.NOT_READY(state=errors.STATES[run.state])
        period = name_of(run.period_kind, run.period_start)
        if run.period_end > clock.today():
            raise errors.PERIOD_NOT_OVER(period=period)
        at = clock.now()
        public = Run.objects.filter(
            county=run.county, programme=run.programme, period_kind=run.period_kind,
            period_start=run.period_start, state__in=(State.PUBLISHED, State.FROZEN),
        )  # fmt: skip
        # Locked: one that is frozen at this moment is waited for, and never replaced.
        held = public.select_for_update(no_key=True).order_by("id").values_list("state", flat=True)
        if State.FROZEN in held:
            raise errors.FROZEN(period=period)
        replaced = public.update(state=State.SUPERSEDED, superseded_at=at)
        run.state, run.published_at = State.PUBLISHED, at
        run.published_by, run.published_name = actor.label, actor.name
        run.save(update_fields=["state", "published_at", "published_by", "published_name"])
        _tell(actor, "assessment.published", run)
        _tell_marks(actor, run)
        request_joined(run)
        if replaced:
            revision = forms.revision(run.revision_id)
            request_following(revision, Period(run.period_start, run.period_kind), run.place_code)
        if follow:
            jobs.defer(FOLLOW, queue="assessment", run=str(run.id), county=run.county)
    return run


def lock_run(actor: Actor, run_id: UUID, permission: str) -> Run:
    """The run, locked, when ``actor`` holds ``permission`` over its county. Raises AE001, CO403."""
    run = Run.objects.select_for_update(no_key=True).filter(id=run_id).first()
    if run is None or not (actor.is_system or actor.scope.covers(run.place_key)):
        raise errors.NO_SUCH_RUN()
    actor.require(permission, run.place_key)
    return run


def _tell(actor: Actor, kind: str, run: Run) -> None:
    detail = {"programme": run.programme, "period": name_of(run.period_kind, run.period_start)}
    journal.write(
        actor, kind, run.record, place_key=run.place_key, detail={**detail, "digest": run.digest}
    )
    facts.record(
        kind, at=clock.now(), place_code=run.place_code, subject=run.programme, actor=actor,
        record=run.record, attrs=detail, playbook=run.programme,
    )  # fmt: skip


def _tell_marks(actor: Actor, run: Run) -> None:
    """Being named is something that happened to an organisation: a fact each, once a period."""
    period = name_of(run.period_kind, run.period_start)
    at = clock.now()
    facts.record_many(
        facts.NewFact(
            "assessment.marked", at=at, place_code=mark.place_code, subject=run.programme,
            actor=actor.label, record=run.record, org_key=mark.org_key,
            attrs={"mark": mark.kind, "period": period, "rules": " ".join(mark.rules)},
            playbook=run.programme,
        )
        for mark in Mark.objects.filter(run_id=run.id, county=run.county)
    )  # fmt: skip
