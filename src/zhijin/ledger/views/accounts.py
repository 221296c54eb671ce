"""Accounts on the desk: households in the order of their numbers, a statement, its Excel, the card, a close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock, journal
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.core.sheets import Column, Watermark, integer, text, write_export
from zhijin.core.sheets import day as day_column
from zhijin.ledger.models import Award, Closing
from zhijin.ledger.naming import kind_title
from zhijin.ledger.points import cards, reads
from zhijin.ledger.points.common import rules_of
from zhijin.ledger.rules import told
from zhijin.ledger.selectors import Statement
from zhijin.ledger.services import close_period
from zhijin.ledger.views.common import chosen, day_of, labelled, lang, uuid_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def lines_of(found: Statement) -> list[dict[str, Any]]:
    """The lines for a page, the newest first, each with its title."""
    rules: dict[str, str] = {}
    rows = []
    for line in reversed(found.lines):
        title = line.memo
        if line.record.startswith("award:") and line.memo:
            title = rules.setdefault(line.record, _rule_title(line.record, line.memo))
        rows.append({"line": line, "kind": kind_title(line.kind), "title": title})
    return rows


def _rule_title(record: str, fallback: str) -> str:
    award = Award.objects.filter(id=record.partition(":")[2]).first()
    return reads.titles([award], lang())[award.id] if award else fallback


@gate("ledger.view", methods=("GET",))
def accounts(request: Request) -> HttpResponse:
    """Everybody's account in one book, by number. There is no other order."""
    books = reads.books(request.actor)
    wanted = uuid_of(request.GET.get("book"))
    book = next((one for one in books if one.id == wanted), books[0] if books else None)
    if book is None:
        return render(request, "ledger/accounts.html", {"books": [], "book": None})
    query = request.GET.get("q", "")
    rules = rules_of(book)
    context = {
        "books": labelled(books), "book": book, "q": query,
        "rows": reads.accounts(book, request.actor, query),
        "rules": [told(rule, lang()) for rule in rules.rules],
        "closings": Closing.objects.filter(county=book.county, book_id=book.id).order_by("-through")[:12],
        "may_close": request.actor.can("ledger.close", book.place_key),
        "yesterday": clock.today() - timedelta(days=1),
    }  # fmt: skip
    return render(request, "ledger/accounts.html", context)


@gate("ledger.close", methods=("POST",), opens=False, rate="20/h")
def close(request: Request) -> HttpResponse:
    """Close a book through a day; nothing can be booked on it or before any more."""
    with scoped(request.actor):
        book = chosen(request)
    try:
        with scoped(request.actor):
            made = close_period(
                actor=request.actor, book=book, through=day_of(request.POST.get("through"))
            )
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, f"{refusal.message}{refusal.help}")
    else:
        messages.success(request, _("已结账到 {day}。").format(day=made.through.isoformat()))
    return redirect(f"{reverse('desk:points-accounts')}?book={book.id}")


@gate("ledger.view", methods=("GET",))
def account(request: Request, pk: UUID) -> HttpResponse:
    """The statement of one household: a year's lines, what stands behind each."""
    held, book = reads.account(request.actor, pk)
    found = reads.year_of(held, clock.today())
    context = {
        "account": held, "book": book, "statement": found, "lines": lines_of(found),
        "card": reads.card_of(held), "may_card": request.actor.can("ledger.post", held.place_key),
    }  # fmt: skip
    return render(request, "ledger/account.html", context)


@gate("ledger.post", methods=("POST",), opens=False, rate="120/h")
def card(request: Request, pk: UUID) -> HttpResponse:
    """Issue a card; the one before ends. The page is to be printed and handed over."""
    with scoped(request.actor):
        held, book = reads.account(request.actor, pk)
        made = cards.issue(actor=request.actor, account=held, book=book)
    return redirect("desk:points-card", pk=pk, card=made.id)


@gate("ledger.post", methods=("GET",))
def card_page(request: Request, pk: UUID, card: UUID) -> HttpResponse:
    """The card as it is printed: code and QR. Every showing is journalled."""
    held, book = reads.account(request.actor, pk)
    found = reads.card_of(held)
    if found is None or found.id != card:
        raise NOT_FOUND()
    code = show_receipt(cards.code_of(found))
    address = settings.ZHIJIN_ORIGIN + reverse("portal:points-card", args=[code])
    journal.write(request.actor, "points.card-shown", f"card:{found.id}", place_key=held.place_key)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2)
    context = {"account": held, "book": book, "code": code, "picture": picture, "card": found}
    response = render(request, "ledger/card.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


_COLUMNS = (
    Column("day", "日期", "Day", day_column(), width=12),
    Column("kind", "种类", "Kind", text(32), width=10),
    Column("title", "事由", "What for", text(200), width=36),
    Column("amount", "分数", "Points", integer(-(10**6), 10**6), width=8),
    Column("balance", "余额", "Balance", integer(0, 10**6), width=8),
    Column("holder", "户", "Holder", text(80), width=20, personal=True),
)  # fmt: skip


@gate("ledger.view", methods=("GET",))
def account_sheet(request: Request, pk: UUID) -> HttpResponse:
    """The statement as an Excel file, with a watermark."""
    held, book = reads.account(request.actor, pk)
    found = reads.year_of(held, clock.today())
    rows = [
        {"day": row["line"].day, "kind": row["kind"], "title": row["title"],
         "amount": row["line"].amount, "balance": row["line"].balance, "holder": held.label}
        for row in reversed(lines_of(found))
    ]  # fmt: skip
    journal.write(
        request.actor, "points.statement-exported", book.record, place_key=held.place_key,
        detail={"account": str(held.id), "lines": len(rows)},
    )  # fmt: skip
    mark = Watermark(request.actor.name, clock.local(clock.now()), _("积分账"))
    return download(
        write_export(_COLUMNS, rows, title=_("积分账"), watermark=mark, english=lang() == "en"),
        f"points-{clock.today():%Y%m%d}.xlsx",
    )


def download(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
