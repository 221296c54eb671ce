"""What the desk's pages of points share: the chosen book, uploaded photos, dates from a form."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import get_language

from zhijin.access.api import Request
from zhijin.core import clock, files
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import is_code
from zhijin.ledger.models import Book
from zhijin.ledger.points import holders, reads
from zhijin.ledger.points.common import book_of, rules_of
from zhijin.places import api as places

MOST_PHOTOS = 4


def lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def uuid_of(text: str | None) -> UUID | None:
    """The id in a form or query; None when there is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def number_of(text: str | None) -> int:
    """A whole number from a form. Raises CO400."""
    try:
        return int(text or "")
    except ValueError:
        raise BAD_REQUEST() from None


def day_of(text: str | None) -> date:
    """A day from a form; today when nothing is given. Raises CO400."""
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise BAD_REQUEST() from None


def chosen(request: Request, name: str = "book") -> Book:
    """The book that the form or query names. Raises CO400, CO404."""
    given = uuid_of(request.POST.get(name) or request.GET.get(name))
    if given is None:
        raise BAD_REQUEST()
    return book_of(request.actor, given)


def shops(actor: Actor) -> list[Book]:
    """Books in scope whose programme has a shop."""
    return [book for book in reads.books(actor) if rules_of(book).shop is not None]


def labelled(books: list[Book]) -> list[dict[str, Any]]:
    """Books with the names of their villages."""
    names = places.labels([book.place_code for book in books], skip=3)
    return [{"book": book, "place": names.get(book.place_code, "")} for book in books]


def holder_of(book: Book, text: str) -> holders.Holder:
    """Who a form names: a household's number, or a member's id. Raises PS003."""
    if rules_of(book).holder == "household":
        return holders.household(book.place_code, text, clock.today())
    return holders.member(book.place_code, uuid_of(text) or UUID(int=0), clock.today())


def photos_of(request: HttpRequest, name: str = "photos") -> list[str]:
    """Digests of the photos that came with a form, stored. Raises FL001–FL003, CO400."""
    uploads = [f for f in request.FILES.getlist(name) if isinstance(f, UploadedFile) and f.size]
    if len(uploads) > MOST_PHOTOS:
        raise BAD_REQUEST()
    return [
        files.store_photo(cast("Any", one.file), one.name or "photo", one.size or 0).digest
        for one in uploads
    ]


def own_village(request: Request) -> str:
    """The village that the reader works in; empty for somebody above."""
    codes = [g.place_code for g in request.actor.grants if g.over_place and is_code(g.place_code)]
    return next((code[:12] for code in codes if len(code) >= 12), "")
