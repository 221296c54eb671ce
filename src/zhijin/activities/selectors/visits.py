"""Reads of visits: of guests and hosts in scope. What came of a visit is told by whoever assesses (a room above)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from zhijin.activities.models import Visit
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q

LINES = ("sector_key", "industry_key")


@dataclass(frozen=True, slots=True)
class Effect:
    """How the guest stood before the visit and how it stands after; scores in basis points."""

    what: str
    before: int
    before_period: str
    after: int | None
    after_period: str


#: Asks the rooms above how an organisation stood around a visit.
Teller = Callable[[Visit], list[Effect]]
_tellers: list[Teller] = []


def tell_effects(teller: Teller) -> None:
    """Let a room above say what came of visits."""
    if teller not in _tellers:
        _tellers.append(teller)


def effects(visit: Visit) -> list[Effect]:
    """What came of a visit that was held; empty until somebody has assessed."""
    if visit.state != Visit.State.HELD:
        return []
    return [effect for teller in _tellers for effect in teller(visit)]


def visible(actor: Actor) -> QuerySet[Visit]:
    guest = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    host = scope_q(actor, "host_key", orgs="host_org", lines=("host_sector",))
    return Visit.objects.filter(guest | host)


def listing(actor: Actor, size: int = 50) -> list[Visit]:
    return list(visible(actor).order_by("-asked_at", "-id")[:size])


def get(actor: Actor, pk: UUID) -> Visit:
    """One visit. Raises CO404."""
    found = visible(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found
