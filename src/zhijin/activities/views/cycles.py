"""Yearly cycles on the desk: beginning one, its steps taken and to come, the quarter's dispatch list; signed years."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate, public
from zhijin.activities.forms import CycleForm
from zhijin.activities.models import CycleStep
from zhijin.activities.selectors import cycles as reading
from zhijin.activities.services import cycles as writing
from zhijin.activities.services.events import key_of
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped


@gate("activity.organise", methods=("GET",))
def cycles(request: Request) -> HttpResponse:
    """The cycles held in one's scope."""
    context = {
        "tabs": common.tabs("activities"), "rows": list(reading.visible(request.actor).order_by("place_key")),
    }  # fmt: skip
    return render(request, "activities/cycles.html", context)


@gate("activity.organise")
def cycle_new(request: Request) -> HttpResponse:
    """Put the units of a place under the yearly cycle."""
    places = common.hosting_places(request.actor)
    form = CycleForm(request.POST or None, places=places, initial={"begins": clock.today()})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = writing.begin(actor=request.actor, draft=writing.Draft(**form.cleaned_data))
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("工作周期已启用，以后按工作日历自动进行。"))
            return redirect("desk:cycle", pk=made.id)
    return render(request, "activities/cycle_form.html", {"form": form, "refusal": refusal})


@gate("activity.organise")
def cycle(request: Request, pk: UUID) -> HttpResponse:
    """One cycle: its steps taken and to come, and the newest dispatch list."""
    found = reading.get(request.actor, pk)
    refusal = None
    if request.method == "POST":

        def stop() -> str:
            writing.stop(actor=request.actor, cycle_id=pk)
            return _("工作周期已停用。")

        done = common.act(request, {"stop": stop}, reverse("desk:cycle", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    taken = reading.taken(found)
    lists = [
        step for step in taken if step.kind == CycleStep.Kind.DISPATCH and step.outcome.get("rows")
    ]
    titles = dict(CycleStep.Kind.choices)
    context = {
        "tabs": common.tabs("activities"), "cycle": found, "refusal": refusal,
        "place": common.place_name(found.place_code), "units": len(reading.units(found)),
        "taken": [(step, writing.kept(step), key_of(step.document_sig)) for step in taken],
        "coming": [(titles[step.kind], step) for step in reading.coming(found)] if found.active else [],
        "dispatch": lists[0] if lists else None,
    }  # fmt: skip
    return render(request, "activities/cycle.html", context)


@public(methods=("GET",))
def signed_year(request: HttpRequest, pk: UUID, ending: str) -> HttpResponse:
    """The exact bytes of a year's frozen result (``json``), or the signature beside them (``json.sig``)."""
    with scoped(Actor.system("public-activities")):
        step = reading.signed_year(pk)
    body = bytes(step.document or b"") if ending == "json" else step.document_sig.encode()
    kind = "application/json" if ending == "json" else "text/plain; charset=utf-8"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="result-{step.period}.{ending}"'
    return answer
