"""Proposals and neighbours' meetings on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.deliberation import asking, programme, proposing, reading, stepping
from zhijin.activities.deliberation.common import ACT
from zhijin.activities.deliberation.views import tabs
from zhijin.activities.models import Gathering, Matter, Proposal
from zhijin.activities.views import common
from zhijin.activities.views.common import Act
from zhijin.core import clock
from zhijin.core.errors import NOT_FOUND, Refusal


def _draft(request: Request) -> proposing.Draft:
    say = request.POST.get
    return proposing.Draft(say("title", ""), say("text", ""), say("by", ""))


@gate(ACT)
def proposals(request: Request) -> HttpResponse:
    """Every proposal in sight; write one down for somebody, with earlier ones that are alike."""
    refusal: Refusal | None = None
    own = asking.own_places(request.actor)
    likely: list[reading.Likely] = []
    if request.method == "POST":
        code = asking.place_asked(request)
        draft = _draft(request)
        likely = reading.alike(code, draft.title, draft.text)
        if not likely or request.POST.get("sure"):
            done = common.act(request, _enter(request, code, None), reverse("desk:proposals"))
            if isinstance(done, HttpResponse):
                return done
            refusal = done
    rows = reading.mine(Proposal.objects.all(), request.actor).order_by("-made_at")[: reading.SHOWN]
    context = {
        "tabs": tabs(request, "proposals"), "rows": rows, "own": own, "refusal": refusal, "given": request.POST,
        "likely": [] if refusal else likely,
    }  # fmt: skip
    return render(request, "activities/deliberation/proposals.html", context)


def _enter(request: Request, code: str, gathering: UUID | None) -> Mapping[str, Act]:
    def enter() -> str:
        proposing.enter(
            actor=request.actor, place_code=code, draft=_draft(request), gathering_id=gathering
        )
        return _("建议已记下。")

    return {"enter": enter}


@gate(ACT)
def proposal(request: Request, pk: UUID) -> HttpResponse:
    """One proposal with what was said, hidden things too; answer it, moderate it, take it into deliberation."""
    found = reading.mine(Proposal.objects.filter(id=pk), request.actor).first()
    if found is None:
        raise NOT_FOUND()
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(
            request, _of_proposal(request, found), reverse("desk:proposal", args=[found.id])
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    context = {
        "proposal": found, "remarks": reading.remarks(found.id, hidden=True), "refusal": refusal,
        "matter": Matter.objects.filter(proposal_id=found.id).first(), "given": request.POST,
        "gathering": Gathering.objects.filter(id=found.gathering_id).first() if found.gathering_id else None,
        "can": request.actor.can(ACT, found.place_key),
    }  # fmt: skip
    return render(request, "activities/deliberation/proposal_desk.html", context)


def _of_proposal(request: Request, found: Proposal) -> Mapping[str, Act]:
    actor, say = request.actor, request.POST.get

    def remark() -> UUID | None:
        return common.uuid(request, "remark") if say("remark") else None

    def answer() -> str:
        proposing.answer(actor=actor, proposal_id=found.id, said=say("said", ""))
        return _("已答复。")

    def reply() -> str:
        proposing.reply(actor=actor, proposal_id=found.id, said=say("said", ""))
        return _("已回复。")

    def hide() -> str:
        proposing.hide(actor=actor, proposal_id=found.id, remark_id=remark(), why=say("why", ""))
        return _("已隐藏，原因记在日志里。")

    def show() -> str:
        proposing.show_again(actor=actor, proposal_id=found.id, remark_id=remark())
        return _("已恢复显示。")

    return {"answer": answer, "reply": reply, "hide": hide, "show": show}


@gate(ACT)
def gatherings(request: Request) -> HttpResponse:
    """Neighbours' meetings, and calling the next one."""
    own = asking.own_places(request.actor)
    refusal: Refusal | None = None
    if request.method == "POST":
        code = asking.place_asked(request)
        done = common.act(
            request, {"call": lambda: _gather(request, code)}, reverse("desk:gatherings")
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    rows = reading.mine(Gathering.objects.all(), request.actor).order_by("-starts_at")[
        : reading.SHOWN
    ]
    kinds = programme.current(own[0][0]).model.gatherings if own else []
    context = {
        "tabs": tabs(request, "gatherings"), "rows": rows, "own": own, "refusal": refusal, "given": request.POST,
        "kinds": [(one.id, one.title.in_(stepping.lang())) for one in kinds],
        "starts": f"{clock.local(clock.now()):%Y-%m-%dT20:00}",
    }  # fmt: skip
    return render(request, "activities/deliberation/gatherings.html", context)


def _gather(request: Request, code: str) -> str:
    say = request.POST.get
    proposing.gather(
        actor=request.actor, place_code=code, kind=say("kind", ""), title=say("title", ""),
        starts_at=asking.moment(request), place=say("where", ""), link=say("link", ""),
    )  # fmt: skip
    return _("已召集，门户上看得到。")


@gate(ACT)
def gathering(request: Request, pk: UUID) -> HttpResponse:
    """One neighbours' meeting: what was suggested at it, how many came."""
    found = reading.mine(Gathering.objects.filter(id=pk), request.actor).first()
    if found is None:
        raise NOT_FOUND()
    refusal: Refusal | None = None
    if request.method == "POST":
        acts: dict[str, Any] = dict(_enter(request, found.place_code, found.id))
        acts["held"] = lambda: _held(request, found)
        done = common.act(request, acts, reverse("desk:gathering", args=[found.id]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    context = {
        "gathering": found, "refusal": refusal, "given": request.POST,
        "rows": Proposal.objects.filter(gathering_id=found.id).order_by("made_at"),
        "can": request.actor.can(ACT, found.place_key),
    }  # fmt: skip
    return render(request, "activities/deliberation/gathering.html", context)


def _held(request: Request, found: Gathering) -> str:
    proposing.held(
        actor=request.actor, gathering_id=found.id, came=common.number(request, "came"),
        notes=request.POST.get("notes", ""),
    )  # fmt: skip
    return _("已登记。")
