"""The system administrator's webhooks: addresses and how deliveries went; never what was in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.access.api import Request, gate
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.places import api as places
from zhijin.programmes.models import Delivery, Endpoint
from zhijin.programmes.webhooks import endpoints, queueing

SHOWN = 50
WHERE = places.Question((*places.WIDE, "group", "grid"), "webhook.manage", grids=True)
TYPES: dict[str, Promise] = {
    "case.opened": gettext_lazy("新事项"),
    "case.moved": gettext_lazy("进入下一环节"),
    "case.closed": gettext_lazy("办结"),
    "case.reopened": gettext_lazy("重办"),
    "case.transferred": gettext_lazy("转派"),
    "case.escalated": gettext_lazy("逾期上报"),
    "case.late": gettext_lazy("逾期"),
    "case.merged": gettext_lazy("合并"),
    "case.parted": gettext_lazy("取消合并"),
    "case.erased": gettext_lazy("保存期满，已删除个人信息"),
    queueing.PING: gettext_lazy("试发"),
}
#: Why a delivery did not arrive, and why an endpoint was stopped.
REASONS: dict[str, Promise] = {
    "malformed": gettext_lazy("地址格式不对"),
    "scheme": gettext_lazy("不是 https 地址"),
    "not_https": gettext_lazy("不是 https 地址"),
    "unknown_host": gettext_lazy("找不到主机"),
    "inside": gettext_lazy("内网地址，未获允许"),
    "timeout": gettext_lazy("超时"),
    "tls": gettext_lazy("证书或加密有问题"),
    "connection": gettext_lazy("连不上"),
    "gone": gettext_lazy("对方答复已不存在（410）"),
    "given_up": gettext_lazy("一条消息多次重发仍未送达"),
    "keeps_failing": gettext_lazy("连续多次失败"),
    "by_hand": gettext_lazy("人工停用"),
}
STATES: dict[str, Promise] = {
    "waiting": gettext_lazy("待送"),
    "delivered": gettext_lazy("已送达"),
    "failed": gettext_lazy("放弃"),
}


@gate("webhook.manage", opens=False)
def webhooks(request: Request) -> HttpResponse:
    """The endpoints, and a form for another."""
    picked = places.pick(request.actor, request.POST, "place_code", WHERE)
    context: dict[str, Any] = {"given": request.POST, "picked": picked}
    if request.method == "POST":
        try:
            made, secret = endpoints.create(
                actor=request.actor,
                label=request.POST.get("label", ""),
                url=request.POST.get("url", ""),
                place_code=picked.sure(),
                events=request.POST.getlist("events"),
                playbooks=request.POST.get("playbooks", "").split(),
            )
        except Refusal as refusal:
            context["refusal"] = _worded(refusal)
        else:
            return _one(request, made, {"secret": secret})
    rows = [(row, _why(row.stopped_why)) for row in Endpoint.objects.order_by("label")]
    context |= {"rows": rows, "types": [(k, v) for k, v in TYPES.items() if k != queueing.PING]}
    status = context["refusal"].status if "refusal" in context else 200
    return render(request, "programmes/webhooks.html", context, status=status)


def _worded(refusal: Refusal) -> Refusal:
    """The reason of a refused address in the reader's words."""
    if "reason" in refusal.params:
        refusal.params["reason"] = _why(refusal.params["reason"])
        refusal.fields = {}
    return refusal


def _why(reason: str) -> str:
    return str(REASONS.get(reason, reason))


@gate("webhook.manage", opens=False)
def webhook(request: Request, pk: UUID) -> HttpResponse:
    """One endpoint: its deliveries; try it, rotate its secret, stop and start it."""
    endpoint = Endpoint.objects.filter(pk=pk).first()
    if endpoint is None:
        raise NOT_FOUND()
    if request.method != "POST":
        return _one(request, endpoint, {})
    match request.POST.get("do"):
        case "ping":
            endpoints.ping(actor=request.actor, endpoint_id=pk)
            messages.success(request, _("试发的消息已排队，几秒后刷新看结果。"))
        case "rotate":
            endpoint, secret = endpoints.rotate(actor=request.actor, endpoint_id=pk)
            return _one(request, endpoint, {"secret": secret, "rotated": True})
        case "stop":
            endpoints.set_active(actor=request.actor, endpoint_id=pk, active=False)
        case "start":
            endpoints.set_active(actor=request.actor, endpoint_id=pk, active=True)
        case _:
            raise BAD_REQUEST()
    return redirect("desk:webhook", pk=pk)


def _one(request: Request, endpoint: Endpoint, more: dict[str, Any]) -> HttpResponse:
    """The page of one endpoint. The rows carry nothing of any case."""
    columns = (
        "type", "state", "attempts", "next_at", "status", "millis", "error", "made_at", "done_at",
    )  # fmt: skip
    rows = endpoint.deliveries.order_by("-made_at").values(*columns)[:SHOWN]
    deliveries = [
        row
        | {
            "type": TYPES.get(row["type"], row["type"]),
            "title": STATES[row["state"]],
            "error": _why(row["error"]),
            "tone": {"delivered": "ok", "failed": "late"}.get(row["state"], "info"),
        }
        for row in rows
    ]
    waiting = endpoint.deliveries.filter(state=Delivery.State.WAITING).count()
    context = {
        "endpoint": endpoint, "deliveries": deliveries, "waiting": waiting,
        "why": _why(endpoint.stopped_why),
        "events": [TYPES.get(name, name) for name in endpoint.events], **more,
    }  # fmt: skip
    response = render(request, "programmes/webhook.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
