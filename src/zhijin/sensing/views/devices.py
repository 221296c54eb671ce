"""Devices on the desk: the list, one device, registering; its secret is shown once and never again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.cases.api import draw_points
from zhijin.core.bus import answers
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.places import api as places
from zhijin.sensing import forms, selectors
from zhijin.sensing.services import devices
from zhijin.sensing.views import common

PAGE, ON_MAP = 50, 300
HOURS = {"24": 24, "168": 168, "720": 720}


@gate("device.view", methods=("GET",))
def listing(request: Request) -> HttpResponse:
    """Devices below a place, by condition; on a drawing beside the list."""
    picked, kind = common.place_of(request), request.GET.get("kind", "")
    place = picked.code
    show = request.GET.get("show", "")
    show = show if show in selectors.SHOWS else ""
    rows = selectors.listing(request.actor, place, kind, show)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    found = list(page)
    views = selectors.views_of(found, places.labels([row.place_code for row in found], skip=4))
    drawing = draw_points(place, selectors.views_of(rows[:ON_MAP])) if place else None
    context = {
        "page": page, "rows": [common.row_of(view) for view in views], "picked": picked,
        "kind": kind, "show": show, "kinds": common.kinds(), "shows": common.shows(),
        "drawing": drawing if drawing and drawing.dots else None,
        "counts": selectors.counts(request.actor, place), "where": places.find(place),
        "can_edit": request.actor.can("device.edit"), "broker_answers": answers(),
    }  # fmt: skip
    return render(request, "sensing/devices.html", context)


@gate("device.edit")
def new(request: Request) -> HttpResponse:
    """Register a device; the answer shows its secret, this once."""
    given: dict[str, Any] = {}
    picked = common.stands_at(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        given = {key: str(value) for key, value in request.POST.items()}
        try:
            given["place_code"] = picked.sure()
            device, secret = devices.register(actor=request.actor, entry=forms.entry(given))
        except Refusal as error:
            if error.status == 403:
                raise
            refusal = error
        else:
            return _page(request, device.id, secret)
    context = {"given": given, "picked": picked, "refusal": refusal, "kinds": common.kinds()}
    status = refusal.status if refusal else 200
    return render(request, "sensing/device_form.html", context, status=status)


@gate("device.view")
def one(request: Request, pk: int) -> HttpResponse:
    """One device: how it is, its readings, its alarms; and what may be done with it."""
    if request.method != "POST":
        return _page(request, pk)
    selectors.get(request.actor, pk)
    match request.POST.get("do", ""):
        case "rotate":
            _device, secret = devices.rotate(actor=request.actor, device_id=pk)
            return _page(request, pk, secret)
        case "active" | "stopped" | "retired" as state:
            devices.set_state(actor=request.actor, device_id=pk, state=state)
        case "admit":
            devices.admit(actor=request.actor, device_id=pk)
        case _:
            request.actor.require("device.edit")
            raise BAD_REQUEST()
    messages.success(request, _("已保存。设备的连接会在几秒内更新。"))
    return redirect("desk:device", pk=pk)


def _page(request: Request, pk: int, secret: str = "") -> HttpResponse:
    view = selectors.get(request.actor, pk)
    device = view.device
    hours = HOURS.get(request.GET.get("hours", ""), 24)
    alarms = selectors.alarms(request.actor, pk)
    context = {
        "row": common.row_of(view), "device": device, "state": view.state, "secret": secret,
        "where": places.find(device.place_code), "figures": common.figures(view, hours),
        "hours": str(hours), "spans": [("24", _("一天")), ("168", _("一周")), ("720", _("一月"))],
        "alarms": [common.alarm_row(alarm) for alarm in alarms],
        "refused": common.refused_rows(request, pk), "door": common.door(),
        "late": selectors.late(device, hours), "clock": common.clock_words(view.state),
        "can_edit": device.state != device.State.RETIRED
        and request.actor.can("device.edit", device.place_key),
    }  # fmt: skip
    response = render(request, "sensing/device.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
