"""Residents who move to another household, move away or die, and households that nobody lives in any more."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.people import branches, errors, households, services
from zhijin.people.models import Consent, Household, Membership, Person


@transaction.atomic(savepoint=False)
def move_person(
    *, actor: Actor, person_id: UUID, household: Household, relation: str = ""
) -> Person:
    """Move a resident to another household (and its grid). Raises CO403, PE001, PE002, PE014."""
    person = services.lock_person(actor=actor, person_id=person_id)
    _move_out(person, clock.today())
    home = households.lock(household.id)
    actor.require("person.edit", home.place_key)
    services.live_in(home, person, relation)
    person.place_code, person.place_key = home.place_code, home.place_key
    person.version, person.changed_at = person.version + 1, clock.now()
    person.save(update_fields=["place_code", "place_key", "version", "changed_at"])
    Consent.objects.filter(person=person).update(place_key=person.place_key)
    services.tell(actor, "person.moved", person, {"household": str(home.id)})
    return person


def _move_out(person: Person, day: date) -> None:
    """End their place in a household, and the name of its head with it when it was theirs."""
    for held in Membership.objects.filter(person=person, valid_to=None).select_related("household"):
        # With a clock that was set back nobody moves out before they moved in.
        held.valid_to = max(day, held.valid_from or day)
        held.save(update_fields=["valid_to"])
        if held.relation in services.HEADS:
            Household.objects.filter(id=held.household_id).update(head_masked="")


@transaction.atomic(savepoint=False)
def leave(*, actor: Actor, person_id: UUID, on: date | None = None, died: bool = False) -> Person:
    """A resident moved away or died; the phone number is removed at once, and who died is on no branch's list.

    Raises CO403, PE001, PE014, PE037.
    """
    person = services.lock_person(actor=actor, person_id=person_id)
    day = on or clock.today()
    # It may lie before the day on which somebody was registered here.
    if day > clock.today():
        raise errors.BAD_LEAVING(fields={"on": errors.BAD_LEAVING.message})
    person.valid_to, person.version, person.changed_at = day, person.version + 1, clock.now()
    services.seal_phone(person, "")
    person.save()
    _move_out(person, day)
    services.tell(actor, "person.left", person, {"died": died})
    if died:
        branches.end_listings(actor, person, "去世")
    return person
