"""Deliberation on the desk: the matters and their steps, a sitting with its roll and vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhijin.access.api import Request, gate
from zhijin.activities.deliberation import asking, balloting, programme, reading, stepping
from zhijin.activities.deliberation.balloting import Call
from zhijin.activities.deliberation.common import ACT
from zhijin.activities.deliberation.format import Step
from zhijin.activities.models import Matter, Proposal, Sitting
from zhijin.activities.services.ballots import LEAST
from zhijin.activities.views import common
from zhijin.activities.views.common import Act
from zhijin.core import clock, journal
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.places import api as places


def tabs(request: Request, current: str) -> list[dict[str, Any]]:
    """The room's pages that the viewer may open."""
    rows = [
        ("matters", _("议事"), "desk:deliberation", ACT),
        ("proposals", pgettext("proposals", "建议"), "desk:proposals", ACT),
        ("gatherings", _("群众会"), "desk:gatherings", ACT),
        ("services", _("服务清单"), "desk:listed-services", "deliberate.answer"),
    ]
    return [
        {"label": title, "url": reverse(name), "current": key == current}
        for key, title, name, needs in rows
        if request.actor.can(needs)
    ]


@gate("deliberate.answer", methods=("GET",))
def deliberation(request: Request) -> HttpResponse:
    """Every matter in sight, those on their way first; whoever only provides services goes to the lists."""
    if not request.actor.can(ACT):
        return redirect("desk:listed-services")
    rows = list(
        reading.mine(Matter.objects.all(), request.actor).order_by("-made_at")[: reading.SHOWN]
    )
    rows.sort(key=lambda row: row.state != Matter.State.RUNNING)
    shown = [(row, stepping.step_of(row).title.in_(stepping.lang()), _line(row)) for row in rows]
    context = {
        "tabs": tabs(request, "matters"),
        "rows": shown,
        "can": bool(asking.own_places(request.actor)),
    }
    return render(request, "activities/deliberation/matters.html", context)


def _line(row: Matter) -> str:
    return stepping.way_of(row).title.in_(stepping.lang())


