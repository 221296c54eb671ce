"""Broadcasts on the desk, made for a telephone: write, hear, send, and see where it was heard."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.broadcast import (
    circles,
    errors,
    forms,
    repeating,
    selectors,
    showing,
    telling_channels,
    templates_said,
)
from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.orders import OPUS_MEDIA
from zhijin.broadcast.services import drafting, knocking, sending, stopping
from zhijin.broadcast.services.common import may_send, needed
from zhijin.core.bus import answers
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.files import path_of
from zhijin.places import api as places

PAGE = 30


@gate("broadcast.view", methods=("GET",))
def listing(request: Request) -> HttpResponse:
    """Broadcasts in scope, newest first."""
    show = request.GET.get("show", "")
    page = Paginator(selectors.broadcasts(request.actor, show), PAGE).get_page(
        request.GET.get("page")
    )
    names = places.labels([row.place_code for row in page], skip=4)
    context = {
        "page": page, "rows": [showing.row_of(row, names[row.place_code]) for row in page], "show": show,
        "shows": showing.shows(), "waiting": selectors.waiting(request.actor),
        "can_make": request.actor.can("broadcast.make"), "can_edit": request.actor.can("device.edit"),
        "can_channels": request.actor.can("channel.manage"),
    }  # fmt: skip
    return render(request, "broadcast/broadcasts.html", context)


@gate("broadcast.make", rate="30/m")
def new(request: Request) -> HttpResponse:
    """Write a broadcast; the next page lets one hear it."""
    given: dict[str, Any] = _begun(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        lists = {name: request.POST.getlist(name) for name in ("areas", "channels")}
        given = {"portal": "", **request.POST.dict(), **lists}
        try:
            row = drafting.draft(actor=request.actor, wanted=forms.draft(request))
        except Refusal as error:
            if error.status == 403:
                raise
            refusal = error
        else:
            return redirect("desk:broadcast", pk=row.id)
    place = showing.home_place(request, request.GET.get("place", ""))
    context = {
        "given": given, "refusal": refusal, "levels": Broadcast.Level.choices, "place": place,
        "notices": templates_said.NOTICES, "most": drafting.MOST_TEXT, **showing.areas(request.actor, place, given),
        "drawing": showing.picture(request.actor, place), "days": repeating.DAYS,
        "least_m": circles.LEAST, "most_m": circles.MOST,
        "choices": telling_channels.choices(request.actor, place, given["channels"]),
    }  # fmt: skip
    status = refusal.status if refusal else 200
    response = render(request, "broadcast/new.html", context, status=status)
    # The one page that may ask for the microphone.
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=(self)"
    return response


def _begun(request: Request) -> dict[str, Any]:
    notice = templates_said.BY_KEY.get(request.GET.get("notice", ""))
    given: dict[str, Any] = {
        "areas": [],
        "channels": [],
        "portal": "1",
        "when": "now",
        "level": "plain",
    }
    if notice is not None:
        given |= {"text": notice.text, "level": notice.level, "urgent": notice.urgent}
    return given


@gate("broadcast.view", rate="60/m")
def one(request: Request, pk: UUID) -> HttpResponse:
    """A draft to be heard and corrected, or the board of what went out."""
    row = selectors.get(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            answer = _do(request, row)
        except Refusal as error:
            if error.status in {403, 404} and not isinstance(error.fields, dict):
                raise
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            return answer
    return _page(request, selectors.get(request.actor, pk), refusal)


def _do(request: Request, row: Broadcast) -> HttpResponse:
    actor, pk = request.actor, row.id
    match request.POST.get("do", ""):
        case "correct":
            drafting.correct(
                actor=actor, pk=pk, readings=showing.readings(request.POST),
                remember=request.POST.get("remember") == "1",
            )  # fmt: skip
            messages.success(request, _("读音已更新，请再听一遍。"))
        case "send":
            if sending.submit(actor=actor, pk=pk).state == Broadcast.State.OUT:
                messages.success(request, _("已发出，回执会陆续到。"))
            else:
                messages.success(request, _("已提交，等对方批准。"))
        case "approve":
            sending.approve(actor=actor, pk=pk)
            messages.success(request, _("已批准并发出。"))
        case "refuse":
            sending.refuse(actor=actor, pk=pk, why=request.POST.get("why", ""))
        case "stop":
            stopping.stop(actor=actor, pk=pk, why=request.POST.get("why", ""))
            messages.success(request, _("已叫停，喇叭会立即安静。"))
        case "resend":
            count = sending.resend(actor=actor, pk=pk)
            messages.success(request, _("正在补播 {n} 台。").format(n=count))
        case "knock":
            count = knocking.knock(actor=actor, pk=pk)
            messages.success(request, _("正在给 {n} 处派人上门，进度见回执上方。").format(n=count))
        case "discard":
            drafting.discard(actor=actor, pk=pk)
            return redirect("desk:broadcasts")
        case _:
            actor.require("broadcast.make", row.place_key)
            raise BAD_REQUEST()
    return redirect("desk:broadcast", pk=pk)


def _page(request: Request, row: Broadcast, refusal: Refusal | None) -> HttpResponse:
    actor = request.actor
    lang = get_language() or ""
    senior = may_send(actor, row)
    context: dict[str, Any] = {
        "broker_answers": answers(), "row": row, "shown": showing.row_of(row, ""), "refusal": refusal, "senior": senior,
        "ebm": bool(settings.ZHIJIN_EBM_SENDER),
        "areas": showing.names(row.areas), "circle": showing.circle_words(row),
        "ears": selectors.ears(actor, row.areas, circles.of(row.circle)),
        "can_make": actor.can("broadcast.make", row.place_key),
        "can_approve": senior and actor.can("broadcast.approve", row.place_key),
        "needed": needed(row).title(lang), "moments": showing.moments(row),
        "voice": showing.voice_of(row, request.GET.get("voice", "")), **telling_channels.of_broadcast(row),
    }  # fmt: skip
    if row.state == Broadcast.State.DRAFT and row.voice != "file":
        context["lines"] = lines = showing.lines(row)
        context["polyphones"] = showing.polyphones(lines)
    if row.sent_at is None:
        context["asleep"] = showing.asleep(row)
    if row.sent_at is not None:
        context |= _board(request, row)
    status = refusal.status if refusal else 200
    return render(request, "broadcast/broadcast.html", context, status=status)


def _board(request: Request, row: Broadcast) -> dict[str, Any]:
    turns = max(1, len(row.turns))
    wanted = request.GET.get("turn", "")
    turn = (
        int(wanted)
        if wanted.isdecimal() and len(wanted) < 3 and int(wanted) < turns
        else selectors.turn_now(row)
    )
    board = selectors.board(row, turn)
    page = Paginator(selectors.targets(row, turn), selectors.PAGE, allow_empty_first_page=True)
    found = page.get_page(request.GET.get("page"))
    names = places.labels([target.place_code for target in found], skip=4)
    silent = {target.pk for target in found if sending.fell_silent(row, target)}
    live = row.on_errand or (row.state == Broadcast.State.OUT and not board.settled)
    soon = row.on_errand or selectors.under_way(row, turn)
    return {
        "board": board, "page": found, "live": live, "every": 2 if soon else 30,
        "errand": showing.errand(row),
        "targets": [
            showing.target_row(target, names[target.place_code], silent=target.pk in silent) for target in found
        ],
    }  # fmt: skip


@gate("broadcast.view", methods=("GET",))
def audio(request: Request, pk: UUID) -> HttpResponse:
    """What it sounds like, for those who may see it."""
    return answer(selectors.get(request.actor, pk))


def answer(row: Broadcast, digest: str = "") -> HttpResponse:
    """The audio's bytes, in the form of that digest. Raises CO404 when they are gone."""
    small = bool(digest) and digest == row.opus_digest
    digest, media = (digest, OPUS_MEDIA) if small else (row.digest, row.media)
    path = path_of(digest)
    if not path.exists():
        raise NOT_FOUND()
    response = HttpResponse(path.read_bytes(), content_type=media)
    response.headers["Cache-Control"] = "private, max-age=3600"
    suffix = "opus" if small else "mp3" if media == "audio/mpeg" else "wav"
    response.headers["Content-Disposition"] = f'inline; filename="{digest[:12]}.{suffix}"'
    return response


__all__ = ["audio", "errors", "listing", "new", "one"]
