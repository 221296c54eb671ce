"""The HTTP API of places: search, one place, its children, the grids of a village, and where a
position lies. Places are public reference data, so no key is asked for.

No `from __future__ import annotations` here: the gate wraps each operation, and the API reads the
types of what it wraps.
"""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from zhijin.access.api import api_gate
from zhijin.places import geometry, selectors
from zhijin.places.models import Place
from zhijin.places.searching import search as search_places

router = Router(tags=["places"])


class PlaceProblemBody(Schema):
    """Why a request was refused and what to do next."""

    id: str = Field(description="Stable id, documented in the list of errors.")
    message: str
    help: str
    fields: dict[str, str]


class PlaceProblem(Schema):
    """Every refusal has this form."""

    error: PlaceProblemBody


REFUSED = {400: PlaceProblem, 404: PlaceProblem, 429: PlaceProblem}
Code = Annotated[str, Path(max_length=15, description="Division code, group or grid")]


class PlaceOut(Schema):
    """One place."""

    code: str = Field(description="Division code: 2, 4, 6, 9 or 12 digits; group +2, grid +3")
    name: str = Field(description="Official name")
    short: str = Field(description="Name as people say it")
    level: str = Field(description="province, prefecture, county, township, village, group or grid")
    kind: str = Field(description="Class of a township or village by its code; empty otherwise")
    parent: str | None = Field(description="Code one level up")
    valid_from: date | None = Field(description="First day; null: since before our records")
    valid_to: date | None = Field(
        description="First day on which it no longer exists; null: exists"
    )


class PlaceFull(PlaceOut):
    """One place with its path and what became of it."""

    path: str
    successors: list[PlaceOut]
    predecessors: list[PlaceOut]


class Located(Schema):
    """Where a position lies."""

    lon: float = Field(description="Longitude, WGS-84")
    lat: float = Field(description="Latitude, WGS-84")
    grid: PlaceOut | None = Field(description="The grid, or null: in no drawn grid")
    village: PlaceOut | None
    county: PlaceOut | None
    message: str


def _out(place: Place) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": place.name,
        "short": place.short,
        "level": place.level,
        "kind": place.kind,
        "parent": place.parent_id,
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
    }


def _out_or_none(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else _out(place)


@router.get(
    "/places", response={200: list[PlaceOut], **REFUSED}, summary="Search places by name or code"
)
@api_gate(signed_in=False)
def find_places(
    request: HttpRequest,
    q: str = Query(
        ..., min_length=1, max_length=60, description="Name, 黎平 口江, or leading digits"
    ),
    within: str = Query("", pattern="^[0-9]{0,12}$", description="Only below this code"),
    level: str = Query("", max_length=12, description="Only this level"),
    limit: int = Query(20, ge=1, le=100),
) -> list[dict[str, Any]]:
    """Best hits first: exact names, then beginnings, then shorter names."""
    root = within if within and selectors.find(within) else None
    if within and root is None:
        return []
    levels = (level,) if level else ()
    return [_out(place) for place in search_places(q, root=root, levels=levels, limit=limit)]


@router.get(
    "/places/locate",
    response={200: Located, **REFUSED},
    summary="The grid, village and county of a position",
)
@api_gate(signed_in=False)
def locate(
    request: HttpRequest,
    lon: float = Query(..., ge=-180, le=180),
    lat: float = Query(..., ge=-90, le=90),
    datum: str = Query("wgs84", pattern="^(wgs84|gcj02)$", description="wgs84 or gcj02"),
) -> dict[str, Any]:
    """A position on a shared edge belongs to the smaller grid, then to the lower code."""
    found = geometry.look_up(lon, lat, datum)
    return {
        "lon": found.lon,
        "lat": found.lat,
        "grid": _out_or_none(found.grid),
        "village": _out_or_none(found.village),
        "county": _out_or_none(found.county),
        "message": found.sentence,
    }


@router.get("/places/{code}", response={200: PlaceFull, **REFUSED}, summary="One place")
@api_gate(signed_in=False)
def place(request: HttpRequest, code: Code, as_of: date | None = None) -> dict[str, Any]:
    """With `as_of`, the place as it was on that day; 404 when it did not exist then."""
    found = selectors.get(code, as_of=as_of)
    heirs = selectors.resolve_code(code) if found.valid_to else []
    return {
        **_out(found),
        "path": selectors.label(code, as_of=as_of),
        "successors": [_out(heir) for heir in heirs],
        "predecessors": [_out(old) for old in selectors.predecessors(code)],
    }


@router.get(
    "/places/{code}/children", response={200: list[PlaceOut], **REFUSED}, summary="One level down"
)
@api_gate(signed_in=False)
def children(request: HttpRequest, code: Code, as_of: date | None = None) -> list[dict[str, Any]]:
    """Below a village: its groups and grids."""
    selectors.get(code)
    return [_out(child) for child in selectors.children(code, as_of=as_of)]


@router.get(
    "/places/{code}/grids",
    response={200: dict[str, Any], **REFUSED},
    summary="Grids of a village as GeoJSON",
)
@api_gate(signed_in=False)
def grids(request: HttpRequest, code: Code) -> dict[str, Any]:
    """A GeoJSON FeatureCollection (RFC 7946, WGS-84) of the drawn grids."""
    selectors.get(code)
    if len(code) < 12:
        return geometry.feature_collection([])
    return geometry.feature_collection(geometry.outlines_in(code[:12]))
