"""Model units and problems on the desk: applying with evidence of the record, deciding, putting right, striking off."""

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
from zhijin.activities import words
from zhijin.activities.forms import ApplyForm
from zhijin.activities.models import Event, ModelUnit
from zhijin.activities.selectors import checks as checking
from zhijin.activities.selectors import model_units as reading
from zhijin.activities.services import checks, model_units
from zhijin.activities.views import common
from zhijin.activities.views.common import uuid
from zhijin.core import clock
from zhijin.core.errors import Refusal


@gate("activity.view", methods=("GET",))
def model_units_list(request: Request) -> HttpResponse:
    """Applications in sight, by year and state."""
    state = request.GET.get("state", "")
    context = {
        "tabs": common.tabs("model-units"), "state": state, "states": ModelUnit.State.choices,
        "rows": [(unit, words.LEVELS.get(unit.level, unit.level))
                 for unit in reading.listing(request.actor, state=state)],
        "can_apply": request.actor.can("activity.act"),
    }  # fmt: skip
    return render(request, "activities/model_units.html", context)


@gate("activity.act")
def model_unit_new(request: Request) -> HttpResponse:
    """Begin an application."""
    orgs = common.own_orgs(request.actor)
    form = ApplyForm(request.POST or None, orgs=orgs, hosts=common.hosts_above(request.actor, orgs),
                     initial={"year": clock.today().year})  # fmt: skip
    refusal = None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        org_key = values.pop("org")
        try:
            with transaction.atomic():
                unit = model_units.apply(actor=request.actor, org_key=org_key, **values)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已开始申报，请从记录里选取依据。"))
            return redirect("desk:model-unit", pk=unit.id)
    return render(request, "activities/apply_form.html", {"form": form, "refusal": refusal})


@gate("activity.view")
def model_unit(request: Request, pk: UUID) -> HttpResponse:
    """One application: its evidence by aspect, what remains to be done, the decision."""
    unit = reading.get(request.actor, pk)
    refusal = None
    if request.method == "POST":
        done = common.act(request, _acts(request, unit), reverse("desk:model-unit", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        unit = reading.get(request.actor, pk)
    keys = (unit.org_key,) if unit.org_key is not None else ()
    own = request.actor.can("activity.act", unit.place_key, org_keys=keys, line_keys=unit.line_keys)
    drafting = own and unit.state == ModelUnit.State.DRAFT
    evidence, offered = reading.evidence(unit), reading.offered(unit) if drafting else {}
    context = {
        "tabs": common.tabs("model-units"), "unit": unit, "refusal": refusal, "drafting": drafting,
        "level": words.LEVELS.get(unit.level, unit.level), "place": common.place_name(unit.host_code),
        "host": request.actor.can("activity.organise", unit.host_key),
        "aspects": [
            (key, title, unit.statements.get(key, ""), _named(evidence[key][:30]),
             _named(offered.get(key, [])[:40]))
            for key, title in words.ASPECTS.items()
        ],
        "objections": reading.objections(unit),
    }  # fmt: skip
    return render(request, "activities/model_unit.html", context)


def _named(rows: list[Any]) -> list[tuple[Any, str]]:
    """Facts or evidence with what their kind is called."""
    return [(row, words.fact_title(row.kind)) for row in rows]


def _acts(request: Request, unit: ModelUnit) -> dict[str, common.Act]:
    actor, say, pk = request.actor, request.POST.get, unit.id

    def take_in() -> str:
        ids = [UUID(one) for one in request.POST.getlist("fact") if len(one) == 36]
        added = model_units.take_in(actor=actor, unit_id=pk, fact_ids=ids[:400])
        return _("取用了 {n} 条记录。").format(n=added)

    def hand_in() -> str:
        said = {key: say(f"said-{key}", "") for key in words.ASPECTS}
        model_units.hand_in(actor=actor, unit_id=pk, statements=said)
        return _("申报已送出。")

    def recommend() -> str:
        model_units.recommend(actor=actor, unit_id=pk, opinion=say("opinion", ""))
        return _("已推荐。")

    def publish() -> str:
        days = common.number(request, "days")
        done = model_units.publish(actor=actor, unit_id=pk, days=days)
        return _("公示到 {day}。").format(day=done.publish_until)

    return {
        "take-in": take_in, "hand-in": hand_in, "recommend": recommend, "publish": publish,
        **_deciding(request, unit),
    }  # fmt: skip


def _deciding(request: Request, unit: ModelUnit) -> dict[str, common.Act]:
    actor, say, pk = request.actor, request.POST.get, unit.id

    def object_to() -> str:
        model_units.object_to(actor=actor, unit_id=pk, what=say("what", ""))
        return _("异议已登记。")

    def settle() -> str:
        model_units.settle(actor=actor, objection_id=uuid(request, "objection"),
                           finding=say("finding", ""), upheld=say("upheld") == "1")  # fmt: skip
        return _("异议已查清。")

    def name() -> str:
        model_units.name(actor=actor, unit_id=pk)
        return _("已命名。")

    def decline() -> str:
        model_units.decline(actor=actor, unit_id=pk, why=say("why", ""))
        return _("已记下不命名的原因。")

    return {"object": object_to, "settle": settle, "name": name, "decline": decline}


@gate("activity.view")
def problem(request: Request, pk: UUID) -> HttpResponse:
    """One problem of a spot check: put right by the unit, struck off or sent back by the checkers."""
    found = checking.problem(request.actor, pk)
    refusal = None
    if request.method == "POST":
        say = request.POST.get

        def rectify() -> str:
            checks.rectify(actor=request.actor, problem_id=pk, done=say("done", ""))
            return _("整改情况已报送，等待核验。")

        def verify() -> str:
            good = say("good") == "1"
            checks.verify(actor=request.actor, problem_id=pk, good=good, remark=say("remark", ""))
            return _("已销号。") if good else _("已退回重新整改。")

        back = reverse("desk:problem", args=[pk])
        done = common.act(request, {"rectify": rectify, "verify": verify}, back)
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = checking.problem(request.actor, pk)
    keys = (found.org_key,) if found.org_key is not None else ()
    context: dict[str, Any] = {
        "tabs": common.tabs("activities"), "problem": found, "refusal": refusal,
        "aspect": words.ASPECTS[found.aspect],
        "event": Event.objects.filter(id=found.event_id).first(),
        "own": request.actor.can("activity.act", found.place_key, org_keys=keys, line_keys=found.line_keys),
        "host": request.actor.can("activity.organise", found.host_key),
    }  # fmt: skip
    return render(request, "activities/problem.html", context)
