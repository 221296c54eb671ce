"""Opening books and accounts, and closing a period."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key, uuid7
from zhijin.ledger import errors
from zhijin.ledger.models import Account, Book, Closing

#: Accounts that every book has: where units come from and where they go. They are not kept.
ISSUE, SPENT = "book:issue", "book:spent"
UNITS = {Book.Kind.POINTS: "point", Book.Kind.FUND: "fen", Book.Kind.VOUCHER: "micro_yuan"}

_CLOSE = """
WITH before AS (
  SELECT account_id, balance FROM ledger_closing_line
  WHERE county = %(county)s AND book_id = %(book)s AND through = %(last)s),
moved AS (
  SELECT account_id, sum(amount) FILTER (WHERE amount > 0) AS credits,
    -sum(amount) FILTER (WHERE amount < 0) AS debits
  FROM ledger_entry WHERE county = %(county)s AND book_id = %(book)s AND day <= %(through)s
    AND day > %(last)s GROUP BY account_id)
INSERT INTO ledger_closing_line (id, county, closing_id, book_id, account_id, place_key, through,
  credits, debits, balance)
SELECT gen_random_uuid(), %(county)s, %(closing)s, %(book)s, a.id, a.place_key, %(through)s,
  coalesce(m.credits, 0), coalesce(m.debits, 0),
  coalesce(b.balance, 0) + coalesce(m.credits, 0) - coalesce(m.debits, 0)
FROM ledger_account a LEFT JOIN before b ON b.account_id = a.id LEFT JOIN moved m ON m.account_id = a.id
WHERE a.county = %(county)s AND a.book_id = %(book)s
  AND (b.account_id IS NOT NULL OR m.account_id IS NOT NULL)
RETURNING account_id, credits, debits, balance
"""


def open_book(
    *, actor: Actor, place_code: str, kind: str, title: str, opened_on: date | None = None,
    simulated: bool = False, programme: str = "",
) -> Book:  # fmt: skip
    """Open a set of books at a place, with its own two accounts. Raises CO403."""
    key = place_key(place_code)
    actor.require("ledger.close", key)
    book = Book(
        county=county_of(place_code), place_code=place_code, place_key=key, kind=kind,
        unit=UNITS[Book.Kind(kind)], title=title, opened_on=opened_on or clock.today(),
        simulated=simulated, programme=programme,
    )  # fmt: skip
    with transaction.atomic():
        book.save(force_insert=True)
        for holder, label in ((ISSUE, "发放"), (SPENT, "使用")):
            _account(book, holder=holder, label=label, place=key, kept=False, least=None)
        journal.write(actor, "book.opened", book.record, place_key=key, detail={"title": title})
        facts.record(
            "ledger.opened", at=clock.now(), place_code=place_code, subject=kind, actor=actor,
            record=book.record,
        )  # fmt: skip
    return book


def open_account(
    *, actor: Actor, book: Book, holder: str, label: str, place: int | None = None,
    least: int | None = 0,
) -> Account:  # fmt: skip
    """The account of ``holder`` in a book; opened when there is none. ``least``: how low it may fall."""
    actor.require("ledger.post", book.place_key)
    found = account_of(book, holder)
    if found is not None:
        return found
    where = place or book.place_key
    with transaction.atomic():
        made = _account(book, holder=holder, label=label, place=where, kept=True, least=least)
        if made is None:
            return _existing(book, holder)
        journal.write(
            actor, "book.account-opened", book.record, place_key=where, detail={"holder": holder}
        )
    return made


def close_account(*, actor: Actor, book: Book, account: Account) -> None:
    """Close an account that is empty. Raises LG003, LG011."""
    actor.require("ledger.post", book.place_key)
    with transaction.atomic():
        row = (
            Account.objects.select_for_update(no_key=True)
            .filter(county=book.county, book_id=book.id, id=account.id, closed_at=None, kept=True)
            .first()
        )
        if row is None:
            raise errors.NO_ACCOUNT()
        if row.balance:
            raise errors.NOT_EMPTY(balance=row.balance)
        row.closed_at = clock.now()
        row.save(update_fields=["closed_at"])
        journal.write(
            actor, "book.account-closed", book.record, place_key=row.place_key,
            detail={"holder": row.holder},
        )  # fmt: skip


def account_of(book: Book, holder: str) -> Account | None:
    """The open account of a holder, as far as the reader sees it."""
    return Account.objects.filter(
        county=book.county, book_id=book.id, holder=holder, closed_at=None
    ).first()


def own_account(book: Book, holder: str) -> UUID:
    """One of the book's own accounts (ISSUE, SPENT). Raises LG003 where it is out of scope."""
    return _existing(book, holder).id


