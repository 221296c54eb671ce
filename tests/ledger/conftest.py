"""A book of points with a few households' accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.cast import VILLAGE
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.ledger import posting, services
from zhijin.ledger.models import Account, Book
from zhijin.ledger.posting import Leg, Posted

SYSTEM = Actor.system("test")


@dataclass
class Books:
    """A book and its accounts; every call is a transaction of its own, as the platform."""

    book: Book
    issue: UUID
    spent: UUID
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str, least: int | None = 0) -> UUID:
        if name not in self.accounts:
            with scoped(SYSTEM):
                self.accounts[name] = services.open_account(
                    actor=SYSTEM,
                    book=self.book,
                    holder=f"household:{name}",
                    label=name,
                    least=least,
                )
        return self.accounts[name].id

    def post(self, *legs: tuple[UUID, int], key: str, **more: object) -> Posted:
        with scoped(SYSTEM):
            return posting.post(
                actor=SYSTEM,
                book=self.book,
                kind="test",
                key=key,
                legs=[Leg(*leg) for leg in legs],
                **more,
            )  # type: ignore[arg-type]

    def grant(self, name: str, amount: int, key: str = "", **more: object) -> Posted:
        key = key or f"grant-{name}-{amount}"
        return self.post((self.issue, -amount), (self.account(name), amount), key=key, **more)

    def spend(self, name: str, amount: int, key: str = "", **more: object) -> Posted:
        key = key or f"spend-{name}-{amount}"
        return self.post((self.account(name), -amount), (self.spent, amount), key=key, **more)

    def held(self, name: str) -> int:
        with scoped(SYSTEM):
            return Account.objects.get(id=self.accounts[name].id).balance


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def make_books(place: str = VILLAGE, since: int = 60) -> Books:
    with scoped(SYSTEM):
        book = services.open_book(
            actor=SYSTEM, place_code=place, kind="points", title="村规民约积分",
            opened_on=days_ago(since),
        )  # fmt: skip
        return Books(
            book,
            services.own_account(book, services.ISSUE),
            services.own_account(book, services.SPENT),
        )


@pytest.fixture
def books(db: None) -> Books:
    return make_books()
