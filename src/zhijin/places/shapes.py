"""Works on drawn areas: reads what people draw or paste, cuts, joins, and measures what is wrong.

GeoJSON in WGS-84 in and out, shapely within; must not know tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry import LineString, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import split as shapely_split
from shapely.ops import unary_union

from zhijin.core import geo
from zhijin.places import errors

Geometry = dict[str, Any]

#: Seven decimals are a centimetre.
_DECIMALS = 7
_MAX_POINTS = 5000
#: Areas below these are the trembling of a hand, not gaps or overlaps.
MIN_AREA_M2 = 4.0
MIN_WIDTH_M = 0.3
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read(value: object, datum: str = "wgs84") -> Geometry:
    """A drawn or pasted area as a clean GeoJSON Polygon or MultiPolygon in WGS-84.

    Takes GeoJSON (a geometry, a Feature, a FeatureCollection of one) as an object or as text, or
    pairs of longitude and latitude, one ring. Raises PL105 with the reason.
    """
    if isinstance(value, str):
        value = _parsed(value)
    polygons = [[_ring(ring, datum) for ring in rings] for rings in _polygons(value)]
    if sum(len(ring) for rings in polygons for ring in rings) > _MAX_POINTS:
        raise errors.BAD_GEOMETRY(reason=_("点太多，最多 {n} 个").format(n=_MAX_POINTS))
    drawn: BaseGeometry = MultiPolygon([Polygon(rings[0], rings[1:]) for rings in polygons])
    if not drawn.is_valid:
        raise errors.BAD_GEOMETRY(reason=why_invalid(drawn))
    if drawn.area == 0:
        raise errors.BAD_GEOMETRY(reason=_("面积是零"))
    return to_geojson(drawn)


def why_invalid(drawn: BaseGeometry) -> str:
    """What is wrong with an invalid area, and where, in plain words."""
    text = shapely.is_valid_reason(drawn)
    where = [round(float(n), 6) for n in _NUMBER.findall(text)[:2]]
    at = _("（{lon}, {lat}）").format(lon=where[0], lat=where[1]) if len(where) == 2 else ""
    if "Self-intersection" in text:
        return _("边线自己交叉了") + at
    if "Hole lies outside" in text:
        return _("有一个洞在图形外面") + at
    return _("各部分互相重叠") + at


def _parsed(text: str) -> object:
    text = text.strip()
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise errors.BAD_GEOMETRY(reason=_("不是完整的 GeoJSON")) from error
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if len(numbers) < 6 or len(numbers) % 2:
        raise errors.BAD_GEOMETRY(reason=_("至少要三对“经度,纬度”"))
    return [list(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]


def _polygons(value: object) -> list[list[Any]]:
    """The rings of every polygon in a value of any accepted form."""
    if isinstance(value, list):
        return [[value]]
    if isinstance(value, dict):
        match value.get("type"):
            case "FeatureCollection" if len(value.get("features") or ()) == 1:
                return _polygons(value["features"][0])
            case "Feature":
                return _polygons(value.get("geometry"))
            case "Polygon" if _is_nested(value.get("coordinates"), 3):
                return [value["coordinates"]]
            case "MultiPolygon" if _is_nested(value.get("coordinates"), 4):
                return list(value["coordinates"])
    raise errors.BAD_GEOMETRY(reason=_("需要一个多边形（Polygon 或 MultiPolygon）"))


def _is_nested(value: object, depth: int) -> bool:
    """Whether every list down to `depth` is a list that is not empty."""
    if not isinstance(value, list) or not value:
        return False
    return depth == 1 or all(_is_nested(item, depth - 1) for item in value)


def _ring(ring: Sequence[Any], datum: str) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for pair in ring:
        if not isinstance(pair, list) or len(pair) < 2 or not geo.is_position(pair[0], pair[1]):
            raise errors.BAD_GEOMETRY(reason=_("有一个点不是“经度,纬度”：{pair}").format(pair=pair))
        lon, lat = geo.to_wgs84(pair[0], pair[1], datum)
        point = (round(lon, _DECIMALS), round(lat, _DECIMALS))
        if not points or point != points[-1]:
            points.append(point)
    if points and points[0] != points[-1]:
        points.append(points[0])
    if len(points) < 4:
        raise errors.BAD_GEOMETRY(reason=_("至少要三个不同的点"))
    return points


def to_shape(geometry: Geometry) -> BaseGeometry:
    """GeoJSON as a shapely geometry, mended if it is invalid."""
    drawn = shape(geometry)
    return drawn if drawn.is_valid else shapely.make_valid(drawn)


def to_geojson(drawn: BaseGeometry) -> Geometry:
    """Only the areas of a geometry, as GeoJSON wound by RFC 7946, rounded to a centimetre."""
    parts = [shapely.geometry.polygon.orient(part) for part in _parts(drawn)]
    whole: BaseGeometry = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    body: Geometry = json.loads(json.dumps(mapping(whole)))
    body["coordinates"] = _rounded(body["coordinates"])
    return body


def _parts(drawn: BaseGeometry) -> list[Polygon]:
    if isinstance(drawn, Polygon):
        return [] if drawn.is_empty else [drawn]
    return [polygon for part in getattr(drawn, "geoms", ()) for polygon in _parts(part)]


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, _DECIMALS)


def join(geometries: Iterable[Geometry]) -> Geometry:
    """The union of areas; hairline gaps along shared edges (0.3 m) are closed."""
    drawn = [to_shape(geometry) for geometry in geometries]
    metre = 1 / 111_000 * MIN_WIDTH_M
    whole = unary_union([d.buffer(metre, join_style="mitre") for d in drawn])
    return to_geojson(whole.buffer(-metre, join_style="mitre"))


def cut(geometry: Geometry, line: Sequence[Sequence[float]]) -> list[Geometry]:
    """The parts of an area on either side of a line. Raises PL109 when the line does not cut it."""
    if len(line) < 2 or not all(len(p) >= 2 and geo.is_position(p[0], p[1]) for p in line):
        raise errors.NOTHING_CUT()
    whole = to_shape(geometry)
    blade = LineString(_reaching([(p[0], p[1]) for p in line], whole))
    pieces = [piece for part in _parts(whole) for piece in shapely_split(part, blade).geoms]
    large = [piece for piece in pieces if area_m2(piece) >= MIN_AREA_M2]
    if len(large) < 2 or len(large) == len(_parts(whole)):
        raise errors.NOTHING_CUT()
    return [to_geojson(piece) for piece in large]


def _reaching(line: list[tuple[float, float]], whole: BaseGeometry) -> list[tuple[float, float]]:
    """The line, each end that lies inside the area drawn on straight until it is outside."""
    west, south, east, north = whole.bounds
    far = (east - west) + (north - south)

    def on(end: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
        dx, dy = end[0] - before[0], end[1] - before[1]
        length = (dx * dx + dy * dy) ** 0.5
        if length == 0 or not whole.covers(Point(end)):
            return end
        return end[0] + dx / length * far, end[1] + dy / length * far

    return [on(line[0], line[1]), *line[1:-1], on(line[-1], line[-2])]


def area_m2(drawn: BaseGeometry) -> float:
    """Square metres on the ellipsoid."""
    return sum(geo.area_m2(mapping(part)) for part in _parts(drawn))


def real_parts(drawn: BaseGeometry) -> list[tuple[Geometry, float]]:
    """The parts large and wide enough to mean something, each with its area in m², largest first."""
    # Seen from above, a degree of longitude is at least half a degree of latitude in China's south.
    thin = MIN_WIDTH_M / 2 / 111_000
    found = [
        (to_geojson(part), area_m2(part))
        for part in _parts(drawn)
        if area_m2(part) >= MIN_AREA_M2 and not part.buffer(-thin).is_empty
    ]
    return sorted(found, key=lambda pair: -pair[1])
