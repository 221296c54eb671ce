"""One computation at a time; what people wait for goes first; nothing asked for meanwhile is left lying."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection

from zhijin.assessment.models import Batch
from zhijin.assessment.services import draining
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def asked(reason: str, minutes: int = 0, **more) -> Batch:
    with scoped(SYSTEM):
        return Batch.objects.create(
            programme="test-drive", revision_id=uuid7(), place_end=1, period_kind="month",
            period_start=date(2026, 7, 1), period_end=date(2026, 8, 1), reason=reason, asked_by="x",
            asked_at=clock.now() + timedelta(minutes=minutes), **more,
        )  # fmt: skip


@pytest.fixture
def done(monkeypatch):
    """The requests computed, in order; each is done at once."""
    order = []

    def compute(batch_id):
        order.append(batch_id)
        with scoped(SYSTEM):
            Batch.objects.filter(id=batch_id).update(state="done")

    monkeypatch.setattr(draining, "compute", compute)
    return order


def test_what_people_wait_for_goes_before_the_calendar_and_that_before_the_night(done):
    late, opened, due = asked("late_fact"), asked("open", 1), asked("due", 2)
    appeal, points = asked("appeal", 4), asked("adjustment", 3)
    assert draining.drain(late.id) == 5
    assert done == [one.id for one in (late, points, appeal, due, opened)]


def test_what_has_failed_waits_for_its_own_attempt(done):
    asked("appeal", tries=1)
    one = asked("due")
    assert draining.drain(one.id) == 1


def test_while_one_is_computed_another_job_leaves_at_once_and_nothing_is_left(done, monkeypatch):
    """The second job comes while the first computes; what it was for is computed by the first."""
    first, second = asked("due"), []
    computed = draining.compute

    def meanwhile(batch_id):
        computed(batch_id)
        if not second:
            second.append(asked("appeal"))
            with psycopg.connect(_address()) as other:
                found = other.execute(
                    "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", ["assessment computing"]
                ).fetchone()
            assert found == (False,), "a computation is under way"

    monkeypatch.setattr(draining, "compute", meanwhile)
    assert draining.drain(first.id) == 2
    assert done == [first.id, second[0].id]


def test_a_job_that_finds_one_under_way_does_nothing(done):
    one = asked("due")
    with psycopg.connect(_address()) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", ["assessment computing"])
        assert draining.drain(one.id) == 0
    assert done == []


def test_what_fails_raises_and_lets_go(done, monkeypatch):
    def broken(_batch_id):
        raise ValueError("no such month")

    one = asked("due")
    with monkeypatch.context() as failing:
        failing.setattr(draining, "compute", broken)
        with pytest.raises(ValueError, match="no such month"):
            draining.drain(one.id)
    assert draining.drain(one.id) == 1, "the place is free again"


def _address() -> str:
    given = connection.get_connection_params()
    names = {
        "dbname": "dbname",
        "user": "user",
        "host": "host",
        "port": "port",
        "password": "password",
    }
    return psycopg.conninfo.make_conninfo(**{k: given[v] for k, v in names.items() if given.get(v)})
