"""Holding an event: made by a place, its organisations invited, its judges named. Contests, reviews, mutual
reviews and spot checks begin here and go on in their own modules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.access import api as access
from zhijin.activities import errors
from zhijin.activities.models import Event, Party
from zhijin.activities.selectors.events import hosted
from zhijin.activities.services.common import (
    host_of,
    in_state,
    keys_of,
    locked,
    note,
    require_host,
    require_own,
    text,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.signing import Signed, read_side_file, side_file, sign_document
from zhijin.orgs import api as orgs

State = Event.State


@dataclass(frozen=True)
class Plan:
    """What is held, where and when. ``rules`` are checked by the kind's own module."""

    kind: str
    title: str
    place_code: str
    year: int
    period: str = ""
    due_at: datetime | None = None
    rules: dict[str, Any] = field(default_factory=dict)
    simulated: bool = False


def begin(*, actor: Actor, plan: Plan) -> Event:
    """Make the event in the current transaction; its own module has checked the rules. Raises CO403, AV003."""
    key = host_of(actor, plan.place_code)
    if plan.due_at is not None and plan.due_at <= clock.now():
        raise errors.BAD_DATES(why=_("截止时间应在以后。"))
    event = Event.objects.create(
        county=county_of(plan.place_code), place_code=plan.place_code, place_key=key,
        kind=Event.Kind(plan.kind), title=text(plan.title, 120, "title"), year=plan.year,
        period=plan.period, due_at=plan.due_at, rules=plan.rules, made_by=actor.label,
        made_name=actor.name[:64], made_at=clock.now(), simulated=plan.simulated,
    )  # fmt: skip
    note(actor, "event.made", event.record, key, kind=event.kind, title=event.title)
    return event


@transaction.atomic(savepoint=False)
def invite(*, actor: Actor, event_id: UUID, org_keys: Iterable[int]) -> int:
    """Add organisations while it is being prepared; those already there stay. Returns how many are new.

    Raises CO404, CO403, AV001, AV040.
    """
    event = own(actor, event_id)
    in_state(event, State.PREPARING)
    if event.notice is not None:
        raise errors.LIST_OUT()
    wanted = sorted(set(org_keys))
    known = set(entrants(event).values_list("org_key", flat=True))
    found = orgs.by_keys(actor, [key for key in wanted if key not in known])
    rows = [
        Party(**keys_of(org), event_id=event.id, host_key=event.place_key)
        for org in found.values()
        if org.valid_to is None
    ]
    Party.objects.bulk_create(rows)
    note(actor, "event.invited", event.record, event.place_key, added=len(rows))
    return len(rows)


@transaction.atomic(savepoint=False)
def drop(*, actor: Actor, event_id: UUID, org_key: int) -> None:
    """Take an organisation off while it is being prepared. Raises CO404, CO403, AV001, AV040."""
    event = own(actor, event_id)
    in_state(event, State.PREPARING)
    if event.notice is not None:
        raise errors.LIST_OUT()
    entrants(event).filter(org_key=org_key).delete()
    note(actor, "event.dropped", event.record, event.place_key, org=org_key)


@transaction.atomic(savepoint=False)
def name_judge(*, actor: Actor, event_id: UUID, username: str, org_key: int | None = None) -> Party:
    """Let somebody with an account judge; ``org_key`` is where they belong and so are recused.

    Raises CO404, CO403, AV001, AV026.
    """
    event = own(actor, event_id)
    in_state(event, State.PREPARING)
    account = access.Account.objects.filter(username=username.strip(), is_active=True).first()
    if account is None or account.is_program:
        raise errors.NO_SUCH_ACCOUNT(username=username)
    label = f"account:{account.id}"
    party, _made = Party.objects.update_or_create(
        event_id=event.id, role=Party.Role.JUDGE, account=label, county=event.county,
        defaults={
            "place_code": event.place_code, "place_key": event.place_key, "host_key": event.place_key,
            "name": account.name, "org_key": org_key,
        },
    )  # fmt: skip
    note(actor, "event.judge", event.record, event.place_key, judge=label, own=org_key)
    return party


def own(actor: Actor, event_id: UUID, *kinds: str) -> Event:
    """The event, locked, for whoever holds it. Raises CO404 (also for another kind), CO403."""
    rows = hosted(actor)
    event = locked(rows.filter(kind__in=kinds) if kinds else rows, event_id)
    require_host(actor, event)
    return event


def entrants(event: Event) -> Any:
    """The organisations of an event, in the order of their keys."""
    return Party.objects.filter(event_id=event.id, role=Party.Role.ENTRANT).order_by("org_key")


def entrants_held(event: Event) -> list[Party]:
    """The entrants, locked: whoever hands something in at this moment is waited for, or sees that it is too late."""
    return list(entrants(event).select_for_update(no_key=True).order_by("id"))


def own_entry(actor: Actor, event: Event, org_key: int) -> Party:
    """An organisation's part in an event, locked, for whoever acts for it. Raises AV002, CO403."""
    row = (
        Party.objects.select_for_update(no_key=True)
        .filter(event_id=event.id, role=Party.Role.ENTRANT, org_key=org_key)
        .first()
    )
    if row is None:
        raise errors.NOT_A_PARTY()
    require_own(actor, row)
    return row


def shut(event: Event, kind: str, body: dict[str, Any]) -> Signed:
    """Sign the outcome and end the event; the caller has the lock and tells journal and facts."""
    event.closed_at = clock.now()
    signed = sign_document(kind, {**about(event), **body}, at=event.closed_at)
    event.state, event.outcome = State.CLOSED, body
    event.document, event.document_sig = signed.data, side_file(signed.signature)
    event.save(update_fields=["state", "outcome", "document", "document_sig", "closed_at"])
    return signed


def about(event: Event) -> dict[str, Any]:
    """What every signed document of an event says of it."""
    return {
        "event": str(event.id), "title": event.title, "place": event.place_code,
        "year": event.year, "period": event.period, "simulated": event.simulated,
    }  # fmt: skip


def key_of(side: str) -> str:
    """Which key signed; empty when nothing is signed yet."""
    return read_side_file(side).kid if side else ""
