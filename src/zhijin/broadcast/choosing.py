"""Which channels a broadcast may go to beside the loudspeakers, and how many people a message would reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.broadcast import channels
from zhijin.broadcast.models import Broadcast, Channel, Post
from zhijin.broadcast.orders import LEVELS
from zhijin.broadcast.services.common import SYSTEM
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import ancestor_codes
from zhijin.core.scope import scope_q, scoped
from zhijin.people import api as people

MOST = 60


def usable(actor: Actor, place: str) -> list[Channel]:
    """Channels in use that broadcasts of ``place`` may go to: those at or below it in the actor's scope, and those
    above it that are theirs or shared with places below. Without addresses."""
    if not place:
        return []
    above = [*ancestor_codes(place), place]
    below = Q(place_code__startswith=place) if len(place) <= 12 else Q(place_code=place)
    theirs = scope_q(actor, "place_key")
    with scoped(SYSTEM):
        rows = Channel.objects.filter(state=Channel.State.ACTIVE).defer("url", "secret")
        rows = rows.filter(
            ((below | Q(place_code__in=above)) & theirs) | Q(place_code__in=above, shared=True)
        )
        return list(rows.order_by("place_key", "label", "id")[:MOST])


def chosen(actor: Actor, ids: Iterable[str], place: str, level: str) -> tuple[list[str], str]:
    """The ids of ``ids`` that may be used, and the name of one that may not (empty: all may)."""
    found = {str(one.id): one for one in usable(actor, place)}
    out, bad = [], ""
    for wanted in dict.fromkeys(ids):
        one = found.get(wanted)
        if one is None or LEVELS.index(level) < LEVELS.index(one.least):
            bad = one.label if one is not None else wanted[:40]
        else:
            out.append(wanted)
    return out, bad


def named(ids: Sequence[str]) -> list[Channel]:
    """The channels of a broadcast that the reader may see, whatever has become of them. Without addresses."""
    with scoped(SYSTEM):
        rows = Channel.objects.filter(pk__in=[UUID(one) for one in ids]).defer("url", "secret")
        return list(rows.order_by("label", "id"))


def people_reached(areas: Sequence[str]) -> int:
    """How many residents of the areas would get a short message."""
    with scoped(SYSTEM):
        return people.reachable(SYSTEM, areas).count()


def posts(row: Broadcast) -> list[Post]:
    """What became of the message at each channel."""
    rows = Post.objects.filter(broadcast_id=row.id).exclude(what="test")
    return list(rows.defer("number").order_by("what", "label", "id"))


def managed(actor: Actor) -> QuerySet[Channel]:
    """Channels in scope, without addresses."""
    rows = Channel.objects.filter(scope_q(actor, "place_key")).defer("url", "secret")
    return rows.order_by("place_key", "label", "id")


def managed_one(actor: Actor, pk: UUID) -> Channel:
    """Raises CO404."""
    found = managed(actor).filter(pk=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def sent_by(channel: Channel, size: int = 20) -> list[Post]:
    """The newest messages of a channel, trials too."""
    rows = Post.objects.filter(channel_id=channel.id).defer("number")
    return list(rows.order_by("-made_at", "-id")[:size])


def titles() -> dict[str, str]:
    """Names of the kinds by key, in the reader's language."""
    return {one.key: str(one.title) for one in channels.all_kinds()}
