"""Reads of problems found at spot checks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q

from zhijin.activities.models import Event, Problem
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q

LINES = ("sector_key", "industry_key")


def problems_q(actor: Actor) -> Q:
    """Problems of one's own organisations, or of checks held in scope."""
    return scope_q(actor, "place_key", orgs="org_key", lines=LINES) | scope_q(actor, "host_key")


def problems(actor: Actor, event: Event) -> list[Problem]:
    """The problems of a check in sight, open ones first."""
    rows = Problem.objects.filter(problems_q(actor), event_id=event.id)
    return list(rows.order_by("state", "due_at", "id"))


def problem(actor: Actor, pk: UUID) -> Problem:
    """One problem. Raises CO404."""
    found = Problem.objects.filter(problems_q(actor), id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def counts(event: Event) -> dict[str, int]:
    """How many problems of a check stand where: ``found``, ``rectified``, ``verified``, and ``all``."""
    rows = Problem.objects.filter(event_id=event.id).values_list("state").annotate(Count("id"))
    by_state = dict(rows)
    return {
        **{state: by_state.get(state, 0) for state in Problem.State.values},
        "all": sum(by_state.values()),
    }  # fmt: skip
