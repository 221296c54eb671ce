"""Writes of people: register, change, move, leave. Identifying values are sealed on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhijin.core import clock, crypto, facts, identifiers, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import CONFLICT
from zhijin.core.ids import level_of, place_key
from zhijin.people import ages, catalogue, errors, households
from zhijin.people.models import BranchMember, Consent, Household, Membership, Person
from zhijin.places import api as places

_PLAIN = ("gender", "party", "branch_key", "floating")
#: What rests on the person's consent, by its purpose, and what a refusal calls it.
CONSENTED: Final = {"phone": _("电话"), "id_number": _("身份证号"), "party": _("政治面貌")}
#: What a table or a form calls the head of a household.
HEADS: Final = frozenset({"户主", "本人"})


@transaction.atomic(savepoint=False)
def register_person(
    *,
    actor: Actor,
    place_code: str,
    name: str,
    household: Household | None = None,
    relation: str = "",
    consents: dict[str, str] | None = None,
    simulated: bool = False,
    **values: Any,
) -> Person:
    """Register a resident of a village or grid. Raises CO403, PL001, PE002–PE007, PE010, PE011, PE027, PE036.

    ``values`` may hold phone, id_number, birth_year, gender, party, branch_key, floating.
    ``consents`` maps a purpose to how consent was given; telephone, identity number and Party membership need theirs.
    """
    home = None if household is None else households.lock(household.id)
    if home is not None and household is not None and household.place_code == place_code:
        # It may have been given another grid since the caller read it.
        place_code = home.place_code
    may_edit(actor, place_code)
    person = drafted(place_code, name, consents or {}, values, simulated=simulated)
    _save(person, force_insert=True)
    for purpose, how in (consents or {}).items():
        record_consent(person, purpose, how)
    if home is not None:
        live_in(home, person, relation)
    tell(actor, "person.registered", person)
    return person


def drafted(
    place_code: str, name: str, consents: Mapping[str, str], values: Mapping[str, Any],
    *, simulated: bool = False, look: bool = True,
) -> Person:  # fmt: skip
    """A new resident, checked and sealed, not saved. Raises PE003–PE007, PE011, PE027, PE036."""
    person = Person(
        place_code=place_code, place_key=place_key(place_code), valid_from=clock.today(),
        changed_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    _set(person, {"name": name, **values}, look)
    for key, title in CONSENTED.items():
        if values.get(key) and key not in consents:
            raise errors.CONSENT_NEEDED(field=title)
    for how in consents.values():
        _by_guardian(person, how)
    return person


def live_in(home: Household, person: Person, relation: str) -> None:
    """Give somebody a place in a household that the caller has locked; its head gives it the name that pages show."""
    Membership.objects.create(
        household=home, person=person, place_key=home.place_key, relation=relation,
        valid_from=clock.today(),
    )  # fmt: skip
    if relation in HEADS and home.head_masked != person.name_masked:
        home.head_masked = person.name_masked
        home.save(update_fields=["head_masked"])


def is_child(person: Person) -> bool:
    """Whether they are or may be under 14: their guardian consents for them."""
    return ages.may_be_below(person, catalogue.CHILD_AGE)


def _by_guardian(person: Person, how: str) -> None:
    """Raises PE036 where a child's consent does not tell of the guardian (PIPL article 31)."""
    if is_child(person) and not any(word in how.lower() for word in ("监护", "guardian")):
        raise errors.GUARDIAN_NEEDED(name=person.name_masked)


def _save(person: Person, *, force_insert: bool = False) -> None:
    """Save; a number registered outside the caller's sight is refused like any other."""
    if person.id_blind is None:
        person.save(force_insert=force_insert)
        return
    try:
        with transaction.atomic():
            person.save(force_insert=force_insert)
    except IntegrityError as error:
        raise errors.ALREADY_THERE() from error


def may_edit(actor: Actor, place_code: str) -> None:
    if level_of(places.get(place_code).code) not in {"village", "grid"}:
        raise errors.BAD_PLACE()
    actor.require("person.edit", place_key(place_code))


def _set(person: Person, values: dict[str, Any], look: bool = True) -> None:
    """Check and seal values on ``person``. An unknown key is a programming error."""
    for key, value in values.items():
        if key == "name":
            _set_name(person, str(value or ""))
        elif key == "phone":
            seal_phone(person, str(value or ""))
        elif key == "id_number":
            _set_id(person, str(value or ""), look)
        elif key == "birth_year":
            _set_birth_year(person, value)
        elif key in _PLAIN:
            setattr(person, key, value)
        else:
            raise TypeError(f"not a field of a person: {key}")
    # Of whom only the year is known the branch's list asks for the day.
    if person.party and ages.surely_below(person, catalogue.ADULT_AGE):
        raise errors.TOO_YOUNG()


def _set_name(person: Person, name: str) -> None:
    name = " ".join(name.split())
    if not name or len(name) > 32:
        raise errors.NAME_NEEDED(fields={"name": errors.NAME_NEEDED.message})
    person.name = crypto.seal("person.name", name)
    person.name_masked = crypto.mask_name(name)
    person.name_blind = crypto.blind("person.name", name)


