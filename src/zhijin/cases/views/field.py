"""The grid worker's pages on a telephone: today, one case, a quick report."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhijin.access.api import gate
from zhijin.cases import selectors
from zhijin.cases.presenting import kinds_for, views_of
from zhijin.cases.services.intake import open_case
from zhijin.cases.views.context import case_context
from zhijin.cases.views.desk import (
    actor_of,
    asked_of,
    home_place,
    opener_at,
    report_from,
)
from zhijin.core.errors import Refusal
from zhijin.core.ids import uuid7
from zhijin.places import api as places
from zhijin.playbooks.api import current


@gate("case.act", methods=("GET",))
def today(request: HttpRequest) -> HttpResponse:
    """At most seven things, in the order in which to do them."""
    actor = actor_of(request)
    roles = sorted({g.role for g in actor.grants})
    rows = selectors.today(actor, roles)
    context = {
        "rows": views_of(rows), "counts": selectors.counts(actor),
        "place": home_place(actor) and places.get(home_place(actor)),
    }  # fmt: skip
    return render(request, "cases/field_today.html", context)


@gate("case.view", methods=("GET",))
def case(request: HttpRequest, pk: Any) -> HttpResponse:
    """One case, with its next step under the thumb."""
    found = selectors.get(actor_of(request), pk)
    return render(request, "cases/field_case.html", case_context(actor_of(request), found))


@gate("case.report", opens=False)
def report(request: HttpRequest) -> HttpResponse:
    """Photo, kind, send."""
    actor = actor_of(request)
    code = (request.POST.get("place") or home_place(actor)).strip()
    code = code if places.find(code) is not None else home_place(actor)
    opener = opener_at(actor, code)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    context: dict[str, Any] = {
        "kinds": kinds_for(code, opener), "kind": kind, "place": places.get(code),
        "key": request.POST.get("idempotency_key") or str(uuid7()),
    }  # fmt: skip
    if kind:
        context |= asked_of(current(kind, code), opener)
    if request.method == "POST" and kind:
        try:
            opened = open_case(
                actor=actor, opener=opener,
                report=report_from(request, context["ask"], kind, code, "field"),
            )  # fmt: skip
        except Refusal as refusal:
            context |= {"refusal": refusal, "given": request.POST}
            return render(request, "cases/field_report.html", context, status=refusal.status)
        return redirect("field:case", pk=opened.case_id)
    return render(request, "cases/field_report.html", context)
