"""Deliberation for everybody, without an account: proposals, support, what was decided and how to count it again,
voting with a code, the service lists."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import client_address, public
from zhijin.activities.deliberation import (
    balloting,
    programme,
    proposing,
    reading,
    serving,
    stepping,
)
from zhijin.activities.models import Matter, ServiceItem, Sitting
from zhijin.activities.services.ballots import read_code
from zhijin.core import clock, ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import is_code, show_receipt, uuid7
from zhijin.core.scope import scoped
from zhijin.core.signing import read_side_file
from zhijin.places import api as places

_READER = Actor.system("public-deliberation")
#: The browser's own secret, by which it supports a proposal once.
COOKIE, KEEP = "supporter", 400 * 24 * 3600


def _place(code: str) -> Any:
    found = places.find(code) if is_code(code) and len(code) == 12 else None
    if found is None:
        raise NOT_FOUND()
    return found


@public(methods=("GET",))
def talk(request: HttpRequest, code: str) -> HttpResponse:
    """What a village or community talks about: matters, proposals, neighbours' meetings."""
    place = _place(code)
    with scoped(_READER):
        lang = stepping.lang()
        held = programme.current(code).model
        matters = [
            (row, stepping.step_of(row).title.in_(lang), stepping.way_of(row).title.in_(lang))
            for row in reading.matters_at(code, 12)
        ]
        kinds = {one.id: one.title.in_(lang) for one in held.gatherings}
        meetings = [
            (row, kinds.get(row.kind, row.kind), made) for row, made in reading.gatherings_at(code)
        ]
        context = {
            "place": place, "matters": matters, "proposals": reading.proposals_at(code),
            "gatherings": meetings, "services": any(rows for _k, _t, rows in reading.lists(code)),
        }  # fmt: skip
    return render(request, "activities/deliberation/talk.html", context)


@public(rate="10/10m", opens=False)
def proposal_new(request: HttpRequest, code: str) -> HttpResponse:
    """Propose something; what was proposed before and looks alike is shown before it is sent."""
    place = _place(code)
    refusal: Refusal | None = None
    likely: list[Any] = []
    if request.method == "POST":
        say = request.POST.get
        draft = proposing.Draft(say("title", ""), say("text", ""), say("by", ""))
        with scoped(_READER):
            likely = reading.alike(code, draft.title, draft.text)
        if not likely or say("sure"):
            try:
                pk = proposing.propose(
                    place_code=code, draft=draft, key=say("idempotency_key", "") or str(uuid7())
                )
            except Refusal as error:
                refusal, likely = error, []
            else:
                return redirect("portal:proposal", pk=pk)
    context = {"place": place, "refusal": refusal, "given": request.POST, "likely": likely,
               "key": request.POST.get("idempotency_key") or str(uuid7())}  # fmt: skip
    return render(
        request,
        "activities/deliberation/propose.html",
        context,
        status=refusal.status if refusal else 200,
    )


@public(methods=("GET",))
def proposal_alike(request: HttpRequest, code: str) -> HttpResponse:
    """Earlier proposals that may say the same, as a fragment shown while writing."""
    ratelimit.hit(f"alike:{client_address(request)}", "120/m")
    _place(code)
    title, text = request.GET.get("title", "")[:80], request.GET.get("text", "")[:500]
    with scoped(_READER):
        likely = reading.alike(code, title, text)
    return render(request, "activities/deliberation/_alike.html", {"likely": likely})


@public(rate="30/10m", opens=False)
def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One proposal: support it, say something under it."""
    with scoped(_READER):
        reading.public_proposal(pk)
    refusal: Refusal | None = None
    who = request.COOKIES.get(COOKIE, "")
    if request.method == "POST":
        who = who if len(who) >= 32 else secrets.token_urlsafe(24)
        try:
            _said(request, pk, who)
        except Refusal as error:
            refusal = error
        else:
            answer: HttpResponse = redirect("portal:proposal", pk=pk)
            answer.set_cookie(COOKIE, who, max_age=KEEP, samesite="Lax", httponly=True)
            return answer
    with scoped(_READER):
        row = reading.public_proposal(pk)
        matter = Matter.objects.filter(proposal_id=pk).order_by("-made_at").first()
        context = {"proposal": row, "remarks": list(reading.remarks(pk)), "matter": matter, "refusal": refusal,
                   "place": places.get(row.place_code), "given": request.POST}  # fmt: skip
    return render(
        request,
        "activities/deliberation/proposal.html",
        context,
        status=refusal.status if refusal else 200,
    )


def _said(request: HttpRequest, pk: UUID, who: str) -> None:
    if request.POST.get("do") == "support":
        proposing.support(who=who, proposal_id=pk)
    else:
        proposing.remark(proposal_id=pk, said=request.POST.get("said", ""))


@public(methods=("GET",))
def resolution(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A matter's way so far: every step, every count, and how to repeat it."""
    with scoped(_READER):
        row = Matter.objects.filter(id=pk).first()
        if row is None:
            raise NOT_FOUND()
        steps = reading.steps_of(row)
        context = {
            "matter": row, "steps": steps, "dots": reading.step_dots(steps), "line": stepping.way_of(row),
            "lang": stepping.lang(), "place": places.get(row.place_code),
        }  # fmt: skip
    return render(request, "activities/deliberation/resolution.html", context)


