"""What a worker that was killed has dropped is queued again: at the next start, and every minute."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections
from procrastinate.contrib.django import app

from zhijin.config.worker import DEAD_AFTER_SECONDS, take_up_dropped, take_up_dropped_task

pytestmark = pytest.mark.django_db
WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id"
JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)
VALUES ('default', 'some.task', 'doing', %s) RETURNING id
"""


def _one(statement: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return None if found is None else found[0]


def job_of(seconds: float) -> object:
    """A job that a worker has in hand who was last heard of so long ago."""
    return _one(JOB, _one(WORKER, seconds))


def state(job: object) -> object:
    return _one("SELECT status::text FROM procrastinate_jobs WHERE id = %s", job)


def waited_for(work: Callable[..., Any], *args: Any, **values: Any) -> Any:
    """Run it to its end in a thread of its own: after a test of a page, a loop goes on in this one."""
    own = connections["default"]

    def run() -> Any:
        connections["default"] = own
        return async_to_sync(work)(*args, **values)

    own.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run).result()
    finally:
        own.dec_thread_sharing()


def test_what_a_dead_one_had_in_hand_is_queued_again_and_what_a_living_one_has_is_left_to_it():
    dead, living = job_of(DEAD_AFTER_SECONDS + 1), job_of(DEAD_AFTER_SECONDS - 10)
    assert waited_for(take_up_dropped, app) == 1
    assert (state(dead), state(living)) == ("todo", "doing")
    assert _one("SELECT count(*) FROM procrastinate_workers") == 1, "nobody counts the dead one"
    assert waited_for(take_up_dropped, app) == 0


def test_it_is_done_every_minute_too():
    tasks = {name: one for (name, _id), one in app.periodic_registry.periodic_tasks.items()}
    assert tasks["config.take_up_dropped"].cron == "* * * * *"
    dead = job_of(DEAD_AFTER_SECONDS + 1)
    waited_for(take_up_dropped_task.func, SimpleNamespace(app=app), timestamp=0)
    assert state(dead) == "todo"
