"""The place picker of the portal: walk from the province to the village, or type a name.

It works without scripts; with `to` it leads on to a page of the portal with the place chosen.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from zhijin.access.api import public
from zhijin.core.ids import LEVELS, Level
from zhijin.places import geometry, selectors
from zhijin.places.geometry import position
from zhijin.places.models import LevelChoices, Place
from zhijin.places.searching import search as search_places

_WIDE = ("province", "prefecture", "county", "township", "village")


@public(methods=("GET",))
def pick(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Choose a village or community: by walking down, by name (`q`), or by position (`lat`, `lon`)."""
    to = _destination(request)
    text = request.GET.get("q", "").strip()[:60]
    here = selectors.get(code) if code else None
    hits = search_places(text, root=code, levels=_WIDE, limit=20) if text else []
    context: dict[str, object] = {
        "here": here,
        "level": LevelChoices(here.level).label if here else "",
        "chain": _chain(here, to),
        "q": text,
        "to": to,
        "hits": _entries(hits, to, full=True),
        "children": [] if text else _entries(_below(code), to, full=False),
        "choose_url": chosen_url(here, to) if here and _final(here) else "",
        "location": None,
    }
    if request.GET.get("lat") and request.GET.get("lon"):
        context |= _located(request, to)
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    return "places/_pick.html" if request.headers.get("X-Fragment") else "places/pick.html"


def _located(request: HttpRequest, to: str) -> dict[str, object]:
    try:
        lon, lat = float(request.GET["lon"]), float(request.GET["lat"])
    except ValueError:
        lon, lat = 999.0, 999.0
    point = position(lon, lat, request.GET.get("datum", "wgs84"))
    found = geometry.look_up(point.lon, point.lat)
    village = found.village
    return {
        "location": found,
        "location_url": chosen_url(village, to) if village else "",
        "location_within": _url(found.county.code, to) if found.county and not village else "",
    }


def _below(code: str | None) -> list[Place]:
    if code and LEVELS[len(code)] not in {
        Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP
    }:  # fmt: skip
        return []
    return selectors.children(code)


def _final(place: Place) -> bool:
    return place.level in {Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY}


def _chain(here: Place | None, to: str) -> list[tuple[str, str]]:
    if here is None:
        return []
    above = [(p.short, _url(p.code, to)) for p in selectors.ancestors(here.code)]
    return [*above, (here.short, "")]


def _entries(places: list[Place], to: str, *, full: bool) -> list[dict[str, str]]:
    paths = selectors.labels([p.code for p in places], separator=" ") if full else {}
    return [
        {
            "name": place.short,
            "path": paths.get(place.code, ""),
            "level": str(LevelChoices(place.level).label),
            "url": chosen_url(place, to) if place.level == Level.VILLAGE else _url(place.code, to),
        }
        for place in places
    ]


def _url(code: str, to: str) -> str:
    url = reverse("portal:place-pick-in", args=[code])
    return f"{url}?{urlencode({'to': to})}" if to else url


def chosen_url(place: Place, to: str) -> str:
    """Where a choice leads: to `to` with `place` set, else to the place's own page."""
    if to:
        joint = "&" if "?" in to else "?"
        return f"{to}{joint}{urlencode({'place': place.code})}"
    try:
        return reverse("portal:place", args=[place.code])
    except NoReverseMatch:
        return f"/p/{place.code}/"


def _destination(request: HttpRequest) -> str:
    """The page to go on to: a path of this site only."""
    to = request.GET.get("to", "")
    if not to.startswith("/") or not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return ""
    return to
