"""What pages of deliberation read. Under the caller's scope; the desk's lists add the explicit filter beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from zhijin.activities.deliberation import hooks, programme, stepping
from zhijin.activities.deliberation.format import Step
from zhijin.activities.models import (
    Gathering,
    Matter,
    Passage,
    Proposal,
    Remark,
    Seat,
    ServiceItem,
    ServiceRequest,
    Sitting,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.grams import grams, likeness
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q

#: How far back proposals are compared, and how many of them.
SAME_DAYS, SAME_MOST = 400, 300
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Likely:
    """An earlier proposal that may be the same, and how alike it is in percent."""

    row: Proposal
    percent: int


def alike(place_code: str, title: str, text: str = "", size: int = 3) -> list[Likely]:
    """Proposals of the place that may say the same, best first. Empty for a place without a programme.

    By all their words or by their titles alone, whichever is more: reasons for one thing differ from each other.
    """
    mine, named = grams(title, text), grams(title)
    if len(mine) < 2:
        return []
    least = programme.current(place_code).model.alike
    rows = Proposal.objects.filter(
        place_key=place_key(place_code), hidden=False, made_at__gte=clock.now() - timedelta(days=SAME_DAYS)
    )  # fmt: skip
    found = [
        Likely(row, max(likeness(mine, row.grams), _title_likeness(named, row)))
        for row in rows.order_by("-made_at")[:SAME_MOST]
    ]
    kept = [one for one in found if one.percent >= least]
    return sorted(kept, key=lambda one: (-one.percent, one.row.made_at))[:size]


def _title_likeness(named: list[str], row: Proposal) -> int:
    """Of the longer title: a short one is within many."""
    other = grams(row.title)
    return likeness(named, other) * min(len(named), len(other)) // max(len(named), len(other), 1)


def remarks(proposal_id: UUID, *, hidden: bool = False) -> QuerySet[Remark]:
    """What was said under a proposal, in order; ``hidden``: what was hidden too (for the desk)."""
    rows = Remark.objects.filter(proposal_id=proposal_id).order_by("at", "id")
    return rows if hidden else rows.filter(hidden=False)


def public_proposal(pk: UUID) -> Proposal:
    """A proposal that everybody may read. Raises CO404."""
    found = Proposal.objects.filter(id=pk, hidden=False).first()
    if found is None:
        raise NOT_FOUND()
    return found


def proposals_at(place_code: str, size: int = SHOWN) -> list[Proposal]:
    """A place's public proposals: those still open first, most supported first."""
    rows = Proposal.objects.filter(place_key=place_key(place_code), hidden=False)
    found = list(rows.order_by("-made_at")[:size])
    return sorted(found, key=lambda row: (row.state != Proposal.State.OPEN, -row.supporters))


def gatherings_at(place_code: str, size: int = 12) -> list[tuple[Gathering, list[Proposal]]]:
    """Neighbours' meetings, the newest first, each with what was suggested at it."""
    rows = list(
        Gathering.objects.filter(place_key=place_key(place_code)).order_by("-starts_at")[:size]
    )
    made = Proposal.objects.filter(gathering_id__in=[row.id for row in rows], hidden=False)
    by: dict[UUID | None, list[Proposal]] = {}
    for one in made.order_by("made_at"):
        by.setdefault(one.gathering_id, []).append(one)
    return [(row, by.get(row.id, [])) for row in rows]


def matters_at(place_code: str, size: int = SHOWN) -> QuerySet[Matter]:
    return Matter.objects.filter(place_key=place_key(place_code)).order_by("-made_at")[:size]


# -- one matter -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepView:
    """One step of a line as a page shows it."""

    number: int
    step: Step
    title: str
    body: str
    state: str
    passage: Passage | None
    sittings: Sequence[Sitting]
    #: How the carrying-out stands, at the step that waits for it.
    outcome: hooks.Outcome | None = None

    @property
    def passed(self) -> Sitting | None:
        return next((row for row in self.sittings if row.state == Sitting.State.PASSED), None)


