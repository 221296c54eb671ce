"""The points shop: stock comes in, points buy it, it is handed out by a code or given back; and it all agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.crypto import blind
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import uuid7
from zhijin.core.scope import scope_q
from zhijin.ledger import errors
from zhijin.ledger.models import Account, Book, Card, Entry, Item, Redemption, StockMove
from zhijin.ledger.points.awards import reason
from zhijin.ledger.points.cards import letters
from zhijin.ledger.points.common import HAND, resident, rules_of, tell
from zhijin.ledger.posting import Leg, post, reverse
from zhijin.ledger.rules.model import Shop
from zhijin.ledger.selectors import transfer as transfer_of
from zhijin.ledger.services import SPENT, own_account

State, Kind = Redemption.State, StockMove.Kind
DEAREST, LARGEST = 10_000, 100_000


def shop_of(book: Book) -> Shop:
    """The shop's rules. Raises PS018 when the programme has none."""
    found = rules_of(book).shop
    if found is None:
        raise errors.NO_SHOP()
    return found


@transaction.atomic(savepoint=False)
def offer(
    *, actor: Actor, book: Book, title: str, price: int, unit: str = "", item_id: UUID | None = None,
    on_offer: bool = True,
) -> Item:  # fmt: skip
    """Put an item on the list, or change its name, price or whether it is offered. Raises CO403, PS018, PS019."""
    actor.require("ledger.post", book.place_key)
    shop_of(book)
    words = " ".join(title.split())
    if not 1 <= len(words) <= 60 or not 1 <= price <= DEAREST or len(unit) > 12:
        raise errors.BAD_ITEM(fields={"title": errors.BAD_ITEM.message})
    item = _item(actor, book, item_id) if item_id else Item(
        county=book.county, place_key=book.place_key, book_id=book.id
    )  # fmt: skip
    item.title, item.price, item.unit, item.on_offer = words, price, unit.strip(), on_offer
    item.changed_at = clock.now()
    item.save()
    tell(actor, "item-changed", f"item:{item.id}", book.place_code, title=words, price=price)
    return item


@transaction.atomic(savepoint=False)
def stock(
    *, actor: Actor, book: Book, item_id: UUID, delta: int, why: str, counted: bool = False
) -> Item:
    """Bring pieces in, or with ``counted`` set the difference of a stock-taking right. Raises PS013, PS019, PS020."""
    actor.require("ledger.post", book.place_key)
    item = _item(actor, book, item_id)
    words = reason(why)
    if not delta or abs(delta) > LARGEST or (delta < 0 and not counted):
        raise errors.BAD_ITEM(fields={"delta": errors.BAD_ITEM.message})
    _move(actor, item, Kind.COUNTED if counted else Kind.IN, delta, words)
    tell(actor, "stocked", f"item:{item.id}", book.place_code, value=abs(delta), delta=delta)
    return item


def _item(actor: Actor, book: Book, item_id: UUID) -> Item:
    rows = Item.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    item = rows.filter(county=book.county, book_id=book.id, id=item_id).first()
    if item is None:
        raise NOT_FOUND()
    return item


