"""Whose points: a household of the village, or a Party member. Names stay masked; minors have none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhijin.ledger import errors, services
from zhijin.ledger.models import Account, Book
from zhijin.ledger.points.common import HAND
from zhijin.people.api import ADULT_AGE, Household, Person, may_be_below
from zhijin.places import api as places

MEMBERS = (Person.Party.MEMBER, Person.Party.PROBATIONARY)


@dataclass(frozen=True, slots=True)
class Holder:
    """``record`` as accounts name it, ``label`` as pages show it; ``minor``: nobody of age is known there."""

    record: str
    label: str
    place_code: str
    place_key: int
    minor: bool = False


def household(village: str, number: str, on: date) -> Holder:
    """A household of a village by its number. Raises PS003."""
    rows = Household.objects.filter(places.within_q(village, "place_key"), valid_to=None)
    found = rows.filter(number=" ".join(number.split())).first()
    if found is None:
        raise errors.NO_HOLDER(fields={"who": errors.NO_HOLDER.message})
    return of_household(found, on)


def of_household(found: Household, on: date) -> Holder:
    lived = Person.objects.filter(memberships__household=found, memberships__valid_to=None)
    known = list(lived.only("id", "place_key", "birth_year", "id_number"))
    minor = bool(known) and all(may_be_below(one, ADULT_AGE, on) for one in known)
    label = f"{found.number} {found.head_masked}".strip()
    return Holder(f"household:{found.id}", label, found.place_code, found.place_key, minor)


def member(village: str, person_id: UUID, on: date) -> Holder:
    """A Party member who lives in a village. Raises PS003."""
    rows = Person.objects.filter(places.within_q(village, "place_key"), valid_to=None)
    found = rows.filter(id=person_id, party__in=MEMBERS).first()
    if found is None:
        raise errors.NO_HOLDER(fields={"who": errors.NO_HOLDER.message})
    return Holder(
        found.record, found.name_masked, found.place_code, found.place_key,
        may_be_below(found, ADULT_AGE, on),
    )  # fmt: skip


def members(village: str) -> list[Person]:
    """The members of a village to choose from, by their masked names."""
    rows = Person.objects.filter(
        places.within_q(village, "place_key"), valid_to=None, party__in=MEMBERS
    )
    return list(rows.only("id", "name_masked").order_by("name_masked", "id")[:300])


def named(record: str, on: date) -> Holder:
    """The holder that an account names. Raises PS003."""
    kind, _, name = record.partition(":")
    if kind == "household":
        found = Household.objects.filter(id=UUID(name), valid_to=None).first()
        if found is not None:
            return of_household(found, on)
    elif kind == "person":
        person = Person.objects.filter(id=UUID(name), valid_to=None).first()
        if person is not None:
            return member(person.place_code[:12], person.id, on)
    raise errors.NO_HOLDER(fields={"who": errors.NO_HOLDER.message})


def account(book: Book, holder: Holder) -> Account:
    """The holder's account, opened when there is none, locked until the transaction ends.

    Whoever reckons a cap waits here for the others, so that two hands cannot both give the rest of it.
    """
    services.open_account(
        actor=HAND, book=book, holder=holder.record, label=holder.label[:80], place=holder.place_key
    )
    rows = Account.objects.select_for_update(no_key=True)
    return rows.get(county=book.county, book_id=book.id, holder=holder.record, closed_at=None)
