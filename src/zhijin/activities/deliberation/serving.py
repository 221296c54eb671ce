"""The four service lists of a property alliance (红方寸): what is offered by whom within how many working days, what
residents asked for, and whether it was done in time. Providers are counted as organisations; persons never are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from zhijin.activities import errors
from zhijin.activities.deliberation.common import CLERK, place_columns
from zhijin.activities.models import ServiceItem, ServiceRequest
from zhijin.activities.services.common import in_state, locked, note, same_keys, tell, text
from zhijin.core import calendar, clock, crypto, idempotency
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NO_PERMISSION, NOT_FOUND
from zhijin.core.ids import read_receipt, receipt_code, uuid7
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs

#: Where to go and whom to call: for the one who does the work, for as long as the request is kept.
CONTACT = "activities.service-contact"
ANSWER = "deliberate.answer"
State = ServiceRequest.State


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list. ``provider``: the key of an organisation; ``workdays``: 1–60."""

    kind: str
    title: str
    about: str
    provider: int
    workdays: int


@transaction.atomic(savepoint=False)
def offer(*, actor: Actor, place_code: str, item: Item, simulated: bool = False) -> ServiceItem:
    """Put a service on a place's list. Raises CO400, CO403, CO404, OR001."""
    columns = place_columns(place_code)
    actor.require("deliberate.act", columns["place_key"])
    if item.kind not in ServiceItem.Kind.values or not 1 <= item.workdays <= 60:
        raise BAD_REQUEST(fields={"workdays": "1–60"})
    provider = orgs.get(actor, item.provider)
    columns |= {
        "org_key": provider.key,
        "org_name": provider.name,
        "sector_key": None,
        "industry_key": None,
    }
    row = ServiceItem(
        **columns, kind=item.kind, title=text(item.title, 60, "title"), about=item.about.strip()[:200],
        workdays=item.workdays, simulated=simulated,
    )  # fmt: skip
    row.save(force_insert=True)
    note(
        actor, "listed.offered", f"service-item:{row.id}", row.place_key, provider=str(row.org_key)
    )
    return row


@transaction.atomic(savepoint=False)
def offer_no_more(*, actor: Actor, item_id: UUID) -> ServiceItem:
    """Take a service off the list; what was asked for stays to be done. Raises CO403, CO404."""
    row = locked(ServiceItem.objects.filter(offered=True), item_id)
    actor.require("deliberate.act", row.place_key)
    row.offered = False
    row.save(update_fields=["offered"])
    note(actor, "listed.withdrawn", f"service-item:{row.id}", row.place_key)
    return row


@dataclass(frozen=True, slots=True)
class Ask:
    """What a resident asks for. ``where`` and ``phone`` are seen by the provider alone."""

    text: str
    where: str = ""
    phone: str = ""


def ask(*, item_id: UUID, wanted: Ask, key: str, simulated: bool = False) -> str:
    """Ask for a service without an account; gives the code to follow it by. The same ``key`` once.

    Raises CO400, CO404, CO422, AV142. The deadline runs on working days, from the moment it was asked.
    """
    body = f"{item_id}\n{wanted.text}\n{wanted.where}\n{wanted.phone}".encode()
    code = receipt_code()
    with scoped(CLERK):
        claim = idempotency.claim("activities.service-request", key, body, code)
        if claim.is_replay:
            return claim.answer
        item = ServiceItem.objects.filter(id=item_id).first()
        if item is None:
            raise NOT_FOUND()
        if not item.offered:
            raise errors.NOT_OFFERED(title=item.title)
        now = clock.now()
        row = ServiceRequest(
            **same_keys(item), id=uuid7(), item_id=item.id, title=item.title, code=code,
            text=text(wanted.text, 500, "text"), contact=_sealed(wanted), asked_at=now,
            due_at=calendar.current().add_workdays(now, item.workdays), simulated=simulated,
        )  # fmt: skip
        row.save(force_insert=True)
        note(CLERK, "listed.asked", row.record, row.place_key)
        tell(CLERK, "activity.listed.asked", row, row.record, subject=row.record,
             attrs={"list": item.kind})  # fmt: skip
    return code


