"""The map on which grids are drawn: its page, its picture, checks while drawing, cuts and joins."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import gate
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import Level
from zhijin.places import errors, geometry, selectors, shapes
from zhijin.places.checks import check_village
from zhijin.places.mapping import read_picture, save_map
from zhijin.places.models import Place
from zhijin.places.points import points_in
from zhijin.places.views.browse import chain

#: A village has at most 999 grids.
_MOST_SHAPES = 999


@gate("place.view", methods=("GET",))
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The map of a village; read only without grid.edit there."""
    village = _village(code)
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "place": village,
        "chain": chain(village),
        "can_grid": actor.can("grid.edit", village.key) and village.valid_to is None,
        "report": check_village(code),
    }
    return render(request, "places/map.html", context)


@gate("place.view")
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """GET: everything that the map shows. POST: write what was drawn (see `mapping.read_picture`)."""
    village = _village(code)
    if request.method == "POST":
        grids, outline, removed = read_picture(_body(request))
        saved = save_map(
            actor=request.actor,  # type: ignore[attr-defined]
            village=code,
            grids=grids,
            outline=outline,
            removed=removed,
        )
        return JsonResponse({"saved": vars(saved), **_picture(village)})
    return JsonResponse(_picture(village))


@gate("place.view", methods=("POST",), rate="120/m")
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Check what is drawn but not saved yet: {grids: [{code, geometry}]}."""
    _village(code)
    body = _body(request)
    drafts: dict[str, dict[str, Any]] = {}
    for i, item in enumerate(_items(body, "grids")):
        drafts[str(item.get("code") or f"new-{i}")] = shapes.read(item.get("geometry"))
    names = {str(i.get("code") or f"new-{n}"): str(i.get("name") or "") for n, i in
             enumerate(_items(body, "grids"))}  # fmt: skip
    outline = body.get("outline")
    outline = shapes.read(outline.get("geometry")) if isinstance(outline, dict) else None
    gone = [str(code) for code in _list(body, "removed")]
    return JsonResponse(
        check_village(code, drafts, names=names, village_outline=outline, gone=gone).as_dict()
    )


@gate("place.view", methods=("POST",), rate="120/m")
def shape(request: HttpRequest, code: str) -> HttpResponse:
    """Work on shapes without storing anything: {do: cut|join|read, …} → {geometries: […]}."""
    _village(code)
    body = _body(request)
    match body.get("do"):
        case "cut":
            parts = shapes.cut(shapes.read(body.get("geometry")), _line(body.get("line")))
        case "join":
            parts = [shapes.join(shapes.read(item) for item in _items(body, "geometries"))]
        case "read":
            datum = body.get("datum", "wgs84")
            if datum not in ("wgs84", "gcj02"):
                raise BAD_REQUEST()
            parts = [shapes.read(body.get("text"), datum)]
        case _:
            raise BAD_REQUEST()
    return JsonResponse({"geometries": parts})


def _village(code: str) -> Place:
    village = selectors.get(code)
    if village.level != Level.VILLAGE:
        raise errors.NOT_A_VILLAGE(name=village.short)
    return village


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BAD_REQUEST() from error
    if not isinstance(body, dict):
        raise BAD_REQUEST()
    return body


def _list(body: dict[str, Any], name: str) -> list[Any]:
    items = body.get(name) or []
    if not isinstance(items, list):
        raise errors.BAD_GEOMETRY(reason=_("提交的地图内容不完整"))
    return items


def _items(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = _list(body, name)
    if not all(isinstance(item, dict) for item in items):
        raise errors.BAD_GEOMETRY(reason=_("提交的地图内容不完整"))
    if len(items) > _MOST_SHAPES:
        raise errors.BAD_GEOMETRY(reason=_("图形太多，最多 {n} 个").format(n=_MOST_SHAPES))
    return items


def _line(value: object) -> list[list[float]]:
    if not isinstance(value, list) or not all(isinstance(point, list) for point in value):
        raise errors.NOTHING_CUT()
    return value


def _picture(village: Place) -> dict[str, Any]:
    county = geometry.county_outline(village.code)
    outline = geometry.outline_of(village.code)
    drawn = geometry.outlines_in(village.code)
    codes = {o.place_id for o in drawn}
    grids = selectors.subtree(village.code, Level.GRID)
    return {
        "village": {"code": village.code, "name": village.short},
        "county": geometry.feature(county) if county else None,
        "outline": geometry.feature(outline) if outline else None,
        "grids": geometry.feature_collection(drawn),
        "neighbours": geometry.feature_collection(_neighbours(village)),
        "undrawn": [{"code": g.code, "name": g.name} for g in grids if g.code not in codes],
        "points": [
            {"lon": p.lon, "lat": p.lat, "label": p.label, "grid": p.grid, "url": p.url}
            for _kind, p in points_in(village.code)
            if p.lon is not None
        ],
        "report": check_village(village.code).as_dict(),
    }


def _neighbours(village: Place) -> list[Any]:
    """Outlines of the other villages of the township: to draw along, not over."""
    return list(
        geometry.current_outlines(village.code[:9], Level.VILLAGE).exclude(place=village.code)
    )
