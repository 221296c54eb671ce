"""The HTTP API of points: the rules with the resolution that passed them, the honour list, a statement by one's own
card or by permission. Holders are never in order of points.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads the
types of what it wraps.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from zhijin.access.api import api_gate, client_address
from zhijin.core import clock, journal, ratelimit
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import is_code, place_span
from zhijin.core.rest_shapes import PUBLIC, REFUSED, PlaceQuery, actor_of, known_form
from zhijin.core.scope import scoped
from zhijin.ledger import forms
from zhijin.ledger.models import Account, Book, Listing
from zhijin.ledger.naming import kind_title
from zhijin.ledger.points import cards, reads
from zhijin.ledger.points.common import HAND, book_of
from zhijin.ledger.selectors import Statement, statement

router = Router(tags=["points"])
#: A statement tells of so many days at most.
MOST_DAYS = 800
MOST = 500
Village = Annotated[str, Path(pattern=r"^[1-9][0-9]{11}$", description="A village or community.")]


class ResolutionOut(Schema):
    """The resolution that passed the rules."""

    number: str
    title: str
    passed_on: str
    by: str = Field(description="Which meeting passed it.", examples=["villagers_assembly"])
    due: int
    present: int
    agreed: int


class RuleOut(Schema):
    """One rule and the article of the resolution it rests on."""

    id: str
    title: str
    article: str
    amount: int | None = Field(description="Points; null: as many as the fact tells.")
    source: str = Field(description="`deed`, or the kind of fact that earns it.")


class PointsProgrammeOut(Schema):
    """A points programme in force at a place."""

    id: str
    title: str
    basis: str
    holder: str = Field(description="household or member")
    resolution: ResolutionOut
    rules: list[RuleOut]
    appeal_days: int


class HonourOut(Schema):
    """One on the honour list, by consent; in order of time, without points."""

    place_code: str
    shown_as: str
    title: str
    deed: str
    since: date
    until: date


class PointsAccountOut(Schema):
    """A holder's account; the label is masked."""

    id: UUID
    label: str
    balance: int
    opened_at: Any


class LineOut(Schema):
    """One line of a statement, with the balance after it."""

    day: date
    kind: str
    what: str
    amount: int
    balance: int
    reversed: bool


class StatementOut(Schema):
    """An account from `first` through `last`."""

    account: UUID
    label: str
    programme: str
    first: date
    last: date
    opening: int
    closing: int
    lines: list[LineOut]


def _lang(request: HttpRequest) -> str:
    from django.utils.translation import get_language

    return "en" if (get_language() or "").startswith("en") else "zh"


@router.get("/points/{village}/rules", response={200: list[PointsProgrammeOut], **PUBLIC})
@api_gate(signed_in=False)
def list_points_rules(request: HttpRequest, village: Village) -> Any:
    """The points programmes that hold at a village, each with its resolution. Public."""
    lang = _lang(request)
    return [_programme(one.model, lang) for one in forms.at(_village(village))]


def _village(code: str) -> str:
    """Raises CO404."""
    if not is_code(code):
        raise NOT_FOUND()
    return code


def _programme(found: Any, lang: str) -> dict[str, Any]:
    passed = found.resolution
    numbers = {name: getattr(passed, name) for name in ("number", "by", "due", "present", "agreed")}
    return {
        "id": found.id, "title": found.title.in_(lang), "basis": found.basis, "holder": found.holder,
        "resolution": numbers | {"title": passed.title.in_(lang), "passed_on": str(passed.passed_on)},
        "rules": [
            {"id": rule.id, "title": rule.title.in_(lang), "article": rule.article,
             "amount": rule.amount, "source": rule.given_by}
            for rule in found.rules
        ],
        "appeal_days": found.appeal_days,
    }  # fmt: skip


@router.get("/points/{village}/honours", response={200: list[HonourOut], **PUBLIC})
@api_gate(signed_in=False, opens=False)
def list_honours(request: HttpRequest, village: Village) -> Any:
    """Who is on a village's honour list now, the newest first. Public, by their consent."""
    lo, hi = place_span(_village(village))
    now = clock.now()
    with scoped(HAND):
        rows = Listing.objects.filter(
            place_key__gte=lo, place_key__lt=hi, kind=Listing.Kind.HONOUR,
            state=Listing.State.SHOWN, shown_until__gt=now,
        )  # fmt: skip
        return [_honour(row) for row in rows.order_by("-shown_from", "id")[:MOST]]


