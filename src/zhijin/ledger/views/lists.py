"""The honour list and the reminder list on the desk: proposing, telling, hearing, approving, taking off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.access.api import Request, gate
from zhijin.core import clock, journal
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.scope import scoped
from zhijin.core.sheets import Column, Watermark, text, write_export
from zhijin.core.sheets import day as day_column
from zhijin.ledger.models import Listing
from zhijin.ledger.points import lists as naming
from zhijin.ledger.points import reads
from zhijin.ledger.points.common import rules_of
from zhijin.ledger.views.accounts import download
from zhijin.ledger.views.common import chosen, holder_of, labelled, lang, uuid_of


def _row(request: Request) -> UUID:
    return uuid_of(request.POST.get("row")) or UUID(int=0)


def _propose(request: Request) -> Any:
    book = chosen(request)
    holder = holder_of(book, request.POST.get("who", ""))
    deed = request.POST.get("deed", "")
    if request.POST.get("kind") == Listing.Kind.REMINDER:
        return naming.remind(actor=request.actor, book=book, holder=holder, deed=deed)
    return naming.honour(
        actor=request.actor, book=book, holder=holder, deed=deed, title=request.POST.get("title", ""),
        consent=request.POST.get("consent", ""), shown_as=request.POST.get("shown_as", ""),
    )  # fmt: skip


_ACTS: dict[str, Callable[[Request], Any]] = {
    "propose": _propose,
    "tell": lambda r: naming.tell_first(
        actor=r.actor, listing_id=_row(r), how=r.POST.get("words", "")
    ),
    "hear": lambda r: naming.hear(actor=r.actor, listing_id=_row(r), words=r.POST.get("words", "")),
    "approve": lambda r: naming.approve(actor=r.actor, listing_id=_row(r)),
    "withdraw": lambda r: naming.withdraw(
        actor=r.actor, listing_id=_row(r), why=r.POST.get("words", "")
    ),
}
#: What is said when one was done.
_SAID = {
    "propose": gettext_lazy("已提名，等书记批准。"),
    "tell": gettext_lazy("已登记告知本人。"),
    "hear": gettext_lazy("本人的意见已记下。"),
    "approve": gettext_lazy("已批准公布。"),
    "withdraw": gettext_lazy("已从榜上撤下。"),
}


@gate("ledger.view", opens=False, rate="240/h")
def lists(request: Request) -> HttpResponse:
    """Both lists with what is proposed for them."""
    refusal = None
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("do", ""))
        if act is None:
            raise BAD_REQUEST()
        try:
            with scoped(request.actor):
                act(request)
        except Refusal as error:
            if error.id.startswith("CO"):
                raise
            refusal = error
        else:
            messages.success(request, _SAID[request.POST["do"]])
            return redirect("desk:points-lists")
    with scoped(request.actor):
        context = _context(request) | {"refusal": refusal, "given": request.POST}
        return render(
            request, "ledger/lists.html", context, status=refusal.status if refusal else 200
        )


def _context(request: Request) -> dict[str, Any]:
    actor = request.actor
    books = [
        one for one in labelled(reads.books(actor)) if rules_of(one["book"]).honour is not None
    ]
    reminding = [one for one in books if naming.reminders_on(one["book"])]
    titles = {title.zh: title.in_(lang()) for one in books for title in naming.titles(one["book"])}
    rows: list[dict[str, Any]] = [
        {"row": row, "title": titles.get(row.title, row.title),
         "may_approve": actor.can("ledger.close", row.place_key) and actor.label != row.drafted_by
         and row.state == (Listing.State.DRAFT if row.kind == Listing.Kind.HONOUR else Listing.State.HEARD),
         "may_post": actor.can("ledger.post", row.place_key)}
        for row in reads.lists(actor)
    ]  # fmt: skip
    return {
        "books": books, "reminding": reminding, "titles": titles,
        "honour": [one for one in rows if one["row"].kind == Listing.Kind.HONOUR],
        "reminder": [one for one in rows if one["row"].kind == Listing.Kind.REMINDER],
        "may_post": actor.can("ledger.post"),
    }  # fmt: skip


_COLUMNS = (
    Column("shown_as", "户", "Household", text(80), width=20, personal=True),
    Column("title", "称号", "Title", text(80), width=16),
    Column("deed", "事迹", "Deed", text(300), width=48),
    Column("day", "公布日期", "Since", day_column(), width=12),
    Column("until", "公布到", "Until", day_column(), width=12),
)


@gate("ledger.view", methods=("GET",))
def lists_sheet(request: Request) -> HttpResponse:
    """The honour list for commendations, as an Excel file: in order of time, without points."""
    shown = [
        row for row in reads.lists(request.actor)
        if row.kind == Listing.Kind.HONOUR and row.public_at(clock.now())
    ]  # fmt: skip
    rows = [
        {"shown_as": row.shown_as, "title": row.title, "deed": row.deed,
         "day": clock.local(row.shown_from).date() if row.shown_from else None,
         "until": clock.local(row.shown_until).date() if row.shown_until else None}
        for row in shown
    ]  # fmt: skip
    journal.write(
        request.actor, "points.statement-exported", "listing:honour", detail={"rows": len(rows)}
    )
    mark = Watermark(request.actor.name, clock.local(clock.now()), _("光荣榜"))
    body = write_export(_COLUMNS, rows, title=_("光荣榜"), watermark=mark, english=lang() == "en")
    return download(body, f"honour-{clock.today():%Y%m%d}.xlsx")
