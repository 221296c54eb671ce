"""The county's channels: robots and gateways, added by one and put into use by another; addresses are never shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.broadcast import choosing, forms, showing, telling_channels
from zhijin.broadcast.channels import all_kinds
from zhijin.broadcast.channels.sms import OK, TEMPLATE
from zhijin.broadcast.models import Broadcast, Channel
from zhijin.broadcast.services import channels
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.places import api as places

WHERE = places.Question(permission="channel.manage")


@gate("channel.manage", rate="30/m")
def listing(request: Request) -> HttpResponse:
    """The channels in scope, and a form for another."""
    refusal: Refusal | None = None
    given = request.POST or {"place_code": showing.home_place(request)}
    picked = places.pick(request.actor, given, "place_code", WHERE)
    if request.method == "POST":
        try:
            wanted = forms.channel(request.POST, picked.sure())
            made = channels.add(actor=request.actor, wanted=wanted)
        except Refusal as error:
            if error.status == 403:
                raise
            refusal = error
        else:
            messages.success(request, _("已登记。先试发一条，再请另一位同事启用。"))
            return redirect("desk:channel", pk=made.id)
    rows = list(choosing.managed(request.actor))
    names = places.labels([row.place_code for row in rows], skip=2)
    context: dict[str, Any] = {
        "rows": [telling_channels.row_of(row, names[row.place_code]) for row in rows], "refusal": refusal,
        "kinds": all_kinds(), "levels": Broadcast.Level.choices, "given": request.POST,
        "given_settings": {key[2:]: value for key, value in request.POST.items() if key.startswith("s-")},
        "picked": picked, "template": TEMPLATE, "ok": OK,
    }  # fmt: skip
    return render(
        request, "broadcast/channels.html", context, status=refusal.status if refusal else 200
    )


@gate("channel.manage", rate="20/m")
def one(request: Request, pk: UUID) -> HttpResponse:
    """One channel: what went there and what became of it; try it, put it into use, suspend it."""
    row = choosing.managed_one(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            _do(request, row)
        except Refusal as error:
            if error.status == 404 or (error.status == 403 and error.id.startswith("CO")):
                raise
            refusal = error
        else:
            return redirect("desk:channel", pk=pk)
    row = choosing.managed_one(request.actor, pk)
    context = {
        "row": row, "refusal": refusal, "shown": telling_channels.row_of(row, places.label(row.place_code, skip=2)),
        "posts": [telling_channels.post_of(post) for post in choosing.sent_by(row)],
        "settings": telling_channels.settings_of(row), "mine": row.made_by == request.actor.label,
        "personal": telling_channels.personal(row.kind), "live": telling_channels.busy(choosing.sent_by(row, 5)),
    }  # fmt: skip
    return render(
        request, "broadcast/channel.html", context, status=refusal.status if refusal else 200
    )


def _do(request: Request, row: Channel) -> None:
    actor, given = request.actor, request.POST
    match given.get("do", ""):
        case "confirm":
            channels.confirm(actor=actor, pk=row.id)
            messages.success(request, _("已启用。"))
        case "suspend":
            channels.suspend(actor=actor, pk=row.id, why=given.get("why", ""))
            messages.success(request, _("已停用，排队的消息已撤下。"))
        case "trial":
            channels.trial(actor=actor, pk=row.id, number=given.get("number", ""))
            messages.success(request, _("测试消息已排队，结果几秒后出现在下面。"))
        case _:
            raise BAD_REQUEST()
