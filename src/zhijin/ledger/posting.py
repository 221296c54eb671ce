"""The one way into the books: a transfer with entries that sum to zero, in the caller's transaction.

Two statements move the money: one writes the transfer (nothing if its key was used or its day is
closed), one locks the kept accounts in a fixed order, checks their bounds, and writes the entries. A
deferred trigger refuses any transfer that does not sum to zero, whoever writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.statements import send
from zhijin.ledger import errors
from zhijin.ledger.models import Account, Book, Transfer

#: A leg is refused beyond this: sums of a book stay far below 2⁶³.
LARGEST = 10**15

_TRANSFER = """
WITH book AS MATERIALIZED (
  SELECT closed_through, opened_on FROM ledger_book WHERE id = %(book)s AND county = %(county)s
  FOR KEY SHARE)
INSERT INTO ledger_transfer (id, county, book_id, place_key, at, day, kind, memo, actor, actor_name,
  record, key, digest, reverses)
SELECT %(id)s, %(county)s, %(book)s, %(place_key)s, %(at)s, %(day)s, %(kind)s, %(memo)s, %(actor)s,
  %(actor_name)s, %(record)s, %(key)s, %(digest)s, %(reverses)s::uuid
FROM book WHERE opened_on <= %(day)s AND (closed_through IS NULL OR closed_through < %(day)s)
ON CONFLICT (county, book_id, key) DO NOTHING RETURNING id
"""
# Locked in the order of their ids, so that two transfers over the same accounts never wait for each
# other. The UPDATE sees the balance as it stands after the wait. Accounts that are not kept lie on
# another path: nobody waits for their row.
_ENTRIES = """
WITH leg AS (SELECT * FROM unnest(%(accounts)s::uuid[], %(amounts)s::bigint[], %(ids)s::uuid[])
    AS leg (account_id, amount, id)),
kept AS MATERIALIZED (
  SELECT a.id, a.place_key FROM ledger_account a
  WHERE a.id = ANY(%(accounts)s::uuid[]) AND a.county = %(county)s AND a.book_id = %(book)s
    AND a.kept AND a.closed_at IS NULL
  ORDER BY a.id FOR NO KEY UPDATE),
moved AS (
  UPDATE ledger_account a SET balance = a.balance + leg.amount FROM kept, leg
  WHERE a.id = kept.id AND a.county = %(county)s AND leg.account_id = kept.id
    AND (a.least IS NULL OR leg.amount > 0 OR a.balance + leg.amount >= a.least)
  RETURNING a.id, a.place_key, a.balance),
touched AS (
  SELECT id, place_key, balance FROM moved
  UNION ALL
  SELECT a.id, a.place_key, NULL FROM ledger_account a
  WHERE a.id = ANY(%(accounts)s::uuid[]) AND a.county = %(county)s AND a.book_id = %(book)s
    AND NOT a.kept AND a.closed_at IS NULL)
INSERT INTO ledger_entry (id, county, book_id, transfer_id, account_id, place_key, at, day, amount, balance)
SELECT leg.id, %(county)s, %(book)s, %(id)s, leg.account_id, touched.place_key, %(at)s, %(day)s, leg.amount,
  touched.balance
FROM leg JOIN touched ON touched.id = leg.account_id
RETURNING account_id
"""


@dataclass(frozen=True, slots=True)
class Leg:
    """``amount`` in the book's unit: positive goes into ``account``, negative comes out of it."""

    account: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Posted:
    """``replayed``: this very transfer had been booked before; nothing was booked now."""

    id: UUID
    replayed: bool = False


def post(
    *,
    actor: Actor,
    book: Book,
    kind: str,
    legs: Sequence[Leg],
    key: str,
    memo: str = "",
    record: str = "",
    day: date | None = None,
    reverses: UUID | None = None,
) -> Posted:
    """Book one transfer in the current transaction. The same ``key`` and content: the same transfer.

    Raises LG001 (does not sum to zero), LG002 (overspent), LG003 (no such account), LG004 (period
    closed), LG007 (key used for something else), LG012 (day), CO403. A refusal leaves nothing behind
    as long as the caller lets it end the transaction or its savepoint.
    """
    actor.require("ledger.post", book.place_key)
    _balanced(legs)
    at = clock.now()
    on = day or clock.local(at).date()
    if on > clock.local(at).date():
        raise errors.BAD_DAY(day=on.isoformat())
    words = {"kind": kind, "key": _short(key), "memo": memo[:200], "record": record}
    values = _values(actor, book, legs, words, at, on, reverses)
    with transaction.atomic(savepoint=False):
        if send(_TRANSFER, values).fetchone() is None:
            return _why_not(book, values)
        if send(_ENTRIES, values).rowcount != len(legs):
            raise _refused(book, legs)
        _tell(actor, book, kind, legs, values)
    return Posted(values["id"])


