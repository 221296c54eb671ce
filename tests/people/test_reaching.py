"""Whom a short message may reach, and that their telephone is read one by one, for a reason, and written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cases.conftest import ground
from tests.cast import COUNTY, GRID, OTHER_VILLAGE, VILLAGE
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people.models import Consent, Person

__all__ = ["ground"]
pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def resident(consents: str = "notice phone", place: str = GRID, **more: Any) -> Person:
    """Also one of the time when a telephone was kept without asking: the consent is taken away again."""
    values = {"name": "王秀英", "phone": "13912345678", **more}
    given = consents.split()
    with scoped(SYSTEM):
        person = people.register_person(
            actor=SYSTEM,
            place_code=place,
            consents=dict.fromkeys({*given, "phone"}, "监护人当面签字"),
            **values,
        )
        Consent.objects.filter(person=person).exclude(purpose__in=given).delete()
    return person


def reached(*places: str, actor: Actor = SYSTEM) -> set[Any]:
    with scoped(actor):
        return {one.id for one in people.reachable(actor, places)}


def number(person: Person, actor: Actor = SYSTEM) -> str:
    with scoped(actor):
        return people.number_for_notice(actor=actor, person_id=person.id, record="broadcast:1")


def looks() -> list[JournalEntry]:
    with scoped(SYSTEM):
        return list(JournalEntry.objects.filter(action="person.reveal"))


@pytest.mark.parametrize("consents", ["", "notice", "phone", "notice id_number", "party phone"])
def test_both_consents_are_needed_each_for_itself(ground, cast, consents):
    person = resident(consents)
    assert reached(VILLAGE) == set()
    assert number(person) == ""
    assert looks() == []


@pytest.mark.parametrize("purpose", ["notice", "phone"])
def test_one_taken_back_is_enough(ground, cast, purpose):
    person = resident()
    assert reached(VILLAGE) == {person.id}
    with scoped(SYSTEM):
        people.withdraw_consent(actor=SYSTEM, person_id=person.id, purpose=purpose)
    assert reached(VILLAGE) == set()
    assert number(person) == ""
    with scoped(SYSTEM):
        people.give_consent(actor=SYSTEM, person_id=person.id, purpose=purpose, how="又同意")
    # The telephone itself rested on its consent and is gone.
    assert bool(reached(VILLAGE)) == (purpose == "notice")


@pytest.mark.parametrize(
    ("age", "meant"), [(9, False), (13, False), (14, False), (15, True), (70, True)]
)
def test_children_are_left_out_by_the_year_alone(ground, cast, age, meant):
    person = resident(birth_year=clock.today().year - age)
    assert (person.id in reached(VILLAGE)) == meant
    assert bool(number(person)) == meant


def test_whoever_left_or_has_no_telephone_is_left_out(ground, cast):
    gone, mute = resident(), resident(phone="")
    with scoped(SYSTEM):
        people.leave(actor=SYSTEM, person_id=gone.id, on=clock.today() - timedelta(days=1))
    assert reached(VILLAGE) == set()
    assert (number(gone), number(mute)) == ("", "")


def test_places_hold_what_lies_below_them_and_nothing_else(ground, cast):
    here, there = resident(), resident(place=OTHER_VILLAGE)
    assert reached(GRID) == {here.id}
    assert reached(VILLAGE) == {here.id}
    assert reached(OTHER_VILLAGE) == {there.id}
    assert reached(COUNTY) == {here.id}
    assert reached(GRID, OTHER_VILLAGE) == {here.id, there.id}
    assert reached() == set()


def test_every_look_is_written_down_with_what_it_was_for(ground, cast):
    person = resident()
    assert number(person) == "13912345678"
    assert number(person) == "13912345678"
    found = looks()
    assert [one.object for one in found] == [person.record] * 2
    assert found[0].detail == {"fields": ["phone"], "purpose": "notice", "reason": "broadcast:1"}
    assert "13912345678" not in str(found[0].detail)


def test_people_read_it_only_with_the_right_and_only_at_their_place(ground, cast):
    person = resident()
    with pytest.raises(Refusal) as caught:
        number(person, cast.branch_secretary.actor)
    assert caught.value.id == "CO403"
    assert looks() == []
    assert number(person, cast.township_officer.actor) == "13912345678"
    assert number(person, cast.outsider.actor) == ""
    assert reached(VILLAGE, actor=cast.outsider.actor) == set()


def test_the_list_brings_no_sealed_value_along(ground, cast, django_assert_num_queries):
    resident()
    with scoped(SYSTEM), django_assert_num_queries(1):
        (found,) = list(people.reachable(SYSTEM, [VILLAGE]))
        assert "phone" in found.get_deferred_fields()
        assert "name" in found.get_deferred_fields()
