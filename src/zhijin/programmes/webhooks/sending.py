"""Sends what lies in the outbox: once now, then again ever later, until it is taken or given up."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from zhijin.core import clock, crypto, egress
from zhijin.core.errors import SERVER_ERROR
from zhijin.core.scope import scoped
from zhijin.core.tasks import AWAY
from zhijin.programmes.effects.common import ACTOR, account_of
from zhijin.programmes.models import Delivery, Endpoint, Notice
from zhijin.programmes.webhooks import signing
from zhijin.programmes.webhooks.queueing import PURPOSE

log = logging.getLogger("zhijin.programmes")
SECRET = "webhook.secret"  # noqa: S105 - the name of a purpose
#: Waits after each failed attempt (the schedule that the specification suggests); about three days.
WAITS = tuple(
    timedelta(seconds=s)
    for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # fmt: skip
#: While one worker sends, another leaves the row alone for so long.
LEASE = timedelta(seconds=60)
#: So many failures in a row, whatever the messages, and the endpoint is stopped.
STOP_AFTER = 50
GONE = 410
AGENT = "Zhijin-Webhook/1"


def deliver(delivery_id: UUID) -> bool:
    """Send one message if it is due; returns whether it was taken. Safe to run twice at once.

    Runs outside any transaction: none is held open while the other system answers.
    """
    row = _claim(delivery_id)
    if row is None:
        return False
    try:
        outcome = _sent(row)
    except AWAY:
        raise
    except Exception:
        # It is given up in the end, and whoever registered the endpoint is told; the log says why.
        log.exception("message %s could not be sent", row.id)
        outcome = egress.Outcome(0, 0, SERVER_ERROR.id)
    _note(row.id, outcome)
    return outcome.good


def _sent(row: Delivery) -> egress.Outcome:
    endpoint = row.endpoint
    body = crypto.unseal(PURPOSE, bytes(row.payload or b"")).encode()
    # The real clock: receivers refuse what is not from the present, demonstration or not.
    stamp = int(time.time())
    message_id = f"msg_{row.id.hex}"
    headers = signing.headers(secrets_of(endpoint), message_id, stamp, body)
    headers |= {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT}
    return egress.post(endpoint.url, body, headers)


def secrets_of(endpoint: Endpoint) -> list[str]:
    """The secrets to sign with: the present one, and the former one while it is being rotated."""
    found = [crypto.unseal(SECRET, bytes(endpoint.secret))]
    until = endpoint.former_until
    if endpoint.former and until and until > clock.now():
        found.append(crypto.unseal(SECRET, bytes(endpoint.former)))
    return found


def _claim(delivery_id: UUID) -> Delivery | None:
    """Take the row for this worker, if it is due and nobody else has it."""
    with transaction.atomic():
        at = clock.now()
        row = (
            Delivery.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("endpoint")
            .filter(pk=delivery_id, state=Delivery.State.WAITING, next_at__lte=at)
            .first()
        )
        if row is None or not row.endpoint.is_active:
            return None
        row.attempts += 1
        row.next_at = at + LEASE
        row.save(update_fields=["attempts", "next_at"])
        return row


def _note(delivery_id: UUID, outcome: egress.Outcome) -> None:
    with transaction.atomic():
        row = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
        if row.state != Delivery.State.WAITING:
            # Another worker's attempt has ended it meanwhile.
            return
        endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=row.endpoint_id)
        row.status, row.millis, row.error = outcome.status, outcome.millis, outcome.error
        at = clock.now()
        if outcome.good:
            row.state, row.done_at, row.next_at, row.payload = "delivered", at, None, None
            endpoint.failures = 0
        else:
            endpoint.failures += 1
            if row.attempts > len(WAITS):
                row.state, row.done_at, row.next_at, row.payload = "failed", at, None, None
            else:
                row.next_at = at + WAITS[row.attempts - 1]
        row.save()
        endpoint.save(update_fields=["failures"])
        if not outcome.good:
            _consider_stopping(endpoint, row, outcome)


def _consider_stopping(endpoint: Endpoint, row: Delivery, outcome: egress.Outcome) -> None:
    """Stop an endpoint that is gone (410), gave a message up, or keeps failing; tell its maker."""
    if outcome.status == GONE:
        why = "gone"
    elif row.state == Delivery.State.FAILED:
        why = "given_up"
    elif endpoint.failures >= STOP_AFTER:
        why = "keeps_failing"
    else:
        return
    endpoint.is_active, endpoint.stopped_why, endpoint.changed_at = False, why, clock.now()
    endpoint.save(update_fields=["is_active", "stopped_why", "changed_at"])
    account = account_of(endpoint.created_by)
    if account is not None:
        _tell(account, endpoint)


def _tell(account: UUID, endpoint: Endpoint) -> None:
    """A notice to whoever registered the endpoint; about no place and no case."""
    with scoped(ACTOR):
        Notice.objects.create(
            county=0, place_key=0, account=account, kind="webhook", at=clock.now(),
            text_zh=f"回调“{endpoint.label}”多次失败，已停用。请核对地址后重新启用。",
            text_en=f"The webhook “{endpoint.label}” kept failing and was stopped."
            " Check its address, then start it again.",
        )  # fmt: skip


def sweep(limit: int = 100) -> int:
    """Send what is due here and now, one after another; returns how many were tried."""
    due = Delivery.objects.filter(
        state=Delivery.State.WAITING, next_at__lte=clock.now(), endpoint__is_active=True
    )
    ids = list(due.order_by("next_at").values_list("id", flat=True)[:limit])
    for one in ids:
        deliver(one)
    return len(ids)
