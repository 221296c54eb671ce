"""The reads of points: the desk's lists, a household's own page, what everybody may see. Never in order of points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.ledger import forms
from zhijin.ledger.models import (
    Account,
    Appeal,
    Award,
    Book,
    Card,
    Item,
    Listing,
    Redemption,
    StockMove,
)
from zhijin.ledger.points.common import rules_of
from zhijin.ledger.rules import Points
from zhijin.ledger.selectors import Statement, statement

PAGE = 40
State = Award.State
#: The desk's tabs: what waits for somebody first.
WAITING = (State.PROPOSED, State.CHECKED, State.UNCLAIMED)
TABS = (*WAITING, State.POSTED, State.REFUSED)


def books(actor: Actor) -> list[Book]:
    """Books of points programmes in scope, by place and title."""
    rows = Book.objects.filter(scope_q(actor, "place_key")).exclude(programme="")
    return list(rows.order_by("place_key", "id")[:200])


def award(actor: Actor, award_id: UUID) -> Award:
    """One award in scope. Raises CO404."""
    found = Award.objects.filter(scope_q(actor, "place_key"), id=award_id).first()
    if found is None:
        raise NOT_FOUND()
    return found


def listing(actor: Actor, state: str, before: UUID | None = None) -> list[Award]:
    """A page of awards in one state, the newest first; refused ones with those capped, reversed, lapsed."""
    ended = (State.REFUSED, State.CAPPED, State.REVERSED, State.LAPSED)
    states = ended if state == State.REFUSED else (state,)
    rows = Award.objects.filter(scope_q(actor, "place_key"), state__in=states)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:PAGE])


def counts(actor: Actor) -> dict[str, int]:
    """How many wait in each state, and how many appeals."""
    rows = Award.objects.filter(scope_q(actor, "place_key"), state__in=WAITING)
    found = {x["state"]: x["n"] for x in rows.values("state").annotate(n=Count("id"))}
    found["appeals"] = open_appeals(actor).count()
    return found


def open_appeals(actor: Actor) -> QuerySet[Appeal]:
    """Appeals that wait for an answer, the most urgent first."""
    rows = Appeal.objects.filter(scope_q(actor, "place_key"), state=Appeal.State.OPEN)
    return rows.order_by("due_at", "id")


def said(award_ids: Iterable[UUID]) -> dict[UUID, list[Appeal]]:
    """Replies and appeals by award, in order of time."""
    found: dict[UUID, list[Appeal]] = {}
    for one in Appeal.objects.filter(award_id__in=list(award_ids)).order_by("made_at", "id"):
        found.setdefault(one.award_id, []).append(one)
    return found


def titles(rows: Iterable[Award], lang: str) -> dict[UUID, str]:
    """The rule of each award in words, as it stood when it was given."""
    found = {}
    for one in rows:
        rule = forms.revision(one.revision_id).model.rule(one.rule)
        found[one.id] = rule.title.in_(lang) if rule else one.rule
    return found


def accounts(book: Book, actor: Actor, text: str = "") -> list[Account]:
    """Open accounts of holders, by label. A search narrows by the beginning of the label; nothing sorts by points."""
    rows = Account.objects.filter(
        scope_q(actor, "place_key"), county=book.county, book_id=book.id, kept=True, closed_at=None
    )
    if text.strip():
        rows = rows.filter(label__startswith=text.strip()[:40])
    return list(rows.order_by("label", "id")[:500])


def account(actor: Actor, account_id: UUID) -> tuple[Account, Book]:
    """A holder's account with its book. Raises CO404."""
    found = Account.objects.filter(scope_q(actor, "place_key"), id=account_id, kept=True).first()
    if found is None:
        raise NOT_FOUND()
    rows = Book.objects.filter(county=found.county, id=found.book_id)
    book = rows.exclude(programme="").first()
    if book is None:
        raise NOT_FOUND()
    return found, book


def year_of(held: Account, today: date) -> Statement:
    """The account's lines of the last twelve months."""
    return statement(held, today - timedelta(days=365), today)


def card_of(held: Account) -> Card | None:
    """The holder's present card."""
    return Card.objects.filter(county=held.county, holder=held.holder, ended_at=None).first()


def redemptions(actor: Actor, book: Book, size: int = PAGE) -> list[Redemption]:
    """The newest redemptions; those to hand out first."""
    rows = Redemption.objects.filter(
        scope_q(actor, "place_key"), county=book.county, book_id=book.id
    )
    return sorted(
        rows.order_by("-id")[:size], key=lambda row: row.state != Redemption.State.RESERVED
    )


def moves(book: Book, size: int = PAGE) -> list[tuple[StockMove, str]]:
    """The newest movements of stock with their items' names."""
    names = dict(
        Item.objects.filter(county=book.county, book_id=book.id).values_list("id", "title")
    )
    rows = StockMove.objects.filter(county=book.county, item_id__in=names)
    return [(one, names[one.item_id]) for one in rows.order_by("-at", "-id")[:size]]


def lists(actor: Actor, size: int = 200) -> list[Listing]:
    """Both lists with what is proposed, the newest first."""
    rows = Listing.objects.filter(scope_q(actor, "place_key"))
    return list(rows.order_by("-drafted_at", "id")[:size])


# -- a holder's own page; in the platform's scope ----------------------------------------------


@dataclass(frozen=True)
class Purse:
    """One account of a holder: its book with the rules, the year's lines, and what is said of it."""

    book: Book
    rules: Points
    account: Account
    statement: Statement
    awards: list[Award]
    redemptions: list[Redemption]
    items: list[Item]


def purses(card: Card) -> list[Purse]:
    """Everything of a card's holder."""
    held = Account.objects.filter(county=card.county, holder=card.holder, closed_at=None)
    return [_purse(card, one) for one in held.order_by("opened_at", "id")]


def _purse(card: Card, held: Account) -> Purse:
    book = Book.objects.get(county=card.county, id=held.book_id)
    awards = Award.objects.filter(county=card.county, account_id=held.id).order_by("-day", "-id")
    items = Item.objects.filter(county=card.county, book_id=book.id, on_offer=True, stock__gt=0)
    redeemed = Redemption.objects.filter(county=card.county, account_id=held.id)
    return Purse(
        book, rules_of(book), held, year_of(held, clock.today()), list(awards[:PAGE]),
        list(redeemed.order_by("-made_at")[:PAGE]), list(items.order_by("title", "id")[:100]),
    )  # fmt: skip


def listings_of(card: Card) -> list[Listing]:
    """Where the holder stands on a list, or is proposed for one."""
    rows = Listing.objects.filter(county=card.county, holder=card.holder)
    return list(rows.exclude(state=Listing.State.ENDED).order_by("-drafted_at"))
