"""Organisational life of an area on the desk: which branches owe what, and who does not keep their calendar here."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render

from zhijin.access.api import Request, gate
from zhijin.activities.cadres import where
from zhijin.activities.meetings import overview
from zhijin.activities.views import common
from zhijin.places import api as places
from zhijin.ui.picking import Typed

SHOWN: Final = ("", "behind", "without")


def oversees(request: Request) -> bool:
    """Whether the viewer answers for more than a village, and asked for no organisation."""
    if request.method != "GET" or "org" in request.GET:
        return False
    held = (grant for grant in request.actor.grants if grant.over_place)
    return any(len(grant.place_code) < 12 for grant in held)


@gate("activity.view", methods=("GET",))
def meeting_branches(request: Request) -> HttpResponse:
    """Every branch of an area in one list, those that owe most first."""
    return page_of(request)


def page_of(request: Request) -> HttpResponse:
    """The same for a view that has let the viewer in."""
    picked = where.WHERE.pick(request.actor, "place", Typed.of(request.GET, "place"))
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    page = common.page_asked(request)
    context: dict[str, Any] = {
        "picked": picked, "where": places.find(picked.code) if picked.code else None, "show": show,
        "totals": overview.totals(request.actor, picked.code), "page": page, "previous": page - 1,
    }  # fmt: skip
    first, past = (page - 1) * overview.PAGE, page * overview.PAGE
    if show == "without":
        keepless = list(overview.without(request.actor, picked.code)[first : past + 1])
        labels = places.labels([row.place_code for row in keepless], skip=4)
        found = keepless[: overview.PAGE]
        context |= {"keepless": [(row, labels.get(row.place_code, "")) for row in found]}
        context["next"] = _next(keepless, page)
    else:
        behind = show == "behind"
        rows = list(overview.listed(request.actor, picked.code, behind=behind)[first : past + 1])
        labels = places.labels([row.place_code for row in rows], skip=4)
        shown = overview.standings(rows[: overview.PAGE])
        context |= {"rows": [(row, labels.get(row.branch.place_code, "")) for row in shown]}
        context["next"] = _next(rows, page)
    return render(request, "activities/meetings/branches.html", context)


def _next(rows: list[Any], page: int) -> int:
    return page + 1 if len(rows) > overview.PAGE else 0
