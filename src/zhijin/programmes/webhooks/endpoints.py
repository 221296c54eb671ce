"""Registering, changing, rotating and stopping endpoints; for the system administrator alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from zhijin.core import clock, crypto, egress, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import is_code
from zhijin.programmes import errors
from zhijin.programmes.models import Delivery, Endpoint
from zhijin.programmes.webhooks import queueing, signing
from zhijin.programmes.webhooks.sending import SECRET

#: How long the former secret is signed with as well.
OVERLAP = timedelta(hours=24)


def create(
    *, actor: Actor, label: str, url: str, place_code: str = "", events: Iterable[str] = (),
    playbooks: Iterable[str] = (),
) -> tuple[Endpoint, str]:  # fmt: skip
    """Register an endpoint; returns it and its secret, which is shown this once.

    Raises PG001, CO400, CO403.
    """
    actor.require("webhook.manage")
    wanted = _checked(label, url, place_code, events)
    secret = signing.new_secret()
    at = clock.now()
    with transaction.atomic():
        endpoint = Endpoint.objects.create(
            label=label.strip(), url=url.strip(), place_code=place_code, events=wanted,
            playbooks=sorted(set(playbooks)), secret=crypto.seal(SECRET, secret),
            created_by=actor.label, created_at=at, changed_at=at,
        )  # fmt: skip
        journal.write(
            actor, "webhook.create", f"webhook:{endpoint.id}",
            detail={"url": endpoint.url, "place": place_code, "events": wanted},
        )  # fmt: skip
    return endpoint, secret


def _checked(label: str, url: str, place_code: str, events: Iterable[str]) -> list[str]:
    fields: dict[str, str] = {}
    if not label.strip() or len(label) > 64:
        fields["label"] = "1–64"
    if len(url) > 500:
        fields["url"] = "≤500"
    if place_code and not is_code(place_code):
        fields["place_code"] = place_code
    wanted = sorted(set(events))
    if unknown := set(wanted) - set(queueing.TYPES):
        fields["events"] = ", ".join(sorted(unknown))
    if fields:
        raise BAD_REQUEST(fields=fields)
    try:
        parts = egress.check_url(url.strip())
        egress.resolve(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    except egress.Refused as refusal:
        raise errors.BAD_ADDRESS(reason=refusal.reason, fields={"url": refusal.reason}) from refusal
    return wanted


def rotate(*, actor: Actor, endpoint_id: UUID) -> tuple[Endpoint, str]:
    """A new secret; messages carry both signatures for a day. Raises CO403, CO404."""
    actor.require("webhook.manage")
    secret = signing.new_secret()
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        endpoint.former, endpoint.former_until = bytes(endpoint.secret), clock.now() + OVERLAP
        endpoint.secret, endpoint.changed_at = crypto.seal(SECRET, secret), clock.now()
        endpoint.save(update_fields=["former", "former_until", "secret", "changed_at"])
        journal.write(actor, "webhook.rotate", f"webhook:{endpoint.id}")
    return endpoint, secret


def set_active(*, actor: Actor, endpoint_id: UUID, active: bool) -> Endpoint:
    """Stop an endpoint, or start it again: what waits is then sent. Raises CO403, CO404."""
    actor.require("webhook.manage")
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        endpoint.is_active, endpoint.failures = active, 0
        endpoint.stopped_why = "" if active else "by_hand"
        endpoint.changed_at = clock.now()
        endpoint.save(update_fields=["is_active", "failures", "stopped_why", "changed_at"])
        if active:
            waiting = endpoint.deliveries.filter(state=Delivery.State.WAITING)
            waiting.update(next_at=clock.now())
        action = "webhook.start" if active else "webhook.stop"
        journal.write(actor, action, f"webhook:{endpoint.id}")
    return endpoint


def ping(*, actor: Actor, endpoint_id: UUID) -> Delivery:
    """Send a message without any case, to try the endpoint out. Raises CO403, CO404."""
    actor.require("webhook.manage")
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        journal.write(actor, "webhook.ping", f"webhook:{endpoint.id}")
        return queueing.ping(endpoint)


def _locked(endpoint_id: UUID) -> Endpoint:
    found = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    if found is None:
        raise NOT_FOUND()
    return found
