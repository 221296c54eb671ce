"""What every write to a case shares: the lock, the timeline line, the journal, the fact, the job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from zhijin.cases import errors
from zhijin.cases.models import Case, CaseEvent, CaseParty, CaseRequest
from zhijin.core import facts, jobs, journal, rows
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q

#: The job that follows every line of a timeline; programmes and webhooks hang on it.
FOLLOW_UP = "programmes.case_event"
#: Kinds of request that concern the clock of the present stage.
CLOCK_REQUESTS = ("extend", "suspend")


def visible(actor: Actor) -> Q:
    """The explicit filter for cases that ``actor`` may see, beside row-level security."""
    q = scope_q(actor, "place_key", orgs="org_key")
    if actor.scope.orgs:
        called = CaseParty.objects.filter(scope_q(actor, "place_key", orgs="org_key"))
        q |= Q(id__in=called.values("case_id"))
    return q


def lock(actor: Actor, case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises CA021, and CO404 when it is not in scope."""
    query = Case.objects.select_for_update(no_key=True).filter(visible(actor), pk=case_id)
    case = query.first()
    if case is None:
        raise NOT_FOUND()
    if case.erased_at is not None:
        raise errors.ERASED()
    return case


def parties_of(case: Case) -> list[int]:
    """Keys of the organisations called to the case."""
    return list(CaseParty.objects.filter(case_id=case.id).values_list("org_key", flat=True))


def roles_over(actor: Actor, case: Case) -> frozenset[str]:
    """The roles that ``actor`` holds over this case, by place, own organisation or call."""
    if actor.is_system:
        return frozenset()
    own = [case.org_key] if case.org_key else []
    called = parties_of(case) if actor.scope.orgs else []
    held = actor.roles_at(case.place_key, own + called)
    # A firm that opened a case in its own name is its reporter, and confirms it as such.
    if case.reporter == actor.label and "firm_contact" in held:
        held |= {"reporter"}
    return held


def write(
    case: Case,
    actor: Actor,
    kind: str,
    at: datetime,
    *,
    changed: Iterable[str] = (),
    new: bool = False,
    event: Mapping[str, Any] | None = None,
    fact: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Save the case with one line of timeline, journal, fact and follow-up job.

    ``event`` are further columns of the line; ``fact`` overrides value and attrs of the fact,
    whose kind is ``case.<kind>``. Everything stands or falls with the current transaction.
    """
    details = dict(event or {})
    case.changed_at = at
    if new:
        rows.insert(case)
    else:
        case.version += 1
        columns = {*changed, "version", "changed_at"}
        case.save(update_fields=sorted(columns))
        if "is_open" in columns:
            _lapse(case, at)
    line = CaseEvent(
        county=case.county, case_id=case.id, place_key=case.place_key, seq=case.version, at=at,
        kind=kind, actor=actor.label, actor_name=actor.name[:64], **details,
    )  # fmt: skip
    rows.insert(line)
    journal.write(
        actor, f"case.{kind}", case.record, place_key=case.place_key,
        detail={"event": str(line.id), "seq": line.seq},
    )  # fmt: skip
    _record(case, actor, kind, at, line, fact or {})
    jobs.defer(FOLLOW_UP, queue="cases", case=str(case.id), county=case.county, event=str(line.id))
    return line


def _lapse(case: Case, at: datetime) -> None:
    """A request about a stage's clock ends with the stage: granted later, it would move another's."""
    waiting = CaseRequest.objects.filter(case_id=case.id, decision="", kind__in=CLOCK_REQUESTS)
    waiting.update(decision="lapsed", decided_at=at)


def _record(
    case: Case, actor: Actor, kind: str, at: datetime, line: CaseEvent, fact: Mapping[str, Any]
) -> None:
    attrs = {
        "state": case.state, "channel": case.channel, "network": case.network,
        "event": str(line.id), **fact.get("attrs", {}),
    }  # fmt: skip
    facts.record(
        f"case.{kind}", at=at, place_code=case.place_code, subject=case.playbook, actor=actor,
        record=case.record, value=fact.get("value", 1), org_key=case.org_key, attrs=attrs,
        playbook=case.playbook, revision=fact.get("revision", 0),
    )  # fmt: skip
