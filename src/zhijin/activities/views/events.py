"""Events on the desk: what the viewer owes, the list, beginning one, one event and everything done in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.forms import EVENT_FORMS, EventForm
from zhijin.activities.models import Event
from zhijin.activities.selectors import cycles, duties
from zhijin.activities.selectors import events as reading
from zhijin.activities.services import checks, contests, events, mutual, reviews
from zhijin.activities.views import acts, common
from zhijin.activities.views.showing import shown
from zhijin.core import clock
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.orgs import api as orgs

MAKE: dict[str, Any] = {
    Event.Kind.CONTEST: contests.make, Event.Kind.MUTUAL: mutual.make,
    Event.Kind.REVIEW: reviews.make, Event.Kind.CHECK: checks.make,
}  # fmt: skip


@gate("activity.view", methods=("GET",))
def activities(request: Request) -> HttpResponse:
    """What the viewer owes now, and the newest events in sight."""
    kind = request.GET.get("kind", "")
    found = reading.listing(request.actor, kind)
    leads = request.actor.can("activity.organise")
    context = {
        "tabs": common.tabs("activities"),
        "owed": duties.owed(request.actor),
        "reminders": [] if leads else cycles.reminders(request.actor),
        "leads": leads,
        "rows": [(event, common.state_tone(event)) for event in found],
        "kinds": Event.Kind.choices,
        "kind": kind,
        "can_hold": bool(common.hosting_places(request.actor)),
    }
    return render(request, "activities/activities.html", context)


@gate("activity.organise")
def activity_new(request: Request) -> HttpResponse:
    """Begin an event: ``?kind=`` names which; its organisations are invited at once."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in EVENT_FORMS:
        return render(request, "activities/kinds.html", {"kinds": Event.Kind.choices})
    places = common.hosting_places(request.actor)
    initial = {"kind": kind, "year": clock.today().year}
    form = EVENT_FORMS[kind](request.POST or None, places=places, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                event, invited = _begin(request, kind, form)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已建立，邀请了 {n} 个组织。").format(n=invited))
            return redirect("desk:activity", pk=event.id)
    context = {
        "form": form, "refusal": refusal, "kind": Event.Kind(kind).label,
        "fields": [field for field in form if not field.is_hidden],
    }  # fmt: skip
    return render(request, "activities/event_form.html", context)


def _begin(request: Request, kind: str, form: EventForm) -> tuple[Event, int]:
    values = form.cleaned_data
    half = form.half
    plan = events.Plan(
        kind, values["title"], values["place_code"], values["year"],
        f"{values['year']}{half}" if half else "", form.due_at,
    )  # fmt: skip
    event = MAKE[kind](actor=request.actor, plan=plan, **form.rules())
    keys = common.candidates(
        request.actor, values["place_code"], values["sector"], values["direct"]
    )
    return event, events.invite(actor=request.actor, event_id=event.id, org_keys=keys)


@gate("activity.view")
def activity(request: Request, pk: UUID) -> HttpResponse:
    """One event: its steps, what the viewer may do in it, its result."""
    event = reading.get(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        if request.POST.get("do") in acts.SLIPS:
            return acts.slips(request, event)
        done = common.act(request, acts.of(request, event), reverse("desk:activity", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        event = reading.get(request.actor, pk)
    data = request.POST if refusal else {}
    context = {
        **shown(request.actor, event), "refusal": refusal, "tabs": common.tabs("activities"),
        **{name: orgs.pick(request.actor, data, name) for name in ("invitee", "own")},
        "username": data.get("username", ""),
    }  # fmt: skip
    return render(request, f"activities/event_{event.kind}.html", context)


@gate("activity.view")
def sheet(request: Request, pk: UUID) -> HttpResponse:
    """One sheet of marks: filled in and handed in once by whom it belongs to."""
    found = next((one for one in duties.sheets(request.actor) if one.sheet.id == pk), None)
    if found is None:
        raise NOT_FOUND()
    refusal = None
    if request.method == "POST":
        back = reverse("desk:activity", args=[found.event.id])
        done = common.act(request, {"hand-in": lambda: acts.hand_in(request, found)}, back)
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    given = {name: request.POST.get(name, "") for name in found.names}
    context = {
        "one": found, "refusal": refusal, "reasons": request.POST.get("reasons", found.sheet.reasons),
        "criteria": [(c, given[c.key] or found.sheet.marks.get(c.key, "")) for c in found.criteria],
    }  # fmt: skip
    return render(request, "activities/sheet.html", context)