def steps_of(matter: Matter) -> list[StepView]:
    """Every step: ``done``, ``now``, ``stopped`` (where it was refused, or not carried out) or nothing yet. Three
    statements, and one look at the case."""
    lang = stepping.lang()
    sat: dict[str, list[Sitting]] = {}
    for row in (
        Sitting.objects.filter(matter_id=matter.id).defer("sealed").order_by("starts_at", "id")
    ):
        sat.setdefault(row.step, []).append(row)
    passages = {row.number: row for row in Passage.objects.filter(matter_id=matter.id)}
    out = []
    for number, step in enumerate(stepping.way_of(matter).steps):
        state = "done" if number < matter.step else ""
        if number == matter.step:
            state = {"running": "now", "refused": "stopped"}.get(matter.state, "done")
        body = step.body.in_(lang) if step.body else ""
        kept = passages.get(number)
        outcome = hooks.outcome(kept.reference) if kept and step.act == "carry" else None
        if outcome is not None and outcome.ended and not outcome.carried:
            state = "stopped"
        out.append(
            StepView(number, step, step.title.in_(lang), body, state, kept, sat.get(step.id, []), outcome)
        )  # fmt: skip
    return out


def step_dots(steps: Iterable[StepView]) -> list[dict[str, Any]]:
    """What ``{% steps %}`` shows."""
    states = {"done": "done", "stopped": "late"}
    return [
        {
            "label": one.title,
            "state": states.get(one.state, ""),
            "current": one.state == "now" or (one.state == "stopped" and not one.passage),
        }
        for one in steps
    ]


def counted(pk: UUID) -> Sitting:
    """A sitting whose count is public. Raises CO404."""
    states = (Sitting.State.PASSED, Sitting.State.FAILED)
    found = Sitting.objects.filter(id=pk, state__in=states).defer("sealed").first()
    if found is None:
        raise NOT_FOUND()
    return found


def roll(sitting: Sitting) -> list[Seat]:
    """The names of a sitting, in the order of names; its page journals that they were seen."""
    return sorted(
        Seat.objects.filter(sitting_id=sitting.id), key=lambda seat: (seat.party, seat.name)
    )


# -- the desk -------------------------------------------------------------------------------------


def mine(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Those rows of a table with ``place_key`` and ``org_key`` that ``actor`` may see."""
    return rows.filter(scope_q(actor, "place_key", orgs="org_key"))


def requests(actor: Actor, size: int = 100) -> list[ServiceRequest]:
    """What was asked for: what is open first, the nearest deadline first; then what was answered last."""
    rows = mine(ServiceRequest.objects.all(), actor)
    open_ = rows.filter(state=ServiceRequest.State.OPEN).order_by("due_at")[:size]
    done = rows.exclude(state=ServiceRequest.State.OPEN).order_by(F("answered_at").desc())[:size]
    return [*open_, *done][:size]


def is_late(row: ServiceRequest, now: datetime | None = None) -> bool:
    """Whether it was (or is) not answered in time."""
    return (row.answered_at or now or clock.now()) > row.due_at


def lists(place_code: str) -> list[tuple[str, Any, list[ServiceItem]]]:
    """The four lists of a place, in their order: kind, title, what is offered."""
    rows = list(
        ServiceItem.objects.filter(place_key=place_key(place_code), offered=True).order_by(
            "org_name", "title"
        )
    )
    return [
        (kind.value, kind.label, [row for row in rows if row.kind == kind])
        for kind in ServiceItem.Kind
    ]


@dataclass(frozen=True, slots=True)
class Provider:
    """How one organisation answers for its services: asked, answered, in time. Never a person."""

    name: str
    asked: int
    answered: int
    on_time: int
    late: int


def providers(place_code: str, since: datetime) -> list[Provider]:
    """The providers of a place by name, counted from what was asked since ``since``."""
    rows = ServiceRequest.objects.filter(place_key=place_key(place_code), asked_at__gte=since)
    by: dict[str, list[ServiceRequest]] = {}
    for row in rows.order_by("org_name")[:5000]:
        by.setdefault(row.org_name, []).append(row)
    now = clock.now()
    return [
        Provider(
            name, len(found), sum(row.state != "open" for row in found),
            sum(row.state != "open" and not is_late(row) for row in found),
            sum(is_late(row, now) for row in found),
        )
        for name, found in by.items()
    ]  # fmt: skip