@public(methods=("GET",))
def recount(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A count with every paper, one's own found by receipt, and how anybody can count again."""
    with scoped(_READER):
        row = reading.counted(pk)
        matter = Matter.objects.get(id=row.matter_id)
    receipt = read_code(request.GET.get("receipt", ""))[:16]
    words = {"1": _("赞成"), "2": _("反对"), "0": _("弃权")}
    mine = next((words[marks] for code, marks in row.papers if code == receipt), "")
    context = {
        "sitting": row, "matter": matter, "receipt": receipt, "mine": mine,
        "papers": [(code, words[marks]) for code, marks in row.papers],
        "key": read_side_file(row.document_sig).kid, "rule": row.rule, "place": places.get(row.place_code),
    }  # fmt: skip
    return render(request, "activities/deliberation/recount.html", context)


@public(methods=("GET",))
def count_file(request: HttpRequest, pk: UUID, ending: str) -> HttpResponse:
    """The exact bytes that were signed (``json``), or the signature beside them (``json.sig``)."""
    with scoped(_READER):
        row: Sitting = reading.counted(pk)
    body = bytes(row.document or b"") if ending == "json" else row.document_sig.encode()
    kind = "application/json" if ending == "json" else "text/plain; charset=utf-8"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="count.{ending}"'
    return answer


# A whole assembly votes at once behind one address; a code of ten characters is not guessed at this pace.
@public(rate="240/m", opens=False)
def ballot(request: HttpRequest) -> HttpResponse:
    """Enter a code, choose, put the paper in; the receipt is shown this once."""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        code = request.POST.get("code", "")
        try:
            if request.POST.get("do") == "cast":
                context["paper"] = balloting.cast(code=code, choice=request.POST.get("choice", ""))
            else:
                context |= {"ballot": balloting.ballot_for(code), "code": code}
        except Refusal as refusal:
            context |= {"refusal": refusal}
            status = refusal.status
    answer = render(request, "activities/deliberation/ballot.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@public(methods=("GET",))
def service_lists(request: HttpRequest, code: str) -> HttpResponse:
    """The four service lists of a place: what, by whom, within how many working days."""
    place = _place(code)
    with scoped(_READER):
        lists = reading.lists(code)
    listed = any(items for *_, items in lists)
    context = {"place": place, "lists": lists, "listed": listed}
    return render(request, "activities/deliberation/service_lists.html", context)


@public(rate="10/10m", opens=False)
def service_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for one service; the code to follow it by comes on the next page."""
    with scoped(_READER):
        item = ServiceItem.objects.filter(id=pk, offered=True).first()
    if item is None:
        raise NOT_FOUND()
    refusal: Refusal | None = None
    if request.method == "POST":
        say = request.POST.get
        wanted = serving.Ask(say("text", ""), say("where", ""), say("phone", ""))
        try:
            code = serving.ask(
                item_id=item.id, wanted=wanted, key=say("idempotency_key", "") or str(uuid7())
            )
        except Refusal as error:
            refusal = error
        else:
            return redirect("portal:listed-status", code=show_receipt(code))
    context = {"item": item, "place": places.get(item.place_code), "refusal": refusal, "given": request.POST,
               "key": request.POST.get("idempotency_key") or str(uuid7())}  # fmt: skip
    return render(
        request,
        "activities/deliberation/service_ask.html",
        context,
        status=refusal.status if refusal else 200,
    )


@public(rate="30/10m", opens=False)
def service_status(request: HttpRequest, code: str) -> HttpResponse:
    """How a request stands, by its code; say whether it was done well."""
    if request.method == "GET":
        ratelimit.hit(f"listed:{client_address(request)}", "240/10m")
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            serving.confirm(code=code, satisfied=request.POST.get("satisfied") == "1")
        except Refusal as error:
            refusal = error
        else:
            return redirect(reverse("portal:listed-status", args=[code]))
    with scoped(_READER):
        row = serving.by_code(code)
    context = {"row": row, "code": show_receipt(row.code), "refusal": refusal,
               "late": reading.is_late(row, clock.now()), "place": places.get(row.place_code)}  # fmt: skip
    answer = render(
        request,
        "activities/deliberation/service_status.html",
        context,
        status=refusal.status if refusal else 200,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
