"""The list of senders whose warnings a place trusts: entered by one, confirmed by another, ended by either."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from zhijin.broadcast import errors
from zhijin.broadcast.models import Sender
from zhijin.broadcast.services.common import SYSTEM
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import ancestor_codes, place_key
from zhijin.core.scope import scope_q, scoped
from zhijin.core.texts import clean
from zhijin.places import api as places

PERMISSION: Final = "alert.trust"
#: A ground of fewer characters says nothing.
LEAST: Final = 4


def trusted(identifier: str, place_code: str) -> bool:
    """Whether a place, or one above it, takes this sender's warnings as theirs. In the platform's scope."""
    codes = [*ancestor_codes(place_code), place_code]
    rows = Sender.objects.filter(identifier=identifier[:120], place_code__in=codes, ended_at=None)
    return rows.exclude(confirmed_at=None).exists()


def listed(actor: Actor, place_code: str = "") -> list[Sender]:
    """Those of the actor's places and below, and those that hold at ``place_code`` from above; the newest first."""
    with scoped(SYSTEM):
        above = [*ancestor_codes(place_code), place_code] if place_code else []
        rows = Sender.objects.filter(ended_at=None)
        found = rows.filter(scope_q(actor, "place_key")) | rows.filter(place_code__in=above)
        return list(found.order_by("-made_at", "id")[:200])


def enter(*, actor: Actor, place_code: str, identifier: str, ground: str) -> Sender:
    """Propose a sender; it is trusted when somebody else confirms. Raises BC002, BC028, BC030, CO403."""
    if not places.known(place_code):
        raise errors.NO_AREA(fields={"place_code": str(errors.NO_AREA.message)})
    actor.require(PERMISSION, place_key(place_code))
    name, why = (" ".join(str(clean(text)).split()) for text in (identifier, ground))
    # As in CAP 1.2 (3.2.1): a sender has no spaces, commas, < or &.
    if not name or len(name) > 120 or set(name) & set(" ,<&") or not LEAST <= len(why) <= 200:
        raise errors.BAD_SENDER()
    row = Sender(
        county=county_of(place_code), place_code=place_code, place_key=place_key(place_code), identifier=name,
        ground=why, made_at=clock.now(), made_by=actor.label, maker=actor.name[:64],
    )  # fmt: skip
    with scoped(actor):
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise errors.SENDER_THERE(sender=name) from error
        _told(actor, row, "enter")
    return row


def confirm(*, actor: Actor, pk: UUID) -> Sender:
    """From now on it is trusted. Raises BC029 (entered by oneself), CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk)
        if row.confirmed_at is None:
            if row.made_by == actor.label:
                raise errors.ANOTHER_PERSON()
            row.confirmed_at, row.confirmed_by, row.confirmer = (
                clock.now(),
                actor.label,
                actor.name[:64],
            )
            row.save(update_fields=["confirmed_at", "confirmed_by", "confirmer"])
            _told(actor, row, "confirm")
    return row


def end(*, actor: Actor, pk: UUID) -> Sender:
    """Trust it no longer; what it sent before stays as it is. Raises CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk)
        row.ended_at, row.ended_by = clock.now(), actor.label
        row.save(update_fields=["ended_at", "ended_by"])
        _told(actor, row, "end")
    return row


def _locked(actor: Actor, pk: UUID) -> Sender:
    rows = Sender.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    row = rows.filter(pk=pk, ended_at=None).first()
    if row is None:
        raise NOT_FOUND()
    actor.require(PERMISSION, row.place_key)
    return row


def _told(actor: Actor, row: Sender, verb: str) -> None:
    detail = {"sender": row.identifier, "ground": row.ground}
    journal.write(actor, f"sender.{verb}", row.record, place_key=row.place_key, detail=detail)
    facts.record(
        f"sender.{verb}", at=clock.now(), place_code=row.place_code, subject="sender", actor=actor,
        record=row.record, attrs={"sender": row.identifier},
    )  # fmt: skip
