"""Which links there are, and the one that an address opens."""

from __future__ import annotations

from django.db.models import F

from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q, scoped
from zhijin.home.wall import errors
from zhijin.home.wall.links import wall_of
from zhijin.home.wall.models import Wall

_SYSTEM = Actor.system("wall")
SHOWN = 100


def opened(token: str) -> Wall:
    """The link of an address. Raises HW404 for one that was revoked or never was."""
    pk = wall_of(token)
    with scoped(_SYSTEM):
        wall = Wall.objects.filter(pk=pk, revoked_at=None).first() if pk else None
    if wall is None:
        raise errors.GONE()
    return wall


def listing(actor: Actor) -> list[Wall]:
    """Links in scope: those that hold first, then the newest."""
    rows = Wall.objects.filter(scope_q(actor, "place_key"))
    return list(rows.order_by(F("revoked_at").desc(nulls_first=True), "-made_at")[:SHOWN])
