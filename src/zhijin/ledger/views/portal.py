"""Points on the portal: a household's own page by its card, and a village's rules, shop and honour list for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import client_address, public
from zhijin.core import clock, ratelimit
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.ids import is_code, show_receipt
from zhijin.core.scope import scoped
from zhijin.ledger import forms
from zhijin.ledger.models import Award, Book, Card, Item, Listing, Redemption
from zhijin.ledger.points import appeals, cards, claims, lists, reads, shop
from zhijin.ledger.points.common import HAND
from zhijin.ledger.rules import explain
from zhijin.ledger.views.accounts import lines_of
from zhijin.ledger.views.common import lang, number_of, uuid_of
from zhijin.places import api as places


@public(rate="30/10m", opens=False)
def enter(request: HttpRequest) -> HttpResponse:
    """Type in the code of one's card."""
    context: dict[str, Any] = {"place": _place(request.COOKIES.get("place", ""))}
    if request.method == "POST":
        try:
            card = cards.find(request.POST.get("code", ""))
        except Refusal as refusal:
            context |= {"refusal": refusal, "code": request.POST.get("code", "")}
            return render(request, "ledger/card_form.html", context, status=refusal.status)
        return redirect("portal:points-card", code=show_receipt(cards.code_of(card)))
    return render(request, "ledger/card_form.html", context)


def _place(code: str) -> Any:
    return places.find(code) if is_code(code) and len(code) == 12 else None


def _id(request: HttpRequest, name: str) -> UUID:
    return uuid_of(request.POST.get(name)) or UUID(int=0)


def _appeal(request: HttpRequest, card: Card) -> str:
    appeals.say(card=card, award_id=_id(request, "award"), text=request.POST.get("text", ""))
    return _("已经收到您的意见。")


def _redeem(request: HttpRequest, card: Card) -> str:
    price = request.POST.get("price", "")
    made = shop.redeem(
        card=card, item_id=_id(request, "item"), price=number_of(price) if price else None,
        quantity=number_of(request.POST.get("quantity", "1")),
        key=request.POST.get("idempotency_key", "") or str(_id(request, "item")),
    )  # fmt: skip
    return _("已兑换，凭领取码 {code} 到积分超市领取。").format(code=shop.code_of(made))


def _give_back(request: HttpRequest, card: Card) -> str:
    shop.give_back(card=card, redemption_id=_id(request, "redemption"))
    return _("已退回，积分已经还给您。")


def _withdraw(request: HttpRequest, card: Card) -> str:
    lists.withdraw_consent(card=card, listing_id=_id(request, "listing"))
    return _("已撤下光荣榜。")


_ACTS: dict[str, Callable[[HttpRequest, Card], str]] = {
    "appeal": _appeal, "redeem": _redeem, "give-back": _give_back, "withdraw": _withdraw,
}  # fmt: skip


@public(rate="60/10m", opens=False)
def card(request: HttpRequest, code: str) -> HttpResponse:
    """One's own points: balance, every entry with its reason, replying, appealing, redeeming."""
    if request.method == "GET":
        ratelimit.hit(f"points-card:{client_address(request)}", "240/10m")
    found = cards.find(code)
    refusal = None
    if request.method == "POST":
        try:
            messages.success(request, _acted(request, found))
        except Refusal as error:
            refusal = error
        else:
            return redirect("portal:points-card", code=code)
    with scoped(HAND):
        if request.method == "GET":
            cards.opened(found)
        context = _context(found) | {"refusal": refusal, "given": request.POST}
        response = render(
            request, "ledger/own.html", context, status=refusal.status if refusal else 200
        )
    response.headers["Cache-Control"] = "private, no-store"
    # The address is the key: it goes to no other site with a link. Not "no-referrer": browsers then send no
    # origin with a form either, and it is refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _acted(request: HttpRequest, found: Card) -> str:
    do = request.POST.get("do", "")
    if do == "claim":
        made = claims.claim(card=found, code=request.POST.get("status_code", ""))
        return _("已认领 {n} 笔。").format(n=len(made))
    act = _ACTS.get(do)
    if act is None:
        raise BAD_REQUEST()
    with scoped(HAND):
        return act(request, found)


def _context(found: Card) -> dict[str, Any]:
    purses = reads.purses(found)
    entries = [award for purse in purses for award in purse.awards]
    said = reads.said([award.id for award in entries])
    titles = reads.titles(entries, lang())
    return {
        "card": found, "code": show_receipt(cards.code_of(found)), "place": _place(found.place_code),
        "purses": [
            {"purse": purse, "title": purse.rules.title.in_(lang()),
             "lines": lines_of(purse.statement),
             "awards": [_entry(award, titles[award.id], said.get(award.id, [])) for award in purse.awards],
             "redemptions": [
                 {"row": row, "code": shop.code_of(row) if row.state == Redemption.State.RESERVED else ""}
                 for row in purse.redemptions
             ]}
            for purse in purses
        ],
        "listings": reads.listings_of(found),
    }  # fmt: skip


def _entry(award: Award, title: str, said: list[Any]) -> dict[str, Any]:
    over = award.appeal_until is not None and clock.now() > award.appeal_until
    appealed = any(one.kind == "appeal" for one in said)
    may_reply = award.state == Award.State.PROPOSED
    return {
        "row": award, "title": title, "said": said, "may_reply": may_reply,
        "may_say": may_reply or (award.state in appeals.OPEN_TO_APPEAL and not over and not appealed),
    }  # fmt: skip


@public(methods=("GET",), opens=False)
def village(request: HttpRequest, code: str) -> HttpResponse:
    """What everybody may read: the rules and their resolution, the shop, the honour list by time."""
    place = _place(code)
    if place is None:
        raise NOT_FOUND()
    with scoped(HAND):
        books = list(
            Book.objects.filter(place_code=code).exclude(programme="").order_by("programme")
        )
        running = {book.programme: book for book in books}
        programmes = [
            {"book": running[one.name], "title": one.model.title.in_(lang()),
             "sections": explain(one.model, lang())}
            for one in forms.at(code) if one.name in running
        ]  # fmt: skip
        items = Item.objects.filter(book_id__in=[book.id for book in books], on_offer=True)
        context = {
            "place": place, "label": places.label(code), "programmes": programmes,
            "items": list(items.order_by("title", "id")[:200]),
            "honour": lists.public(code, Listing.Kind.HONOUR),
            "reminder": lists.public(code, Listing.Kind.REMINDER),
        }  # fmt: skip
        return render(request, "ledger/village.html", context)
