"""Whom a row of a table of members means: somebody on a list, somebody who may be the same, or somebody new.

By the mark of an identity number and by name; by likeness where a name is a slip away and the telephone or the day
of joining agrees, or where a number with a wrong check digit is one slip from a registered one. Likeness decides
nothing: whoever sends the table is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhijin.core import crypto, identifiers
from zhijin.core.actor import Actor
from zhijin.orgs.api import Organisation
from zhijin.people import branches, selectors
from zhijin.people.models import BranchMember, Person

_EXTRA = re.compile(r"[（(].*?[)）]|[\s·•]")


@dataclass(frozen=True, slots=True)
class Looks:
    """What identifies a row's member in the branch ``org``. Blind indexes, but for name and day."""

    org: Organisation
    plain: str
    name: bytes
    number: bytes | None
    phone: bytes | None
    joined_on: date | None
    meant: tuple[bytes, ...] = ()


def looks(org: Organisation, values: dict[str, Any]) -> Looks:
    """The indexes of a row's member."""
    number, phone = values["id_number"], values["phone"]
    return Looks(
        org, " ".join(values["name"].split()), branches.name_index(values["name"]),
        _mark(number) if number else None, crypto.blind("person.phone", phone) if phone else None,
        values["joined_on"], tuple(_mark(one) for one in identifiers.meant_by(number or "")),
    )  # fmt: skip


def _mark(number: str) -> bytes:
    return crypto.blind("person.id_number", number)


@dataclass(frozen=True, slots=True)
class Listed:
    """One on a branch's list, as likeness needs them."""

    id: UUID
    plain: str
    phone: bytes | None
    joined_on: date | None


@dataclass(slots=True)
class Rolls:
    """The lists of the branches that a table names, each opened once; opening one is journalled."""

    actor: Actor
    found: dict[int, list[Listed]] = field(default_factory=dict)

    def of(self, org: Organisation) -> list[Listed]:
        if org.key not in self.found:
            rows = list(BranchMember.objects.filter(org_key=org.key, valid_to=None))
            names = branches.member_names(
                actor=self.actor, org=org, ids=[row.id for row in rows], about="import"
            )
            self.found[org.key] = [
                Listed(row.id, names[row.id], _bytes(row.phone_blind), row.joined_on)
                for row in rows
            ]
        return self.found[org.key]

    def put(self, one: Looks, row: BranchMember) -> None:
        """Keep the list as the row has left it."""
        roll = [listed for listed in self.of(one.org) if listed.id != row.id]
        roll.append(Listed(row.id, one.plain, _bytes(row.phone_blind), row.joined_on))
        self.found[one.org.key] = roll

    def like(self, one: Looks) -> tuple[Listed, str] | None:
        """Who on the branch's list has a name a slip away, and what else agrees."""
        for listed in self.of(one.org):
            if alike(listed.plain, one.plain):
                if one.phone and listed.phone == one.phone:
                    return listed, _("姓名相近，电话相同")
                if one.joined_on and listed.joined_on == one.joined_on:
                    return listed, _("姓名相近，入党日期相同")
        return None


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return bytes(value) if value is not None else None


