"""The statements of the busiest paths: in Django's transaction, prepared by the server, counted by tests."""

from __future__ import annotations

import time
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql import base
from django.db.transaction import TransactionManagementError

from zhijin.core.statements import send

KEY = 'INSERT INTO core_rate_window (key, "window", count, ends) VALUES (%s, 1, 1, 1)'
COUNT = "SELECT count(*) FROM core_rate_window WHERE key = %s"


def _kept(key: str) -> int:
    return int(send(COUNT, [key]).fetchone()[0])


@pytest.mark.django_db
def test_it_gives_rows_and_takes_values_of_every_kind():
    number, text, truth = send(
        "SELECT %s::bigint, %s::text, %s::bool", [7, "网格", True]
    ).fetchone()
    assert (number, text, truth) == (7, "网格", True)
    assert send("SELECT 1 WHERE 5 = ANY(%s)", [[1, 5]]).fetchall() == [(1,)]
    assert send("SELECT %s::text", [None]).fetchone() == (None,)


@pytest.mark.django_db(transaction=True)
def test_it_stands_and_falls_with_the_transaction_of_django():
    with transaction.atomic():
        send(KEY, ["lost"])
        assert _kept("lost") == 1
        transaction.set_rollback(True)
    assert _kept("lost") == 0
    with transaction.atomic():
        send(KEY, ["kept"])
    assert _kept("kept") == 1
    send(KEY, ["alone"])
    connection.close()
    assert _kept("alone") == 1


@pytest.mark.django_db(transaction=True)
def test_the_server_plans_a_statement_once():
    text = f"SELECT %s::text || '{uuid4()}'"
    for n in range(3):
        send(text, [str(n)])
    prepared = send("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [
        "%" + text[-38:-1] + "%"
    ])  # fmt: skip
    assert prepared.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_cannot_prepare_is_respected():
    connection.ensure_connection()
    assert connection.connection.prepare_threshold == 5
    connection.connection.prepare_threshold = None
    before = send("SELECT count(*) FROM pg_prepared_statements").fetchone()
    send("SELECT 'once more'")
    assert send("SELECT count(*) FROM pg_prepared_statements").fetchone() == before
    connection.close()


@pytest.mark.django_db
def test_whoever_counts_statements_counts_these(django_assert_num_queries):
    with django_assert_num_queries(2):
        send(KEY, ["counted"])
        assert _kept("counted") == 1


@pytest.mark.django_db
def test_whoever_wraps_statements_sees_these():
    seen: list[str] = []

    def look(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        send(KEY, ["wrapped"])
    assert seen == [KEY]


@pytest.mark.django_db
def test_errors_are_those_of_django():
    with transaction.atomic():
        send(KEY, ["twice"])
    with pytest.raises(IntegrityError), transaction.atomic():
        send(KEY, ["twice"])
    assert _kept("twice") == 1


@pytest.mark.django_db
def test_a_transaction_that_is_lost_takes_no_more_statements():
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            send("INSERT INTO core_rate_window (key) VALUES (NULL)")
        with pytest.raises(TransactionManagementError):
            send(KEY, ["never"])
        transaction.set_rollback(True)


def _begin_request() -> None:
    """What Django notes about a kept connection at the start of a request."""
    connection.health_check_enabled, connection.health_check_done = True, False


class TestKeptConnection:
    """What is found out at a request's start about a connection that lay idle."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_an_idle_one_is_used_again_without_asking(self, django_assert_num_queries):
        send("SELECT 1")
        server = connection.connection
        with django_assert_num_queries(0):
            assert connection.is_usable()
        _begin_request()
        send("SELECT 1")
        assert connection.connection is server

    def test_one_that_the_server_ended_is_replaced_before_the_first_statement(self):
        (backend,) = send("SELECT pg_backend_pid()").fetchone()
        told = connection.settings_dict
        with psycopg.connect(
            host=told["HOST"], port=told["PORT"], user=told["USER"], password=told["PASSWORD"],
            dbname=told["NAME"],
        ) as other:  # fmt: skip
            assert connection.is_usable()
            other.execute("SELECT pg_terminate_backend(%s)", [backend])
        deadline = time.monotonic() + 120
        while connection.is_usable() and time.monotonic() < deadline:
            time.sleep(0.01)
        _begin_request()
        (fresh,) = send("SELECT pg_backend_pid()").fetchone()
        assert fresh != backend

    def test_after_an_error_the_server_itself_is_asked(self, monkeypatch):
        send("SELECT 1")
        asked: list[bool] = []

        def ask(_self: object) -> bool:
            asked.append(True)
            return True

        monkeypatch.setattr(base.DatabaseWrapper, "is_usable", ask)
        connection.errors_occurred = True
        assert connection.is_usable()
        assert asked == [True]
        connection.errors_occurred = False

    def test_one_that_is_closed_is_no_use(self):
        send("SELECT 1")
        connection.connection.close()
        assert not connection.is_usable()
        connection.close()
        assert not connection.is_usable()
