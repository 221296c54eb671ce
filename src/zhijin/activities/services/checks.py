"""Random spot check (随机抽查): the list is signed and published, the seed comes afterwards from a public source, and
anybody repeats the draw. What is found at drawn units is rectified by them and verified by somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import drawing, errors, words
from zhijin.activities.models import Event, Party, Problem
from zhijin.activities.selectors.checks import problems_q
from zhijin.activities.services import events
from zhijin.activities.services.common import (
    in_state,
    locked,
    note,
    require_host,
    require_own,
    same_keys,
    tell,
    text,
)
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.signing import side_file, sign_document

State = Event.State
NOTICE, DOCUMENT = "activities.check-list/1", "activities.check/1"
#: Working days that a unit has to put right what was found, unless the check says otherwise.
DAYS = 15


def make(*, actor: Actor, plan: events.Plan, size: int, source: str, days: int = DAYS) -> Event:
    """Prepare a spot check of ``size`` units. ``source`` says beforehand where the seed will come from.

    Raises AV003, AV043, CO400, CO403.
    """
    if not 1 <= size <= 5000 or not 1 <= days <= 250:
        raise errors.BAD_SIZE(most=5000)
    rules = {"size": size, "source": text(source, 200, "source"), "days": days}
    plan = events.Plan(
        Event.Kind.CHECK, plan.title, plan.place_code, plan.year, plan.period, plan.due_at, rules,
        plan.simulated,
    )  # fmt: skip
    with transaction.atomic(savepoint=False):
        return events.begin(actor=actor, plan=plan)


@transaction.atomic(savepoint=False)
def publish_list(*, actor: Actor, event_id: UUID) -> Event:
    """Fix the list and sign it: from now on neither list nor size nor source can change.

    Raises CO404, CO403, AV001, AV040, AV043.
    """
    event = events.own(actor, event_id, Event.Kind.CHECK)
    in_state(event, State.PREPARING)
    if event.notice is not None:
        raise errors.LIST_OUT()
    rows = names(event)
    if event.rules["size"] > len(rows):
        raise errors.BAD_SIZE(most=len(rows))
    listed = drawing.list_text(rows)
    signed = sign_document(NOTICE, {
        **events.about(event), **_rules(event), "units": len(rows),
        "digest": drawing.digest_of(listed), "list": listed.decode(),
    })  # fmt: skip
    event.notice, event.notice_sig = signed.data, side_file(signed.signature)
    event.notice_at = clock.now()
    event.rules |= {"digest": drawing.digest_of(listed)}
    event.save(update_fields=["notice", "notice_sig", "notice_at", "rules"])
    note(actor, "check.listed", event.record, event.place_key, digest=event.rules["digest"])
    return event


def names(event: Event) -> dict[int, str]:
    """The list: key and name of every unit."""
    rows = events.entrants(event).values_list("org_key", "org_name")
    return {key: " ".join(name.split()) for key, name in rows}


def _rules(event: Event) -> dict[str, Any]:
    return {key: event.rules[key] for key in ("size", "source")}


@transaction.atomic(savepoint=False)
def draw(*, actor: Actor, event_id: UUID, seed: str, told: str) -> list[Party]:
    """Enter the seed and draw. ``told`` says which issue of the source it was, and who was there.

    Raises CO404, CO403, CO400, AV001, AV041, AV042.
    """
    event = events.own(actor, event_id, Event.Kind.CHECK)
    in_state(event, State.PREPARING)
    if event.notice is None:
        raise errors.SEED_TOO_EARLY()
    if not 4 <= len(seed) <= 64 or ":" in seed or seed.split() != [seed]:
        raise errors.BAD_SEED()
    rows = {row.org_key: row for row in events.entrants(event)}
    digest = event.rules["digest"]
    drawn = [rows[key] for key in drawing.draw(digest, seed, list(rows), int(event.rules["size"]))]
    for lot, row in enumerate(drawn, 1):
        row.lot, row.drawn = lot, True
        tell(actor, "activity.check.drawn", row, event.record, subject=event.record,
             attrs={"check": str(event.id), "year": event.year})  # fmt: skip
    Party.objects.bulk_update(drawn, ["lot", "drawn"])
    body = {
        **_rules(event), "units": len(rows), "digest": digest, "seed": seed,
        "told": text(told, 300, "told"), "listed_at": _stamp(event.notice_at),
        "drawn": [[str(row.org_key), row.org_name] for row in drawn],
    }  # fmt: skip
    signed = sign_document(DOCUMENT, {**events.about(event), **body})
    event.state, event.outcome = State.OPEN, body
    event.document, event.document_sig = signed.data, side_file(signed.signature)
    event.save(update_fields=["state", "outcome", "document", "document_sig"])
    note(actor, "check.drawn", event.record, event.place_key, seed=seed, told=told)
    return drawn


def _stamp(at: datetime | None) -> str:
    return clock.local(at).isoformat(timespec="seconds") if at else ""


@transaction.atomic(savepoint=False)
def find(*, actor: Actor, event_id: UUID, org_key: int, aspect: str, what: str) -> Problem:
    """Note a problem at a drawn unit; it has the check's working days to put it right.

    Raises CO404, CO403, CO400, AV001, AV044.
    """
    event = events.own(actor, event_id, Event.Kind.CHECK)
    in_state(event, State.OPEN)
    row = Party.objects.filter(event_id=event.id, org_key=org_key).first()
    if row is None or not row.drawn:
        raise errors.NOT_DRAWN(name=row.org_name if row else org_key)
    if aspect not in words.ASPECTS:
        raise BAD_REQUEST(fields={"aspect": _("请选择一个方面。")})
    now = clock.now()
    problem = Problem.objects.create(
        **same_keys(row), event_id=event.id, host_key=event.place_key, aspect=aspect,
        text=text(what, 500, "what"), found_at=now,
        due_at=calendar.current().add_workdays(now, int(event.rules["days"])),
    )  # fmt: skip
    note(actor, "problem.found", problem.record, row.place_key, event=str(event.id))
    tell(actor, "activity.problem.found", problem, problem.record, subject=event.record,
         attrs=_attrs(problem))  # fmt: skip
    return problem


@transaction.atomic(savepoint=False)
def rectify(*, actor: Actor, problem_id: UUID, done: str) -> Problem:
    """The unit says what it did. Raises CO404, CO403, CO400, AV001."""
    problem = locked(Problem.objects.filter(problems_q(actor)), problem_id)
    require_own(actor, problem)
    in_state(problem, Problem.State.FOUND)
    problem.state, problem.done = Problem.State.RECTIFIED, text(done, 2000, "done")
    problem.done_by, problem.done_at = actor.label, clock.now()
    problem.save(update_fields=["state", "done", "done_by", "done_at"])
    note(actor, "problem.rectified", problem.record, problem.place_key)
    on_time = problem.done_at <= problem.due_at
    tell(actor, "activity.problem.rectified", problem, problem.record, subject=problem.record,
         attrs={**_attrs(problem), "on_time": str(on_time).lower()})  # fmt: skip
    return problem


@transaction.atomic(savepoint=False)
def verify(*, actor: Actor, problem_id: UUID, good: bool, remark: str = "") -> Problem:
    """Somebody of the checkers, who did not rectify it, strikes it off or sends it back with a remark.

    Raises CO404, CO403, CO400, AV001, AV045.
    """
    problem = locked(Problem.objects.filter(problems_q(actor)), problem_id)
    event = Event.objects.filter(id=problem.event_id).first()
    if event is None:
        raise errors.NOT_A_PARTY()
    require_host(actor, event)
    in_state(problem, Problem.State.RECTIFIED)
    if problem.done_by == actor.label:
        raise errors.SAME_HAND()
    if good:
        problem.state, problem.verified_at = Problem.State.VERIFIED, clock.now()
        problem.remark = remark.strip()[:500]
        tell(actor, "activity.problem.verified", problem, problem.record, subject=event.record,
             attrs=_attrs(problem))  # fmt: skip
    else:
        problem.state, problem.returned = Problem.State.FOUND, problem.returned + 1
        problem.remark = text(remark, 500, "remark")
    problem.save(update_fields=["state", "verified_at", "remark", "returned"])
    note(actor, "problem.verified" if good else "problem.returned", problem.record,
         problem.place_key, why=remark)  # fmt: skip
    return problem


@transaction.atomic(savepoint=False)
def close(*, actor: Actor, event_id: UUID) -> Event:
    """End the check once every problem is struck off. Raises CO404, CO403, AV001, AV050."""
    event = events.own(actor, event_id, Event.Kind.CHECK)
    in_state(event, State.OPEN)
    left = Problem.objects.filter(event_id=event.id).exclude(state=Problem.State.VERIFIED).count()
    if left:
        raise errors.OPEN_PROBLEMS(n=left)
    event.state, event.closed_at = State.CLOSED, clock.now()
    event.save(update_fields=["state", "closed_at"])
    note(actor, "check.closed", event.record, event.place_key)
    return event


def _attrs(problem: Problem) -> dict[str, str]:
    return {"check": str(problem.event_id), "aspect": problem.aspect}
