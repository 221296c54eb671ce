"""A member's own page by a private link (no account): meetings, signing, leave, votes; the page behind the code's
picture; the private calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import client_address, public
from zhijin.activities.learning import reading as learning
from zhijin.activities.learning import writing as learn
from zhijin.activities.learning.views import served
from zhijin.activities.meetings import ical, presence, proof, reading, voting
from zhijin.activities.models import Branch, Course, CoursePart, Meeting
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people.api import BranchMember, member_by_link, member_link, wrong_link

COOKIE = "zhijin_member"
#: The picture in the room is taken with the phone's camera: it must know whose phone it is, for a while.
REMEMBERED = 30 * 24 * 3600


def _member(request: HttpRequest, token: str) -> BranchMember:
    with scoped(presence.CLERK):
        found = member_by_link(token)
    if found is None:
        wrong_link(client_address(request))
        raise NOT_FOUND()
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BAD_REQUEST() from error


@public(rate="240/m", opens=False)
def member_page(request: HttpRequest, token: str) -> HttpResponse:
    """What a member has before them: sign, ask for leave, vote, read the agenda."""
    member = _member(request, token)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            context = _done(request, member)
        except Refusal as refusal:
            context, status = {"refusal": refusal}, refusal.status
    answer = _page(request, member, context, status)
    answer.set_cookie(
        COOKIE, token, max_age=REMEMBERED, path="/sign/", httponly=True, samesite="Lax",
        secure=request.is_secure(),
    )  # fmt: skip
    return answer


def _page(
    request: HttpRequest, member: BranchMember, more: dict[str, Any], status: int
) -> HttpResponse:
    with scoped(presence.CLERK):
        rows = reading.of_member(member.id, member.org_key)
        courses = learning.of_member(member)
        org = orgs.get(presence.CLERK, member.org_key)
    context = {
        "member": member, "org": org, "courses": courses, "token": member_link(member),
        "now": [one for one in rows if one.meeting.state != Meeting.State.HELD],
        "past": [one for one in rows if one.meeting.state == Meeting.State.HELD][:12], **more,
    }  # fmt: skip
    answer = render(request, "activities/meetings/member.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    # The address is the key: it goes to no other site with a link that is followed from here. Not "no-referrer":
    # browsers then send no origin with a form either, and it is refused.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _done(request: HttpRequest, member: BranchMember) -> dict[str, Any]:
    """Do what the form asks; what the page says then. Raises what the services raise."""
    say = request.POST.get
    acts: dict[str, Callable[[], dict[str, Any]]] = {
        "sign": lambda: _sign(request, member, _uuid(say("meeting", ""))),
        "leave": lambda: _leave(request, member),
        "vote": lambda: _vote(request, member),
        "learned": lambda: _learned(request, member),
    }
    act = acts.get(say("do", ""))
    if act is None:
        raise BAD_REQUEST()
    return act()


def _sign(request: HttpRequest, member: BranchMember, meeting: UUID) -> dict[str, Any]:
    say = request.POST.get
    presence.sign(
        member=member, meeting_id=meeting, code=say("code", ""), remote=say("remote") == "1"
    )
    return {"said": _("签到好了。")}


def _leave(request: HttpRequest, member: BranchMember) -> dict[str, Any]:
    say = request.POST.get
    presence.ask_leave(member=member, meeting_id=_uuid(say("meeting", "")), why=say("why", ""))
    return {"said": _("请假已告诉支部。")}


def _learned(request: HttpRequest, member: BranchMember) -> dict[str, Any]:
    part = _uuid(request.POST.get("part", ""))
    finished = learn.worked_through(member=member, part_id=part)
    return {"said": _("这门课学完了。") if finished else _("记下了。")}


def _vote(request: HttpRequest, member: BranchMember) -> dict[str, Any]:
    say = request.POST.get
    paper = voting.vote(
        member=member, resolution_id=_uuid(say("resolution", "")), choice=say("choice", "")
    )
    return {"said": _("票已投出。"), "paper": paper}


@public(methods=("GET",), opens=False)
def member_file(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """The file of a part of one of the member's courses."""
    member = _member(request, token)
    with scoped(presence.CLERK):
        open_ones = learning.for_member(member).exclude(state=Course.State.DRAFT).values("id")
        part = CoursePart.objects.filter(id=pk, course_id__in=open_ones).first()
        if part is None:
            raise NOT_FOUND()
        answer = served(part)
    answer["Referrer-Policy"] = "same-origin"
    return answer


@public(rate="240/m", opens=False)
def meeting_sign(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Behind the picture that a meeting shows: whoever opened their own link on this phone signs with one tap."""
    with scoped(presence.CLERK):
        member = member_by_link(request.COOKIES.get(COOKIE, ""))
        meeting = Meeting.objects.filter(id=pk).first()
    if meeting is None or len(code) > 12:
        raise NOT_FOUND()
    if member is not None and member.org_key != meeting.org_key:
        member = None
    context: dict[str, Any] = {"meeting": meeting, "code": code, "member": member}
    status = 200
    if request.method == "POST":
        if member is None:
            raise BAD_REQUEST()
        try:
            presence.sign(member=member, meeting_id=pk, code=code, remote=False)
            context["said"] = _("签到好了。")
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    answer = render(request, "activities/meetings/sign.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@public(methods=("GET",), opens=False)
def branch_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of a branch, for whoever has its private address."""
    key = proof.feed_org(token)
    with scoped(presence.CLERK):
        branch = Branch.objects.filter(org_key=key).first() if key is not None else None
        if branch is None or not proof.is_feed(token, branch.feed_version):
            branch = None
    if branch is None:
        proof.FEEDS.refuse_guesses(client_address(request))
        raise NOT_FOUND()
    with scoped(presence.CLERK):
        year = reading.year_of(branch, clock.today().year)
    answer = HttpResponse(
        ical.feed(year, clock.now(), request.get_host()), content_type=ical.CONTENT_TYPE
    )
    answer["Cache-Control"] = "private, max-age=900"
    return answer
