"""Which place a page of cadres is about: chosen by name, never guessed; else the widest that the viewer answers for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.activities.cadres import shown
from zhijin.core.errors import Refusal
from zhijin.places import api as places
from zhijin.ui.picking import Typed

WHERE: Final = places.Question(places.WIDE, "activity.view")


def own_place(request: Request) -> str:
    """The widest place that the viewer answers for; empty for all in sight."""
    own = [
        grant.place_code for grant in request.actor.grants if grant.over_place and grant.place_code
    ]
    return min(own, key=len)[:12] if own else ""


def picked(request: Request) -> places.Picked:
    """What ``?place=`` says, by name or code; without it the viewer's own."""
    typed = Typed.of(request.GET, "place")
    return WHERE.pick(request.actor, "place", typed if typed.text else Typed(own_place(request)))


def placed(current: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For a view that takes the place as its second argument. While it is open which place is meant, no figures of
    another one are shown: the page asks, with those that it may be. ``current`` is the tab."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def run(request: Request, **more: Any) -> HttpResponse:
            found = picked(request)
            try:
                found.sure()
            except Refusal as refusal:
                context = {
                    "tabs": shown.tabs(current, ""), "where": found, "refusal": refusal, "title": _("干部队伍"),
                }  # fmt: skip
                return render(request, "activities/which.html", context, status=refusal.status)
            return view(request, found, **more)

        return run

    return decorate


def named(found: places.Picked) -> dict[str, Any]:
    """The place of a page, its field, and what its links carry on."""
    there = places.find(found.code) if found.code else None
    return {"place": found.code, "place_name": there.short if there else "", "where": found}
