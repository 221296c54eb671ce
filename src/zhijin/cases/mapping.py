"""Open cases of a place as a drawing: outlines and dots that lead to their cases. No tiles, no network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from zhijin.core import geo
from zhijin.places import api as places
from zhijin.places.api import Outline

WIDTH, MARGIN = 900, 20
#: A point alone is shown with this many degrees around it.
AROUND = 0.01


class Placed(Protocol):
    """Whatever may have a position (longitude, latitude): a case, a device."""

    @property
    def point(self) -> tuple[float, float] | None: ...


@dataclass(frozen=True)
class Dot:
    """One case (or device) on the drawing, in its units."""

    case: Any
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """What the template draws: a frame, paths of outlines with their names, and dots.

    A position is drawn at ``((lon - west) * across + margin, (north - lat) * down + margin)``.
    """

    width: int
    height: int
    paths: list[tuple[str, str]]
    dots: list[Dot]
    west: float
    north: float
    across: float
    down: float
    margin: int = MARGIN


def draw(place_code: str, cases: Sequence[Placed]) -> Drawing | None:
    """The drawing of a place; None when there is neither an outline nor a position."""
    outlines = _outlines(place_code)
    points = [view.point for view in cases if view.point is not None]
    box = _box(outlines, points)
    if box is None:
        return None
    west, south, east, north = box
    squeeze = math.cos(math.radians((south + north) / 2))
    unit = (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, (north - south), 1e-6)

    def at(lon: float, lat: float) -> tuple[float, float]:
        x = (lon - west) * squeeze * unit + MARGIN
        return round(x, 1), round((north - lat) * unit + MARGIN, 1)

    width = round((east - west) * squeeze * unit) + 2 * MARGIN
    height = round((north - south) * unit) + 2 * MARGIN
    paths = [(_path(o, at), o.place.short) for o in outlines]
    dots = [Dot(view, *at(*view.point)) for view in cases if view.point is not None]
    return Drawing(width, height, paths, dots, west, north, squeeze * unit, unit)


def _outlines(code: str) -> list[Outline]:
    """The grids of a village; above it the outline of the county."""
    if len(code) >= 12:
        grids = places.outlines_in(code[:12])
        if grids:
            return grids
    county = places.county_outline(code) if len(code) >= 6 else None
    return [county] if county else []


def _box(
    outlines: Iterable[Outline], points: Iterable[tuple[float, float]]
) -> tuple[float, float, float, float] | None:
    boxes = [(o.min_lon, o.min_lat, o.max_lon, o.max_lat) for o in outlines]
    around = 0 if boxes else AROUND
    boxes += [(x - around, y - around, x + around, y + around) for x, y in points]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _path(outline: Outline, at: Callable[[float, float], tuple[float, float]]) -> str:
    parts = []
    for polygon in geo.polygons_of(outline.geometry):
        for ring in polygon:
            corners = (at(point[0], point[1]) for point in ring)
            parts.append("M" + "L".join(f"{x} {y}" for x, y in corners) + "Z")
    return "".join(parts)
