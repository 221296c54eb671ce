"""Ticks: each in its own time, none stopping another."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError

from zhijin.core import tasks
from zhijin.core.models import DemoClock


@pytest.fixture(autouse=True)
def _none(monkeypatch):
    monkeypatch.setattr(tasks, "_ticks", {})


def test_each_runs_when_it_is_due():
    ran: list[str] = []
    tasks.register_tick("often", 2, lambda: ran.append("often"))
    tasks.register_tick("seldom", 60, lambda: ran.append("seldom"))
    assert tasks.tick(100.0) == ["often", "seldom"], "everything at the start"
    assert tasks.tick(101.0) == []
    assert tasks.tick(102.0) == ["often"]
    assert tasks.tick(161.0) == ["often", "seldom"]
    assert ran.count("often") == 3


def test_one_that_fails_stops_nobody_and_waits_its_turn(caplog):
    ran: list[str] = []
    tasks.register_tick("bad", 10, lambda: 1 // 0)
    tasks.register_tick("good", 10, lambda: ran.append("good"))
    assert tasks.tick(1.0) == ["bad", "good"]
    assert tasks.tick(2.0) == []
    assert ran == ["good"]
    assert "bad failed" in caplog.text


def test_a_name_is_given_once():
    def chore() -> None: ...

    tasks.register_tick("x", 1, chore)
    tasks.register_tick("x", 5, chore)
    with pytest.raises(ValueError, match="twice"):
        tasks.register_tick("x", 1, lambda: None)


@pytest.mark.django_db(transaction=True)
def test_the_thread_ticks_until_it_is_stopped():
    ran = threading.Event()
    tasks.register_tick("x", 1, ran.set)
    stop = tasks.start()
    assert ran.wait(120)
    stop.set()


def test_the_spine_registers_its_own():
    from zhijin.core import chores

    chores.register()
    names = {tick.name for tick in tasks.registered()}
    assert {"core.seal_journal", "core.note_head", "core.make_partitions"} <= names


# -- many records, one of them unforeseen -------------------------------------------------------


@pytest.mark.django_db
def test_a_record_that_nobody_foresaw_is_undone_alone_and_told(caplog):
    def act(number: int) -> int:
        DemoClock.objects.create(ahead=timedelta(number))
        return 6 // number

    done = [tasks.apart(partial(act, n), tasks.log, "record %d failed", n) for n in (1, 0, 3)]
    assert done == [6, 0, 2]
    assert sorted(DemoClock.objects.values_list("ahead", flat=True)) == [timedelta(1), timedelta(3)]
    assert "record 0 failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_a_database_that_is_gone_is_no_records_fault(caplog):
    def act() -> int:
        raise OperationalError("the connection is lost")

    with pytest.raises(OperationalError):
        tasks.apart(act, tasks.log, "record 1 failed")
    assert caplog.text == ""
