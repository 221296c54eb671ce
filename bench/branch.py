"""Transfers of the ledger a second, beside the same transaction by psycopg alone on the same server.

A transfer gives a household points: as the platform books it, with the scope, the checks, the journal
row and the fact, from processes with threads of their own. The rival commits the very statements of one such
transfer with fresh ids and another household each time, from as many processes and threads, with the same
durability. The two take turns in rounds, and the median of the rounds' ratios is told: one stall of a shared
disk falls into one side of one round. What the rival sends is made before its clock starts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import threading
import time
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

import psycopg

from bench import replay
from bench.ground import ms, percentile

HOUSEHOLDS = 1000
VILLAGE = "530602105207"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many, in how many turns."""
    parser.add_argument("--transfers", type=int, default=100_000, help="of the ledger, all in all")
    parser.add_argument("--rounds", type=int, default=5, help="how often the two take turns")
    parser.add_argument("--people", type=int, default=100_000, help="residents out of Excel")
    parser.add_argument("--workers", type=int, default=2, help="processes of each side")
    parser.add_argument("--threads", type=int, default=8, help="threads of each process")


@dataclass(frozen=True)
class Side:
    """One side's stretch: how long, processor seconds of its processes, seconds of each transfer."""

    seconds: float
    cpu: float
    times: list[float]

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def run(args: argparse.Namespace) -> dict[str, Any]:
    """The page and the import; transfers a second on both sides and their ratio; whether the books agree."""
    from django.db import connections

    from bench import branch_life, ground
    from zhijin.config.prepare import collect_static

    collect_static()
    ground.prepare({})
    beside = branch_life.page() | branch_life.people(args.people)
    book, issue, accounts = _books()
    fresh = _captured(book, issue, accounts)
    connections.close_all()
    each = args.transfers // args.rounds // args.workers
    rounds = []
    for number in range(args.rounds):
        ledger = _side(
            args, _ledger, (str(book), str(issue), [str(a) for a in accounts], each, number)
        )
        raw = _side(args, _raw, (fresh, each))
        rounds.append((ledger, raw))
    return beside | _figures(args, rounds, book)


def _figures(
    args: argparse.Namespace, rounds: list[tuple[Side, Side]], book: UUID
) -> dict[str, Any]:
    ledger = [t for one, _ in rounds for t in one.times]
    raw = [t for _, one in rounds for t in one.times]
    return {
        "transfers": len(ledger),
        "transfers_per_second": round(len(ledger) / sum(one.seconds for one, _ in rounds), 1),
        "p50_ms": ms(percentile(ledger, 0.5)),
        "p99_ms": ms(percentile(ledger, 0.99)),
        "cpu_ms": ms(sum(one.cpu for one, _ in rounds) / len(ledger)),
        "raw_transfers": len(raw),
        "raw_per_second": round(len(raw) / sum(one.seconds for _, one in rounds), 1),
        "raw_p50_ms": ms(percentile(raw, 0.5)),
        "raw_p99_ms": ms(percentile(raw, 0.99)),
        "raw_cpu_ms": ms(sum(one.cpu for _, one in rounds) / len(raw)),
        "ratio_ledger": round(median(one.rate / other.rate for one, other in rounds), 3),
        "ratio_ledger_rounds": sorted(round(one.rate / other.rate, 3) for one, other in rounds),
        "books_agree": _agree(book),
        "households": HOUSEHOLDS, "workers": args.workers, "threads": args.threads,
    }  # fmt: skip


def _books() -> tuple[UUID, UUID, list[UUID]]:
    """A book with a thousand households' accounts."""
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.ledger import services

    system = Actor.system("bench")
    with scoped(system):
        book = services.open_book(actor=system, place_code=VILLAGE, kind="points", title="积分")
        accounts = [
            services.open_account(actor=system, book=book, holder=f"household:{n}", label=str(n)).id
            for n in range(HOUSEHOLDS)
        ]
        return book.id, services.own_account(book, services.ISSUE), accounts


def _transfer(book: Any, issue: UUID, account: UUID, key: str) -> None:
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.ledger.posting import Leg, post

    system = Actor.system("bench")
    with scoped(system):
        post(
            actor=system, book=book, kind="award", legs=[Leg(issue, -2), Leg(account, 2)], key=key,
            memo="volunteer", record="award:bench",
        )  # fmt: skip


