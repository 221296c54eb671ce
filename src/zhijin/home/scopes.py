"""The places in which the signed-in person works, for the switch in the desk's top bar."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from zhijin.core.actor import Actor
from zhijin.places import api as places
from zhijin.ui.context import ScopeItem


def scopes(request: HttpRequest) -> list[ScopeItem]:
    """Each place of a grant, the widest first; the one that the page is about is current."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    codes = sorted({g.place_code for g in actor.grants if g.place_code}, key=lambda c: (len(c), c))
    if actor.kind != "account" or not codes:
        return []
    names = places.get_many(codes)
    about = request.GET.get("place", "")
    cases = reverse("desk:cases")
    return [
        ScopeItem(names[code].short, f"{cases}?place={code}", current=code == about)
        for code in codes
        if code in names
    ]
