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
from django.utils.translation import gettext_lazy

from zhijin.access.api import Request, gate
from zhijin.activities.models import Claim, Need, Team
from zhijin.activities.service import claiming, counting, picking, reading, showing, vouching
from zhijin.activities.service.forms import NeedForm
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import show_receipt
from zhijin.orgs import api as orgs
from zhijin.ui.picking import LONGEST, Typed

SHOWN = 60
#: Who asks: a community's own organisations.
ASKING = orgs.Question(("party",), "activity.act", orgs.FEW, ground=True)
CALLED = picking.Question(nobody=gettext_lazy("谁都可以认领"))
OWN = picking.Question(own=True, nobody=gettext_lazy("不是队伍，是单位自己"))


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
        "tabs": showing.tabs("service", actor), "needs": rows, "can_ask": bool(showing.askers(actor)),
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
    """Publish a need; ``?team=`` has a team asked already."""
    if not showing.askers(request.actor):
        raise NOT_FOUND()
    start = clock.local(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0)
    start += timedelta(days=1)
    form = NeedForm(
        request.POST or None,
        initial={"starts_at": start, "ends_at": start + timedelta(hours=2)},
    )
    picked = common.org_asked(request, ASKING)
    called = picking.pick(request.actor, request.POST or request.GET, "team", CALLED)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = claiming.publish(
                    actor=request.actor, org_key=picked.needed(), wanted=form.wanted(called.sure())
                )
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已发布，报到的党员和单位都看得到。"))
            return redirect("desk:need", pk=made.id)
    context = {"form": form, "picked": picked, "called": called, "refusal": refusal}
    return render(request, "activities/service/need_form.html", context)


@gate("activity.view", methods=("GET",))
def team_choices(request: Request) -> HttpResponse:
    """A fragment with the teams that a field may mean, while one types in it."""
    get = request.GET.get
    field = get("field", "team")[:40]
    text = get(field, "").replace("\0", "").strip()[:LONGEST]
    picked = picking.Question(own=get("own") == "1").offer(request.actor, field, text)
    return render(request, "ui/pick_choices.html", {"picked": picked})


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
    return show_receipt(vouching.show_code(actor=request.actor, claim_id=claim))


def _need(request: Request, found: Need) -> dict[str, Any]:
    actor = request.actor
    here = showing.serves_here(actor, found.place_key)
    claims = reading.claims_of(actor, found)
    open_now = found.state == Need.State.OPEN and clock.now() <= found.ends_at and found.free > 0
    team = Team.objects.filter(id=found.team_id).first() if found.team_id else None
    return {
        "need": found, "here": here, "hands": vouching.may_hand(actor, found.place_key), "open": open_now, "team": team,
        "place": showing.place(found.place_code), "begun": found.begun,
        "claims": [
            {"row": row, "tone": showing.TONES.get(row.state, ""), "mine": showing.acts_for(actor, row),
             "other": actor.label not in (row.claimed_by, row.done_by)}
            for row in claims
        ],
        **(_claiming(request, team) if open_now else {}),
    }  # fmt: skip


def _claiming(request: Request, team: Team | None) -> dict[str, Any]:
    """By whom the viewer may take a need up: the team that it calls, else one of their organisations or teams."""
    actor = request.actor
    if team is not None:
        return {"may_claim": showing.leads(actor, team), "calls": team}
    given = request.POST if request.POST.get("do") == "claim" else {}
    org = common.ACTING.pick(actor, "org", Typed.of(given, "org"))
    own = picking.pick(actor, given, "team", OWN)
    return {"may_claim": bool(common.own_orgs(actor)), "picked": org, "own_team": own}


def _acts(request: Request, found: Need) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def claim() -> str:
        number = common.number(request, "people")
        team = picking.pick(actor, request.POST, "team", OWN).sure()
        if team is not None:
            claiming.claim_team(actor=actor, need_id=found.id, team_id=team, people=number)
        else:
            key = common.org_asked(request).needed()
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
