"""Work for later, kept in PostgreSQL by procrastinate: a job is queued in the change's transaction.

Rooms name a task by string, so that a lower room can queue what a higher one does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from procrastinate.contrib.django import app

from zhijin.core.statements import send

F = TypeVar("F", bound=Callable[..., Any])
#: procrastinate's own function; its Python around it costs more than the database does.
_DEFER = (
    "SELECT unnest(procrastinate_defer_jobs_v1(ARRAY["
    "ROW(%s, %s, 0, %s, NULL, %s::jsonb, NULL)::procrastinate_job_to_defer_v1]))"
)
#: What nobody has begun.
_DROP = "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s AND args ->> %s = ANY(%s)"


def task(name: str, *, queue: str = "default", retry: int = 8) -> Callable[[F], F]:
    """Register a function as the task ``name``. It must be safe to run twice."""
    from procrastinate import RetryStrategy

    strategy = RetryStrategy(max_attempts=retry, exponential_wait=3)

    def register(function: F) -> F:
        app.task(name=name, queue=queue, retry=strategy)(function)
        return function

    return register


def drop(name: str, argument: str, values: Sequence[str]) -> int:
    """Take back jobs of a task that wait, by one of their arguments; returns how many."""
    return int(send(_DROP, [name, argument, list(values)]).rowcount)


def defer(name: str, *, queue: str = "default", lock: str | None = None, **args: Any) -> int:
    """Queue task ``name`` with JSON arguments in the current transaction; returns the job's id."""
    text = json.dumps(args, ensure_ascii=False)
    return int(send(_DEFER, [queue, name, lock, text]).fetchone()[0])
