"""Residents who want to be told, and their telephone for one message: read person by person, journalled each time.

Whoever asks never sees a list of numbers, and what was withdrawn since the list was made counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhijin.core import clock, crypto, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q
from zhijin.people.catalogue import CHILD_AGE
from zhijin.people.models import Consent, Person
from zhijin.people.selectors import within_any

#: Consents that a short message needs, each given for itself.
NEEDED = ("notice", "phone")


def reachable(actor: Actor, places: Iterable[str]) -> QuerySet[Person]:
    """Residents at or below the places who agreed to notices by telephone and have one; without sealed values."""
    rows = _agreed(actor).filter(within_any(places))
    return rows.order_by("place_key", "id").only("id", "place_key", "place_code")


def _agreed(actor: Actor) -> QuerySet[Person]:
    year = clock.today().year - CHILD_AGE
    grown = Q(birth_year=None) | Q(birth_year__lt=year)
    rows = Person.objects.filter(scope_q(actor, "place_key"), grown, valid_to=None)
    for purpose in NEEDED:
        given = Consent.objects.filter(person=OuterRef("pk"), purpose=purpose, withdrawn_at=None)
        rows = rows.filter(Exists(given))
    return rows.filter(phone__isnull=False)


@transaction.atomic(savepoint=False)
def number_for_notice(*, actor: Actor, person_id: UUID, record: str) -> str:
    """The telephone to send the message of ``record`` to; empty when they may not be told (any more).

    Needs person.reveal at the person's place. Journalled before it is returned. Raises CO403.
    """
    person = _agreed(actor).filter(pk=person_id).first()
    if person is None or person.phone is None:
        return ""
    actor.require("person.reveal", person.place_key)
    detail = {"fields": ["phone"], "purpose": "notice", "reason": record}
    journal.write(actor, "person.reveal", person.record, place_key=person.place_key, detail=detail)
    return crypto.unseal("person.phone", person.phone)
