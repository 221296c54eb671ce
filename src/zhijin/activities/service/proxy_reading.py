"""Reads of applications on another's behalf, within the viewer's scope; and as much as the person's code opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhijin.activities.models import Proxy, ProxyConsent, ProxyPaper, ProxyStep
from zhijin.activities.service.proxying import WAYS, State
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q

VIEWS = ("late", "open", "closed")
PAGE = 50


def visible(actor: Actor) -> QuerySet[Proxy]:
    """Applications in scope, without what is sealed."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=("sector_key",))
    return Proxy.objects.filter(own).defer("who", "code_blind")


def listed(actor: Actor, view: str) -> QuerySet[Proxy]:
    """Applications; what is due first stands first, what ended last stands first."""
    rows = visible(actor)
    if view == "closed":
        return rows.filter(state=State.CLOSED).order_by("-closed_at", "id")
    rows = rows.exclude(state=State.CLOSED)
    if view == "late":
        rows = rows.filter(due_at__lt=clock.now())
    return rows.order_by("due_at", "id")


def counts(actor: Actor) -> dict[str, int]:
    """How many are under way, how many of them are late, how many are delivered; one statement."""
    under_way = ~Q(state=State.CLOSED)
    return visible(actor).aggregate(
        open=Count("id", filter=under_way),
        late=Count("id", filter=under_way & Q(due_at__lt=clock.now())),
        closed=Count("id", filter=Q(state=State.CLOSED)),
    )


def is_late(row: Proxy, now: datetime | None = None) -> bool:
    return row.state != State.CLOSED and row.due_at < (now or clock.now())


@dataclass(frozen=True, slots=True)
class Whole:
    """One application with its consents, papers and steps; under the transaction's scope."""

    consents: list[ProxyConsent]
    papers: list[tuple[ProxyPaper, list[ProxyStep], list[tuple[str, Any]]]]
    standing: ProxyConsent | None


def whole(row: Proxy) -> Whole:
    """What has happened, and what may happen to each paper next. Three statements."""
    consents = list(ProxyConsent.objects.filter(proxy_id=row.id).order_by("given_at", "id"))
    steps: dict[Any, list[ProxyStep]] = {}
    for step in ProxyStep.objects.filter(proxy_id=row.id).order_by("made_at", "id"):
        steps.setdefault(step.paper_id, []).append(step)
    papers = list(ProxyPaper.objects.filter(proxy_id=row.id).order_by("id"))
    today = clock.today()
    holds = [one for one in consents if one.withdrawn_at is None and one.until >= today]
    return Whole(
        consents,
        [(paper, steps.get(paper.id, []), _next(row, paper, bool(holds))) for paper in papers],
        max(holds, key=lambda one: one.until, default=None),
    )


def _next(row: Proxy, paper: ProxyPaper, holds: bool) -> list[tuple[str, Any]]:
    """Steps that may be taken with a paper now."""
    if row.state == State.CLOSED:
        return []
    names = dict(ProxyStep.Step.choices)
    found = [(step, names[step]) for step, (froms, _to) in WAYS.items() if paper.at in froms]
    # Before it is handed in as a whole nothing goes to the office by itself.
    forward = holds and row.state == State.SUBMITTED
    return [(step, name) for step, name in found if step != "submitted" or forward]
