"""Many residents at once, as a table brings them: the same checks, journal rows and facts as one by one.

One resident alone takes a dozen statements; a thousand together take about as many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhijin.core import clock, copying, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import uuid7
from zhijin.people import households, selectors, services
from zhijin.people.models import Consent, Household, Membership, Person

#: A household by its village and number.
Key = tuple[str, str]
Known = Sequence[tuple[Person, "Newcomer"]]


@dataclass(frozen=True)
class Newcomer:
    """One to be registered. ``household``: the number of one in the same village, or empty; ``group``: the code of its
    villagers' group, or empty."""

    place_code: str
    name: str
    household: str
    relation: str
    address: str
    consents: Mapping[str, str]
    values: Mapping[str, Any]
    group: str = ""

    @property
    def home(self) -> Key:
        return self.place_code[:12], self.household


def homes_of(keys: Iterable[Key]) -> dict[Key, Household]:
    """The households of these keys that there are, within the transaction's scope, by one statement.

    Locked, so that none of them ends or moves while people are put into it.
    """
    wanted = set(keys)
    rows = Household.objects.select_for_update(no_key=True).filter(
        selectors.within_any({village for village, _number in wanted}),
        number__in={number for _village, number in wanted}, valid_to=None,
    ).order_by("id")  # fmt: skip
    found = {(row.place_code[:12], row.number): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


@transaction.atomic(savepoint=False)
def register_people(
    *, actor: Actor, newcomers: Sequence[Newcomer], homes: Mapping[Key, Household]
) -> dict[Key, Household]:
    """Register everybody, and the households that ``homes`` does not hold; gives those new ones.

    None may be registered already. Raises CO403, PL001, PE003–PE007, PE010, PE011, PE013, and IntegrityError
    where an identity number is registered already; then nobody is registered.
    """
    for code in {one.place_code for one in newcomers}:
        services.may_edit(actor, code)
    new = _new_homes(newcomers, homes)
    people = [
        services.drafted(one.place_code, one.name, one.consents, one.values, look=False)
        for one in newcomers
    ]
    copying.save(list(new.values()))
    copying.save(people)
    known = list(zip(people, newcomers, strict=True))
    _agree(known)
    _move_in(known, new, homes)
    _tell(actor, {
        "household.registered": [(f"household:{h.id}", h) for h in new.values()],
        "person.registered": [(person.record, person) for person in people],
    })  # fmt: skip
    return new


def _agree(known: Known) -> None:
    """Their consents. As lines: a model of each would take longer to make than all the rest to write."""
    now = clock.now()
    columns = ("id", "person_id", "place_key", "purpose", "how", "given_at")
    copying.insert(Consent, columns, [
        (uuid7(), person.id, person.place_key, purpose, how[:120], now)
        for person, one in known
        for purpose, how in one.consents.items()
    ])  # fmt: skip


def _move_in(known: Known, new: Mapping[Key, Household], homes: Mapping[Key, Household]) -> None:
    columns = ("id", "household_id", "person_id", "place_key", "relation", "valid_from")
    copying.insert(Membership, columns, [
        (uuid7(), home.id, person.id, home.place_key, one.relation, person.valid_from)
        for person, one in known
        if one.household and (home := new.get(one.home) or homes[one.home])
    ])  # fmt: skip


def _new_homes(
    newcomers: Sequence[Newcomer], homes: Mapping[Key, Household]
) -> dict[Key, Household]:
    """Drafts of the households that nobody has yet; each stands where its first member's row says."""
    new: dict[Key, Household] = {}
    for one in newcomers:
        if one.household and one.home not in homes and one.home not in new:
            head = one.name if one.relation in services.HEADS else ""
            new[one.home] = households.drafted(one.place_code, one.household, one.address, head)
        if one.home in new and not new[one.home].group_code:
            new[one.home].group_code = one.group
    return new


def _tell(actor: Actor, made: Mapping[str, Sequence[tuple[str, Household | Person]]]) -> None:
    """What was made of each kind: an entry of the journal and a fact for every one."""
    now = clock.now()
    for kind, rows in made.items():
        if rows:
            journal.write_many(actor, kind, [(record, row.place_key) for record, row in rows])
    facts.record_many(
        NewFact(kind, now, row.place_code, record, actor.label, record)
        for kind, rows in made.items()
        for record, row in rows
    )