def reverse(*, actor: Actor, book: Book, transfer: Transfer, memo: str, key: str = "") -> Posted:
    """Take a transfer back by one that mirrors it, on today's date. Raises LG005, LG006, and as :func:`post`."""
    if transfer.reverses is not None:
        raise errors.NOT_REVERSIBLE()
    try:
        return _mirrored(actor, book, transfer, memo, key)
    except IntegrityError as error:
        # Somebody took it back at the same moment under another key; the index let one of them.
        if "ledger_transfer_reversed" not in str(error):
            raise
        raise errors.ALREADY_REVERSED() from error


def _mirrored(actor: Actor, book: Book, transfer: Transfer, memo: str, key: str) -> Posted:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, -amount FROM ledger_entry WHERE transfer_id = %s AND county = %s",
            [transfer.id, book.county],
        )
        legs = [Leg(*row) for row in cursor.fetchall()]
        chosen = key or f"reverse:{transfer.id}"
        taken = Transfer.objects.filter(county=book.county, reverses=transfer.id).first()
        if taken is not None and taken.key != chosen:
            raise errors.ALREADY_REVERSED()
        return post(
            actor=actor, book=book, kind="reversal", legs=legs, memo=memo, record=transfer.record,
            key=chosen, reverses=transfer.id,
        )  # fmt: skip


def _balanced(legs: Sequence[Leg]) -> None:
    total = sum(leg.amount for leg in legs)
    once = len({leg.account for leg in legs}) == len(legs)
    sizes = all(leg.amount and abs(leg.amount) <= LARGEST for leg in legs)
    if total or len(legs) < 2 or not once or not sizes:
        raise errors.UNBALANCED(sum=total)


def _values(
    actor: Actor, book: Book, legs: Sequence[Leg], words: Mapping[str, str], at: datetime, day: date,
    reverses: UUID | None,
) -> dict[str, Any]:  # fmt: skip
    ordered = sorted(legs, key=lambda leg: leg.account)
    digest = content_digest(
        words["kind"], words["memo"], words["record"], str(reverses or ""),
        [(str(leg.account), leg.amount) for leg in ordered],
    )  # fmt: skip
    return {
        **words, "id": uuid7(), "county": book.county, "book": book.id, "place_key": book.place_key,
        "at": at, "day": day, "actor": actor.label, "actor_name": actor.name[:64],
        "digest": digest, "reverses": reverses, "accounts": [leg.account for leg in ordered],
        "amounts": [leg.amount for leg in ordered], "ids": [uuid7() for _ in ordered],
    }  # fmt: skip


def content_digest(
    kind: str, memo: str, record: str, reverses: str, legs: Sequence[tuple[str, int]]
) -> bytes:
    """SHA-256 of what a transfer says; ``legs`` are (account, amount) in the order of accounts."""
    content = [kind, memo, record, reverses, [list(leg) for leg in legs]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).digest()


def _short(key: str) -> str:
    return key if len(key) <= 64 else hashlib.sha256(key.encode()).hexdigest()


def _why_not(book: Book, values: Mapping[str, Any]) -> Posted:
    """The earlier transfer of this key; or the refusal: its day is closed, or before the books began."""
    earlier = Transfer.objects.filter(
        county=book.county, book_id=book.id, key=values["key"]
    ).first()
    if earlier is not None:
        if bytes(earlier.digest) != values["digest"]:
            raise errors.OTHER_CONTENT()
        return Posted(earlier.id, replayed=True)
    now = Book.objects.filter(county=book.county, id=book.id).first()
    if now is None or values["day"] < now.opened_on:
        raise errors.BAD_DAY(day=values["day"].isoformat())
    raise errors.PERIOD_CLOSED(day=values["day"].isoformat(), through=now.closed_through)


def _refused(book: Book, legs: Sequence[Leg]) -> Exception:
    """Why fewer entries were written than there are legs. Their rows are locked: what is read holds."""
    found = {
        account.id: account
        for account in Account.objects.filter(
            county=book.county, book_id=book.id, id__in=[leg.account for leg in legs]
        )
    }
    for leg in legs:
        account = found.get(leg.account)
        if account is None or account.closed_at is not None:
            return errors.NO_ACCOUNT()
        below = account.least is not None and account.balance + leg.amount < account.least
        if account.kept and leg.amount < 0 and below:
            return errors.OVERSPENT(
                account=account.label, balance=account.balance, amount=-leg.amount
            )
    return errors.NO_ACCOUNT()


def _tell(
    actor: Actor, book: Book, kind: str, legs: Sequence[Leg], values: Mapping[str, Any]
) -> None:
    moved = sum(leg.amount for leg in legs if leg.amount > 0)
    act = "book.reversed" if values["reverses"] else "book.posted"
    journal.write(
        actor, act, book.record, place_key=book.place_key,
        detail={"transfer": str(values["id"]), "kind": kind, "moved": moved},
    )  # fmt: skip
    facts.record(
        f"ledger.{'reversed' if values['reverses'] else 'posted'}", at=values["at"],
        place_code=book.place_code, subject=book.kind, actor=actor, value=moved,
        record=f"transfer:{values['id']}", attrs={"kind": kind, "book": str(book.id)},
    )  # fmt: skip
