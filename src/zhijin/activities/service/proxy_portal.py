"""The person's own view of what is done for them: by the code on their slip, without an account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import public
from zhijin.activities.meetings.portal import _uuid
from zhijin.activities.service import proxy_reading, proxy_self, showing, teams
from zhijin.activities.service.common import CLERK
from zhijin.activities.service.proxy_views import _title
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.ids import read_receipt, show_receipt
from zhijin.core.scope import scoped


@public(rate="30/m", opens=False)
def by_code(request: HttpRequest) -> HttpResponse:
    """Where one's application is; withdraw, sign for a paper, say whether it was good, thank."""
    typed = request.POST.get("code", "")[:24]
    context: dict[str, Any] = {"code": typed}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("do") != "find":
                context["said"] = _done(request, typed)
            context |= _found(typed)
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
            context |= _found_if_any(typed)
    answer = render(request, "activities/service/proxy_mine.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _found(typed: str) -> dict[str, Any]:
    """The application as its person sees it. Raises AV120."""
    with scoped(CLERK):
        row = proxy_self.found_by(typed)
        whole = proxy_reading.whole(row)
        title = _title(row)
    return {
        "row": row, "whole": whole, "title": title, "place": showing.place(row.place_code),
        "late": proxy_reading.is_late(row), "code": show_receipt(read_receipt(typed) or ""),
        "going": row.state in ("open", "submitted"), "ended": row.state in ("decided", "closed"),
    }  # fmt: skip


def _found_if_any(typed: str) -> dict[str, Any]:
    try:
        return _found(typed)
    except Refusal:
        return {}


def _done(request: HttpRequest, typed: str) -> str:
    """Do what the form asks; what the page says then. Raises what the services raise."""
    say = request.POST.get
    match say("do", ""):
        case "withdraw":
            proxy_self.withdraw_self(code=typed)
            return _("委托已撤回，代办员会把材料退还给您。")
        case "received":
            proxy_self.receive_self(code=typed, paper_id=_uuid(say("paper", "")))
            return _("已签收。")
        case "rate":
            return _rated(typed, say("satisfied", "1") == "1", say("text", ""), say("signed", ""))
        case _:
            raise BAD_REQUEST()


def _rated(typed: str, satisfied: bool, words: str, signed: str) -> str:
    """Say whether it was good, and praise whoever helped; the community reads the letter before it is shown."""
    with scoped(CLERK):
        row = proxy_self.rate_self(code=typed, satisfied=satisfied)
        if words.strip():
            teams.take_in(
                actor=CLERK, place_code=row.place_code, org_key=row.org_key or 0,
                letter=teams.Letter(words, signed), simulated=row.simulated,
            )  # fmt: skip
    return _("谢谢您的评价。")
