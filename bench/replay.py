"""The transaction of one report by psycopg alone: taken from a real one, repeated with fresh ids."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.types.json import Json, Jsonb

from zhijin.core.ids import uuid7

Statement = tuple[str, Any]
#: Bytes of this length are keyed digests, which are unique.
DIGEST = 32
#: More than one process will commit.
MOST_PER_SECOND = 2000


def captured(act: Callable[[], object]) -> list[Statement]:
    """The statements that ``act`` sends inside its transaction, with their values."""
    found: list[Statement] = []

    def keep(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        inside = connection.in_atomic_block
        result = execute(sql, params, many, context)
        if inside and "SAVEPOINT" not in str(sql):
            found.append((str(sql), params))
        return result

    with connection.execute_wrapper(keep):
        act()
    return found


class Fresh:
    """Gives every id, key, code and number of a captured transaction a new value, the same everywhere."""

    def __init__(self, statements: list[Statement], unique: set[str]) -> None:
        self.statements = statements
        self.unique = unique
        self.uuids = {
            str(v) for _, params in statements for v in _values(params) if isinstance(v, UUID)
        }

    def transaction(self) -> list[Statement]:
        swap = {old: str(uuid7()) for old in self.uuids}
        swap |= {old: secrets.token_hex(8)[: len(old)] for old in self.unique}
        return [(sql, _swapped(params, swap)) for sql, params in self.statements]


def _values(params: Any) -> list[Any]:
    if isinstance(params, dict):
        return list(params.values())
    return list(params or [])


def _swapped(value: Any, swap: dict[str, str]) -> Any:
    """``value`` with every old id replaced, at any depth; keyed digests are drawn anew."""
    swaps: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
        (UUID, lambda v: UUID(swap.get(str(v), str(v)))),
        (str, lambda v: _text(v, swap)),
        ((bytes, memoryview), _digest),
        (psycopg.Binary, lambda v: _digest(v.obj)),
        ((Json, Jsonb), lambda v: Jsonb(_swapped(v.obj, swap))),
        (dict, lambda v: {name: _swapped(one, swap) for name, one in v.items()}),
        ((list, tuple), lambda v: type(v)(_swapped(one, swap) for one in v)),
    )
    return next((act(value) for kind, act in swaps if isinstance(value, kind)), value)


def _text(value: str, swap: dict[str, str]) -> str:
    for old, new in swap.items():
        if old in value:
            value = value.replace(old, new)
    return value


def _digest(value: Any) -> bytes:
    plain = bytes(value)
    return secrets.token_bytes(len(plain)) if len(plain) == DIGEST else plain


@dataclass(frozen=True)
class Repeated:
    """A stretch of transactions: its length, processor seconds of the clients, seconds of each."""

    seconds: float
    cpu: float
    times: list[float]

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def repeat(fresh: Fresh, seconds: float, processes: int, threads: int) -> Repeated:
    """Commit the transaction over and over in ``processes`` × ``threads``.

    Fresh values are drawn before the clock starts, so that the rival does nothing but the database's work.
    """
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    ready: Any = context.Barrier(processes)
    children = [
        context.Process(target=_work, args=(fresh, seconds, threads, ready, answers))
        for _ in range(processes)
    ]
    for child in children:
        child.start()
    found = [answers.get(timeout=10 * seconds + 120) for _ in children]
    for child in children:
        child.join()
    for error in (text for text, *_ in found if text):
        raise RuntimeError(error)
    times = [t for *_, some in found for t in some]
    return Repeated(max(f[1] for f in found), sum(f[2] for f in found), times)


def _work(fresh: Fresh, seconds: float, threads: int, ready: Any, answers: Any) -> None:
    pool = deque(fresh.transaction() for _ in range(int(seconds * MOST_PER_SECOND)))
    times: list[float] = []
    errors: list[str] = []
    ready.wait()
    started, cpu = time.monotonic(), time.process_time()

    def run() -> None:
        try:
            with psycopg.connect(os.environ["DATABASE_URL"]) as server:
                while pool and time.monotonic() < started + seconds:
                    statements = pool.popleft()
                    began = time.perf_counter()
                    with server.transaction():
                        for sql, params in statements:
                            server.execute(sql, params)
                    times.append(time.perf_counter() - began)
        except (psycopg.Error, IndexError) as error:
            errors.append(repr(error))

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    answers.put(
        (errors[0] if errors else "", time.monotonic() - started, time.process_time() - cpu, times)
    )