def _existing(book: Book, holder: str) -> Account:
    account = account_of(book, holder)
    if account is None:
        raise errors.NO_ACCOUNT()
    return account


_OPEN = (
    "INSERT INTO ledger_account (id, county, book_id, place_key, holder, label, kept, balance, least,"
    " opened_at) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, %s)"
    " ON CONFLICT (county, book_id, holder) WHERE closed_at IS NULL DO NOTHING"
)


def _account(
    book: Book, *, holder: str, label: str, place: int, kept: bool, least: int | None
) -> Account | None:
    """The new account; None when somebody opened one for this holder at the same moment."""
    account = Account(
        county=book.county, book_id=book.id, place_key=place, holder=holder, label=label[:80],
        kept=kept, least=least, opened_at=clock.now(),
    )  # fmt: skip
    values: list[Any] = [account.id, book.county, book.id, place, holder, account.label, kept, least,
              account.opened_at]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        return account if cursor.rowcount else None


def close_period(*, actor: Actor, book: Book, through: date) -> Closing:
    """Close the books through a day: nothing is booked on it or before it any more.

    Every account's balance on that day is written down with a digest that holds the one before, so
    that a later change of an old entry shows. Raises LG008 (not over yet), LG009 (closed before), LG010 (the
    books do not agree with themselves), LG012 (before they began), CO403.
    """
    actor.require("ledger.close", book.place_key)
    if through >= clock.today():
        raise errors.NOT_YET_OVER(through=through.isoformat())
    with transaction.atomic():
        # Stronger than the lock of a booking: waits for those under way, and they for this.
        row = Book.objects.select_for_update().filter(county=book.county, id=book.id).first()
        if row is None:
            raise NOT_FOUND()
        if through < row.opened_on:
            raise errors.BAD_DAY(day=through.isoformat())
        if row.closed_through is not None and row.closed_through >= through:
            raise errors.CLOSED_BEFORE(through=row.closed_through.isoformat())
        closing = _close(actor, row, through)
        row.closed_through = through
        row.save(update_fields=["closed_through"])
        journal.write(
            actor, "book.closed", book.record, place_key=book.place_key,
            detail={"through": through.isoformat(), "digest": bytes(closing.digest).hex()},
        )  # fmt: skip
        facts.record(
            "ledger.closed", at=closing.at, place_code=book.place_code, subject=book.kind,
            actor=actor, record=book.record, attrs={"through": through.isoformat()},
        )  # fmt: skip
    book.closed_through = through
    return closing


def _close(actor: Actor, book: Book, through: date) -> Closing:
    last = book.closed_through or book.opened_on - timedelta(days=1)
    earlier = (
        Closing.objects.filter(county=book.county, book_id=book.id).order_by("-through").first()
    )
    closing = Closing(
        id=uuid7(), county=book.county, book_id=book.id, place_key=book.place_key,
        through=through, actor=actor.label, actor_name=actor.name[:64], at=clock.now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"county": book.county, "book": book.id, "closing": closing.id,
                                  "through": through, "last": last}  # fmt: skip
        cursor.execute(_CLOSE, values)
        lines = sorted(
            (str(account), int(came), int(went), int(held))
            for account, came, went, held in cursor.fetchall()
        )
        cursor.execute(
            "SELECT count(*) FROM ledger_transfer WHERE county = %(county)s AND book_id = %(book)s"
            " AND day <= %(through)s AND day > %(last)s",
            values,
        )
        closing.transfers = cursor.fetchone()[0]
    if sum(line[3] for line in lines):
        raise errors.BOOKS_WRONG(what=book.title)
    closing.digest = closing_digest(bytes(earlier.digest) if earlier else b"", through, lines)
    closing.save(force_insert=True)
    return closing


def closing_digest(previous: bytes, through: date, lines: list[tuple[str, int, int, int]]) -> bytes:
    """SHA-256 over the digest before, the day, and every line: account, in, out, balance, by account."""
    text = "\n".join(" ".join(map(str, line)) for line in sorted(lines))
    return hashlib.sha256(previous + f"{through.isoformat()}\n{text}".encode()).digest()
