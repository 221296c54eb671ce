"""Reads of people, within the viewer's scope. What is read here is masked; unmasking is `revealing`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length

from zhijin.core import clock, crypto, identifiers, paging
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_span
from zhijin.core.scope import scope_q
from zhijin.people import errors
from zhijin.people.catalogue import ADULT_AGE
from zhijin.people.models import Household, Person

PAGE = 50
ELDER_AGE = 65


def visible(actor: Actor) -> QuerySet[Person]:
    """Residents that ``actor`` may see, without their sealed values."""
    rows = Person.objects.filter(scope_q(actor, "place_key"))
    return rows.defer("name", "phone", "id_number", "name_blind", "phone_blind", "id_blind")


def visible_households(actor: Actor) -> QuerySet[Household]:
    return Household.objects.filter(scope_q(actor, "place_key")).defer("address")


def within(code: str) -> Q:
    if not code or not is_code(code):
        return Q()
    lo, hi = place_span(code)
    return Q(place_key__gte=lo, place_key__lt=hi)


def within_any(codes: Iterable[str]) -> Q:
    """Within one of these places; nothing without any."""
    return reduce(or_, map(within, codes), Q(pk__in=[]))


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to. ``q`` is a whole name, telephone or identity number: sealed
    values are found by their keyed index, never by a part. ``who``: members, elders, minors."""

    place: str = ""
    q: str = ""
    who: str = ""


def listing(actor: Actor, wanted: Filter) -> QuerySet[Person]:
    """The list's rows, in the order of places."""
    rows = visible(actor).filter(within(wanted.place), valid_to=None)
    if wanted.q:
        rows = rows.filter(_named(wanted.q))
    year = clock.today().year
    if wanted.who == "members":
        rows = rows.filter(party__in=(Person.Party.MEMBER, Person.Party.PROBATIONARY))
    elif wanted.who == "elders":
        rows = rows.filter(birth_year__lte=year - ELDER_AGE)
    elif wanted.who == "minors":
        rows = rows.filter(_may_be_minor(year))
    return rows.order_by("place_key", "id")


def _may_be_minor(year: int) -> Q:
    """Whoever is or may be below 18 on some day of the year: only the year of birth is kept, and to open numbers for a
    list would read many people's data at once (ADR 35). One person's own page and every rule go by the birthday."""
    return Q(birth_year__gte=year - ADULT_AGE)


def _named(text: str) -> Q:
    by_name = Q(name_blind=crypto.blind("person.name", " ".join(text.split())))
    by_phone = Q(phone_blind=crypto.blind("person.phone", identifiers.plain_phone(text)))
    by_id = Q(id_blind=crypto.blind("person.id_number", identifiers.plain(text)))
    return by_name | by_phone | by_id


def page_after(rows: QuerySet[Person], after: str, size: int = PAGE) -> tuple[list[Person], str]:
    """One page by key, and the mark of the next (empty at the end)."""
    return paging.by_place(rows, after, size)


def get(actor: Actor, person_id: UUID) -> Person:
    """One resident. Raises PE001, also when they live outside the scope."""
    found = visible(actor).filter(id=person_id).first()
    if found is None:
        raise errors.NO_SUCH_PERSON()
    return found


def resident_named(place: str, name: str, phone: str) -> Person | None:
    """Who lives at or below ``place`` under that whole name and telephone, by keyed index; the caller opens the
    scope."""
    number = identifiers.plain_phone(phone)
    if not name.strip() or not number:
        return None
    rows = Person.objects.filter(
        within(place), valid_to=None, name_blind=crypto.blind("person.name", " ".join(name.split())),
        phone_blind=crypto.blind("person.phone", number),
    )  # fmt: skip
    return rows.first()


def is_called(person: Person, name: str) -> bool:
    """Whether that is the person's whole name, by its keyed index: nothing is unsealed."""
    return bytes(person.name_blind) == crypto.blind("person.name", " ".join(name.split()))


def households(actor: Actor, place: str = "", gap: str = "") -> QuerySet[Household]:
    """Households in the order of places; ``gap`` keeps those without a ``grid`` or a ``leader``.

    Of a villagers' group those that belong to it, in whichever grid they stand.
    """
    where = Q(group_code=place) & within(place[:12]) if len(place) == 14 else within(place)
    rows = visible_households(actor).filter(where, valid_to=None)
    if gap == "grid":
        rows = rows.annotate(digits=Length("place_code")).filter(digits__lt=15)
    elif gap == "leader":
        rows = rows.exclude(neighbour_leader__isnull=False, neighbour_leader__valid_to__isnull=True)
    return rows.order_by("place_key", "number", "id")


@dataclass(frozen=True, slots=True)
class Gaps:
    """Households of a village that nobody looks after (A3)."""

    households: int
    without_grid: int
    without_leader: int

    @property
    def is_clean(self) -> bool:
        return not self.without_grid and not self.without_leader


def household_gaps(actor: Actor, village: str) -> Gaps:
    """How many households have no grid or no neighbour leader; one query."""
    lo, hi = place_span(village)
    in_grid = Q(place_key__gt=lo)
    led = Q(neighbour_leader__isnull=False, neighbour_leader__valid_to=None)
    rows = visible_households(actor).filter(place_key__gte=lo, place_key__lt=hi, valid_to=None)
    found = rows.aggregate(
        households=Count("id"),
        without_grid=Count("id", filter=~in_grid),
        without_leader=Count("id", filter=~led),
    )
    return Gaps(**found)


def counts(actor: Actor, place: str) -> dict[str, int]:
    """Residents below ``place``: all, Party members, elders, minors; one query."""
    year = clock.today().year
    rows = visible(actor).filter(within(place), valid_to=None)
    members = Q(party__in=(Person.Party.MEMBER, Person.Party.PROBATIONARY))
    return rows.aggregate(
        people=Count("id"),
        members=Count("id", filter=members),
        elders=Count("id", filter=Q(birth_year__lte=year - ELDER_AGE)),
        minors=Count("id", filter=_may_be_minor(year)),
    )
