"""Puts messages for the endpoints that want them into the outbox, in the effect's transaction."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from zhijin.core import clock, crypto, jobs
from zhijin.core.ids import uuid7
from zhijin.programmes.effects.common import Happening, once
from zhijin.programmes.models import Delivery, Endpoint

PURPOSE = "webhook.payload"
PING = "ping"
#: Lines of a timeline that other systems may be told of. Remarks and requests are not among them.
TYPES: tuple[str, ...] = (
    "case.opened", "case.moved", "case.closed", "case.reopened", "case.transferred",
    "case.escalated", "case.late", "case.merged", "case.parted", "case.erased",
)  # fmt: skip


def carry_out(happening: Happening) -> None:
    """One delivery for each endpoint that wants this line, and a job to send it."""
    kind = f"case.{happening.event.kind}"
    if kind not in TYPES:
        return
    with transaction.atomic():
        if not once(happening, "webhook", 0):
            return
        wanting = [
            e for e in Endpoint.objects.filter(_wants(kind, happening)) if _covers(e, happening)
        ]
        if wanting:
            body = payload(happening, kind)
            queue(wanting, kind, happening.event.id, body)


def _wants(kind: str, happening: Happening) -> Q:
    events = Q(events=[]) | Q(events__contains=[kind])
    playbooks = Q(playbooks=[]) | Q(playbooks__contains=[happening.case.playbook])
    return Q(is_active=True) & events & playbooks


def _covers(endpoint: Endpoint, happening: Happening) -> bool:
    return happening.case.place_code.startswith(endpoint.place_code)


def payload(happening: Happening, kind: str) -> dict[str, Any]:
    """What is told: which case, where it stands, of what kind, at which place. Nobody's data."""
    case, event = happening.case, happening.event
    data = {
        "number": case.number,
        "state": event.after or case.state,
        "open": not happening.revision.machine.state(event.after or case.state).final,
        "playbook": case.playbook,
        "place_code": case.place_code,
    }
    return {"type": kind, "timestamp": _iso(event.at), "data": data}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def queue(
    endpoints: list[Endpoint], kind: str, event_id: UUID, body: dict[str, Any]
) -> list[Delivery]:
    """Outbox rows with the sealed body, and a job for each; in the current transaction."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    at = clock.now()
    rows = [
        Delivery(
            id=uuid7(),
            endpoint=endpoint,
            event_id=event_id,
            type=kind,
            payload=crypto.seal(PURPOSE, text),
            made_at=at,
            next_at=at,
        )
        for endpoint in endpoints
    ]
    Delivery.objects.bulk_create(rows)
    for row in rows:
        jobs.defer(
            "programmes.deliver", queue="webhooks", lock=lock_of(row.endpoint_id),
            delivery=str(row.id),
        )  # fmt: skip
    return rows


def lock_of(endpoint_id: UUID) -> str:
    """One message at a time goes to an endpoint, so that a slow one holds up nobody else."""
    return f"webhook:{endpoint_id}"


def requeue(limit: int = 200) -> int:
    """Queue a job for each message that is due again; returns how many. Sends nothing itself.

    Also what a killed worker had in hand. A message that has a job already gets no second one.
    """
    due = Delivery.objects.filter(
        state=Delivery.State.WAITING, next_at__lte=clock.now(), endpoint__is_active=True
    )
    count = 0
    for pk, endpoint_id in due.order_by("next_at").values_list("id", "endpoint_id")[:limit]:
        task = app.configure_task(
            "programmes.deliver", queue="webhooks", lock=lock_of(endpoint_id),
            queueing_lock=f"delivery:{pk}",
        )  # fmt: skip
        try:
            with transaction.atomic():
                task.defer(delivery=str(pk))
        except AlreadyEnqueued:
            continue
        count += 1
    return count


def ping(endpoint: Endpoint) -> Delivery:
    """A message without any case, to try an endpoint out."""
    body = {"type": PING, "timestamp": _iso(clock.now()), "data": {}}
    return queue([endpoint], PING, uuid7(), body)[0]
