"""Writes of households: registered in a grid, moved to another, given a neighbour leader."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from zhijin.core import clock, crypto, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import level_of, place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people import errors, following, groups
from zhijin.people.models import Consent, Household, Membership, Person
from zhijin.places import api as places

#: What in the database keeps a number to one household of a village.
ONCE: Final = "people_household_once"
_KEEPER: Final = Actor.system("people.households")


@transaction.atomic(savepoint=False)
def register_household(
    *,
    actor: Actor,
    place_code: str,
    number: str,
    address: str = "",
    head: str = "",
    group_code: str = "",
    lon: float | None = None,
    lat: float | None = None,
    simulated: bool = False,
) -> Household:
    """Register a household in a village or grid. Raises CO403, PL001, PE010, PE013, PE040.

    ``number`` is the village's own number of it, ``group_code`` one of its groups; ``lon`` and ``lat`` are WGS-84.
    """
    if level_of(places.get(place_code).code) not in {"village", "grid"}:
        raise errors.BAD_PLACE()
    actor.require("person.edit", place_key(place_code))
    made = drafted(place_code, number, address, head)
    made.lon, made.lat, made.simulated = lon, lat, simulated
    made.group_code = groups.checked(place_code, group_code)
    same = Household.objects.filter(places.within_q(place_code[:12], "place_key"))
    if same.filter(number=made.number, valid_to=None).exists():
        raise errors.NUMBER_NEEDED(fields={"number": errors.NUMBER_NEEDED.message})
    _save(made, force_insert=True)
    _tell(actor, "household.registered", made)
    return made


def _save(home: Household, **how: Any) -> None:
    """Save; a number that somebody took at this moment, or out of the caller's sight, is refused like any other."""
    try:
        with transaction.atomic():
            home.save(**how)
    except IntegrityError as error:
        if not has_number(error):
            raise
        raise errors.NUMBER_NEEDED(fields={"number": errors.NUMBER_NEEDED.message}) from error


def has_number(error: IntegrityError) -> bool:
    """Whether it says that a household of the village has the number."""
    found = getattr(error.__cause__, "diag", None)
    return found is not None and found.constraint_name == ONCE


def drafted(place_code: str, number: str, address: str, head: str) -> Household:
    """A new household, checked and sealed, not saved. Raises PE013."""
    number = " ".join(number.split())
    if not number or len(number) > 32:
        raise errors.NUMBER_NEEDED(fields={"number": errors.NUMBER_NEEDED.message})
    return Household(
        place_code=place_code, place_key=place_key(place_code), number=number,
        head_masked=crypto.mask_name(head) if head else "",
        address=crypto.seal("person.address", address) if address else None,
    )  # fmt: skip


def find(*, village: str, number: str) -> Household | None:
    """A village's household by its number, within the transaction's scope."""
    rows = Household.objects.filter(places.within_q(village, "place_key"), valid_to=None)
    return rows.filter(number=number).first()


@transaction.atomic(savepoint=False)
def place_household(
    *,
    actor: Actor,
    household_id: UUID,
    place_code: str = "",
    leader_id: UUID | None = None,
    group_code: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
) -> Household:
    """Give a household its grid (its people go with it), its group, its position, or its neighbour leader.

    An empty ``group_code`` takes it out of its group; in another village it has none of the old one's.
    Raises CO403, PE002, PE010, PE013 (the other village has the number), PE040, OR101.
    """
    found = lock(household_id)
    actor.require("person.edit", found.place_key)
    changed: dict[str, Any] = {}
    left = found.place_code[:12]
    if place_code:
        changed |= _grid(actor, place_code)
    changed |= _group(found, place_code or found.place_code, group_code)
    if leader_id is not None:
        changed["neighbour_leader_id"] = _leader(actor, leader_id)
    if lon is not None and lat is not None:
        changed |= {"lon": lon, "lat": lat}
    if not changed:
        return found
    for field, value in changed.items():
        setattr(found, field, value)
    if found.place_code[:12] == left:
        found.save(update_fields=list(changed))
    else:
        found.twin = False
        _save(found, update_fields=[*changed, "twin"])
        _hand_on(left, found.number)
    if place_code:
        _take_along(actor, found)
    _tell(actor, "household.changed", found)
    return found


def lock(household_id: UUID) -> Household:
    """The household, locked until the transaction ends. Raises PE002."""
    rows = Household.objects.select_for_update(no_key=True)
    found = rows.filter(id=household_id, valid_to=None).first()
    if found is None:
        raise errors.NO_SUCH_HOUSEHOLD()
    return found


def _hand_on(village: str, number: str) -> None:
    """A number that is free again is kept by the next of those who shared it, so that nobody new takes it."""
    with scoped(_KEEPER):
        shared = Household.objects.filter(places.within_q(village, "place_key"), valid_to=None)
        shared = shared.filter(number=number)
        heir = shared.filter(twin=True).order_by("id").first()
        if heir is not None and not shared.filter(twin=False).exists():
            Household.objects.filter(id=heir.id).update(twin=False)


def _take_along(actor: Actor, found: Household) -> None:
    """Those who live there are registered where it now stands."""
    members = Membership.objects.filter(household=found, valid_to=None)
    members.update(place_key=found.place_key)
    people = Person.objects.filter(id__in=members.values("person_id"))
    people.update(place_code=found.place_code, place_key=found.place_key)
    consents = Consent.objects.filter(person__in=members.values("person_id"))
    consents.update(place_key=found.place_key)
    following.household_changed(actor, found)


@transaction.atomic(savepoint=False)
def end_household(*, actor: Actor, household_id: UUID) -> Household:
    """Close a household that nobody lives in any more. Raises CO403, PE002, PE038."""
    found = lock(household_id)
    actor.require("person.edit", found.place_key)
    if Membership.objects.filter(household=found, valid_to=None).exists():
        raise errors.NOT_EMPTY(number=found.number)
    found.valid_to = clock.today()
    found.save(update_fields=["valid_to"])
    _hand_on(found.place_code[:12], found.number)
    _tell(actor, "household.ended", found)
    following.household_changed(actor, found)
    return found


def _grid(actor: Actor, place_code: str) -> dict[str, Any]:
    if level_of(places.get(place_code).code) not in {"village", "grid"}:
        raise errors.BAD_PLACE()
    actor.require("person.edit", place_key(place_code))
    return {"place_code": place_code, "place_key": place_key(place_code)}


def _group(found: Household, place_code: str, group_code: str | None) -> dict[str, str]:
    """The group, where it changes: as asked for, and none that lies in another village."""
    wanted = found.group_code if group_code is None else group_code
    if wanted != found.group_code:
        wanted = groups.checked(place_code, wanted)
    elif not wanted.startswith(place_code[:12]):
        wanted = ""
    return {} if wanted == found.group_code else {"group_code": wanted}


def _leader(actor: Actor, appointment_id: UUID) -> UUID:
    rows = orgs.visible_appointments(actor).filter(id=appointment_id, valid_to=None)
    held = rows.filter(post__kind="neighbour_leader").first()
    if held is None:
        raise errors.NO_SUCH_PERSON()
    return held.id


def _tell(actor: Actor, kind: str, household: Household) -> None:
    record = f"household:{household.id}"
    journal.write(actor, kind, record, place_key=household.place_key)
    facts.record(
        kind, at=clock.now(), place_code=household.place_code, subject=record, actor=actor,
        record=record,
    )  # fmt: skip
