"""Warnings: the list, one of them, taking them in from the desk and from other systems, and ours as CAP."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from zhijin.access.api import Request, gate
from zhijin.broadcast import cap, envelopes, errors, selectors, showing
from zhijin.broadcast.services import alerts
from zhijin.broadcast.telling import message_of
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.places import api as places

PAGE = 30
TONES = {"held": "late", "proposed": "warn", "used": "ok", "dismissed": "", "cancelled": "info"}


@gate("broadcast.view", rate="30/m")
def listing(request: Request) -> HttpResponse:
    """Warnings in scope; a form takes a message in."""
    refusal: Refusal | None = None
    if request.method == "POST":
        request.actor.require("alert.receive")
        file = request.FILES.get("file")
        data = file.read(envelopes.MOST_BYTES + 1) if file else request.POST.get("xml", "").encode()
        try:
            row = alerts.receive(actor=request.actor, data=data)
        except Refusal as error:
            if error.status == 403:
                raise
            refusal = error
        else:
            return redirect("desk:alert", pk=row.id)
    page = Paginator(selectors.alerts(request.actor), PAGE).get_page(request.GET.get("page"))
    names = places.labels([row.place_code for row in page], skip=3)
    rows = [
        (row, names[row.place_code], TONES[row.state], showing.LEVEL_TONES[row.level])
        for row in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "refusal": refusal,
        "can_receive": request.actor.can("alert.receive"),
    }
    return render(
        request, "broadcast/alerts.html", context, status=refusal.status if refusal else 200
    )


@gate("broadcast.view")
def one(request: Request, pk: UUID) -> HttpResponse:
    """One warning; it becomes a broadcast, or not."""
    row = selectors.alert(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return _do(request, pk)
        except Refusal as error:
            if error.status == 404 or error.id == "CO403":
                raise
            refusal = error
            row = selectors.alert(request.actor, pk)
    sender, source = cap.origin(row.xml)
    context = {
        "row": row, "tone": TONES[row.state], "level_tone": showing.LEVEL_TONES[row.level], "refusal": refusal,
        "sender": sender or row.sender, "envelope": envelopes.unverified(source),
        "kind": KINDS.get(row.kind, row.kind), "status": STATUSES.get(row.status, row.status),
        "level": _level(row.level), "areas": showing.names(row.areas),
        "can_make": request.actor.can("broadcast.make", row.place_key), "given": request.POST,
        "can_vouch": row.state == "held" and request.actor.can("broadcast.approve", row.place_key),
        "brought": row.taken_by == request.actor.label, "can_trust": request.actor.can("alert.trust"),
    }  # fmt: skip
    return render(
        request, "broadcast/alert.html", context, status=refusal.status if refusal else 200
    )


#: Words of CAP 1.2 (msgType and status), as people say them.
KINDS: dict[str, Promise] = {
    "Alert": gettext_lazy("首次发布"), "Update": gettext_lazy("更新"), "Cancel": gettext_lazy("解除"),
    "Ack": gettext_lazy("收到确认"), "Error": gettext_lazy("被拒收"),
}  # fmt: skip
STATUSES: dict[str, Promise] = {
    "Actual": gettext_lazy("实际预警"), "Exercise": gettext_lazy("演练"), "System": gettext_lazy("系统内部"),
    "Test": gettext_lazy("测试"), "Draft": gettext_lazy("草案"),
}  # fmt: skip


def _do(request: Request, pk: UUID) -> HttpResponse:
    match request.POST.get("do", ""):
        case "use":
            made = alerts.use(actor=request.actor, pk=pk)
            messages.success(request, _("已生成广播草稿，请听一遍再发。"))
            return redirect("desk:broadcast", pk=made.id)
        case "vouch":
            alerts.vouch(actor=request.actor, pk=pk, how=request.POST.get("how", ""))
            messages.success(request, _("已核实来源，按普通预警处理。"))
            return redirect("desk:alert", pk=pk)
        case "dismiss":
            alerts.dismiss(actor=request.actor, pk=pk)
            return redirect("desk:alerts")
        case _:
            request.actor.require("broadcast.make")
            raise BAD_REQUEST()


def _level(level: str) -> str:
    from zhijin.broadcast.models import Broadcast

    return str(Broadcast.Level(level).label)


@gate("broadcast.view", methods=("GET",))
def export(request: Request, pk: UUID) -> HttpResponse:
    """A broadcast that went out, as CAP 1.2."""
    row = selectors.get(request.actor, pk)
    if row.sent_at is None:
        raise NOT_FOUND()
    response = HttpResponse(cap.write(message_of(row)), content_type="application/cap+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="zhijin-{row.id}.xml"'
    return response


@gate("broadcast.view", methods=("GET",))
def export_ebm(request: Request, pk: UUID) -> HttpResponse:
    """A broadcast that went out in the package of the national system; only where our code in it is set. Unverified."""
    row = selectors.get(request.actor, pk)
    if row.sent_at is None or not settings.ZHIJIN_EBM_SENDER:
        raise NOT_FOUND()
    envelope = envelopes.KNOWN["EBM"]
    try:
        name, data = envelope.packed(message_of(row), settings.ZHIJIN_EBM_SENDER)
    except cap.Bad as error:
        raise errors.NOT_IN_EBM(what=str(error)) from error
    response = HttpResponse(data, content_type=envelope.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@csrf_exempt
@gate("alert.receive", methods=("POST",), rate="120/m")
def receive(request: Request) -> HttpResponse:
    """A CAP message from another system (``application/cap+xml`` with its key): 201 with what became of it.

    Only with a key: without a token against forgery, a browser's session must not count.
    """
    if not request.by_key:
        raise BAD_REQUEST(fields={"Authorization": "Bearer"})
    row = alerts.receive(actor=request.actor, data=request.body)
    return JsonResponse({"id": str(row.id), "state": row.state}, status=201)
