"""Two who press at the same moment: one book, one card, and no error page for either."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import VILLAGE
from tests.ledger.points.conftest import SYSTEM, Town
from zhijin.core.scope import scoped
from zhijin.ledger.models import Book, Card
from zhijin.ledger.points import cards, starting


def test_two_begin_a_programme_at_once(town: Town, monkeypatch: Any):
    """The second does not see the first's book yet; the database does."""
    looked: list[str] = []
    running = starting.running

    def not_yet(place: str, programme: str) -> Book | None:
        looked.append(place)
        return None if len(looked) == 1 else running(place, programme)

    monkeypatch.setattr(starting, "running", not_yet)
    with scoped(SYSTEM):
        again = starting.start(actor=SYSTEM, place_code=VILLAGE, programme="small")
        assert (again.id, Book.objects.count()) == (town.book.id, 1)


def test_two_cards_of_one_holder_wait_for_each_other(town: Town):
    town.give("7")
    account = town.account("7")
    with CaptureQueriesContext(connection) as seen, scoped(SYSTEM):
        first, second = (
            cards.issue(actor=SYSTEM, account=account, book=town.book) for _ in range(2)
        )
    said = [one["sql"] for one in seen]
    locked = [at for at, sql in enumerate(said) if "ledger_account" in sql and "FOR NO KEY" in sql]
    ended = [at for at, sql in enumerate(said) if sql.startswith('UPDATE "ledger_card"')]
    assert len(locked) == len(ended) == 2
    assert all(lock < end for lock, end in zip(locked, ended, strict=True))
    with scoped(SYSTEM):
        assert [one.id for one in Card.objects.filter(ended_at=None)] == [second.id]
    assert first.id != second.id