@gate(ACT)
def matter_new(request: Request) -> HttpResponse:
    """Put a matter on its line, from a proposal or without one."""
    proposal = _proposal_asked(request)
    code = proposal.place_code if proposal else asking.place_asked(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        say = request.POST.get
        draft = stepping.Draft(
            say("line", ""), say("title", ""), say("text", ""), asking.lines(request, "agenda")
        )
        try:
            with transaction.atomic():
                made = stepping.begin(
                    actor=request.actor, place_code=code, draft=draft,
                    proposal_id=proposal.id if proposal else None,
                )  # fmt: skip
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已列入议事，请召集第一次会议。"))
            return redirect("desk:matter", pk=made.id)
    model = programme.current(code).model
    context = {
        "proposal": proposal, "place": places.get(code), "own": asking.own_places(request.actor),
        "lines": [(way.id, way.title.in_(stepping.lang()), way.basis) for way in model.lines],
        "given": request.POST, "refusal": refusal,
    }  # fmt: skip
    return render(request, "activities/deliberation/matter_new.html", context)


def _proposal_asked(request: Request) -> Proposal | None:
    text = request.POST.get("proposal") or request.GET.get("proposal", "")
    if not text:
        return None
    try:
        pk = UUID(text)
    except ValueError as error:
        raise NOT_FOUND() from error
    found = reading.mine(Proposal.objects.filter(id=pk, hidden=False), request.actor).first()
    if found is None or not request.actor.can(ACT, found.place_key):
        raise NOT_FOUND()
    assert isinstance(found, Proposal)
    return found


@gate(ACT)
def matter(request: Request, pk: UUID) -> HttpResponse:
    """One matter: its line of steps, and what is to be done now."""
    found = reading.mine(Matter.objects.filter(id=pk), request.actor).first()
    if found is None:
        raise NOT_FOUND()
    refusal: Refusal | None = None
    if request.method == "POST":
        if request.POST.get("do") == "call":
            answer = _called(request, found)
        else:
            answer = common.act(
                request, _of_matter(request, found), reverse("desk:matter", args=[found.id])
            )
        if isinstance(answer, HttpResponse):
            return answer
        refusal = answer
    steps = reading.steps_of(found)
    now = stepping.step_of(found)
    can = found.state == "running" and stepping.may_hold(request.actor, found, now)
    open_ = next(
        (row for one in steps for row in one.sittings if row.state in {"called", "voting"}), None
    )
    context = {
        "matter": found, "line": stepping.way_of(found), "steps": steps, "dots": reading.step_dots(steps),
        "now": now, "now_title": now.title.in_(stepping.lang()), "lang": stepping.lang(),
        "refusal": refusal, "given": request.POST,
        "can": can, "open": open_,
        "waiting": next((one.passage for one in steps if one.number == found.step), None),
        "outcome": next((one.outcome for one in reversed(steps) if one.outcome), None),
        "sides": [(side.id, side.title.in_(stepping.lang())) for side in now.sides],
        "roll": _last_roll(request, found, now) if can and not open_ else [],
        "starts": f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    return render(request, "activities/deliberation/matter.html", context)


def _last_roll(request: Request, found: Matter, now: Step) -> list[str]:
    """The roll of the last sitting of this step at this place, as it is written: it seldom changes, and nobody
    types thirty names again. Journalled, since it holds names."""
    if now.act != "meet":
        return []
    rows = Sitting.objects.filter(place_key=found.place_key, step=now.id).defer("sealed")
    last = rows.order_by("-starts_at", "-id").first()
    if last is None:
        return []
    journal.write(request.actor, "sitting.roll", last.record, place_key=last.place_key)
    titles = {side.id: side.title.zh for side in now.sides}
    return [f"{seat.name} {titles.get(seat.party, '')}".strip() for seat in reading.roll(last)]


def _called(request: Request, found: Matter) -> HttpResponse | Refusal:
    """Call a sitting and show the slips, this once."""
    say = request.POST.get
    try:
        with transaction.atomic():
            wanted = Call(
                asking.moment(request), asking.lines(request, "roll"), say("secret") == "1",
                say("place", ""), say("link", ""),
            )  # fmt: skip
            row, slips = balloting.call(actor=request.actor, matter_id=found.id, wanted=wanted)
    except Refusal as refusal:
        return refusal
    return _slips(request, row, slips, found)


def _slips(request: Request, row: Sitting, slips: list[Any], found: Matter) -> HttpResponse:
    context = {"slips": slips, "sitting": row, "matter": found}
    answer = render(request, "activities/deliberation/slips.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _of_matter(request: Request, found: Matter) -> Mapping[str, Act]:
    def publish() -> str:
        stepping.publish(
            actor=request.actor, matter_id=found.id, result=request.POST.get("result", "")
        )
        return _("已起草并提交，等另一位负责人批准公开。")

    def carry() -> str:
        passage = stepping.carry(actor=request.actor, matter_id=found.id)
        return _("已开立事项 {number}，办结后回到这里。").format(number=passage.code)

    return {"publish": publish, "carry": carry}


@gate(ACT)
def sitting(request: Request, pk: UUID) -> HttpResponse:
    """One sitting: its roll, who is there, the vote, the count."""
    found = reading.mine(Sitting.objects.filter(id=pk).defer("sealed"), request.actor).first()
    if found is None:
        raise NOT_FOUND()
    held = Matter.objects.get(id=found.matter_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        if request.POST.get("do") == "code":
            answer = _renewed(request, found, held)
        else:
            answer = common.act(
                request, _of_sitting(request, found), reverse("desk:sitting", args=[found.id])
            )
        if isinstance(answer, HttpResponse):
            return answer
        refusal = answer
    can = held.state == "running" and stepping.may_hold(request.actor, held, stepping.step_of(held))
    # Names, and how they voted openly, are for whoever holds the step.
    roll = (
        reading.roll(found) if can or request.actor.can("deliberate.act", found.place_key) else []
    )
    if roll:
        journal.write(request.actor, "sitting.roll", found.record, place_key=found.place_key)
    context = {
        "sitting": found, "matter": held, "roll": roll, "refusal": refusal, "least": LEAST,
        "can": can and found.state in {"called", "voting"}, "sides": stepping.side_titles(found),
        "title": next((s.title.in_(stepping.lang()) for s in stepping.way_of(held).steps if s.id == found.step), ""),
        "present": sum(seat.present for seat in roll), "voted": sum(seat.voted for seat in roll),
        "words": {"yes": _("赞成"), "no": _("反对"), "abstain": _("弃权"), "": ""},
        "over": found.state == "voting" and found.is_over(clock.now()),
    }  # fmt: skip
    return render(request, "activities/deliberation/sitting.html", context)


def _renewed(request: Request, found: Sitting, held: Matter) -> HttpResponse | Refusal:
    try:
        with transaction.atomic():
            slip = balloting.new_code(
                actor=request.actor, sitting_id=found.id, seat_id=common.uuid(request, "seat")
            )
    except Refusal as refusal:
        return refusal
    return _slips(request, found, [slip], held)


def _of_sitting(request: Request, found: Sitting) -> Mapping[str, Act]:
    actor, say = request.actor, request.POST.get

    def present() -> str:
        here = balloting.check_in(
            actor=actor, sitting_id=found.id, seat_ids=asking.chosen(request, "seat")
        )
        return _("到会 {n} 人。").format(n=here)

    def open_() -> str:
        minutes = common.number(request, "minutes") if say("minutes", "").strip() else 0
        balloting.open_vote(actor=actor, sitting_id=found.id, minutes=minutes)
        return _("开始投票了，请大家用投票码投票。")

    def hands() -> str:
        n = balloting.show_of_hands(actor=actor, sitting_id=found.id, choices=asking.hands(request))
        return _("记下了 {n} 票。").format(n=n)

    def count() -> str:
        row = balloting.count(actor=actor, sitting_id=found.id, opinion=say("opinion", ""))
        return _("计票完成：{state}").format(state=row.get_state_display())

    def adjourn() -> str:
        balloting.adjourn(actor=actor, sitting_id=found.id, why=say("why", ""))
        return _("已登记另行开会，可以重新召集。")

    return {"present": present, "open": open_, "hands": hands, "count": count, "adjourn": adjourn}
