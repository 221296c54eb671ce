"""Writers at the same time: nothing is overspent, nothing booked twice, nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections

from tests.ledger.conftest import SYSTEM, Books, days_ago, make_books
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.ledger import posting, selectors, services


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """What ``count`` threads got that began together: a value, or the refusal's id."""
    start = threading.Barrier(count)
    got: list[object] = []

    def run(number: int) -> None:
        try:
            start.wait(120)
            got.append(act(number))
        except Refusal as refusal:
            got.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    return got


def whole(books: Books) -> bool:
    with scoped(SYSTEM):
        return not list(selectors.verify())


def test_racing_writers_never_overspend(transactional_db: None) -> None:
    books = make_books()
    books.grant("甲", 10)
    got = at_once(8, lambda n: books.spend("甲", 3, key=f"k{n}"))
    assert sorted(type(one).__name__ for one in got) == ["Posted"] * 3 + ["str"] * 5
    assert {one for one in got if isinstance(one, str)} == {"LG002"}
    assert books.held("甲") == 1
    assert whole(books)


def test_a_double_click_books_once(transactional_db: None) -> None:
    books = make_books()
    books.account("甲")
    got = at_once(6, lambda _: books.grant("甲", 4, key="same"))
    assert sum(not one.replayed for one in got) == 1  # type: ignore[attr-defined]
    assert len({one.id for one in got}) == 1  # type: ignore[attr-defined]
    assert books.held("甲") == 4


def test_opposite_transfers_do_not_wait_for_each_other_for_ever(transactional_db: None) -> None:
    books = make_books()
    books.grant("甲", 100)
    books.grant("乙", 100)
    one, two = books.account("甲"), books.account("乙")

    def swap(number: int) -> None:
        there, back = (one, two) if number % 2 else (two, one)
        for turn in range(10):
            books.post((there, -1), (back, 1), key=f"{number}-{turn}")

    assert at_once(4, swap) == [None] * 4
    assert books.held("甲") + books.held("乙") == 200
    assert whole(books)


def test_a_close_and_bookings_at_the_same_time_agree(transactional_db: None) -> None:
    books = make_books()
    day = days_ago(1)
    books.grant("甲", 1, day=day)

    def act(number: int) -> object:
        if number == 0:
            with scoped(SYSTEM):
                return services.close_period(actor=SYSTEM, book=books.book, through=day)
        return books.grant("甲", 1, key=f"{number}", day=day)

    got = at_once(6, act)
    refused = sum(one == "LG004" for one in got)
    assert {one for one in got if isinstance(one, str)} <= {"LG004"}
    assert books.held("甲") == 1 + 5 - refused
    assert whole(books), "what was closed is what was booked"


def test_two_closes_at_once_are_one(transactional_db: None) -> None:
    books = make_books()
    books.grant("甲", 1, day=days_ago(3))

    def act(_: int) -> object:
        with scoped(SYSTEM):
            return services.close_period(actor=SYSTEM, book=books.book, through=days_ago(2))

    assert sorted(str(one) for one in at_once(3, act))[-2:] == ["LG009", "LG009"]


def test_a_transfer_is_taken_back_once_whatever_keys_are_used(transactional_db: None) -> None:
    books = make_books()
    posted = books.grant("甲", 10)

    def back(number: int) -> object:
        with scoped(SYSTEM):
            transfer = selectors.transfer(books.book, posted.id)
            return posting.reverse(
                actor=SYSTEM, book=books.book, transfer=transfer, memo="误发", key=f"back-{number}"
            )

    got = at_once(5, back)
    assert sorted(one if isinstance(one, str) else "done" for one in got) == ["LG005"] * 4 + [
        "done"
    ]
    assert books.held("甲") == 0
    assert whole(books)