class Transfers(replay.Fresh):
    """One transfer's statements with fresh ids each time; the book stays, the household changes."""

    def __init__(
        self, statements: list[replay.Statement], key: str, kept: set[UUID], account: UUID,
        accounts: list[UUID],
    ) -> None:  # fmt: skip
        super().__init__(statements, {key})
        self.account, self.accounts = str(account), [str(one) for one in accounts]
        inner = {v for _, params in statements for v in _uuids(params)}
        self.uuids = {str(one) for one in inner - kept} - {self.account}

    def transaction(self) -> list[replay.Statement]:
        chosen = random.choice(self.accounts)
        found = super().transaction()
        swap = {self.account: chosen}
        return [(sql, replay._swapped(params, swap)) for sql, params in found]


def _uuids(value: Any) -> set[UUID]:
    if isinstance(value, UUID):
        return {value}
    if isinstance(value, dict):
        value = list(value.values())
    return (
        {one for part in value for one in _uuids(part)}
        if isinstance(value, list | tuple)
        else set()
    )


def _captured(book_id: UUID, issue: UUID, accounts: list[UUID]) -> Transfers:
    """The transaction of one transfer as the platform makes it, ready to be repeated."""
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.ledger.models import Book

    with scoped(Actor.system("bench")):
        book = Book.objects.get(id=book_id)
    key = "bench-key-0001"
    statements = replay.captured(lambda: _transfer(book, issue, accounts[0], key))
    return Transfers(statements, key, {book_id, issue}, accounts[0], accounts)


def _side(args: argparse.Namespace, work: Any, given: tuple[Any, ...]) -> Side:
    """One side in processes of its own, which begin together when all are ready."""
    context = multiprocessing.get_context("spawn")
    answers, ready = context.Queue(), context.Barrier(args.workers)
    children = [
        context.Process(target=_child, args=(work, given, number, args.threads, ready, answers))
        for number in range(args.workers)
    ]
    for child in children:
        child.start()
    found = [answers.get(timeout=900) for _ in children]
    for child in children:
        child.join()
    for error in (text for text, *_ in found if text):
        raise RuntimeError(error)
    times = [t for *_, some in found for t in some]
    return Side(max(f[1] for f in found), sum(f[2] for f in found), times)


def _child(
    work: Any, given: tuple[Any, ...], number: int, threads: int, ready: Any, answers: Any
) -> None:
    import django

    django.setup()
    act = work(*given, number)
    times: list[float] = []
    errors: list[str] = []

    def loop(one: Any) -> None:
        try:
            one(times)
        except Exception as error:  # noqa: BLE001 - told to the parent
            errors.append(repr(error))

    parts = [threading.Thread(target=loop, args=(one,)) for one in act(threads)]
    ready.wait()
    began, cpu = time.monotonic(), time.process_time()
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    answers.put(
        (errors[0] if errors else "", time.monotonic() - began, time.process_time() - cpu, times)
    )


def _ledger(
    book_id: str, issue: str, accounts: list[str], each: int, turn: int, number: int
) -> Any:
    """The platform's side: every thread books its share."""
    from django.db import connections

    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.ledger.models import Book

    with scoped(Actor.system("bench")):
        book = Book.objects.get(id=UUID(book_id))
    own, held = UUID(issue), [UUID(one) for one in accounts]
    chance = random.Random(turn * 100 + number)
    todo = deque((f"{turn}-{number}-{n}", chance.choice(held)) for n in range(each))

    def loop(times: list[float]) -> None:
        while todo:
            try:
                key, account = todo.popleft()
            except IndexError:
                break
            began = time.perf_counter()
            _transfer(book, own, account, key)
            times.append(time.perf_counter() - began)
        connections.close_all()

    return lambda threads: [loop] * threads


def _raw(fresh: Transfers, each: int, number: int) -> Any:
    """The rival's side: the same statements through psycopg."""
    todo = deque(fresh.transaction() for _ in range(each))

    def loop(times: list[float]) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"]) as server:
            while todo:
                try:
                    statements = todo.popleft()
                except IndexError:
                    break
                began = time.perf_counter()
                with server.transaction():
                    for sql, params in statements:
                        server.execute(sql, params)
                times.append(time.perf_counter() - began)

    return lambda threads: [loop] * threads


#: Keys of the platform's own transfers; those of the rival's are drawn.
_OURS = r"^\d+-\d+-\d+$"


def _agree(book_id: UUID) -> bool:
    """Whether every balance is the sum of its entries, every transfer sums to zero and every one of the platform's
    says what was booked, afterwards. The rival's statements repeat one transfer with digests that are drawn."""
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.ledger.models import Transfer
    from zhijin.ledger.selectors import verify

    with scoped(Actor.system("bench")):
        ours = Transfer.objects.filter(book_id=book_id, key__regex=_OURS)
        known = {str(one) for one in ours.values_list("id", flat=True)}
        found = [one for one in verify() if one.book == book_id]
        return bool(known) and not any(
            one.what != "content" or one.subject in known for one in found
        )
