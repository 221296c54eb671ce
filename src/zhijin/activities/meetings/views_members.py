"""A branch's members on the desk: the list with their private links, joining, changing, moving, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.meetings.forms import MemberChangeForm, MemberForm
from zhijin.activities.meetings.views import may_act
from zhijin.activities.views import common
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.orgs import api as orgs
from zhijin.people import api as people


def link_of(request: Request, member: people.BranchMember) -> str:
    return request.build_absolute_uri(
        reverse("portal:member-page", args=[people.member_link(member)])
    )


@gate("activity.view")
def branch_members(request: Request, key: int) -> HttpResponse:
    """Who belongs to a branch; whoever answers for it sees whole names and the private links."""
    org = orgs.get(request.actor, key)
    can = may_act(request.actor, org)
    form = MemberForm(request.POST or None)
    refusal: Refusal | None = None
    if request.method == "POST":
        if not can:
            raise NOT_FOUND()
        if form.is_valid():
            try:
                with transaction.atomic():
                    people.enrol_member(actor=request.actor, org_key=key, draft=form.draft())
            except Refusal as error:
                refusal = error
            else:
                messages.success(request, _("已登记，请把个人链接发给本人。"))
                return redirect("desk:branch-members", key=key)
    rows = people.members_of(request.actor, key)
    names = _names(request, org, rows) if can else {}
    context: dict[str, Any] = {
        "org": org, "can": can, "form": form, "refusal": refusal,
        "rows": [(row, names.get(row.id, row.name_masked), link_of(request, row) if can else "") for row in rows],
        "floating": sum(row.floating for row in rows), "committee": sum(row.committee for row in rows),
        "probationary": sum(not row.may_vote for row in rows),
    }  # fmt: skip
    return render(request, "activities/meetings/members.html", context)


def _names(request: Request, org: Any, rows: list[people.BranchMember]) -> Mapping[UUID, str]:
    return people.member_names(
        actor=request.actor, org=org, ids=[row.id for row in rows], about="branch-members"
    )


@gate("activity.act")
def branch_member(request: Request, pk: UUID) -> HttpResponse:
    """One member: change, move to another branch, leave, a new private link."""
    found = people.visible_members(request.actor).filter(id=pk, valid_to=None).first()
    if found is None or not may_act(request.actor, found):
        raise NOT_FOUND()
    org = orgs.get(request.actor, found.org_key)
    initial = {
        n: getattr(found, n) for n in ("standing", "committee", "group", "floating", "whereabouts")
    }
    form = MemberChangeForm(
        request.POST if request.POST.get("do") == "change" else None, initial=initial
    )
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(
            request, _acts(request, found, form), reverse("desk:branch-members", args=[org.key])
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    name = _names(request, org, [found]).get(found.id, found.name_masked)
    others = [one for one in common.own_orgs(request.actor) if one.key != org.key]
    context = {
        "member": found, "name": name, "org": org, "form": form, "refusal": refusal, "others": others,
        "link": link_of(request, found),
    }  # fmt: skip
    return render(request, "activities/meetings/member_desk.html", context)


def _acts(
    request: Request, found: people.BranchMember, form: MemberChangeForm
) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def change() -> str:
        if not form.is_valid():
            raise BAD_REQUEST()
        people.change_member(actor=actor, member_id=found.id, **form.cleaned_data)
        return _("已修改。")

    def move() -> str:
        people.move_member(
            actor=actor,
            member_id=found.id,
            to_org=common.number(request, "to"),
            on=_day(say("on", "")),
        )
        return _("已转出，转入的支部名册上已经有了。")

    def end() -> str:
        people.end_member(
            actor=actor, member_id=found.id, why=say("why", ""), on=_day(say("on", ""))
        )
        return _("已登记转出。")

    def link() -> str:
        people.renew_member_link(actor=actor, member_id=found.id)
        return _("旧链接作废了，请把新链接发给本人。")

    return {"change": change, "move": move, "end": end, "link": link}


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
