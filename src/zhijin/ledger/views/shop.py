"""The shop on the desk: what is on offer, stock, handing out by code, and whether it agrees with the books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock, journal
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.scope import scoped
from zhijin.core.sheets import Column, integer, text, write_export
from zhijin.ledger.models import Book
from zhijin.ledger.points import reads
from zhijin.ledger.points import shop as goods
from zhijin.ledger.views.accounts import download
from zhijin.ledger.views.common import chosen, labelled, lang, number_of, shops, uuid_of


def _offer(request: Request, book: Book) -> str:
    item = goods.offer(
        actor=request.actor, book=book, title=request.POST.get("title", ""),
        price=number_of(request.POST.get("price")), unit=request.POST.get("unit", ""),
        item_id=uuid_of(request.POST.get("item")), on_offer=request.POST.get("on_offer", "1") == "1",
    )  # fmt: skip
    return _("已保存：{title}。").format(title=item.title)


def _stock(request: Request, book: Book) -> str:
    item = goods.stock(
        actor=request.actor, book=book, item_id=uuid_of(request.POST.get("item")) or UUID(int=0),
        delta=number_of(request.POST.get("delta")), why=request.POST.get("why", ""),
        counted=request.POST.get("counted") == "1",
    )  # fmt: skip
    return _("{title}现有 {stock}。").format(title=item.title, stock=item.stock)


def _hand_out(request: Request, book: Book) -> str:
    done = goods.hand_out(actor=request.actor, book=book, code=request.POST.get("code", ""))
    return _("请交给 {who}：{title} × {n}。").format(
        who=done.label, title=done.title, n=done.quantity
    )


_ACTS: dict[str, Callable[[Request, Book], str]] = {
    "offer": _offer, "stock": _stock, "hand-out": _hand_out,
}  # fmt: skip


@gate("ledger.view", opens=False, rate="600/h")
def shop(request: Request) -> HttpResponse:
    """The shop of one village."""
    refusal = None
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("do", ""))
        if act is None:
            raise BAD_REQUEST()
        with scoped(request.actor):
            book = chosen(request)
        try:
            with scoped(request.actor):
                said = act(request, book)
        except Refusal as error:
            if error.id.startswith("CO"):
                raise
            refusal = error
        else:
            messages.success(request, said)
            return redirect(f"{reverse('desk:points-shop')}?book={book.id}")
    with scoped(request.actor):
        context = _context(request) | {"refusal": refusal, "given": request.POST}
        return render(
            request, "ledger/shop.html", context, status=refusal.status if refusal else 200
        )


def _context(request: Request) -> dict[str, Any]:
    books = shops(request.actor)
    wanted = uuid_of(request.POST.get("book") or request.GET.get("book"))
    book = next((one for one in books if one.id == wanted), books[0] if books else None)
    if book is None:
        return {"books": [], "book": None}
    return {
        "books": labelled(books), "book": book, "agreement": goods.reconcile(book),
        "wrong": list(goods.wrong(book)), "redemptions": reads.redemptions(request.actor, book),
        "moves": reads.moves(book, 20), "may_post": request.actor.can("ledger.post", book.place_key),
    }  # fmt: skip


_COLUMNS = (
    Column("title", "商品", "Item", text(60), width=24),
    Column("price", "每件分数", "Points each", integer(0, 10**6), width=10),
    Column("came", "进货", "Came in", integer(0, 10**6), width=8),
    Column("redeemed", "兑换", "Redeemed", integer(-(10**6), 0), width=8),
    Column("returned", "退回", "Given back", integer(0, 10**6), width=8),
    Column("counted", "盘点调整", "Stock-taking", integer(-(10**6), 10**6), width=10),
    Column("should", "应有", "Should be", integer(0, 10**6), width=8),
    Column("stock", "现有", "Is", integer(0, 10**6), width=8),
)  # fmt: skip


@gate("ledger.view", methods=("GET",))
def shop_sheet(request: Request) -> HttpResponse:
    """The shop's reconciliation as an Excel file; nobody's name in it."""
    book = chosen(request)
    rows = [
        {"title": one.item.title, "price": one.item.price, "came": one.came,
         "redeemed": one.redeemed, "returned": one.returned, "counted": one.counted,
         "should": one.should, "stock": one.item.stock}
        for one in goods.lines(book)
    ]  # fmt: skip
    journal.write(request.actor, "points.statement-exported", book.record, place_key=book.place_key)
    body = write_export(_COLUMNS, rows, title=_("积分超市"), english=lang() == "en")
    return download(body, f"shop-{clock.today():%Y%m%d}.xlsx")
