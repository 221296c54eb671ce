"""Pledges and led topics on the desk: the list, a new one, one with its items and how they stand."""

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
from zhijin.activities.forms import ItemForm, PledgeForm
from zhijin.activities.models import Undertaking
from zhijin.activities.selectors import undertakings as reading
from zhijin.activities.services import undertakings as writing
from zhijin.activities.views import common
from zhijin.activities.views.common import uuid
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal


@gate("activity.view", methods=("GET",))
def pledges(request: Request) -> HttpResponse:
    """Pledges and topics in one's scope, with how many items are done and late."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    context = {
        "tabs": common.tabs("pledges"),
        "rows": reading.listing(request.actor, kind=kind, state=state),
        "kinds": Undertaking.Kind.choices,
        "states": Undertaking.State.choices,
        "kind": kind,
        "state": state,
        "can_write": request.actor.can("activity.act"),
    }
    return render(request, "activities/pledges.html", context)


@gate("activity.act")
def pledge_new(request: Request) -> HttpResponse:
    """Draw up a pledge or a topic."""
    today = clock.today()
    initial = {
        "kind": request.GET.get("kind", "annual"), "begins": today.replace(month=1, day=1),
        "ends": today.replace(month=12, day=31), "leader": request.actor.name,
    }  # fmt: skip
    form = PledgeForm(request.POST or None, initial=initial, orgs=common.own_orgs(request.actor))
    refusal = None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        org_key = values.pop("org")
        try:
            with transaction.atomic():
                row = writing.draw_up(
                    actor=request.actor, org_key=org_key, draft=writing.Draft(**values)
                )
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已起草，现在逐项写明要做的事。"))
            return redirect("desk:pledge", pk=row.id)
    return render(request, "activities/pledge_form.html", {"form": form, "refusal": refusal})


@gate("activity.view")
def pledge(request: Request, pk: UUID) -> HttpResponse:
    """One pledge or topic; publishing it, reporting on its items, ending it."""
    standing = reading.get(request.actor, pk)
    row = standing.row
    form = ItemForm(request.POST if request.POST.get("do") == "item" else None)
    context: dict[str, Any] = {}
    if request.method == "POST":
        done = common.act(request, _acts(request, row, form), reverse("desk:pledge", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        context["refusal"] = done
        standing = reading.get(request.actor, pk)
    keys = (row.org_key,) if row.org_key is not None else ()
    context |= {
        "tabs": common.tabs("pledges"), "one": standing, "row": standing.row, "form": form,
        "progress": _by_task(pk), "place": common.place_name(row.place_code), "today": clock.today(),
        "can_write": request.actor.can(
            "activity.act", row.place_key, org_keys=keys, line_keys=row.line_keys
        ),
    }  # fmt: skip
    return render(request, "activities/pledge.html", context)


def _by_task(pk: UUID) -> list[dict[str, Any]]:
    """What was said of the items, as a timeline."""
    return [
        {"title": f"{line.percent}%", "at": line.at, "who": line.by_name, "post": "",
         "body": line.text, "state": "done"}
        for line in reading.progress(pk)
    ]  # fmt: skip


def _acts(request: Request, row: Undertaking, form: ItemForm) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def item() -> str:
        if not form.is_valid():
            raise BAD_REQUEST(fields={name: str(errors[0]) for name, errors in form.errors.items()})
        writing.add_item(actor=actor, undertaking_id=row.id, item=writing.Item(**form.cleaned_data))
        return _("已加一项。")

    def publish() -> str:
        writing.publish(actor=actor, undertaking_id=row.id)
        return _("已公开，群众和上级都能看到。")

    def report() -> str:
        done = say("done") == "1"
        percent = 100 if done else common.number(request, "percent")
        writing.report(actor=actor, task_id=uuid(request, "task"), percent=percent,
                       what=say("what", ""), done=done)  # fmt: skip
        return _("进展已登记。")

    def close() -> str:
        writing.close(actor=actor, undertaking_id=row.id, result=say("result", ""))
        return _("已结束，完成率由各项算出。")

    return {"item": item, "publish": publish, "report": report, "close": close}