def _sealed(wanted: Ask) -> bytes | None:
    where, phone = wanted.where.strip(), wanted.phone.strip()
    if len(where) > 80 or len(phone) > 20:
        raise BAD_REQUEST(fields={"where": "≤80", "phone": "≤20"})
    if not where and not phone:
        return None
    return crypto.seal(CONTACT, json.dumps({"where": where, "phone": phone}, ensure_ascii=False))


def own(actor: Actor, request_id: UUID) -> ServiceRequest:
    """The request, locked, for its provider or for whoever holds deliberation there. Raises CO403, CO404."""
    row = locked(ServiceRequest.objects.all(), request_id)
    require_provider(actor, row)
    return row


def may_answer(actor: Actor, row: ServiceRequest) -> bool:
    return actor.is_system or actor.can(ANSWER, row.place_key, org_keys=(row.org_key or 0,))


def require_provider(actor: Actor, row: ServiceRequest) -> None:
    """Raise CO403 unless ``actor`` provides the service or holds deliberation at its place."""
    if not may_answer(actor, row):
        raise NO_PERMISSION(permission=ANSWER)


def contact(*, actor: Actor, request_id: UUID) -> dict[str, Any]:
    """Where to go and whom to call; the reading is journalled. Raises CO403, CO404."""
    row = own(actor, request_id)
    if row.contact is None:
        return {}
    note(actor, "listed.contact", row.record, row.place_key)
    found: dict[str, Any] = json.loads(crypto.unseal(CONTACT, row.contact))
    return found


@transaction.atomic(savepoint=False)
def answer(*, actor: Actor, request_id: UUID, said: str, done: bool) -> ServiceRequest:
    """Say that it was done, or that it cannot be and why; tells whether in time.

    Raises CO400, CO403, CO404, AV001.
    """
    row = own(actor, request_id)
    in_state(row, State.OPEN)
    row.answer = text(said, 500, "said")
    row.state = State.DONE if done else State.DECLINED
    # A clock set back never makes an answer older than its question.
    row.answered_at = max(clock.now(), row.asked_at)
    # Nobody needs the way there any more.
    row.contact = None
    row.save(update_fields=["answer", "state", "answered_at", "contact"])
    note(actor, "listed.answered", row.record, row.place_key, done=done)
    days = (clock.local(row.answered_at).date() - clock.local(row.asked_at).date()).days
    tell(actor, "activity.listed.answered", row, row.record, subject=row.record, value=max(days, 0), attrs={
        "done": done, "on_time": row.answered_at <= row.due_at,
    })  # fmt: skip
    return row


def by_code(code: str) -> ServiceRequest:
    """The request of a code, as its asker sees it. Raises AV143. Runs in the caller's scope."""
    kept = read_receipt(code)
    found = ServiceRequest.objects.filter(code=kept).first() if kept else None
    if found is None:
        raise errors.REQUEST_UNKNOWN()
    return found


def confirm(*, code: str, satisfied: bool) -> ServiceRequest:
    """The one who asked says whether it was done well, once. Raises AV001, AV143."""
    with scoped(CLERK):
        row = locked(ServiceRequest.objects.all(), by_code(code).id)
        in_state(row, State.DONE)
        if row.satisfied is not None:
            raise errors.WRONG_STATE(state="✓")
        row.satisfied, row.confirmed_at = satisfied, clock.now()
        row.save(update_fields=["satisfied", "confirmed_at"])
        note(CLERK, "listed.confirmed", row.record, row.place_key, satisfied=satisfied)
        tell(CLERK, "activity.listed.confirmed", row, row.record, subject=row.record,
             attrs={"satisfied": satisfied})  # fmt: skip
    return row
