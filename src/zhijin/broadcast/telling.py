"""A broadcast of ours as a CAP message."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from zhijin.broadcast import cap, circles
from zhijin.broadcast.models import Alert, Broadcast
from zhijin.core import clock
from zhijin.core.ids import pad12
from zhijin.places import api as places


def _areas(row: Broadcast, names: Mapping[str, str]) -> tuple[cap.Area, ...]:
    """The places; or the circle alone, since all that stands in an area adds to it."""
    circle = circles.of(row.circle)
    if circle is not None:
        told = "、".join(names[code] or code for code in row.areas)
        return (cap.Area(told, circles=((circle.lon, circle.lat, circle.metres),)),)
    return tuple(cap.Area(names[code] or code, (pad12(code[:12]),)) for code in row.areas)


def _warning_of(row: Broadcast) -> tuple[str, cap.Info] | None:
    """The warning that the broadcast passes on, where the reader sees it: its identifier and what it says of the event.

    A pump that is switched on by the code of an event, or a list of one incident's messages, must find them again.
    """
    found = Alert.objects.filter(broadcast_id=row.id).first()
    if found is None:
        return None
    message = cap.read(found.xml.encode())
    infos = [
        one for one in message.infos if (one.level, one.event[:120]) == (found.level, found.event)
    ]
    return (message.identifier, infos[0]) if infos else None


def message_of(row: Broadcast) -> cap.Message:
    """What went out: an alert, or its cancellation when it was stopped. ``row`` has been sent."""
    assert row.sent_at is not None
    sender = f"broadcast@{urlsplit(settings.ZHIJIN_ORIGIN).hostname or 'zhijin'}"
    identifier, sent = f"zhijin-{row.id}", clock.local(row.sent_at)
    stopped = row.state == Broadcast.State.STOPPED
    references: tuple[cap.Reference, ...] = ()
    if stopped:
        moment = sent.replace(microsecond=0).isoformat()
        references = (cap.Reference(sender, identifier, moment),)
        identifier, sent = f"{identifier}-cancel", clock.local(row.ended_at or row.sent_at)
    names = places.labels(row.areas, skip=3)
    warned = _warning_of(row)
    came = warned[1] if warned else None
    info = cap.Info(
        event=came.event if came else row.title, level=row.level,
        urgency="Immediate" if row.urgent or not row.turns else "Future",
        certainty=came.certainty if came else "Unknown" if row.level == "plain" else "Likely",
        categories=came.categories if came else ("Safety",), event_codes=came.event_codes if came else (),
        headline=row.title,
        description=row.text, sender_name=places.label(row.place_code) or row.place_code,
        expires=clock.local(row.ends_at) if row.ends_at else None,
        areas=_areas(row, names),
    )  # fmt: skip
    status = "Test" if row.simulated else "Exercise" if row.exercise else "Actual"
    return cap.Message(
        identifier,
        sender,
        sent,
        status,
        "Cancel" if stopped else "Alert",
        references=references,
        incidents=warned[0] if warned else "",
        info=info,
    )
