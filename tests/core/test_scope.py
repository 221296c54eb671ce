"""What a transaction sees: the scope, its nesting and its end; ranges of any shape."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import COUNTY, GRID, OTHER_VILLAGE, VILLAGE
from zhijin.core import clock, facts
from zhijin.core.actor import EVERYTHING, Actor, Grant, _merged
from zhijin.core.ids import line_span, place_key, place_span, uuid7
from zhijin.core.models import Fact
from zhijin.core.scope import multirange, scope_q, scoped

ranges = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 300)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=12,
)


def over(*codes: str) -> Actor:
    grants = tuple(Grant("village_staff", code, *place_span(code)) for code in codes)
    return Actor("account", "a", "甲", grants)


@given(ranges, st.integers(-5, 2400))
def test_merging_keeps_exactly_the_members(parts, key):
    merged = _merged(parts)
    assert any(lo <= key < hi for lo, hi in merged) == any(lo <= key < hi for lo, hi in parts)
    edges = [edge for pair in merged for edge in pair]
    assert edges == sorted(set(edges)), "sorted, apart, none empty"


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(parts=ranges, key=st.integers(-5, 2400))
def test_postgresql_reads_a_multirange_as_we_do(parts, key):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::bigint <@ nullif(%s, '')::int8multirange", [key, multirange(_merged(parts))]
        )
        assert cursor.fetchone() == (any(lo <= key < hi for lo, hi in parts),)


@pytest.mark.parametrize("role", ["system_admin", "security_officer", "auditor"])
def test_an_administrator_sees_nothing_whatever_the_grant_says(role):
    actor = Actor("account", "a", "甲", (Grant(role, COUNTY, *place_span(COUNTY)),))
    assert actor.scope.places == ()
    assert actor.permissions


def test_lines_and_organisations_open_no_place():
    line = Grant("department_officer", COUNTY, *place_span(COUNTY), line=line_span(101, COUNTY))
    plant = Grant("plant_manager", COUNTY, *place_span(COUNTY), org_key=7)
    scope = Actor("account", "a", "甲", (line, plant)).scope
    assert (scope.places, scope.orgs) == ((), ((7, 8),))
    assert scope.lines == (line_span(101, COUNTY),)


def test_a_permission_holds_where_the_role_is_held():
    actor = Actor("account", "a", "甲", (Grant("grid_worker", GRID, *place_span(GRID)),))
    assert actor.can("case.act", place_key(GRID))
    assert not actor.can("case.act", place_key(VILLAGE))
    assert not actor.can("case.approve", place_key(GRID))
    assert actor.roles_at(place_key(OTHER_VILLAGE)) == frozenset()
    assert Actor.system("x").scope == EVERYTHING


# -- in the database ------------------------------------------------------------------------


def note(code: str) -> str:
    """A fact at a place; returns its record."""
    record = f"test:{uuid7()}"
    with scoped(Actor.system("test")):
        facts.record(
            "test.happened", at=clock.now(), place_code=code, subject="test", record=record,
            actor=Actor.system("test"),
        )  # fmt: skip
    return record


def seen(actor: Actor | None = None) -> set[str]:
    """Records visible by a direct query, without any condition."""
    if actor is None:
        return set(Fact.objects.values_list("record", flat=True))
    with scoped(actor):
        return set(Fact.objects.values_list("record", flat=True))


@pytest.fixture
def rows(db):
    return SimpleNamespace(here=note(VILLAGE), grid=note(GRID), there=note(OTHER_VILLAGE))


def test_a_direct_query_sees_the_scope_and_no_more(rows):
    assert seen(over(VILLAGE)) == {rows.here, rows.grid}
    assert seen(over(GRID)) == {rows.grid}
    assert seen(over(VILLAGE, OTHER_VILLAGE)) == {rows.here, rows.grid, rows.there}
    assert seen(Actor.resident()) == set()
    assert seen(Actor.system("x")) == {rows.here, rows.grid, rows.there}


def test_without_a_scope_nothing_is_seen(rows):
    assert seen() == set()


def test_the_scope_ends_with_its_block_even_inside_a_transaction(rows):
    with transaction.atomic():
        with scoped(over(VILLAGE)):
            assert seen() == {rows.here, rows.grid}
        assert seen() == set()


def test_a_nested_scope_gives_the_outer_one_back(rows):
    with scoped(over(GRID)):
        with scoped(Actor.system("intake")):
            assert len(seen()) == 3
        assert seen() == {rows.grid}


def test_a_refusal_caught_inside_leaves_the_outer_scope(rows):
    with scoped(over(GRID)):
        with pytest.raises(KeyError), transaction.atomic(), scoped(Actor.system("intake")):
            raise KeyError
        assert seen() == {rows.grid}


def test_a_lost_part_takes_its_scope_along(rows):
    """A service without a savepoint refused, its caller shows the refusal and goes on."""
    with scoped(over(GRID)):
        with scoped(Actor.system("service")):
            transaction.set_rollback(True)
        assert seen() == {rows.grid}
    assert seen() == set()


def test_the_explicit_filter_says_the_same_as_row_level_security(rows):
    actor = over(VILLAGE)
    with scoped(Actor.system("x")):
        told = set(
            Fact.objects.filter(scope_q(actor, "place_key")).values_list("record", flat=True)
        )
    assert told == seen(actor)
    with scoped(Actor.system("x")):
        assert not Fact.objects.filter(scope_q(Actor.resident(), "place_key")).exists()


@pytest.mark.django_db(transaction=True)
def test_no_setting_outlives_its_transaction_on_the_connection():
    note(VILLAGE)
    with scoped(Actor.system("x")):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.scope', true), count(*) FROM core_fact")
        assert cursor.fetchone() == ("", 0)
