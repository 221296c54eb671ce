"""Needs and services on the desk: what is asked, who took it up, what waits to be confirmed; both sides see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.models import Claim, Need, Team
from zhijin.activities.service import claiming, counting, reading, showing
from zhijin.activities.service.forms import NeedForm
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.ids import show_receipt

SHOWN = 60

#: So many reports are listed at the most; the rest is found by place and organisation in the figures.


@gate("activity.view", methods=("GET",))
def service(request: Request) -> HttpResponse:
    """What is asked for, what waits for a confirmation, what one's own took up."""
    actor, now = request.actor, clock.now()
    claims = reading.claims(actor)
    waiting = list(claims.filter(state=Claim.State.DONE).order_by("done_at", "id")[:SHOWN])
    taken = list(claims.filter(state=Claim.State.CLAIMED).order_by("claimed_at", "id")[:SHOWN])
    done = list(claims.filter(state=Claim.State.CONFIRMED).order_by("-confirmed_at", "-id")[:20])
    needs = Need.objects.in_bulk({row.need_id for row in (*waiting, *taken, *done)})
    opened = reading.needs(actor).filter(state=Need.State.OPEN, ends_at__gt=now)
    rows = list(opened.order_by("starts_at", "id")[:SHOWN])
    codes = {row.place_code for row in rows} | {row.place_code for row in (*waiting, *taken, *done)}
    context = {
        "tabs": showing.tabs("service"), "needs": rows, "can_ask": bool(showing.askers(actor)),
        "groups": [(title, [(row, needs.get(row.need_id), showing.TONES.get(row.state, "")) for row in part])
                   for title, part in ((_("做完了，等确认"), waiting), (_("认领了，还没做"), taken),
                                       (_("最近确认的服务"), done)) if part],
        "places": showing.names_of(codes),
        "totals": counting.totals(actor, counting.Wanted(clock.today().year)),
        "year": clock.today().year,
    }  # fmt: skip
    return render(request, "activities/service/service.html", context)


@gate("activity.act")
def need_new(request: Request) -> HttpResponse:
    """Publish a need."""
    own = showing.askers(request.actor)
    if not own:
        raise NOT_FOUND()
    start = clock.local(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0)
    start += timedelta(days=1)
    teams_ = list(reading.teams(request.actor).filter(ended_on=None)[:100])
    initial = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
    form = NeedForm(request.POST or None, initial=initial, teams=teams_)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = claiming.publish(
                    actor=request.actor, org_key=common.number(request, "org"), wanted=form.wanted()
                )
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已发布，报到的党员和单位都看得到。"))
            return redirect("desk:need", pk=made.id)
    context = {"form": form, "orgs": own, "refusal": refusal, "org": request.POST.get("org", "")}
    return render(request, "activities/service/need_form.html", context)


@gate("activity.view")
def need(request: Request, pk: UUID) -> HttpResponse:
    """One need: its places, who took it up, and what the viewer may do on their side."""
    found = reading.get_need(request.actor, pk)
    refusal: Refusal | None = None
    shown: dict[str, Any] = {}
    if request.method == "POST" and request.POST.get("do") == "code":
        try:
            claim = common.uuid(request, "claim")
            shown = {"code_for": claim, "code": _code(request, claim)}
        except Refusal as error:
            refusal = error
    elif request.method == "POST":
        done = common.act(request, _acts(request, found), reverse("desk:need", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = reading.get_need(request.actor, pk)
    context = {**_need(request, found), **shown, "refusal": refusal}
    answer = render(request, "activities/service/need.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _code(request: Request, claim: UUID) -> str:
    return show_receipt(claiming.show_code(actor=request.actor, claim_id=claim))


def _need(request: Request, found: Need) -> dict[str, Any]:
    actor = request.actor
    here = showing.serves_here(actor, found.place_key)
    claims = reading.claims_of(actor, found)
    open_now = found.state == Need.State.OPEN and clock.now() <= found.ends_at and found.free > 0
    my_teams = list(reading.teams(actor).filter(ended_on=None)[:100]) if open_now else []
    team = Team.objects.filter(id=found.team_id).first() if found.team_id else None
    return {
        "need": found, "here": here, "open": open_now, "team": team,
        "place": showing.place(found.place_code), "begun": clock.now() >= found.starts_at,
        "claims": [
            {"row": row, "tone": showing.TONES.get(row.state, ""), "mine": showing.acts_for(actor, row),
             "may_confirm": here and row.org_key != found.org_key
             and actor.label not in (row.claimed_by, row.done_by)}
            for row in claims
        ],
        "orgs": common.own_orgs(actor) if open_now and team is None else [],
        "teams": [one for one in my_teams if showing.leads(actor, one) and team in (None, one)],
    }  # fmt: skip


def _acts(request: Request, found: Need) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def claim() -> str:
        who, number = say("who", ""), common.number(request, "people")
        if who.startswith("team-"):
            team = showing.maybe_uuid(who[5:])
            if team is None:
                raise BAD_REQUEST()
            claiming.claim_team(actor=actor, need_id=found.id, team_id=team, people=number)
        else:
            key = int(who) if who.isascii() and who.isdigit() and len(who) <= 18 else 0
            claiming.claim_unit(actor=actor, need_id=found.id, org_key=key, people=number)
        return _("已认领，做完以后请在这里登记。")

    def cancel() -> str:
        claiming.cancel(actor=actor, need_id=found.id, why=say("why", ""))
        return _("已取消。")

    return {"claim": claim, "cancel": cancel, **_of_claim(request)}


def _of_claim(request: Request) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def withdraw() -> str:
        claiming.withdraw(actor=actor, claim_id=common.uuid(request, "claim"))
        return _("已退出，名额还给了别人。")

    def done() -> str:
        claiming.report_done(
            actor=actor, claim_id=common.uuid(request, "claim"), done=showing.done_of(request)
        )
        return _("已登记，等受助的人或社区确认。")

    def confirm() -> str:
        satisfied = say("satisfied", "1") == "1"
        claiming.confirm(actor=actor, claim_id=common.uuid(request, "claim"), satisfied=satisfied)
        return _("已确认，计入服务。")

    def give_back() -> str:
        claiming.give_back(actor=actor, claim_id=common.uuid(request, "claim"), why=say("why", ""))
        return _("已退回，请服务的一方补做。")

    return {"withdraw": withdraw, "done": done, "confirm": confirm, "back": give_back}


@gate("activity.view", methods=("GET",))
def service_photo(request: Request, pk: UUID, digest: str) -> HttpResponse:
    """A photo of what was done, for both sides."""
    found = reading.claims(request.actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return showing.photo(found, digest)
