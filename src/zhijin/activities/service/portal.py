"""Service without an account: a member's own page by their private link, and the page on which those served confirm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import public
from zhijin.activities import errors
from zhijin.activities.meetings.portal import _member, _uuid
from zhijin.activities.models import Claim, HelpVisit, Need
from zhijin.activities.service import (
    claiming,
    helping,
    reading,
    reporting,
    showing,
    teams,
    vouching,
)
from zhijin.activities.service.common import BY_LINK, CLERK, by_code
from zhijin.activities.service.views_helping import visited_of
from zhijin.core import ratelimit
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.ids import is_code, read_receipt, show_receipt
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people.api import BranchMember, member_link
from zhijin.places import api as places

#: Names and telephones tried in one community, right ones and wrong ones.
NAMED_RATE = "40/h"


@public(rate="120/m", opens=False)
def my_service(request: HttpRequest, token: str) -> HttpResponse:
    """What a member does for their community and the households they look after."""
    member = _member(request, token)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            context = {"said": _done(request, member)}
        except Refusal as refusal:
            context, status = {"refusal": refusal}, refusal.status
    q = request.GET.get("q", "")
    with scoped(BY_LINK):
        mine = reading.of_member(member)
        org = orgs.get(BY_LINK, member.org_key)
    context |= {
        "member": member, "org": org, "mine": mine, "q": q, "found": showing.villages(q),
        "place": showing.place(mine.report.place_code) if mine.report else "",
        "tones": showing.TONES, "visits": HelpVisit.Kind.choices, "token": member_link(member),
    }  # fmt: skip
    answer = render(request, "activities/service/mine.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "same-origin"
    return answer


#: Names and telephones tried in one community, right and wrong ones.
NAMED_RATE = "40/h"


def _done(request: HttpRequest, member: BranchMember) -> str:
    """Do what the form asks; what the page says then. Raises what the services raise."""
    say = request.POST.get

    def report() -> str:
        reporting.report_self(member=member, place_code=say("place", ""), offers=say("offers", ""))
        return _("报到好了，社区和单位都看得到。")

    def end() -> str:
        reporting.end_self(member=member, why=say("why", ""))
        return _("已结束报到。")

    def claim() -> str:
        claiming.claim_self(member=member, need_id=_uuid(say("need", "")))
        return _("认领好了，到时候见。")

    def withdraw() -> str:
        claiming.withdraw_self(member=member, claim_id=_uuid(say("claim", "")))
        return _("已退出，名额还给了别人。")

    def done() -> str:
        claiming.report_done_self(
            member=member, claim_id=_uuid(say("claim", "")), done=showing.done_of(request)
        )
        return _("已登记，等受助的人或社区确认。")

    def visit() -> str:
        helping.visit_self(
            member=member, link_id=_uuid(say("link", "")), visited=visited_of(request)
        )
        return _("已记下。")

    acts: dict[str, Callable[[], str]] = {
        "report": report, "end": end, "claim": claim, "withdraw": withdraw, "done": done, "visit": visit,
    }  # fmt: skip
    act = acts.get(say("do", ""))
    if act is None:
        raise BAD_REQUEST()
    return act()


@public(methods=("GET",))
def needs(request: HttpRequest, code: str) -> HttpResponse:
    """What a village or community asks for now, and how anybody may take it up; nobody is named."""
    place = places.find(code) if is_code(code) and len(code) == 12 else None
    if place is None:
        raise NOT_FOUND()
    with scoped(CLERK):
        rows = reading.open_at(code)
        called = reading.team_names(need.team_id for need in rows)
        context = {
            "place": place, "needs": [(need, called.get(need.team_id, "")) for need in rows],
            "teams": reading.teams_at(code), "waiting": reading.waiting_at(code),
        }  # fmt: skip
    return render(request, "activities/service/needs.html", context)


@public(rate="30/m", opens=False)
def served(request: HttpRequest) -> HttpResponse:
    """Those served look up a service by its code, say whether it was done, and may write a word of thanks."""
    typed = request.POST.get("code", "")[:24]
    context: dict[str, Any] = {"code": typed}
    status = 200
    if request.method == "POST":
        try:
            context |= _served(request, typed)
        except Refusal as refusal:
            context, status = {**context, "refusal": refusal, **_found(typed)}, refusal.status
    answer = render(request, "activities/service/served.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _found(typed: str) -> dict[str, Any]:
    """The service whose code it is, as much of it as those served need to know."""
    with scoped(CLERK):
        claim = by_code(typed)
        if claim is None:
            return {}
        need = Need.objects.filter(id=claim.need_id).first()
    return {
        "claim": claim, "need": need, "place": showing.place(claim.place_code),
        "code": show_receipt(read_receipt(typed) or ""),
    }  # fmt: skip


def _served(request: HttpRequest, typed: str) -> dict[str, Any]:
    """Look up, or confirm. Raises CO400, AV001, AV105, AV106, AV112."""
    shown = _found(typed)
    if not shown:
        raise errors.NO_SUCH_SERVICE_CODE()
    if request.POST.get("do") != "confirm":
        return shown
    claim: Claim = shown["claim"]
    _thank(request, lambda: vouching.confirm_served(
        claim_id=claim.id, satisfied=_satisfied(request), by=getattr(request, "actor", None)
    ))  # fmt: skip
    return {**_found(typed), "said": _("谢谢您，已经确认。")}


def _satisfied(request: HttpRequest) -> bool:
    return request.POST.get("satisfied", "1") == "1"


def _thank(request: HttpRequest, confirm: Callable[[], Claim]) -> None:
    """Confirm, and write down the word of thanks that came with it: both or neither."""
    letter = teams.Letter(request.POST.get("text", ""), request.POST.get("signed", ""))
    with scoped(CLERK):
        done = confirm()
        if letter.text.strip():
            teams.thank_by_code(claim=done, letter=letter)


@public(rate="10/m", opens=False)
def served_named(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A registered resident confirms what was done for them by name and telephone, without a code. Raises CO404."""
    with scoped(CLERK):
        claim = Claim.objects.filter(id=pk, state=Claim.State.DONE).first()
        need = Need.objects.filter(id=claim.need_id).first() if claim else None
    if claim is None or need is None:
        raise NOT_FOUND()
    context: dict[str, Any] = {
        "claim": claim, "need": need, "place": showing.place(claim.place_code), "given": request.POST,
    }  # fmt: skip
    status, say = 200, request.POST.get
    if request.method == "POST":
        try:
            # However many addresses ask: nobody reads a register of residents by trying names and telephones.
            ratelimit.hit(f"named:{claim.place_code}", NAMED_RATE)
            _thank(request, lambda: vouching.confirm_named(
                claim_id=pk, name=say("name", ""), phone=say("phone", ""), satisfied=_satisfied(request),
                by=getattr(request, "actor", None),
            ))  # fmt: skip
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
        else:
            context["said"] = _("谢谢您，已经确认。")
    answer = render(request, "activities/service/served_named.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
