"""Fourteen and eighteen are reached as the birthday begins in China; a year alone protects until it is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import GRID
from tests.orgs.conftest import SYSTEM, places, refusing, register
from zhijin.activities.service import teams
from zhijin.core import clock, crypto, identifiers
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.ledger.points import holders
from zhijin.people import ages, branches, households, revealing, services
from zhijin.people.branches import MemberDraft
from zhijin.people.models import Person

__all__ = ["places"]
HOW = "2026-03-01 监护人书面同意"
BORN = date(2008, 11, 27)
#: In China the birthday begins while it is still the day before in UTC.
EVE = datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
BIRTHDAY = EVE + timedelta(seconds=1)


def number(born: date, last: str = "002") -> str:
    body = f"110105{born:%Y%m%d}{last}"
    return body + identifiers.id_card_check(body)


def draft(year: int | None, given_: str = "") -> Person:
    sealed = crypto.seal("person.id_number", given_) if given_ else None
    return Person(birth_year=year, id_number=sealed, name_masked="罗**")


def resident(name: str = "罗立夏", born: date = BORN, *, known: bool = True, **more: Any) -> Person:
    values = {"id_number": number(born)} if known else {"birth_year": born.year}
    with scoped(SYSTEM):
        return services.register_person(
            actor=SYSTEM, place_code=GRID, name=name, consents={"id_number": HOW}, **values, **more
        )


@given(st.dates(date(1900, 1, 1), date(2040, 12, 31)), st.integers(0, 20_000))
def test_with_a_number_the_answer_is_that_of_the_birthday(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    person, known = draft(born.year), draft(born.year, number(born))
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    for age in (14, 18):
        assert ages.reached(born, age, day) == (years >= age)
        assert ages.may_be_below(known, age, day) == ages.surely_below(known, age, day)
        assert ages.may_be_below(known, age, day) == (years < age)
        # Without one: young for the whole year in doubt, and never surely so in it.
        assert ages.may_be_below(person, age, day) == (day.year - born.year <= age)
        assert ages.surely_below(person, age, day) == (day.year - born.year < age)
        assert (
            ages.surely_below(person, age, day)
            <= (years < age)
            <= ages.may_be_below(person, age, day)
        )


@pytest.mark.parametrize(
    ("day", "reached"),
    [(date(2026, 2, 28), False), (date(2026, 3, 1), True), (date(2028, 2, 29), True)],
)
def test_a_leap_days_child_is_of_age_on_the_first_of_march(day: date, reached: bool) -> None:
    assert ages.reached(date(2008, 2, 29), 18, day) is reached


def test_nobody_is_young_of_whom_no_year_is_known() -> None:
    assert not ages.may_be_below(draft(None), 18)
    assert not ages.surely_below(draft(None), 18)


def test_a_number_that_contradicts_itself_or_the_year_tells_nothing() -> None:
    day, sound = date(2026, 12, 1), number(BORN)
    wrong = sound[:17] + ("0" if sound[17] != "0" else "1")
    other = number(date(2007, 1, 1))
    for given_ in (wrong, other):
        person = draft(2008, given_)
        assert ages.may_be_below(person, 18, day)
        assert not ages.surely_below(person, 18, day)


@pytest.mark.parametrize(("moment", "young"), [(EVE, True), (BIRTHDAY, False)])
def test_eighteen_begins_with_the_birthday_in_china(
    places: None, moment: datetime, young: bool
) -> None:
    """A second before midnight in Shanghai no points, no Party, no team without an adult; then all of it."""
    with clock.freeze(moment):
        home = _home()
        person = resident(household=home, relation="户主")
        with scoped(SYSTEM):
            assert ages.may_be_below(person, 18) is young
            assert holders.of_household(home, clock.today()).minor is young
        team = _team()
        if not young:
            _join(team, person)
            _change(person, party="member")
            return
        with refusing() as caught:
            _join(team, person)
        assert caught.value.id == "AV108"
        with refusing() as caught:
            _change(person, party="member")
        assert caught.value.id == "PE027"


def _home() -> Any:
    with scoped(SYSTEM):
        return households.register_household(actor=SYSTEM, place_code=GRID, number="01-001")


def _team() -> Any:
    org = register("大耆老村党总支")
    with scoped(SYSTEM):
        return teams.found(actor=SYSTEM, org_key=org.key, name="南关小红")


def _join(team: Any, person: Person, **more: Any) -> Any:
    with scoped(SYSTEM):
        return teams.join_person(
            actor=SYSTEM, team_id=team.id, person_id=person.id, consent_how=HOW, **more
        )


def _change(person: Person, **values: Any) -> Person:
    with scoped(SYSTEM):
        return services.change_person(
            actor=SYSTEM, person_id=person.id, consents={"party": HOW}, **values
        )


def test_with_a_year_only_eighteen_is_reached_when_the_year_is_over(places: None) -> None:
    last = datetime(2026, 12, 31, 23, 59, tzinfo=clock.TZ)
    with clock.freeze(last):
        person = resident(known=False)
        assert ages.may_be_below(person, 18)
    with clock.freeze(last + timedelta(minutes=1)):
        assert not ages.may_be_below(person, 18)


def test_a_guardian_is_asked_until_the_fourteenth_birthday(places: None) -> None:
    born = date(2012, 11, 27)
    person = resident("王芒种", born)
    with scoped(SYSTEM):
        with clock.freeze(EVE), refusing() as caught:
            revealing.give_consent(
                actor=SYSTEM, person_id=person.id, purpose="notice", how="本人同意"
            )
        assert caught.value.id == "PE036"
        with clock.freeze(BIRTHDAY):
            revealing.give_consent(
                actor=SYSTEM, person_id=person.id, purpose="notice", how="本人同意"
            )


def test_who_turned_eighteen_this_year_signs_a_minor_up(places: None) -> None:
    home = _home()
    minor = resident("罗小满", date(2010, 5, 1), known=False, household=home, relation="子女")
    adult = resident(household=home, relation="户主")
    team = _team()
    for moment, there in ((EVE, []), (BIRTHDAY, [adult.id])):
        with clock.freeze(moment), scoped(SYSTEM):
            beside = teams.adults_beside(SYSTEM, [Person.objects.get(id=minor.id)])
        assert [pk for pk, _name in beside[minor.id]] == there
    with clock.freeze(BIRTHDAY):
        assert _join(team, minor, guardian_id=adult.id).guardian_id == adult.id


def test_a_branch_lists_nobody_before_the_birthday(places: None) -> None:
    person, org = resident(), register("大耆老村党支部")
    values = {"org_key": org.key, "draft": MemberDraft("罗立夏", HOW, person_id=person.id)}
    with scoped(SYSTEM):
        with clock.freeze(EVE), refusing() as caught:
            branches.enrol_member(actor=SYSTEM, **values)
        assert caught.value.id == "PE027"
        with clock.freeze(BIRTHDAY):
            assert branches.enrol_member(actor=SYSTEM, **values).person_id == person.id


def test_the_number_is_opened_in_the_year_in_doubt_only_and_that_is_journalled(
    places: None,
) -> None:
    person, old = resident(), resident("王老", date(1950, 1, 1))
    with scoped(SYSTEM):
        for one in (person, old):
            for year in (2025, 2027):
                ages.may_be_below(one, 18, date(year, 6, 1))
        assert not JournalEntry.objects.filter(action="person.age").exists()
        ages.may_be_below(person, 18, date(2026, 6, 1))
        (entry,) = JournalEntry.objects.filter(action="person.age")
    assert (entry.object, entry.detail) == (person.record, {"age": 18})
