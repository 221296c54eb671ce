"""The lexicon of a place: how its own words are read; entered, changed and removed here, learnt from corrections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.broadcast import lexicon, showing
from zhijin.broadcast.services import lexicon as services
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.places import api as places

PAGE = 50
WHERE = places.Question(permission="broadcast.view")
STANDS = places.Question(permission="broadcast.make")


@gate("broadcast.view", rate="60/m")
def listing(request: Request) -> HttpResponse:
    """The words at or below a place, those that come from above, and a form for another."""
    refusal: Refusal | None = None
    home = showing.home_place(request)
    stands = places.pick(request.actor, request.POST or {"place_code": home}, "place_code", STANDS)
    if request.method == "POST":
        request.actor.require("broadcast.make")
        try:
            _do(request, stands)
        except Refusal as error:
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            return redirect("desk:lexicon")
    asked = request.GET if request.GET.get("place", "").strip() else {"place": home}
    picked = places.pick(request.actor, asked, "place", WHERE)
    page = Paginator(lexicon.own(request.actor, picked.code), PAGE).get_page(
        request.GET.get("page")
    )
    above = lexicon.inherited(picked.code)[:200]
    codes = {row.place_code for row in page} | {held.place_code for _word, held in above}
    names = places.labels(sorted(codes), skip=2)
    context: dict[str, Any] = {
        "page": page, "picked": picked, "stands": stands, "refusal": refusal, "given": request.POST,
        "rows": [
            {"row": row, "place": names[row.place_code], "shown": lexicon.shown(row.pinyin),
             "mine": request.actor.can("broadcast.make", row.place_key)}
            for row in page
        ],
        "above": [
            (word, lexicon.shown(" ".join(held.readings)), names[held.place_code]) for word, held in above
        ],
        "can_make": request.actor.can("broadcast.make"),
    }  # fmt: skip
    status = refusal.status if refusal else 200
    return render(request, "broadcast/lexicon.html", context, status=status)


def _do(request: Request, stands: places.Picked) -> None:
    given = request.POST
    match given.get("do", ""):
        case "add":
            row = services.put(
                actor=request.actor, place_code=stands.sure(), word=given.get("word", ""),
                pinyin=given.get("pinyin", ""),
            )  # fmt: skip
            messages.success(request, _("记住了：{word}。").format(word=row.word))
        case "change":
            services.change(
                actor=request.actor, pk=_id(given.get("id", "")), pinyin=given.get("pinyin", "")
            )
            messages.success(request, _("读音已改，下一次试听就用它。"))
        case "remove":
            services.remove(actor=request.actor, pk=_id(given.get("id", "")))
            messages.success(request, _("已删去，不再这样念。"))
        case _:
            raise BAD_REQUEST()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NOT_FOUND() from error