def _honour(row: Listing) -> dict[str, Any]:
    since, until = row.shown_from or row.drafted_at, row.shown_until or row.drafted_at
    return {
        "place_code": row.place_code, "shown_as": row.shown_as, "title": row.title, "deed": row.deed,
        "since": clock.local(since).date(), "until": clock.local(until).date(),
    }  # fmt: skip


@router.get(
    "/points/books/{uuid:book_id}/accounts", response={200: list[PointsAccountOut], **REFUSED}
)
@api_gate("ledger.view")
def list_points_accounts(
    request: HttpRequest,
    book_id: UUID,
    q: Annotated[str, Query(max_length=40, description="How the label begins.")] = "",
) -> Any:
    """Holders' accounts of a book by label, 500 at most; never in order of points. Stands in the journal."""
    actor = actor_of(request)
    book = book_of(actor, book_id)
    rows = reads.accounts(book, actor, q)
    journal.write(actor, "points.accounts-listed", book.record, place_key=book.place_key,
                  detail={"rows": len(rows)})  # fmt: skip
    return [
        {"id": row.id, "label": row.label, "balance": row.balance, "opened_at": row.opened_at}
        for row in rows
    ]


class BookOut(Schema):
    """A book of points."""

    id: UUID
    title: str
    programme: str
    place_code: str
    closed_through: date | None


@router.get("/points/books", response={200: list[BookOut], **REFUSED})
@api_gate("ledger.view")
def list_points_books(request: HttpRequest, place: PlaceQuery = "") -> Any:
    """Books of points in your scope, by place."""
    rows = reads.books(actor_of(request))
    code = known_form(place)
    names = ("id", "title", "programme", "place_code", "closed_through")
    return [
        {name: getattr(row, name) for name in names}
        for row in rows
        if row.place_code.startswith(code)
    ]


First = Annotated[date | None, Query(description="First day; by default a year before the last.")]
Last = Annotated[date | None, Query(description="Last day; by default today.")]


@router.get("/points/accounts/{uuid:account_id}/statement", response={200: StatementOut, **REFUSED})
@api_gate("ledger.view")
def get_points_statement(
    request: HttpRequest, account_id: UUID, first: First = None, last: Last = None
) -> Any:
    """A holder's statement, for whoever keeps the book. Stands in the journal."""
    actor = actor_of(request)
    held, book = reads.account(actor, account_id)
    journal.write(actor, "points.statement-read", book.record, place_key=held.place_key,
                  detail={"account": str(held.id)})  # fmt: skip
    return _statement(held, book, first, last)


@router.get("/points/cards/{code}/statements", response={200: list[StatementOut], **PUBLIC})
@api_gate(signed_in=False, opens=False)
def get_own_points(
    request: HttpRequest,
    code: Annotated[str, Path(max_length=24, description="The code of one's own card.")],
    first: First = None,
    last: Last = None,
) -> Any:
    """One's own statements, by the code of one's card; what stands there counts as told from then on."""
    ratelimit.hit(f"points-card:{client_address(request)}", "240/10m")
    card = cards.find(code)
    with scoped(HAND):
        cards.opened(card)
        held = Account.objects.filter(county=card.county, holder=card.holder, closed_at=None)
        books = Book.objects.in_bulk({one.book_id for one in held})
        return [
            _statement(one, books[one.book_id], first, last)
            for one in held.order_by("opened_at", "id")
        ]


def _statement(held: Account, book: Book, first: date | None, last: date | None) -> dict[str, Any]:
    until = last or clock.today()
    try:
        since = first or date(until.year - 1, until.month, min(until.day, 28))
    except ValueError as error:
        raise BAD_REQUEST(fields={"last": "no such year"}) from error
    if since.year < 1900 or not 0 <= (until - since).days <= MOST_DAYS:
        raise BAD_REQUEST(fields={"first": f"at most {MOST_DAYS} days, the first before the last"})
    found: Statement = statement(held, since, until)
    return {
        "account": held.id, "label": held.label, "programme": book.programme, "first": since,
        "last": until, "opening": found.opening, "closing": found.closing,
        "lines": [
            {"day": one.day, "kind": kind_title(one.kind), "what": one.memo, "amount": one.amount,
             "balance": one.balance, "reversed": one.reversed_by is not None}
            for one in found.lines
        ],
    }  # fmt: skip
