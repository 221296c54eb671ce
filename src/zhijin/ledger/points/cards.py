"""The card of a household or member: its code opens its own points on the portal, and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.crypto import blind, hmac_sm3
from zhijin.core.ids import read_receipt
from zhijin.core.scope import scoped
from zhijin.ledger import errors
from zhijin.ledger.models import Account, Award, Book, Card
from zhijin.ledger.points import awards
from zhijin.ledger.points.common import HAND, rules_of, tell

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def letters(purpose: str, one: UUID, count: int) -> str:
    """``count`` letters of Crockford's base 32 drawn from an id with the installation's key."""
    number = int.from_bytes(hmac_sm3(purpose, one.bytes)[:8], "big")
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(count))


def code_of(card: Card) -> str:
    """Ten characters, unguessable without the installation's key; the table holds a digest only."""
    return letters("points-card", card.id, 10)


@transaction.atomic(savepoint=False)
def issue(*, actor: Actor, account: Account, book: Book) -> Card:
    """Give the holder of an account a card; the one before ends. Raises CO403."""
    actor.require("ledger.post", account.place_key)
    # Two who press at once: the second waits, and ends the first one's card.
    Account.objects.select_for_update(no_key=True).filter(
        county=account.county, id=account.id
    ).first()
    same = Card.objects.filter(county=account.county, holder=account.holder, ended_at=None)
    same.update(ended_at=clock.now())
    card = Card(
        county=account.county, place_code=book.place_code, place_key=account.place_key,
        holder=account.holder, label=account.label, issued_at=clock.now(), issued_name=actor.name[:64],
    )  # fmt: skip
    card.code = blind("points.card", code_of(card))
    card.save(force_insert=True)
    tell(actor, "card-issued", f"card:{card.id}", book.place_code)
    return card


def find(code: str) -> Card:
    """The card of a code as somebody typed it. Raises PS017. Runs in a scope of its own."""
    clean = read_receipt(code)
    with scoped(HAND):
        found = (
            Card.objects.filter(code=blind("points.card", clean), ended_at=None).first()
            if clean
            else None
        )
    if found is None:
        raise errors.NO_CARD()
    return found


@transaction.atomic(savepoint=False)
def opened(card: Card) -> None:
    """Whoever opened the page has been told what stands there: the days for an appeal begin."""
    rows = Award.objects.select_for_update(no_key=True).filter(
        county=card.county, holder=card.holder, told_at=None,
        state__in=(Award.State.CHECKED, Award.State.POSTED, Award.State.REFUSED, Award.State.CAPPED),
    )  # fmt: skip
    books: dict[UUID, int] = {}
    for award in rows:
        if award.book_id not in books:
            book = Book.objects.get(county=card.county, id=award.book_id)
            books[award.book_id] = rules_of(book).appeal_days
        awards.mark_told(award, books[award.book_id], "portal")
