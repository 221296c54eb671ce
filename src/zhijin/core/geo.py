"""Coordinates on the ground: datum conversion, bounding boxes, areas and distances.

Plain Python over longitude and latitude in degrees; it must not know Django, places or maps.
Stored coordinates are WGS-84 (what phones give, and for grids the same as CGCS2000); GCJ-02, which
Chinese map services use, is converted at the edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

__all__ = [
    "BBox",
    "Point",
    "area_m2",
    "bbox",
    "distance_m",
    "from_gcj02",
    "in_polygon",
    "is_position",
    "polygons_of",
    "to_gcj02",
    "to_wgs84",
]

Ring = Sequence[Sequence[float]]
Geometry = dict[str, Any]

# The Krasovsky figures that GCJ-02 is defined with.
_GCJ_A, _GCJ_EE = 6378245.0, 0.00669342162296594323
# WGS-84: semi-major axis in metres and first eccentricity.
_A, _E = 6378137.0, math.sqrt(2 / 298.257223563 - 298.257223563**-2)
_MEAN_RADIUS = 6371008.8
# A ten-thousandth of a millimetre: rounding, not distance.
_ON_EDGE = 1e-12


class Point(NamedTuple):
    """A position in degrees."""

    lon: float
    lat: float


class BBox(NamedTuple):
    """A bounding box in degrees."""

    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float

    def holds(self, lon: float, lat: float) -> bool:
        return self.min_lon <= lon <= self.max_lon and self.min_lat <= lat <= self.max_lat


def is_position(lon: object, lat: object) -> bool:
    """Whether both are finite numbers within ±180 and ±90 degrees."""
    return all(
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= limit
        for value, limit in ((lon, 180), (lat, 90))
    )


def to_wgs84(lon: float, lat: float, datum: str = "wgs84") -> Point:
    """A position given in `datum` ("wgs84" or "gcj02") as WGS-84. ValueError on another datum."""
    if datum == "wgs84":
        return Point(lon, lat)
    if datum == "gcj02":
        return from_gcj02(lon, lat)
    raise ValueError(f"unknown datum: {datum!r}")


def to_gcj02(lon: float, lat: float) -> Point:
    """WGS-84 → GCJ-02. Outside mainland China's box nothing is shifted."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return Point(lon, lat)
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    d_lat += _waves(y, (20, 1.0), (40, 1 / 3)) + _waves(y, (160, 1 / 12), (320, 1 / 30))
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    d_lon += _waves(x, (20, 1.0), (40, 1 / 3)) + _waves(x, (150, 1 / 12), (300, 1 / 30))
    phi = math.radians(lat)
    magic = 1 - _GCJ_EE * math.sin(phi) ** 2
    north = _GCJ_A * (1 - _GCJ_EE) / (magic * math.sqrt(magic))
    east = _GCJ_A / math.sqrt(magic) * math.cos(phi)
    return Point(lon + math.degrees(d_lon / east), lat + math.degrees(d_lat / north))


def _waves(value: float, *terms: tuple[float, float]) -> float:
    return sum(size * math.sin(value * rate * math.pi) for size, rate in terms) * 2 / 3


def from_gcj02(lon: float, lat: float) -> Point:
    """GCJ-02 → WGS-84 by iteration; exact to well under a centimetre inside the shifted box."""
    guess = Point(lon, lat)
    for _ in range(8):
        there = to_gcj02(*guess)
        guess = Point(guess.lon + lon - there.lon, guess.lat + lat - there.lat)
    return guess


def polygons_of(geometry: Geometry) -> list[list[Ring]]:
    """The polygons of a GeoJSON Polygon or MultiPolygon, each a list of rings (the first is outer).

    ValueError on any other geometry.
    """
    if geometry.get("type") == "Polygon":
        return [geometry["coordinates"]]
    if geometry.get("type") == "MultiPolygon":
        return list(geometry["coordinates"])
    raise ValueError(f"not a polygon: {geometry.get('type')!r}")


def bbox(geometry: Geometry) -> BBox:
    """The bounding box of a Polygon or MultiPolygon."""
    points = [(p[0], p[1]) for polygon in polygons_of(geometry) for ring in polygon for p in ring]
    lons, lats = zip(*points, strict=True)
    return BBox(min(lons), min(lats), max(lons), max(lats))


def in_polygon(lon: float, lat: float, geometry: Geometry) -> bool:
    """Whether a point lies in the geometry; a point on the edge (also of a hole) does."""
    return any(_in_rings(lon, lat, rings) for rings in polygons_of(geometry))


def _in_rings(lon: float, lat: float, rings: Sequence[Ring]) -> bool:
    inside = False
    for ring in rings:
        for a, b in _edges(ring):
            if _on_edge(lon, lat, a, b):
                return True
            if (a[1] > lat) != (b[1] > lat):
                inside ^= lon < a[0] + (lat - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
    return inside


def _on_edge(lon: float, lat: float, a: Sequence[float], b: Sequence[float]) -> bool:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = ((lon - a[0]) * dx + (lat - a[1]) * dy) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(lon - a[0] - along * dx, lat - a[1] - along * dy) <= _ON_EDGE


def _edges(ring: Ring) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    for i, point in enumerate(ring):
        yield ring[i - 1], point


def area_m2(geometry: Geometry) -> float:
    """The area in square metres on the WGS-84 ellipsoid, holes taken off.

    Rings are laid out by the cylindrical equal-area projection, where the plane area is the area on
    the ground (Snyder, Map Projections, USGS PP 1395, equations 3-12 and 10-13).
    """
    total = 0.0
    for rings in polygons_of(geometry):
        outer, *holes = [abs(_signed_area(ring)) for ring in rings]
        total += outer - sum(holes)
    return total


def _signed_area(ring: Ring) -> float:
    origin = ring[0][0]
    flat = [(math.radians(p[0] - origin) * _A, _A * _authalic(p[1]) / 2) for p in ring]
    strips = ((flat[i - 1][0] - x) * (flat[i - 1][1] + y) for i, (x, y) in enumerate(flat))
    return math.fsum(strips) / 2


def _authalic(lat: float) -> float:
    s = math.sin(math.radians(lat))
    es = _E * s
    return (1 - _E**2) * (s / (1 - es * es) + math.atanh(es) / _E)


def distance_m(a: Iterable[float], b: Iterable[float]) -> float:
    """Great-circle distance in metres between two positions (within 0.5% of the ellipsoid)."""
    (lon1, lat1), (lon2, lat2) = a, b
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * _MEAN_RADIUS * math.asin(min(1.0, math.sqrt(half)))
