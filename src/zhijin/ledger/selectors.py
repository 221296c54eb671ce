"""The reads of the ledger: books, balances, statements; and the check that the books agree with themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.ledger.models import Account, Book, Closing, ClosingLine, Transfer
from zhijin.ledger.posting import content_digest
from zhijin.ledger.services import closing_digest


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement, with the balance of the account after it."""

    transfer: UUID
    day: date
    kind: str
    memo: str
    record: str
    amount: int
    balance: int
    reversed_by: UUID | None
    reverses: UUID | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from ``first`` through ``last``: what it began with, its lines, what it ended with."""

    account: Account
    first: date
    last: date
    opening: int
    lines: tuple[Line, ...]

    @property
    def closing(self) -> int:
        return self.lines[-1].balance if self.lines else self.opening


@dataclass(frozen=True, slots=True)
class Wrong:
    """One finding of :func:`verify`: which thing, and how it is wrong (``balance``, ``sum``, ``content``,
    ``closing``)."""

    what: str
    book: UUID
    subject: str
    expected: int | str
    found: int | str


def books(actor: Actor, kind: str = "") -> QuerySet[Book]:
    """Books in scope, by place."""
    rows = Book.objects.filter(scope_q(actor, "place_key"))
    return (rows.filter(kind=kind) if kind else rows).order_by("place_key", "title", "id")


def book(actor: Actor, book_id: UUID) -> Book:
    """One book. Raises CO404 when it is not in scope."""
    found = books(actor).filter(id=book_id).first()
    if found is None:
        raise NOT_FOUND()
    return found


def accounts(actor: Actor, of: Book) -> QuerySet[Account]:
    """Open accounts of a book whose place is in scope, by their label: never by balance."""
    rows = Account.objects.filter(scope_q(actor, "place_key"), county=of.county, book_id=of.id)
    return rows.filter(closed_at=None).order_by("label", "id")


def transfer(of: Book, transfer_id: UUID) -> Transfer:
    """One transfer of a book. Raises CO404."""
    found = Transfer.objects.filter(county=of.county, book_id=of.id, id=transfer_id).first()
    if found is None:
        raise NOT_FOUND()
    return found


_SUM = "SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE county = %s AND account_id = %s AND day <= %s"


def balance(account: Account, on: date) -> int:
    """What an account held at the end of a day, from the last close before it and the entries since."""
    line = (
        ClosingLine.objects.filter(county=account.county, account_id=account.id, through__lte=on)
        .order_by("-through")
        .first()
    )
    values: list[Any] = [account.county, account.id, on]
    with connection.cursor() as cursor:
        if line is None:
            cursor.execute(_SUM, values)
            return int(cursor.fetchone()[0])
        cursor.execute(_SUM + " AND day > %s", [*values, line.through])
        return line.balance + int(cursor.fetchone()[0])


_LINES = """
SELECT e.transfer_id, e.day, t.kind, t.memo, t.record, e.amount, r.id, t.reverses
FROM ledger_entry e
JOIN ledger_transfer t ON t.id = e.transfer_id AND t.county = e.county
LEFT JOIN ledger_transfer r ON r.county = e.county AND r.reverses = e.transfer_id
WHERE e.county = %s AND e.account_id = %s AND e.day BETWEEN %s AND %s
ORDER BY e.day, e.at, e.id
"""


def statement(account: Account, first: date, last: date) -> Statement:
    """An account's lines between two days (both included), in three statements."""
    opening = running = balance(account, date.fromordinal(first.toordinal() - 1))
    lines = []
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [account.county, account.id, first, last])
        for one, day, kind, memo, record, amount, reversed_by, reverses in cursor.fetchall():
            running += amount
            lines.append(Line(one, day, kind, memo, record, amount, running, reversed_by, reverses))
    return Statement(account, first, last, opening, tuple(lines))


_WRONG_BALANCES = """
SELECT a.book_id, a.id, coalesce(e.total, 0), a.balance FROM ledger_account a
LEFT JOIN (SELECT account_id, sum(amount) AS total FROM ledger_entry GROUP BY account_id) e
  ON e.account_id = a.id
WHERE a.kept AND a.balance <> coalesce(e.total, 0)
"""
_WRONG_SUMS = """
SELECT book_id, transfer_id, sum(amount) FROM ledger_entry GROUP BY book_id, transfer_id
HAVING sum(amount) <> 0
"""


def verify() -> Iterator[Wrong]:
    """Everything in the books that does not agree with itself, as far as the reader sees.

    Running balances against their entries, every transfer against zero and against the digest of what was booked,
    every close against the digest chain and against the entries it was made of.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_BALANCES)
        for book_id, account, expected, found in cursor.fetchall():
            yield Wrong("balance", book_id, str(account), int(expected), int(found))
        cursor.execute(_WRONG_SUMS)
        for book_id, one, total in cursor.fetchall():
            yield Wrong("sum", book_id, str(one), 0, int(total))
    yield from _wrong_contents()
    for one in Book.objects.exclude(closed_through=None).order_by("place_key", "id"):
        yield from _wrong_closings(one)


_CONTENTS = """
SELECT t.book_id, t.id, t.kind, t.memo, t.record, coalesce(t.reverses::text, ''), t.digest,
  array_agg(e.account_id::text ORDER BY e.account_id),
  array_agg(e.amount ORDER BY e.account_id)
FROM ledger_transfer t LEFT JOIN ledger_entry e ON e.transfer_id = t.id AND e.county = t.county
GROUP BY t.county, t.id, t.book_id, t.kind, t.memo, t.record, t.reverses, t.digest
"""


def _wrong_contents() -> Iterator[Wrong]:
    """Transfers of which a word, an account or an amount is not what was booked, also where the sum is still zero."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_CONTENTS)
        for book_id, one, kind, memo, record, reverses, digest, accounts_, amounts in cursor:
            legs = list(zip(accounts_, amounts, strict=True))
            expected = content_digest(kind, memo, record, reverses, legs)
            if expected != bytes(digest):
                yield Wrong("content", book_id, str(one), bytes(digest).hex(), expected.hex())


_THROUGH = (
    "SELECT account_id, sum(amount) FROM ledger_entry WHERE county = %s AND book_id = %s AND day <= %s"
    " GROUP BY account_id"
)


def _wrong_closings(of: Book) -> Iterator[Wrong]:
    previous, last = b"", None
    for closing in Closing.objects.filter(county=of.county, book_id=of.id).order_by("through"):
        rows = ClosingLine.objects.filter(county=of.county, closing_id=closing.id)
        lines = [(str(x.account_id), x.credits, x.debits, x.balance) for x in rows]
        expected = closing_digest(previous, closing.through, lines)
        if expected != bytes(closing.digest):
            yield Wrong(
                "closing", of.id, str(closing.through), expected.hex(), bytes(closing.digest).hex()
            )
        with connection.cursor() as cursor:
            cursor.execute(_THROUGH, [of.county, of.id, closing.through])
            now = {str(account): int(total) for account, total in cursor.fetchall()}
        written = {account: held for account, _, _, held in lines}
        for account in sorted(written.keys() | now.keys()):
            if now.get(account, 0) != written.get(account, 0):
                yield Wrong("balance", of.id, account, written.get(account, 0), now.get(account, 0))
        previous, last = bytes(closing.digest), closing.through
    if last != of.closed_through:
        yield Wrong("closing", of.id, str(of.closed_through), str(of.closed_through), str(last))