def alike(one: str, other: str) -> bool:
    """Whether two names are one but for a remark in brackets, gaps, one character, or two exchanged."""
    a, b = _EXTRA.sub("", one), _EXTRA.sub("", other)
    if a == b:
        return True
    if not a or not b or abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 2:
        return False
    if len(a) != len(b):
        short, long = sorted((a, b), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    if sorted(a) == sorted(b):
        return True
    differing = [at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    # Of a name of two characters a slip in the surname leaves too little.
    return len(differing) == 1 and (len(a) > 2 or differing != [0])


@dataclass(frozen=True, slots=True)
class Match:
    """``row`` is meant for certain where ``why`` is empty; otherwise it may be, because of ``why``. ``must``: the
    row is nobody else's."""

    row: BranchMember
    why: str = ""
    must: bool = False


def find(actor: Actor, rolls: Rolls, one: Looks) -> Match | None:
    """The member whom a row means or may mean, among those the actor sees; None for somebody new."""
    current = _current(actor)
    if one.number and (held := current.filter(id_blind=one.number).first()):
        here = held.org_key == one.org.key
        return Match(held) if here else Match(held, _("身份证号相同"), must=True)
    named = list(current.filter(name_blind=one.name).order_by("valid_from", "id"))
    if (mine := _first(named, lambda row: row.org_key == one.org.key)) is not None:
        return _same_name(mine, one)
    doubts = _doubts(current, rolls, one, named)
    return next((Match(held, why) for held, why in doubts if held is not None), None)


def _current(actor: Actor) -> QuerySet[BranchMember]:
    return branches.visible_members(actor).filter(valid_to=None).defer(None).defer("name", "phone")


def _doubts(
    current: QuerySet[BranchMember], rolls: Rolls, one: Looks, named: list[BranchMember]
) -> Iterator[tuple[BranchMember | None, str]]:
    """Who may be meant, and why; the strongest reason first."""
    if one.meant:
        slip = current.filter(id_blind__in=one.meant).first()
        yield slip, _("身份证号校验位不对，只差一位或两位写反")
    if one.phone:
        yield _first(named, lambda row: _bytes(row.phone_blind) == one.phone), _("姓名和电话相同")
    if (like := rolls.like(one)) is not None:
        yield current.filter(id=like[0].id).first(), like[1]
    if one.joined_on:
        same_day = _first(named, lambda row: row.joined_on == one.joined_on)
        yield same_day, _("姓名和入党日期相同")


def _first(rows: list[BranchMember], fits: Callable[[BranchMember], bool]) -> BranchMember | None:
    return next((row for row in rows if fits(row)), None)


def _same_name(mine: BranchMember, one: Looks) -> Match | None:
    """Of one name on one list: the same, unless numbers or everything else speak against it."""
    number, phone = _bytes(mine.id_blind), _bytes(mine.phone_blind)
    if number and one.number and number != one.number:
        return Match(mine, _("姓名相同，身份证号不同"))
    other_phone = phone and one.phone and phone != one.phone
    other_day = mine.joined_on and one.joined_on and mine.joined_on != one.joined_on
    if other_phone and other_day:
        return Match(mine, _("姓名相同，电话和入党日期都不同"))
    return Match(mine)


def plainly_new(actor: Actor, rolls: Rolls, every: Sequence[Looks]) -> list[bool]:
    """Which rows mean nobody on any list, and nobody of whom an earlier row of ``every`` tells; by two statements
    and one for each branch."""
    current = _current(actor)
    names = current.filter(name_blind__in={one.name for one in every})
    told_names = {bytes(name) for name in names.values_list("name_blind", flat=True)}
    numbers = {one.number for one in every if one.number}
    marks = current.filter(id_blind__in=numbers).values_list("id_blind", flat=True)
    told_numbers = {bytes(mark or b"") for mark in marks}
    earlier = Rolls(actor, {})
    found = []
    for one in every:
        earlier.found.setdefault(one.org.key, [])
        fresh = (
            not one.meant and one.name not in told_names and one.number not in told_numbers
            and rolls.like(one) is None and earlier.like(one) is None
        )  # fmt: skip
        found.append(fresh)
        told_names.add(one.name)
        if one.number:
            told_numbers.add(one.number)
        earlier.found[one.org.key].append(Listed(UUID(int=0), one.plain, one.phone, one.joined_on))
    return found


def residents(every: Sequence[Looks], plain: Sequence[dict[str, Any]]) -> list[UUID | None]:
    """The residents' register's own entry for each, where the number, or name and telephone in the branch's village,
    say so. By two statements."""
    current = Person.objects.filter(valid_to=None)
    numbers = current.filter(id_blind__in=[one.number for one in every if one.number])
    by_number = {bytes(mark or b""): pk for mark, pk in numbers.values_list("id_blind", "id")}
    phones = current.filter(phone_blind__in=[one.phone for one in every if one.phone])
    near = phones.filter(selectors.within_any({one.org.place_code for one in every}))
    by_phone = {
        (bytes(name), bytes(phone or b"")): pk
        for name, phone, pk in near.values_list("name_blind", "phone_blind", "id")
    }
    return [
        by_number.get(one.number or b"")
        or by_phone.get((crypto.blind("person.name", values["name"]), one.phone or b""))
        for one, values in zip(every, plain, strict=True)
    ]
