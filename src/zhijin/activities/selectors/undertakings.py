"""Reads of pledges and led topics: the desk's within the viewer's scope, the portal's what is public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.activities.models import Progress, Task, Undertaking
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q

LINES = ("sector_key", "industry_key")
PAGE = 50


def own_q(actor: Actor) -> Q:
    """Rows of organisations in the viewer's scope, beside row-level security."""
    return scope_q(actor, "place_key", orgs="org_key", lines=LINES)


def visible(actor: Actor) -> QuerySet[Undertaking]:
    return Undertaking.objects.filter(own_q(actor))


def visible_tasks(actor: Actor) -> QuerySet[Task]:
    return Task.objects.filter(own_q(actor))


@dataclass(frozen=True)
class Standing:
    """An undertaking with how many of its items are done, late and still open."""

    row: Undertaking
    tasks: tuple[Task, ...]

    @property
    def done(self) -> int:
        return sum(task.done_at is not None for task in self.tasks)

    @property
    def late(self) -> int:
        today = clock.today()
        return sum(task.late(today) for task in self.tasks)

    @property
    def share(self) -> int | None:
        """Share of items done in basis points; None without items."""
        return self.done * 10_000 // len(self.tasks) if self.tasks else None


def listing(actor: Actor, *, kind: str = "", state: str = "", size: int = PAGE) -> list[Standing]:
    """The newest undertakings in scope."""
    rows = visible(actor)
    if kind in Undertaking.Kind.values:
        rows = rows.filter(kind=kind)
    if state in Undertaking.State.values:
        rows = rows.filter(state=state)
    return standings(rows.order_by("-begins", "-id")[:size])


def standings(rows: Iterable[Undertaking]) -> list[Standing]:
    """Rows with their items; one more query."""
    found = list(rows)
    tasks: dict[UUID, list[Task]] = {row.id: [] for row in found}
    for task in Task.objects.filter(undertaking_id__in=tasks).order_by("seq"):
        tasks[task.undertaking_id].append(task)
    return [Standing(row, tuple(tasks[row.id])) for row in found]


def get(actor: Actor, pk: UUID) -> Standing:
    """One undertaking. Raises CO404."""
    row = visible(actor).filter(id=pk).first()
    if row is None:
        raise NOT_FOUND()
    return standings([row])[0]


def progress(pk: UUID) -> list[Progress]:
    """What was said of its items, the newest first; under the transaction's own scope."""
    return list(Progress.objects.filter(undertaking_id=pk).order_by("-at", "-id")[:200])


def public_at(place_code: str) -> list[Standing]:
    """What is public at a place and below, open ones first; the caller opens the scope."""
    lo, hi = place_span(place_code)
    rows = Undertaking.objects.filter(place_key__gte=lo, place_key__lt=hi).exclude(
        state=Undertaking.State.DRAFT
    )
    return standings(rows.order_by("-state", "org_key", "-begins")[:PAGE])
