"""Whom a row of a table means: somebody registered already, or somebody new.

By identity number; else by name and household of the village, or by name and telephone where no household is
written. By likeness where a number with a wrong check digit is one slip from a registered one, or where another of the
same household, sex and year of birth has another name; likeness decides nothing: whoever sends the table is asked.
Only keyed indexes are compared: nothing is unsealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.core import crypto, identifiers
from zhijin.core.sheets import Row
from zhijin.people import selectors
from zhijin.people.models import Household, Membership, Person

#: One way in which two may be the same.
Key = tuple[Any, ...]
KIN, NUMBERED = "kin", "numbered kin"


@dataclass(frozen=True)
class Looks:
    """What identifies a row's resident. Blind indexes, but for the village's code and the household's number."""

    village: str
    name: bytes
    household: str
    number: bytes | None
    phone: bytes | None
    meant: tuple[bytes, ...] = ()
    born: int | None = None
    sex: str = ""

    @cached_property
    def kin(self) -> Key | None:
        """What two of one household rarely share; apart for whoever has a sound number, since two of them are two."""
        if self.household and self.born and self.sex:
            return (self._kind, self.village, self.household, self.born, self.sex)
        return None

    @property
    def _kind(self) -> str:
        return NUMBERED if self.number and not self.meant else KIN

    @cached_property
    def marks(self) -> set[Key]:
        """By what another row may find this resident."""
        return {
            key
            for key, there in (
                (("number", self.number), self.number),
                (("home", self.village, self.name, self.household), self.household),
                (("phone", self.village, self.name, self.phone), self.phone),
                (self.kin or (), self.kin),
            )
            if there
        }

    @cached_property
    def searched(self) -> set[Key]:
        """By what this row finds somebody: the telephone only where no household is written."""
        own = {key for key in self.marks if key[0] != "phone" or not self.household}
        own |= {("number", one) for one in self.meant}
        if self.kin is None:
            return own
        # Whoever has no sound number may be anybody of them; whoever has one, nobody who has another.
        return (own - {self.kin}) | {
            (kind, *self.kin[1:]) for kind in (KIN, NUMBERED) if KIN in (kind, self._kind)
        }


def looks(row: Row) -> Looks:
    """The indexes of a row's resident."""
    values = row.values
    number, phone = values["id_number"], values["phone"]
    read = identifiers.read_id_card(number) if number else None
    wrong = read is identifiers.Flaw.CHECK_DIGIT
    return Looks(
        values["place_code"][:12], crypto.blind("person.name", values["name"]), values["household"] or "",
        crypto.blind("person.id_number", number) if number else None,
        crypto.blind("person.phone", phone) if phone else None,
        tuple(crypto.blind("person.id_number", one) for one in (identifiers.meant_by(number) if wrong else ())),
        read.birth.year if isinstance(read, identifiers.IdCard) else values["birth_year"],
        ("m" if read.male else "f") if isinstance(read, identifiers.IdCard) else values["gender"] or "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody registered who may be meant, and why. ``slip``: the row's number is a slip of theirs."""

    person: Person
    why: str
    slip: bool = False


def like(row: Row) -> Doubt | None:
    """Whom a row may mean that means nobody for certain, within the transaction's scope."""
    one = looks(row)
    current = Person.objects.filter(valid_to=None)
    if one.meant and (slip := current.filter(id_blind__in=one.meant).first()):
        return Doubt(slip, _("身份证号校验位不对，只差一位或两位写反"), slip=True)
    if one.kin is None:
        return None
    home = Q(memberships__household__number=one.household, memberships__valid_to=None)
    near = current.filter(home, selectors.within(one.village), birth_year=one.born, gender=one.sex)
    if one.number and not one.meant:
        # Two sound numbers are two people: twins.
        near = near.filter(id_blind=None)
    found = near.order_by("id").first()
    return Doubt(found, _("同一户、同性别、同年出生，姓名不同")) if found is not None else None


def same(row: Row) -> Person | None:
    """The resident that a row means, within the transaction's scope."""
    found = looks(row)
    current = Person.objects.filter(valid_to=None)
    if found.number and (person := current.filter(id_blind=found.number).first()):
        return person
    named = current.filter(selectors.within(found.village), name_blind=found.name)
    if found.household:
        home = Q(memberships__household__number=found.household, memberships__valid_to=None)
        return named.filter(home).first()
    return named.filter(phone_blind=found.phone).first() if found.phone else None


def plainly_new(rows: list[Row]) -> list[Row]:
    """Rows that mean nobody registered, and nobody of whom another of ``rows`` tells. By four statements."""
    every = [looks(row) for row in rows]
    known = _registered(every)
    told = Counter(key for one in every for key in one.marks)
    return [
        row
        for row, one in zip(rows, every, strict=True)
        if known.isdisjoint(one.searched)
        and all(
            told[key] == (key in one.marks)
            for key in one.marks | one.searched
            if key[0] != NUMBERED or key in one.searched
        )
    ]


def _registered(every: list[Looks]) -> set[Key]:
    """Every mark of those registered in whom one of ``every`` may be found."""
    current = Person.objects.filter(valid_to=None)
    wanted = {one.number for one in every if one.number}.union(*(one.meant for one in every))
    numbers = current.filter(id_blind__in=wanted)
    known: set[Key] = {("number", bytes(number)) for number in _flat(numbers, "id_blind")}
    names, villages = {one.name for one in every}, {one.village for one in every}
    named = Q(name_blind__in=names) & selectors.within_any(villages)
    phones = current.filter(named, phone_blind__isnull=False)
    for code, name, phone in phones.values_list("place_code", "name_blind", "phone_blind"):
        known.add(("phone", code[:12], bytes(name), bytes(phone or b"")))
    homes = Membership.objects.filter(valid_to=None, person__in=current.filter(named))
    for code, name, number in homes.values_list(
        "person__place_code", "person__name_blind", "household__number"
    ):
        known.add(("home", code[:12], bytes(name), number))
    return known | _kin(every, villages)


def _kin(every: list[Looks], villages: set[str]) -> set[Key]:
    """Of the households that ``every`` names, who lives there: by sex and year of birth."""
    rows = Membership.objects.filter(
        valid_to=None, household__number__in={one.household for one in every if one.kin},
        household__in=Household.objects.filter(selectors.within_any(villages), valid_to=None),
        person__birth_year__isnull=False,
    )  # fmt: skip
    wanted = (
        "household__place_code", "household__number", "person__birth_year", "person__gender", "person__id_blind",
    )  # fmt: skip
    return {
        (NUMBERED if mark else KIN, code[:12], number, born, sex)
        for code, number, born, sex, mark in rows.values_list(*wanted)
    }


def _flat(rows: Any, field: str) -> Iterable[bytes]:
    found: Iterable[bytes] = rows.values_list(field, flat=True)
    return found
