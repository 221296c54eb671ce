"""Whether somebody is below an age on a day in China: by the day of birth where the number that is kept tells it, else
by the year.

The register keeps years. In the one year in which a year leaves it open, the sealed identity number is opened in memory
for a yes or no, and that stands in the journal; where there is none, whoever may be below counts as below until the
year is over. An age is reached as the birthday begins, for one born on 29 February on 1 March of common years
(Civil Code articles 17 and 1259; ADR 35).
"""

from __future__ import annotations

from datetime import date

from zhijin.core import clock, crypto, identifiers, journal
from zhijin.core.actor import Actor
from zhijin.people.models import Person

_READER = Actor.system("people.ages")


def may_be_below(person: Person, age: int, on: date | None = None) -> bool:
    """Whether they are, or without a day of birth may be, below ``age`` on ``on`` (today). Nobody is taken for young of
    whom no year is known."""
    return _below(person, age, on or clock.today(), doubt=True)


def surely_below(person: Person, age: int, on: date | None = None) -> bool:
    """Whether they are below ``age`` beyond doubt."""
    return _below(person, age, on or clock.today(), doubt=False)


def reached(born: date, age: int, on: date) -> bool:
    """Whether whoever was born on ``born`` is ``age`` on ``on``."""
    return (on.year - age, on.month, on.day) >= (born.year, born.month, born.day)


def _below(person: Person, age: int, on: date, *, doubt: bool) -> bool:
    if person.birth_year is None:
        return False
    years = on.year - person.birth_year
    if years != age:
        return years < age
    born = _born(person, age)
    return doubt if born is None else not reached(born, age, on)


def _born(person: Person, age: int) -> date | None:
    """The day of birth that a sound number tells; None without one. Journalled when a number was opened."""
    if not person.id_number:
        return None
    if not person._state.adding:
        journal.write(
            _READER, "person.age", person.record, place_key=person.place_key, detail={"age": age}
        )
    read = identifiers.read_id_card(crypto.unseal("person.id_number", person.id_number))
    same = isinstance(read, identifiers.IdCard) and read.birth.year == person.birth_year
    return read.birth if same and isinstance(read, identifiers.IdCard) else None
