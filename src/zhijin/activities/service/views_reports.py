"""双报到 on the desk: who reported to which community, as either side sees it; reporting a unit or its member."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.models import CommunityReport
from zhijin.activities.service import reading, reporting, showing
from zhijin.activities.views import common
from zhijin.core import paging
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_span
from zhijin.places import api as places

PAGE: Final = 50
WAITING: Final = Q(state=CommunityReport.State.REPORTED)


@gate("activity.view")
def community_reports(request: Request) -> HttpResponse:
    """Reports that stand, place by place, with their counts; whoever acts for a unit reports here."""
    org = showing.org_of(request)
    can = org is not None and len(common.own_orgs(request.actor)) > 0
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(request, _report_acts(request), reverse("desk:community-reports"))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    picked = places.pick(request.actor, request.GET)
    waiting, after = request.GET.get("waiting") == "1", request.GET.get("after", "")
    rows = standing(request, picked.code)
    shown, following = paging.by_place(rows.filter(WAITING) if waiting else rows, after, PAGE)
    q = request.GET.get("q", "")
    context = {
        "tabs": showing.tabs("reports", request.actor), "org": org, "can": can, "refusal": refusal, "q": q,
        "picked": picked, "only_waiting": waiting,
        "next": _page(request, following) if following else "", "first": _page(request, "") if after else "",
        "rows": [
            {"row": row, "tone": showing.TONES.get(row.state, ""), "mine": showing.acts_for(request.actor, row),
             "here": showing.serves_here(request.actor, row.place_key)}
            for row in shown
        ],
        "places": showing.names_of(row.place_code for row in shown), "found": showing.villages(q),
        "members": showing.members(request, org, "community-reports") if can and org and q else [],
        **counted(rows),
    }  # fmt: skip
    return render(request, "activities/service/reports.html", context)


def standing(request: Request, place: str) -> QuerySet[CommunityReport]:
    """The reports that stand and that the viewer sees from either side; at or below ``place``."""
    rows = reading.reports(request.actor).filter(ended_on=None)
    if not place:
        return rows
    lo, hi = place_span(place)
    return rows.filter(place_key__gte=lo, place_key__lt=hi)


def counted(rows: QuerySet[CommunityReport]) -> dict[str, int]:
    """All of them, those of whole units, those that the community has not received yet; one statement."""
    found: dict[str, int] = rows.order_by().aggregate(
        all=Count("id"), units=Count("id", filter=Q(member_id=None)),
        waiting=Count("id", filter=WAITING),
    )  # fmt: skip
    return found


def _page(request: Request, after: str) -> str:
    values = request.GET.copy()
    values.pop("after", None)
    if after:
        values["after"] = after
    return "?" + values.urlencode()


def _report_acts(request: Request) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def report() -> str:
        place, offers = say("place", ""), say("offers", "")
        member = showing.maybe_uuid(say("who", ""))
        if member is not None:
            reporting.report_member(actor=actor, member_id=member, place_code=place, offers=offers)
        else:
            key = common.number(request, "org")
            reporting.report_unit(actor=actor, org_key=key, place_code=place, offers=offers)
        return _("已报到，社区那边也看得到。")

    def receive() -> str:
        reporting.receive(actor=actor, report_id=common.uuid(request, "report"))
        return _("已接收。")

    def end() -> str:
        reporting.end(actor=actor, report_id=common.uuid(request, "report"), why=say("why", ""))
        return _("已结束。")

    return {"report": report, "receive": receive, "end": end}
