"""A broadcast of ours as a CAP message."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from zhijin.broadcast import cap
from zhijin.broadcast.models import Broadcast
from zhijin.core import clock
from zhijin.core.ids import pad12
from zhijin.places import api as places


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
    info = cap.Info(
        event=row.title, level=row.level, urgency="Immediate" if row.urgent or not row.turns else "Future",
        certainty="Unknown" if row.level == "plain" else "Likely", categories=("Safety",), headline=row.title,
        description=row.text, sender_name=places.label(row.place_code) or row.place_code,
        expires=clock.local(row.ends_at) if row.ends_at else None,
        areas=tuple(cap.Area(names[code] or code, (pad12(code[:12]),)) for code in row.areas),
    )  # fmt: skip
    status = "Test" if row.simulated else "Exercise" if row.exercise else "Actual"
    return cap.Message(
        identifier,
        sender,
        sent,
        status,
        "Cancel" if stopped else "Alert",
        references=references,
        info=info,
    )
