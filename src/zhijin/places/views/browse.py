"""The tree of places on the desk: walk down, search, see counts, validity and history."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import gate
from zhijin.core.ids import LEVELS, Level, ancestor_codes, is_code
from zhijin.places import geometry, selectors
from zhijin.places.checks import check_village
from zhijin.places.models import LevelChoices, Place
from zhijin.places.names import Kind
from zhijin.places.picking import ALL, Question
from zhijin.places.searching import search as search_places
from zhijin.ui.picking import LONGEST

_NEXT: dict[Level | None, tuple[Level, ...]] = {
    None: (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE),
    Level.PROVINCE: (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE),
    Level.PREFECTURE: (Level.TOWNSHIP, Level.VILLAGE),
    Level.COUNTY: (Level.VILLAGE, Level.GROUP, Level.GRID),
    Level.TOWNSHIP: (Level.GROUP, Level.GRID),
}


def kind_label(kind: str) -> str:
    """What a kind is called."""
    return (
        {
            Kind.SUBDISTRICT: _("街道"),
            Kind.TOWN: _("镇"),
            Kind.TOWNSHIP: _("乡"),
            Kind.QUASI_TOWNSHIP: _("乡级单位"),
            Kind.COMMUNITY: _("社区"),
            Kind.VILLAGE: _("村"),
            Kind.QUASI_COMMUNITY: _("类似社区"),
            Kind.QUASI_VILLAGE: _("类似村"),
        }.get(Kind(kind), "")
        if kind
        else ""
    )


@gate("place.view", methods=("GET",))
def places(request: HttpRequest) -> HttpResponse:
    """Where one works, and the provinces."""
    text = request.GET.get("q", "").strip()
    mine = _mine(request)
    context: dict[str, Any] = {
        "q": text,
        "found": _found(text) if text else None,
        "mine": mine,
        **_children(None),
    }
    return render(request, "places/places.html", context)


@gate("place.view", methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """The hits of a search as a fragment, for htmx."""
    text = request.GET.get("q", "").strip()
    context = {"q": text, "found": _found(text) if text else None}
    return render(request, "places/_found.html", context)


@gate("place.view", "grant.manage", "webhook.manage", methods=("GET",))
def choices(request: HttpRequest) -> HttpResponse:
    """The places that a field of a form may mean, while one types in it."""
    get = request.GET.get
    field = get("field", "place")[:40]
    levels = tuple(level for level in get("levels", "").split(".") if level in ALL)
    question = Question(levels or ALL, get("permission", "")[:40], get("grids") == "1")
    text = get(field, "").replace("\0", "").strip()[:LONGEST]
    picked = question.offer(request.actor, field, text)  # type: ignore[attr-defined]
    return render(request, "ui/pick_choices.html", {"picked": picked})


@gate("place.view", methods=("GET",))
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One place: what lies below it, since when it exists, what it was before."""
    found = selectors.get(code)
    if LEVELS[len(code)] in {Level.GROUP, Level.GRID}:
        return _small_place(request, found)
    actor = request.actor  # type: ignore[attr-defined]
    is_village = found.level == Level.VILLAGE
    context: dict[str, Any] = _common(found) | {
        "counts": _tiles(selectors.counts(code), code),
        "kinds": _kinds(code),
        **({} if is_village else _children(code)),
        "can_edit": actor.can("place.edit", found.key),
        "can_grid": is_village and actor.can("grid.edit", found.key),
    }
    if is_village:
        context |= _village(code)
    return render(request, "places/place.html", context)


def _common(found: Place) -> dict[str, Any]:
    return {
        "place": found,
        "level": LevelChoices(found.level).label,
        "kind": kind_label(found.kind),
        "chain": chain(found),
        "history": selectors.history(found.code),
        "heirs": [] if found.valid_to is None else selectors.resolve_code(found.code),
        "outline": geometry.outline_of(found.code),
    }


def _village(code: str) -> dict[str, Any]:
    below = selectors.children(code)
    outlines = {outline.place_id: outline for outline in geometry.outlines_in(code)}
    grids = [
        {"place": grid, "outline": outlines.get(grid.code)}
        for grid in below
        if grid.level == Level.GRID
    ]
    return {
        "groups": [group for group in below if group.level == Level.GROUP],
        "grids": grids,
        "outlines": list(outlines.values()),
        "report": check_village(code),
    }


def _small_place(request: HttpRequest, found: Place) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    context = _common(found) | {
        "can_grid": actor.can("grid.edit", found.key),
        "village": selectors.get(found.code[:12]),
        "versions": found.outlines.order_by("-version")[:20],
        "outlines": geometry.outlines_in(found.code[:12]),
    }
    return render(request, "places/grid.html", context)


def chain(found: Place) -> list[tuple[str, str]]:
    """Breadcrumbs from the province to the place itself."""
    above = [
        (place.short, reverse("desk:place", args=[place.code]))
        for place in selectors.ancestors(found.code)
    ]
    return [*above, (found.short, "")]


#: More places than these are listed without their figures.
_TOLD = 12


def _mine(request: HttpRequest) -> list[dict[str, Any]]:
    """The places that one answers for: where they lie, and how much is below them."""
    found = _granted(request)
    above = {place.code: ancestor_codes(place.code)[-1] for place in found if len(place.code) > 2}
    paths = selectors.labels([*above.values()], separator=" ")
    return [
        {
            "place": place,
            "path": paths.get(above.get(place.code, ""), ""),
            "counts": _tiles(selectors.counts(place.code), place.code)
            if len(found) <= _TOLD
            else [],
        }
        for place in found
    ]


def _granted(request: HttpRequest) -> list[Place]:
    grants = request.actor.grants  # type: ignore[attr-defined]
    codes = {grant.place_code for grant in grants if is_code(grant.place_code)}
    return sorted(selectors.get_many(codes).values(), key=lambda place: place.key)


def _found(text: str) -> list[dict[str, str]]:
    hits = search_places(text, limit=30)
    paths = selectors.labels([hit.code for hit in hits], separator=" ")
    return [
        {
            "name": hit.short,
            "path": paths[hit.code],
            "code": hit.code,
            "level": str(LevelChoices(hit.level).label),
            "url": reverse("desk:place", args=[hit.code]),
        }
        for hit in hits
    ]


def _children(code: str | None) -> dict[str, Any]:
    """The places one level down with what is below each, for the levels of which there is any.

    Beside provinces that is one count of the whole country.
    """
    levels = _NEXT.get(LEVELS[len(code)] if code else None, ())
    below = selectors.counts_by_child(code, *levels) if levels else {}
    there = {level for counts in below.values() for level in counts}
    columns = [(key.value, str(LevelChoices(key).label)) for key in levels if key in there]
    rows = [
        {
            "place": child,
            "kind": kind_label(child.kind),
            "cells": [(label, below.get(child.code, {}).get(key, 0)) for key, label in columns],
        }
        for child in selectors.children(code)
    ]
    return {"children": rows, "columns": columns}


def _tiles(counted: dict[str, int], code: str | None) -> list[dict[str, Any]]:
    return [{"label": LevelChoices(key).label, "value": n} for key, n in counted.items()]


def _kinds(code: str) -> list[tuple[str, int]]:
    found = selectors.counts_by_kind(code)
    return [(kind_label(kind), found[kind]) for kind in Kind if kind.value in found]


def to_place(code: str) -> HttpResponse:
    """Back to the page of a place after a change."""
    return redirect("desk:place", code=code)
