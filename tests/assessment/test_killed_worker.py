"""A real worker process, shot by SIGKILL in the middle of storing a result; others take it up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.assessment import drive
from tests.assessment.drive import JULY, SYSTEM
from tests.cast import COUNTY
from zhijin.assessment import services
from zhijin.assessment.models import Batch, Mark, Run, Score, Value
from zhijin.config.postgres import ADMIN
from zhijin.config.worker import DEAD_AFTER_SECONDS
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO assessment_value%'
"""
LOOKED = """
SELECT count(*) FROM procrastinate_periodic_defers WHERE task_name = 'config.take_up_dropped' AND job_id IS NULL
"""
#: As if so long had gone by since the dead one last said that it lives.
AGED = (
    "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - make_interval(secs => %s)"
)


@pytest.fixture
def administrator(django_db_setup: Any) -> Iterator[Any]:
    address = django_db_setup.cluster.url(ADMIN, django_db_setup.name)
    with psycopg.connect(address) as line:
        yield line


@pytest.fixture
def worker(database_environment: dict[str, str], tmp_path: Any) -> Iterator[Callable[[], Any]]:
    """``worker()`` starts ``zhijin worker`` on this database; all are gone afterwards."""
    started: list[subprocess.Popen[bytes]] = []
    # A state directory of its own, with everybody's keys: a worker writes down heads of the journal's
    # chain, which other tests' databases do not have.
    home = tmp_path / "home-of-workers"
    shutil.copytree(Path(database_environment["ZHIJIN_HOME"]) / "keys", home / "keys")
    own = {"ZHIJIN_ASSESSMENT": str(tmp_path / "of-workers"), "ZHIJIN_HOME": str(home)}

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / f"worker{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "zhijin.config.cli", "worker"],
                env={**os.environ, **database_environment, **own}, stdout=log, stderr=log,
            )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(120)


def until(check: Callable[[], Any], seconds: float = 180.0) -> Any:
    ends = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)
    return found


def count(line: Any, query: str) -> int:
    found = int(line.execute(query).fetchone()[0])
    line.commit()
    return found


def states() -> list[str]:
    """Of every request for July, the oldest first.

    There may be a second one: the order of commits belongs to the whole server, so that while another test
    writes a look for late facts finds July's again.
    """
    with scoped(SYSTEM):
        asked = Batch.objects.filter(period_start=JULY.start).order_by("asked_at", "id")
        return [str(state) for state in asked.values_list("state", flat=True)]


def all_done() -> bool:
    return set(states()) == {"done"}


def test_a_worker_killed_in_the_middle_of_a_rebuild_leaves_nothing_and_others_take_it_up(
    tree, django_db_setup, administrator, worker
):
    with clock.freeze(datetime(2026, 8, 3, 2, tzinfo=UTC)):
        drive.publish_programme()
        orgs = drive.branches(5)
        for org, solved in zip(orgs, (10, 9, 8, 7, 2), strict=True):
            drive.work(org, JULY, solved)
        batch = services.request_run(
            actor=SYSTEM, programme="test-drive", period=JULY, place_code=COUNTY
        )
    address = django_db_setup.cluster.url(ADMIN, django_db_setup.name)
    with psycopg.connect(address) as gate:
        # Scores can be stored, values must wait: the worker stands in the middle of its transaction.
        gate.execute("LOCK TABLE assessment_value IN EXCLUSIVE MODE")
        first = worker()
        until(lambda: count(administrator, WAITS))
        # Ours is computed; what a look for late facts asked for meanwhile waits behind it.
        assert states()[0] == "computing"
        assert set(states()[1:]) <= {"waiting"}
        os.kill(first.pid, signal.SIGKILL)
        assert first.wait(120) == -signal.SIGKILL
        with scoped(SYSTEM):
            assert not Run.objects.filter(period_start=JULY.start).exists()
            assert not Score.objects.exists()
        gate.rollback()
    # It is taken for dead after half a minute; nothing is proven by sitting through it.
    assert administrator.execute(AGED, [DEAD_AFTER_SECONDS + 1]).rowcount == 1
    administrator.commit()
    # Two at once, as a supervisor and an operator might start them.
    worker(), worker()
    until(all_done)
    with scoped(SYSTEM):
        batch.refresh_from_db()
        # One result, of whichever request was computed last.
        run = Run.objects.get(period_start=JULY.start)
        assert run.state == "ready"
        assert run.batch in set(Batch.objects.filter(same_as=None).values_list("id", flat=True))
        for model in (Score, Value):
            assert model.objects.filter(run_id=run.id).count() == 5
        assert {mark.org_key for mark in Mark.objects.filter(run_id=run.id)} == {
            orgs[0].key, orgs[-1].key,
        }  # fmt: skip
    assert batch.tries >= 2
    # Both also look every minute, whoever died: the job for it was queued, done, and with that deleted.
    until(lambda: count(administrator, LOOKED))
    assert drive.score(run, orgs[-1]).rank == 5
