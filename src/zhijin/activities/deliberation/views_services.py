"""The four service lists on the desk: what is offered, what was asked for, and answering it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.deliberation import asking, reading, serving
from zhijin.activities.deliberation.views import tabs
from zhijin.activities.models import ServiceItem, ServiceRequest
from zhijin.activities.views import common
from zhijin.activities.views.common import Act
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import place_span
from zhijin.orgs import api as orgs

#: How far back providers are counted.
COUNTED = timedelta(days=90)


@gate("deliberate.answer")
def listed_services(request: Request) -> HttpResponse:
    """What was asked for, the nearest deadline first; a community's own lists and providers beside it."""
    own = asking.own_places(request.actor)
    code = own[0][0] if own else ""
    refusal: Refusal | None = None
    if request.method == "POST":
        code = asking.place_asked(request)
        done = common.act(request, _acts(request, code), reverse("desk:listed-services"))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    rows, lists = reading.requests(request.actor), reading.lists(code) if code else []
    now = clock.now()
    context: dict[str, Any] = {
        "tabs": tabs(request, "services"), "rows": [(row, reading.is_late(row, now)) for row in rows],
        "code": code, "refusal": refusal, "given": request.POST,
        "lists": lists, "listed": any(items for _kind, _title, items in lists), "kinds": ServiceItem.Kind.choices,
        "orgs": _providers(request.actor, code) if code else [],
        "providers": reading.providers(code, now - COUNTED) if code else [],
    }  # fmt: skip
    return render(request, "activities/deliberation/services.html", context)


def _providers(actor: Actor, code: str) -> list[tuple[int, str]]:
    """Organisations of the place that may provide something."""
    lo, hi = place_span(code)
    rows = orgs.visible(actor).filter(place_key__gte=lo, place_key__lt=hi, valid_to=None)
    return [(row.key, row.name) for row in rows.order_by("name")[:200]]


def _acts(request: Request, code: str) -> Mapping[str, Act]:
    say = request.POST.get

    def offer() -> str:
        item = serving.Item(
            say("kind", ""), say("title", ""), say("about", ""), common.number(request, "provider"),
            common.number(request, "workdays"),
        )  # fmt: skip
        serving.offer(actor=request.actor, place_code=code, item=item)
        return _("已列入清单。")

    def withdraw() -> str:
        serving.offer_no_more(actor=request.actor, item_id=common.uuid(request, "item"))
        return _("已移出清单。")

    return {"offer": offer, "withdraw": withdraw}


@gate("deliberate.answer")
def service_request(request: Request, pk: UUID) -> HttpResponse:
    """One request: where to go (when asked for, journalled), and the answer."""
    found = reading.mine(ServiceRequest.objects.filter(id=pk), request.actor).first()
    if found is None or not serving.may_answer(request.actor, found):
        raise NOT_FOUND()
    refusal: Refusal | None = None
    contact: dict[str, Any] | None = None
    if request.method == "POST" and request.POST.get("do") == "contact":
        contact = serving.contact(actor=request.actor, request_id=found.id)
    elif request.method == "POST":
        done = common.act(
            request, _of_request(request, found), reverse("desk:listed-request", args=[found.id])
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    context = {
        "row": found, "refusal": refusal, "contact": contact, "late": reading.is_late(found),
        "given": request.POST, "item": ServiceItem.objects.filter(id=found.item_id).first(),
    }  # fmt: skip
    answer = render(request, "activities/deliberation/request.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _of_request(request: Request, found: ServiceRequest) -> Mapping[str, Act]:
    said = request.POST.get("said", "")

    def done() -> str:
        serving.answer(actor=request.actor, request_id=found.id, said=said, done=True)
        return _("已登记办好。")

    def decline() -> str:
        serving.answer(actor=request.actor, request_id=found.id, said=said, done=False)
        return _("已说明原因。")

    return {"done": done, "decline": decline}
