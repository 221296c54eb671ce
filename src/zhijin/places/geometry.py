"""Where a position lies: the grid, village and county whose outlines hold it, in one query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from shapely import Point, Polygon

from zhijin.core import geo
from zhijin.core.ids import Level, code_at
from zhijin.places import errors
from zhijin.places.models import Outline, Place
from zhijin.places.selectors import current_q, within_q
from zhijin.places.shapes import to_shape

#: Finest first: a grid lies in a village, a village in a county.
_ORDER = {Level.GRID: 0, Level.GROUP: 1, Level.VILLAGE: 2, Level.TOWNSHIP: 3, Level.COUNTY: 4}
_BOX = "box(point(places_outline.max_lon, places_outline.max_lat),"
_BOX += " point(places_outline.min_lon, places_outline.min_lat))"


@dataclass(frozen=True)
class Location:
    """What is known of a position. `grid` None: it lies in no drawn grid."""

    lon: float
    lat: float
    grid: Place | None = None
    village: Place | None = None
    county: Place | None = None

    @property
    def place(self) -> Place | None:
        """The finest place known."""
        return self.grid or self.village or self.county

    @property
    def sentence(self) -> str:
        """What to tell whoever gave the position."""
        if self.grid:
            village = self.village.short if self.village else ""
            return _("位置在{name}。").format(name=village + self.grid.short)
        if self.village:
            text = _("位置在{name}，但不在任何已画的网格内，请选择网格或由村里指派。")
            return text.format(name=self.village.short)
        if self.county:
            text = _("位置在{name}，但不在任何已画的网格内，请选择村或社区。")
            return text.format(name=self.county.short)
        return _("位置不在任何已知的地方内，请选择村或社区。")


def locate(lon: float, lat: float, datum: str = "wgs84") -> Place | None:
    """The grid that holds the position, or None when it lies in no drawn grid.

    A position on a shared edge lies in both: the smaller grid has it, then the lower code. Raises
    PL003 for an impossible position or datum.
    """
    return look_up(lon, lat, datum).grid


def look_up(lon: float, lat: float, datum: str = "wgs84") -> Location:
    """The grid, village and county of a position, in one query. Raises PL003."""
    point = position(lon, lat, datum)
    holding = [o for o in _boxes_holding(*point) if to_shape(o.geometry).covers(Point(*point))]
    holding.sort(key=lambda o: (_ORDER.get(Level(o.place.level), 9), o.area_m2, o.place_id))
    found: dict[str, Place] = {}
    for outline in holding:
        found.setdefault(outline.place.level, outline.place)
    grid, village = found.get(Level.GRID), found.get(Level.VILLAGE)
    if grid is not None and (village is None or not grid.code.startswith(village.code)):
        village = grid.parent
    return Location(point.lon, point.lat, grid, village, found.get(Level.COUNTY))


def position(lon: object, lat: object, datum: str = "wgs84") -> geo.Point:
    """A position in WGS-84. Raises PL003."""
    if not geo.is_position(lon, lat) or datum not in {"wgs84", "gcj02"}:
        raise errors.BAD_POSITION(lon=lon, lat=lat)
    return geo.to_wgs84(float(lon), float(lat), datum)  # type: ignore[arg-type]


def _boxes_holding(lon: float, lat: float) -> QuerySet[Outline]:
    box = f"{_BOX} @> box(point(%s, %s), point(%s, %s))"
    here = (lon, lat, lon, lat)
    inside = RawSQL(box, here, BooleanField())  # noqa: S611 - constants and parameters
    current = Q(valid_to=None) & current_q(prefix="place__")
    return Outline.objects.filter(current).filter(inside).select_related("place__parent")


def nearest(
    lon: float, lat: float, *, datum: str = "wgs84", within_m: float = 3000, limit: int = 3
) -> list[tuple[Place, float]]:
    """The grids nearest to a position with their distance in metres (0 inside), nearest first."""
    point = position(lon, lat, datum)
    reach = within_m / 111_000
    wide = reach * 2  # longitude degrees shrink; China lies south of 54°
    near = Outline.objects.filter(
        current_q(prefix="place__"),
        valid_to=None,
        place__level=Level.GRID,
        min_lon__lte=point.lon + wide,
        max_lon__gte=point.lon - wide,
        min_lat__lte=point.lat + reach,
        max_lat__gte=point.lat - reach,
    ).select_related("place")
    found = [(o.place, _distance_m(point, o.geometry)) for o in near]
    found = [(place, metres) for place, metres in found if metres <= within_m]
    return sorted(found, key=lambda pair: (pair[1], pair[0].code))[:limit]


def _distance_m(point: geo.Point, geometry: dict[str, Any]) -> float:
    area = to_shape(geometry)
    if area.covers(Point(*point)):
        return 0.0
    ring = area.boundary
    edge = ring.interpolate(ring.project(Point(*point)))
    return geo.distance_m(point, (edge.x, edge.y))


def outline_of(code: str, *, at: datetime | None = None) -> Outline | None:
    """The outline of a place as it is, or as it was at the moment `at`; None when not drawn."""
    found = Outline.objects.filter(place=code).select_related("place")
    if at is None:
        return found.filter(valid_to=None).first()
    then = Q(valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))
    return found.filter(then).order_by("-version").first()


def current_outlines(code: str, *levels: str) -> QuerySet[Outline]:
    """Current outlines of existing places of the given levels below `code`, in code order."""
    return (
        Outline.objects.filter(
            within_q(code, "place__key"),
            current_q(prefix="place__"),
            place__level__in=levels,
            valid_to=None,
        )
        .select_related("place")
        .order_by("place__key")
    )


def villages_touched(
    ring: Sequence[tuple[float, float]], county: str, most: int = 500
) -> list[str]:
    """Codes of the villages of a county whose drawn outline, or that of one of their grids, a closed ring of WGS-84
    positions touches; in code order. A ring that is none touches nothing."""
    shape = Polygon(ring)
    if not shape.is_valid or shape.is_empty:
        return []
    drawn = current_outlines(county, Level.VILLAGE, Level.GRID)
    west, south, east, north = shape.bounds
    near = drawn.filter(
        min_lon__lte=east, max_lon__gte=west, min_lat__lte=north, max_lat__gte=south
    )
    found = {one.place_id[:12] for one in near if to_shape(one.geometry).intersects(shape)}
    return sorted(found)[:most]


def outlines_in(village: str) -> list[Outline]:
    """Current outlines of the grids of a village, in code order."""
    return list(current_outlines(village, Level.GRID))


def county_outline(code: str) -> Outline | None:
    """The outline of the county that a place lies in."""
    county = code_at(code, Level.COUNTY)
    return outline_of(county) if county else None


def feature(outline: Outline) -> dict[str, Any]:
    """An outline as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": outline.place_id,
        "bbox": [outline.min_lon, outline.min_lat, outline.max_lon, outline.max_lat],
        "geometry": outline.geometry,
        "properties": {
            "code": outline.place_id,
            "name": outline.place.name,
            "level": outline.place.level,
            "version": outline.version,
            "area_m2": outline.area_m2,
            "source": outline.source,
            "licence": outline.licence,
            "simulated": outline.simulated,
        },
    }


def feature_collection(outlines: Iterable[Outline]) -> dict[str, Any]:
    """Outlines as GeoJSON."""
    return {"type": "FeatureCollection", "features": [feature(outline) for outline in outlines]}