def seal_phone(person: Person | BranchMember, text: str) -> None:
    """Check and seal a telephone number; empty removes it. Raises PE004."""
    number = identifiers.plain_phone(text)
    if not number:
        person.phone, person.phone_masked, person.phone_blind = None, "", None
        return
    flaw = identifiers.phone_flaw(number)
    if flaw is not None and flaw is not identifiers.Flaw.UNKNOWN_RANGE:
        raise errors.BAD_PHONE(fields={"phone": errors.BAD_PHONE.message})
    person.phone = crypto.seal("person.phone", number)
    person.phone_masked = crypto.mask_phone(number)[:16]
    person.phone_blind = crypto.blind("person.phone", number)


def _set_id(person: Person, text: str, look: bool = True) -> None:
    """Seal an identity number, and take year and sex from it. A wrong check digit alone is let pass.

    Without ``look`` only the database says whether somebody else has it already.
    """
    number = identifiers.plain(text)
    if not number:
        person.id_number = person.id_blind = None
        return
    read = identifiers.read_id_card(number, on=clock.today())
    if isinstance(read, identifiers.Flaw) and read is not identifiers.Flaw.CHECK_DIGIT:
        raise errors.BAD_ID(fields={"id_number": errors.BAD_ID.message})
    blind = crypto.blind("person.id_number", number)
    if look and Person.objects.filter(id_blind=blind, valid_to=None).exclude(id=person.id).exists():
        raise errors.ALREADY_THERE()
    person.id_number, person.id_blind = crypto.seal("person.id_number", number), blind
    if isinstance(read, identifiers.IdCard):
        person.birth_year, person.gender = read.birth.year, "m" if read.male else "f"


def _set_birth_year(person: Person, year: int | None) -> None:
    if year is not None and not 1880 <= year <= clock.today().year:
        raise errors.BAD_BIRTH_YEAR(fields={"birth_year": errors.BAD_BIRTH_YEAR.message})
    if year is not None:
        person.birth_year = year


#: What stands in the place of a name that was erased.
ERASED = "—"


def forget_person(person: Person) -> None:
    """Erase everything by which somebody could be told; the row stays for the counts. The caller has the lock."""
    seal_phone(person, "")
    person.name = person.name_blind = b""
    person.name_masked = ERASED
    person.id_number = person.id_blind = person.birth_year = None
    person.gender, person.party, person.branch_key, person.floating = "", "", None, False
    person.version, person.changed_at = person.version + 1, clock.now()
    person.save()


def lock_person(*, actor: Actor, person_id: UUID) -> Person:
    """The person, locked, when ``actor`` may edit them. Raises PE001, PE014, CO403."""
    person = Person.objects.select_for_update(no_key=True).filter(id=person_id).first()
    if person is None:
        raise errors.NO_SUCH_PERSON()
    actor.require("person.edit", person.place_key)
    if person.valid_to is not None:
        raise errors.LEFT(name=person.name_masked, day=person.valid_to)
    return person


@transaction.atomic(savepoint=False)
def change_person(
    *, actor: Actor, person_id: UUID, version: int | None = None,
    consents: Mapping[str, str] | None = None, **values: Any,
) -> Person:  # fmt: skip
    """Change a resident's fields; ``consents``: how they agreed to what is new, by purpose.

    Raises CO403, CO409, PE001, PE003–PE007, PE011, PE014, PE027, PE036.
    """
    person = lock_person(actor=actor, person_id=person_id)
    if version is not None and version != person.version:
        raise CONFLICT()
    before = person.party
    _set(person, values)
    for purpose, how in (consents or {}).items():
        if not has_consent(person, purpose):
            record_consent(person, purpose, how)
    for key, title in CONSENTED.items():
        new = values.get(key) and not (key == "party" and values[key] == before)
        if new and not has_consent(person, key):
            raise errors.CONSENT_NEEDED(field=title)
    person.version += 1
    person.changed_at = clock.now()
    _save(person)
    tell(actor, "person.changed", person, {"fields": sorted(values)})
    return person


def has_consent(person: Person, purpose: str) -> bool:
    """Whether the person's consent to ``purpose`` stands."""
    return Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).exists()


def record_consent(person: Person, purpose: str, how: str) -> Consent:
    """Write one consent; the caller has checked who may. Raises PE036."""
    _by_guardian(person, how)
    return Consent.objects.create(
        person=person, place_key=person.place_key, purpose=purpose, how=how[:120],
        given_at=clock.now(),
    )  # fmt: skip


def tell(actor: Actor, kind: str, person: Person, detail: dict[str, Any] | None = None) -> None:
    """One entry of the journal and one fact."""
    journal.write(actor, kind, person.record, place_key=person.place_key, detail=detail)
    facts.record(
        kind, at=clock.now(), place_code=person.place_code, subject=person.record, actor=actor,
        record=person.record,
    )  # fmt: skip
