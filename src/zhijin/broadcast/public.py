"""What the public page of a place shows of broadcasts: those in force there, with what may be personal hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.services.common import SYSTEM
from zhijin.core import clock, pii
from zhijin.core.ids import ancestor_codes
from zhijin.core.scope import scoped
from zhijin.places import api as places

MOST = 5
_LEVELS = tuple(Broadcast.Level.values)


@dataclass(frozen=True)
class Notice:
    """A broadcast for everybody to read. ``audio`` is its digest; ``seconds`` its length."""

    title: str
    text: str
    level: str
    tone: str
    urgent: bool
    exercise: bool
    simulated: bool
    place: str
    sent_at: datetime
    until: datetime
    audio: str
    seconds: int


def in_force(place: str, size: int = MOST) -> list[Notice]:
    """Meant for the place, its parts or what holds it, begun and not over; the gravest first, then the newest."""
    above = [*ancestor_codes(place), place]
    below = Q(place_code__startswith=place) if len(place) <= 12 else Q()
    now = clock.now()
    with scoped(SYSTEM):
        rows = Broadcast.objects.filter(
            Q(place_code__in=above) | below, portal=True, shown_until__gt=now, sent_at__isnull=False
        )
        found = [row for row in rows.order_by("-sent_at")[:100] if _concerns(row, place, now)]
        names = places.labels([row.place_code for row in found], skip=3)
    found.sort(key=lambda row: -_LEVELS.index(row.level))
    return [_shown(row, names[row.place_code]) for row in found[:size]]


def _concerns(row: Broadcast, place: str, now: datetime) -> bool:
    if row.turns and min(row.turns) > now.timestamp() * 1000:
        return False
    return any(
        one == place
        or (len(one) <= 12 and place.startswith(one))
        or (len(place) <= 12 and one.startswith(place))
        for one in row.areas
    )


def _shown(row: Broadcast, place: str) -> Notice:
    assert row.sent_at is not None
    assert row.shown_until is not None
    title, text = pii.hidden(row.title), pii.hidden(row.text)
    if text.startswith(title):
        text = text[len(title) :].lstrip("。，：! ！\n")
    return Notice(
        title, text, "" if row.level == "plain" else str(row.get_level_display()), row.level, row.urgent,
        row.exercise, row.simulated, place, row.sent_at, row.shown_until, row.digest,
        max(1, round(row.millis / 1000)),
    )  # fmt: skip
