"""A household's number stands once in a village, whoever registers, imports or moves at the same moment."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connections

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, places, refusing
from tests.people.test_bulk import line, one_by_one, take
from tests.people.test_homes import fresh, home, where
from tests.people.test_people import register
from tests.support.racing import overtaken
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.people import households, moving
from zhijin.people.models import Household

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")


def numbered(number: str = "007") -> list[str]:
    """Where the households of a number stand that have not ended."""
    with scoped(SYSTEM):
        rows = Household.objects.filter(number=number, valid_to=None)
        return sorted(rows.values_list("place_code", flat=True))


def moved(row: Household, place_code: str) -> Household:
    with scoped(SYSTEM):
        return households.place_household(
            actor=SYSTEM, household_id=row.id, place_code=place_code
        )  # fmt: skip


def ended(row: Household) -> Household:
    with scoped(SYSTEM):
        return households.end_household(actor=SYSTEM, household_id=row.id)


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_at_one_moment_the_second_is_refused() -> None:
    got = overtaken(lambda: home("007"), lambda: home("007", VILLAGE))
    assert got == "PE013"
    assert numbered() == [GRID]


@pytest.mark.django_db(transaction=True)
def test_numbers_of_two_villages_do_not_meet() -> None:
    got = overtaken(lambda: home("007"), lambda: home("007", OTHER_VILLAGE))
    assert isinstance(got, Household)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_imported_at_that_moment_lives_in_the_household_that_is_there(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cast.township_officer.actor
    got = overtaken(lambda: home("000"), lambda: take(cast, [line(0), line(1), line(2)]))
    assert [got.done[row.number] for row in got.rows] == ["added"] * 3  # type: ignore[attr-defined]
    assert (numbered("000"), numbered("001")) == ([GRID], [GRID])
    with scoped(SYSTEM):
        assert Household.objects.get(number="000").memberships.count() == 2
    one_by_one(monkeypatch)
    got = overtaken(lambda: home("002"), lambda: take(cast, [line(4), line(5)]))
    assert [got.done[row.number] for row in got.rows] == ["added"] * 2  # type: ignore[attr-defined]
    assert numbered("002") == [GRID]


@pytest.mark.django_db
def test_a_number_out_of_the_clerks_sight_is_refused_row_by_row(cast: Cast) -> None:
    with scoped(SYSTEM):
        # Its key lies in a far county, as of a row that somebody else's scope alone shows.
        Household.objects.create(place_code=GRID, place_key=place_key(OTHER_VILLAGE), number="000")
    outcome = take(cast, [line(0), line(1), line(2)])
    assert (outcome.saved, outcome.refused) == (1, 2)
    told = [one for one in outcome.findings if one.level == "error"]
    assert [(one.row, one.id) for one in told] == [(2, "PE013"), (3, "PE013")]
    assert "村内不能重复" in told[0].message


@pytest.mark.django_db
def test_a_household_does_not_move_to_where_its_number_is_taken() -> None:
    row, there = home("007"), home("007", OTHER_VILLAGE)
    with refusing() as caught:
        moved(row, OTHER_VILLAGE)
    assert caught.value.id == "PE013"
    assert numbered() == sorted([GRID, OTHER_VILLAGE])
    ended(there)
    assert moved(row, OTHER_VILLAGE).place_code == OTHER_VILLAGE


@pytest.mark.django_db(transaction=True)
def test_of_two_that_move_to_one_village_at_one_moment_one_stays() -> None:
    one = home("007")
    got = overtaken(lambda: moved(one, OTHER_VILLAGE), lambda: home("007", OTHER_VILLAGE))
    assert got == "PE013"
    assert numbered() == [OTHER_VILLAGE]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_put_into_a_household_that_is_closed_at_that_moment(cast: Cast) -> None:
    row = home("007")
    assert overtaken(lambda: ended(row), lambda: register("罗立夏", household=row)) == "PE002"
    assert cast.township_officer.actor
    other = home("000")
    got = overtaken(lambda: ended(other), lambda: take(cast, [line(0)]))
    assert got.saved == 1  # type: ignore[attr-defined]
    with scoped(SYSTEM):
        assert not other.memberships.exists()
        assert Household.objects.get(number="000", valid_to=None).memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_moves_in_lives_where_the_household_was_given_at_that_moment() -> None:
    row, person = home("007", VILLAGE), register("罗立夏")

    def move() -> None:
        with scoped(SYSTEM):
            moving.move_person(actor=SYSTEM, person_id=person.id, household=row)

    overtaken(lambda: moved(row, GRID), move)
    assert where(person) == [("007", "", True)]
    assert fresh(person).place_code == GRID


# -- numbers that an older database holds twice ---------------------------------------------------


def planted(*codes: str, **more: Any) -> list[Household]:
    """Households of number 007 as an older release let them be registered, in this order."""
    with scoped(SYSTEM):
        return [
            Household.objects.create(
                place_code=code, place_key=place_key(code), number="007", twin=at > 0, **more
            )
            for at, code in enumerate(codes)
        ]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_older_database_that_holds_a_number_twice_is_brought_up_to_date() -> None:
    migration = import_module("zhijin.people.migrations.0013_household_number")
    constraint = Household._meta.constraints[0]
    owner = connections["owner"]
    with owner.schema_editor() as editor:
        editor.remove_constraint(Household, constraint)
    try:
        with scoped(SYSTEM):
            rows = [
                Household.objects.create(place_code=code, place_key=place_key(code), number="007")
                for code in (GRID, VILLAGE, GRID, OTHER_VILLAGE)
            ]
        with owner.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(migration.TWINS)
            cursor.execute("COMMIT")
    finally:
        with owner.schema_editor() as editor:
            editor.add_constraint(Household, constraint)
    assert [fresh(row).twin for row in rows] == [False, True, True, False]
    with pytest.raises(IntegrityError), scoped(SYSTEM):
        Household.objects.create(place_code=GRID, place_key=place_key(GRID), number="007")


@pytest.mark.django_db
def test_of_a_number_that_was_there_twice_no_third_is_made() -> None:
    first, second = planted(GRID, VILLAGE)
    with refusing() as caught:
        home("007")
    assert caught.value.id == "PE013"
    ended(first)
    assert not fresh(second).twin, "the number is its own now"
    with refusing() as caught:
        home("007")
    ended(second)
    assert home("007").number == "007"


@pytest.mark.django_db
def test_one_of_two_with_the_same_number_moves_to_a_village_of_its_own() -> None:
    first, second = planted(GRID, VILLAGE)
    assert not moved(second, OTHER_VILLAGE).twin
    with refusing() as caught:
        home("007", OTHER_VILLAGE)
    assert caught.value.id == "PE013"
    assert fresh(first).valid_to is None
