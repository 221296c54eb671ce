"""What the app role can do by a direct query, without any of our code in between: next to nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction

from tests.cast import VILLAGE
from tests.core.test_scope import note
from zhijin.core import chores, clock, facts, journal, privileges
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
SYSTEM = Actor.system("test")


def refused(statement: str) -> str:
    """What PostgreSQL says to the app role, seeing everything."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        with pytest.raises(DatabaseError) as told, transaction.atomic():
            cursor.execute(statement)
        return str(told.value)


@pytest.mark.parametrize("table", ["core_fact", "core_journal", "core_journal_seal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET tx = tx", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"]
)
def test_what_was_written_stays(table, statement):
    note(VILLAGE)
    if table == "core_journal_seal":
        statement = statement.replace("tx = tx", "seq = seq")
    said = refused(statement.format(table))
    assert "permission denied" in said or "must be owner" in said


def test_even_the_owner_changes_no_fact():
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_journal (actor, action, object, actor_name, detail)"
            " VALUES ('system', 'x', 'y', '', '{}')"
        )
        for statement in ("UPDATE core_journal SET action = 'z'", "DELETE FROM core_journal"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic("owner"):
                cursor.execute(statement)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic("owner"):
            cursor.execute("TRUNCATE core_fact")


def test_parts_of_a_table_are_out_of_reach():
    month = f"core_fact_{clock.local(clock.now()):%Y%m}"
    assert "permission denied" in refused(f"SELECT * FROM {month}")
    assert "permission denied" in refused("SELECT * FROM core_fact_rest")
    assert "permission denied" in refused(f"DELETE FROM {month}")


def test_row_level_security_cannot_be_turned_off():
    note(VILLAGE)
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute("SET LOCAL row_security = off")
            with (
                pytest.raises(ProgrammingError, match="row-level security policy"),
                transaction.atomic(),
            ):
                cursor.execute("SELECT count(*) FROM core_fact")
        with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
            cursor.execute("ALTER TABLE core_fact DISABLE ROW LEVEL SECURITY")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SET LOCAL ROLE zhijin_owner")


def test_every_scoped_table_forces_its_policies():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relforcerowsecurity FROM pg_class WHERE relrowsecurity"
            " AND relnamespace = 'public'::regnamespace"
        )
        forced = dict(cursor.fetchall())
    assert forced["core_fact"]
    assert all(forced.values()), [name for name, on in forced.items() if not on]


def test_every_append_only_table_of_every_room_can_only_be_added_to():
    with connections["owner"].cursor() as cursor:
        rights = privileges.grant_app(cursor)
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE '%\\_append\\_only' AND NOT c.relispartition"
        )
        append_only = {name for (name,) in cursor.fetchall()}
        assert {"core_fact", "core_journal", "core_journal_seal"} <= append_only
        assert {rights[name] for name in append_only} == {"SELECT, INSERT"}
        for name in append_only:
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')",
                [privileges.app_role(), name],
            )
            assert cursor.fetchone() == (False,), name


def test_the_app_has_what_it_needs_and_nothing_with_a_wider_door():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND NOT has_table_privilege(c.oid, 'SELECT')"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND (has_table_privilege(c.oid, 'TRUNCATE, TRIGGER')"
            " OR c.relispartition AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE'))"
        )
        assert cursor.fetchall() == []


def test_grants_are_refused_to_nobody_twice():
    with connections["owner"].cursor() as cursor:
        assert privileges.grant_app(cursor, "zhijin_owner") == {}
        assert privileges.grant_app(cursor, "no_such_role") == {}


# -- partitions -----------------------------------------------------------------------------


def test_coming_months_get_their_partitions_through_the_owners_function():
    with connection.cursor() as cursor:
        assert chores.make_partitions() == 0, "these months are there from the beginning"
        cursor.execute("SELECT core_fact_partitions('2030-11-15', 3)")
        assert cursor.fetchone() == (3,)
        cursor.execute("SELECT core_fact_partitions('2030-11-15', 3)")
        assert cursor.fetchone() == (0,)
    assert "permission denied" in refused("SELECT * FROM core_fact_203012")
    with scoped(SYSTEM), connection.cursor() as cursor:
        at = datetime(2030, 12, 31, 15, 59, tzinfo=UTC)
        facts.record("test.x", at=at, place_code=VILLAGE, subject="s", actor=SYSTEM, record="r:1")
        cursor.execute("SELECT tableoid::regclass::text FROM core_fact WHERE record = 'r:1'")
        assert cursor.fetchone() == ("core_fact_203012",), "months are China's"


@pytest.mark.parametrize(("first", "months"), [(date(2026, 1, 1), 37), (date(1990, 1, 1), 1)])
def test_the_function_makes_no_nonsense(first, months):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="out of range"):
        cursor.execute("SELECT core_fact_partitions(%s, %s)", [first, months])


# -- facts ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        facts.record("x", at=clock.now(), place_code=VILLAGE, subject="s", actor=SYSTEM, record="r")


def test_many_facts_are_copied_as_the_app_role():
    rows = [
        facts.NewFact("test.bulk", clock.now(), VILLAGE, "s", "system:test", f"r:{n}", value=n)
        for n in range(500)
    ]
    with scoped(SYSTEM), connection.cursor() as cursor:
        assert facts.record_many(rows) == 500
        assert facts.record_many(rows[:3]) == 3
        cursor.execute("SELECT count(*), sum(value) FROM core_fact WHERE kind = 'test.bulk'")
        assert cursor.fetchone() == (503, 499 * 250 + 3)


def test_the_journal_is_written_and_read_without_a_scope():
    journal.write(SYSTEM, "test.did", "test:1", detail={"why": "because", "at": clock.now()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, detail->>'why' FROM core_journal WHERE object = 'test:1'")
        assert cursor.fetchone() == ("system:test", "because")


#: The journal is read by a permission, not by place: the auditor has no place.
OPEN = {"core_journal"}


def test_every_table_that_stands_at_a_place_has_its_policies():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'place_key' AND c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT c.relrowsecurity"
        )
        bare = {name for (name,) in cursor.fetchall()} - OPEN
    assert not bare, f"core.rls.enable(...) in a migration, or say here why not: {sorted(bare)}"


def test_functions_with_the_owners_rights_find_nothing_planted():
    """SECURITY DEFINER with a search path of the caller's would run the caller's code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.prosecdef"
            " AND p.pronamespace = 'public'::regnamespace AND NOT EXISTS"
            " (SELECT FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%%')"
        )
        assert cursor.fetchall() == []
