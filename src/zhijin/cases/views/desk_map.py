"""Open cases of a place on a drawing, with the same cases as a list beside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhijin.access.api import gate
from zhijin.cases import selectors
from zhijin.cases.mapping import draw
from zhijin.cases.presenting import views_of
from zhijin.cases.views.desk import actor_of, home_place
from zhijin.core.ids import is_code
from zhijin.places import api as places

#: So many dots can still be told apart; the list says when there are more.
MOST = 300


@gate("case.view", methods=("GET",))
def case_map(request: HttpRequest) -> HttpResponse:
    """What is open where, most pressing first."""
    actor = actor_of(request)
    code = request.GET.get("place", "").strip()
    found = places.find(code) if is_code(code) else None
    found = found or (places.find(home_place(actor)) if home_place(actor) else None)
    rows = views_of(selectors.on_map(actor, found.code, MOST)) if found else []
    context = {
        "place": found, "rows": rows, "drawing": draw(found.code, rows) if found else None,
        "more": len(rows) >= MOST,
    }  # fmt: skip
    return render(request, "cases/map.html", context)
