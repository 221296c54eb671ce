"""Whom a row of a table means: somebody registered already, or somebody new.

By identity number; else by name and household of the village, or by name and telephone where no household is
written. Only keyed indexes are compared: nothing is unsealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from zhijin.core import crypto
from zhijin.core.sheets import Row
from zhijin.people import selectors
from zhijin.people.models import Membership, Person

#: One way in which two may be the same.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Looks:
    """What identifies a row's resident. Blind indexes, but for the village's code and the household's number."""

    village: str
    name: bytes
    household: str
    number: bytes | None
    phone: bytes | None

    @property
    def marks(self) -> set[Key]:
        """By what another row may find this resident."""
        return {
            key
            for key, there in (
                (("number", self.number), self.number),
                (("home", self.village, self.name, self.household), self.household),
                (("phone", self.village, self.name, self.phone), self.phone),
            )
            if there
        }

    @property
    def searched(self) -> set[Key]:
        """By what this row finds somebody: the telephone only where no household is written."""
        return {key for key in self.marks if key[0] != "phone" or not self.household}


def looks(row: Row) -> Looks:
    """The indexes of a row's resident."""
    values = row.values
    number, phone = values["id_number"], values["phone"]
    return Looks(
        values["place_code"][:12], crypto.blind("person.name", values["name"]), values["household"] or "",
        crypto.blind("person.id_number", number) if number else None,
        crypto.blind("person.phone", phone) if phone else None,
    )  # fmt: skip


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
    """Rows that mean nobody registered, and nobody of whom another of ``rows`` tells. By three statements."""
    every = [looks(row) for row in rows]
    known = _registered(every)
    told = Counter(key for one in every for key in one.marks)
    return [
        row
        for row, one in zip(rows, every, strict=True)
        if known.isdisjoint(one.searched) and all(told[key] == 1 for key in one.marks)
    ]


def _registered(every: list[Looks]) -> set[Key]:
    """Every mark of those registered in whom one of ``every`` may be found."""
    current = Person.objects.filter(valid_to=None)
    numbers = current.filter(id_blind__in=[one.number for one in every if one.number])
    known: set[Key] = {("number", bytes(number)) for number in _flat(numbers, "id_blind")}
    names, villages = {one.name for one in every}, {one.village for one in every}
    named = Q(name_blind__in=names) & selectors.within_any(villages)
    phones = current.filter(named, phone_blind__isnull=False)
    for code, name, phone in phones.values_list("place_code", "name_blind", "phone_blind"):
        known.add(("phone", code[:12], bytes(name), bytes(phone or b"")))
    homes = Membership.objects.filter(valid_to=None, person__in=current.filter(named))
    wanted = ("person__place_code", "person__name_blind", "household__number")
    for code, name, number in homes.values_list(*wanted):
        known.add(("home", code[:12], bytes(name), number))
    return known


def _flat(rows: Any, field: str) -> Iterable[bytes]:
    found: Iterable[bytes] = rows.values_list(field, flat=True)
    return found
