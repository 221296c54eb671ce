"""What the services of points share: the platform's own hand, the journal with its fact, running programmes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q
from zhijin.ledger import errors, forms
from zhijin.ledger.models import Book
from zhijin.ledger.rules import Points

#: Books for residents, who have no permission of their own; who really acted stands in the journal.
HAND = Actor.system("points")


def resident(card: Any) -> Actor:
    """Whoever holds a card, as the journal names them."""
    return Actor("card", str(card.id), card.label, extra_roles=frozenset({"resident"}))


def tell(
    actor: Actor, act: str, record: str, place_code: str, *, subject: str = "", value: int = 1,
    **detail: Any,
) -> None:  # fmt: skip
    """One line in the journal and one fact. Facts of points are personal: no ranking may rest on them."""
    journal.write(actor, f"points.{act}", record, place_key=place_key(place_code), detail=detail)
    facts.record(
        f"points.{act}", at=clock.now(), place_code=place_code, subject=subject or record,
        actor=actor, record=record, value=value,
    )  # fmt: skip


def running(place_code: str, programme: str) -> Book | None:
    """The book of a programme at a village, as far as the transaction sees it."""
    return Book.objects.filter(place_code=place_code, programme=programme).first()


def programme_at(place_code: str, programme: str) -> Points:
    """The rules in force. Raises PS001."""
    for one in forms.at(place_code):
        if one.name == programme:
            return one.model
    raise errors.NO_PROGRAMME()


def revision_at(place_code: str, programme: str) -> UUID:
    """The id of the revision in force. Raises PS001."""
    for one in forms.at(place_code):
        if one.name == programme:
            return one.id
    raise errors.NO_PROGRAMME()


def book_of(actor: Actor, book_id: UUID) -> Book:
    """A book of points in scope. Raises CO404."""
    found = (
        Book.objects.filter(scope_q(actor, "place_key"), id=book_id).exclude(programme="").first()
    )
    if found is None:
        raise NOT_FOUND()
    return found


def in_force(book: Book) -> Points:
    """The rules in force at the book's place: nothing new is given by others. Raises PS001."""
    return programme_at(book.place_code, book.programme)


def rules_of(book: Book) -> Points:
    """The rules in force at the book's place, or those that held there last: what was given by them is still read,
    appealed against and spent after the programme has ended. Raises PR001."""
    return forms.PROGRAMMES.last(book.programme, book.place_code).model
