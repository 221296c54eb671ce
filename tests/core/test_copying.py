"""Rows written in bulk: the same values, the same policies and the same refusals as one by one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import GRID, OTHER_VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, places
from zhijin.core import copying
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.people.models import Household

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
#: Whatever a cell may hold but the one character that PostgreSQL has no text for.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=32)


def homes(number: int, place: str = GRID) -> list[Household]:
    return [
        Household(place_code=place, place_key=place_key(place), number=f"n{at}")
        for at in range(number)
    ]


@pytest.mark.parametrize("number", [1, copying.FEW - 1, copying.FEW, 300])
def test_few_and_many_are_all_there(number: int) -> None:
    with scoped(SYSTEM):
        assert copying.save(homes(number)) == number
        assert Household.objects.count() == number


def test_none_are_none(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert copying.save([]) == 0


def test_how_many_they_are_costs_no_more_statements(django_assert_num_queries) -> None:
    for number, place in ((copying.FEW, GRID), (500, OTHER_VILLAGE)):
        with scoped(SYSTEM), django_assert_num_queries(4):
            copying.save(homes(number, place))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            TEXT, TEXT, st.none() | st.binary(max_size=40), st.none() | st.floats(-180, 180),
            st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)), st.booleans(),
        ),
        min_size=copying.FEW, max_size=copying.FEW + 4,
    )
)  # fmt: skip
def test_every_value_comes_back_as_it_was(told) -> None:
    rows = [
        Household(
            place_code=GRID, place_key=place_key(GRID), number=number, head_masked=head, address=address,
            lon=lon, valid_to=day, simulated=simulated, twin=True,
        )
        for number, head, address, lon, day, simulated in told
    ]  # fmt: skip
    with scoped(SYSTEM):
        copying.save(rows)
        back = Household.objects.in_bulk([row.id for row in rows])
        for row in rows:
            found = back[row.id]
            assert (found.number, found.head_masked, found.lon) == (
                row.number,
                row.head_masked,
                row.lon,
            )
            assert (found.valid_to, found.simulated) == (row.valid_to, row.simulated)
            assert (found.address and bytes(found.address)) == row.address


def test_the_policies_hold_for_every_row(cast: Cast) -> None:
    actor = cast.grid_worker.actor
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(actor):
        copying.save(homes(60, OTHER_VILLAGE))
    with scoped(SYSTEM):
        assert not Household.objects.exists()


def test_one_that_is_there_already_is_refused_and_nothing_is_left() -> None:
    rows = homes(60)
    rows[59].id = rows[3].id
    with scoped(SYSTEM):
        with pytest.raises(IntegrityError), transaction.atomic():
            copying.save(rows)
        assert not Household.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'bulk_people_household'")
            assert cursor.fetchone() == (0,)