def _move(
    actor: Actor, item: Item, kind: str, delta: int, why: str = "", redemption: UUID | None = None
) -> None:
    """Move the stock of a locked item. Raises PS020 when there is not enough."""
    if item.stock + delta < 0:
        raise errors.SOLD_OUT(title=item.title, stock=item.stock)
    item.stock += delta
    item.save(update_fields=["stock"])
    StockMove.objects.create(
        county=item.county, place_key=item.place_key, item_id=item.id, kind=kind, delta=delta,
        why=why, redemption_id=redemption, actor=actor.label, actor_name=actor.name[:64],
        at=clock.now(),
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def redeem(
    *, card: Card, item_id: UUID, quantity: int, key: str, price: int | None = None
) -> Redemption:
    """Spend the card's points on an item, in the platform's scope; the same key: the same redemption.

    The item is locked before the account, always: two who want the last piece wait for each other, and
    one gets it. ``price`` is what the page showed: nobody pays another one unseen. Raises CO404, PS018, PS020
    (sold out), PS021 (quantity), PS027 (another price), LG002 (not enough points), LG007 (the key was used for
    something else).
    """
    item, book, account = _chosen(card, item_id)
    before = Redemption.objects.filter(county=card.county, account_id=account.id, key=key).first()
    if before is not None:
        if (before.item_id, before.quantity) != (item.id, quantity):
            raise errors.OTHER_CONTENT()
        return before
    if not item.on_offer:
        raise NOT_FOUND()
    rules = shop_of(book)
    if price is not None and price != item.price:
        raise errors.OTHER_PRICE(title=item.title, price=item.price)
    if not 1 <= quantity <= rules.most_each:
        raise errors.BAD_QUANTITY(most=rules.most_each)
    made = Redemption(
        id=uuid7(), county=item.county, place_key=account.place_key, book_id=book.id, item_id=item.id,
        title=item.title, quantity=quantity, cost=item.price * quantity, account_id=account.id,
        label=account.label, key=key[:64], state=State.RESERVED, made_at=clock.now(),
        keep_until=clock.now() + timedelta(days=rules.keep_days),
    )  # fmt: skip
    made.code = blind("points.redemption", code_of(made))
    who = resident(card)
    _move(who, item, Kind.REDEEMED, -quantity, redemption=made.id)
    made.transfer_id = post(
        actor=HAND, book=book, kind="redemption",
        legs=[Leg(account.id, -made.cost), Leg(own_account(book, SPENT), made.cost)],
        key=f"redeem:{made.id}", record=f"redemption:{made.id}", memo=item.title,
    ).id  # fmt: skip
    made.save(force_insert=True)
    tell(who, "redeemed", f"redemption:{made.id}", book.place_code, value=quantity)
    return made


def _chosen(card: Card, item_id: UUID) -> tuple[Item, Book, Account]:
    """The item, locked, with its book and the card's account there. Raises CO404."""
    rows = Item.objects.select_for_update(no_key=True)
    item = rows.filter(county=card.county, id=item_id).first()
    if item is None:
        raise NOT_FOUND()
    book = Book.objects.get(county=item.county, id=item.book_id)
    accounts = Account.objects.filter(county=book.county, book_id=book.id, closed_at=None)
    account = accounts.filter(holder=card.holder).first()
    if account is None or book.place_code != card.place_code:
        raise NOT_FOUND()
    return item, book, account


def code_of(redemption: Redemption) -> str:
    """Six letters that its holder shows at the counter; the table holds a digest only."""
    return letters("points-redemption", redemption.id, 6)


def _waiting(actor: Actor, **which: object) -> tuple[Redemption, Book]:
    rows = Redemption.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    found = rows.filter(state=State.RESERVED, **which).first()
    if found is None:
        raise errors.NO_REDEMPTION()
    return found, Book.objects.get(county=found.county, id=found.book_id)


@transaction.atomic(savepoint=False)
def hand_out(*, actor: Actor, book: Book, code: str) -> Redemption:
    """Hand a reserved piece out to whoever shows its code. Raises CO403, PS022."""
    actor.require("ledger.post", book.place_key)
    clean = "".join(code.upper().split()).replace("-", "").replace("O", "0").replace("I", "1")
    digest = blind("points.redemption", clean.replace("L", "1"))
    found, book = _waiting(actor, code=digest, book_id=book.id)
    _done(actor, found, State.HANDED)
    tell(actor, "handed-out", f"redemption:{found.id}", book.place_code, value=found.quantity)
    return found


@transaction.atomic(savepoint=False)
def give_back(*, card: Card, redemption_id: UUID) -> Redemption:
    """The holder does not want it after all: points and piece go back. Raises PS022."""
    rows = Account.objects.filter(county=card.county, holder=card.holder).values("id")
    found, book = _waiting(HAND, id=redemption_id, account_id__in=rows)
    _return(resident(card), found, book, "不要了")
    return found


@transaction.atomic(savepoint=False)
def expire(redemption_id: UUID) -> bool:
    """A piece that nobody came for goes back, and the points with it."""
    found, book = _waiting(HAND, id=redemption_id)
    if found.keep_until > clock.now():
        return False
    _return(HAND, found, book, "逾期未领")
    return True


def _return(actor: Actor, found: Redemption, book: Book, why: str) -> None:
    item = Item.objects.select_for_update(no_key=True).get(county=found.county, id=found.item_id)
    _move(actor, item, Kind.RETURNED, found.quantity, why, found.id)
    reverse(actor=HAND, book=book, transfer=transfer_of(book, found.transfer_id), memo=why)
    _done(actor, found, State.RETURNED)
    tell(actor, "given-back", f"redemption:{found.id}", book.place_code, value=found.quantity)


def _done(actor: Actor, found: Redemption, state: str) -> None:
    found.state, found.done_at = state, clock.now()
    found.done_by, found.done_name = actor.label, actor.name[:64]
    found.save(update_fields=["state", "done_at", "done_by", "done_name"])


# -- does it agree -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One item: what came in, was redeemed, came back, was set right; what there is and should be."""

    item: Item
    came: int
    redeemed: int
    returned: int
    counted: int

    @property
    def taken(self) -> int:
        """How many pieces were redeemed."""
        return -self.redeemed

    @property
    def should(self) -> int:
        return self.came + self.redeemed + self.returned + self.counted

    @property
    def agrees(self) -> bool:
        return self.should == self.item.stock


def lines(book: Book) -> list[Line]:
    """Every item with its movements, by title."""
    items = list(Item.objects.filter(county=book.county, book_id=book.id).order_by("title", "id"))
    # Of this book's items alone: a county has hundreds of shops.
    moved = StockMove.objects.filter(county=book.county, item_id__in=[one.id for one in items])
    kinds = moved.values("item_id", "kind").annotate(sum=Sum("delta"))
    sums = {(x["item_id"], x["kind"]): x["sum"] for x in kinds}
    return [
        Line(item, *(sums.get((item.id, kind), 0) for kind in (Kind.IN, Kind.REDEEMED, Kind.RETURNED, Kind.COUNTED)))
        for item in items
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """Points in the books against what the shop gave for them: the two must be the same."""

    booked: int
    redeemed: int
    lines: tuple[Line, ...]

    @property
    def agrees(self) -> bool:
        return self.booked == self.redeemed and all(line.agrees for line in self.lines)


def reconcile(book: Book) -> Agreement:
    """Compare the spent account with the redemptions, and every stock with its movements."""
    spent = own_account(book, SPENT)
    booked = Entry.objects.filter(county=book.county, account_id=spent).aggregate(s=Sum("amount"))
    rows = Redemption.objects.filter(county=book.county, book_id=book.id)
    redeemed = rows.exclude(state=State.RETURNED).aggregate(s=Sum("cost"))
    return Agreement(booked["s"] or 0, redeemed["s"] or 0, tuple(lines(book)))


def wrong(book: Book) -> Iterator[str]:
    """In words, what does not agree; nothing when all is well."""
    found = reconcile(book)
    if found.booked != found.redeemed:
        yield f"{found.booked} / {found.redeemed}"
    for line in found.lines:
        if not line.agrees:
            yield f"{line.item.title}: {line.item.stock} / {line.should}"
