"""Simulated groups and grids for a demonstration: drawn at random, marked as simulated, always the same.

No public data has village boundaries. Here a made-up township area lies somewhere inside the real
county polygon, is tiled into village areas, and each of these into grids.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely import MultiPoint, Point, Polygon
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry
from shapely.ops import voronoi_diagram

from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.places import drawing, geometry, services
from zhijin.places.models import Outline, Place
from zhijin.places.selectors import get, subtree
from zhijin.places.shapes import to_geojson, to_shape

#: Villages of the documents with their numbers of groups and grids. 口江乡 has 7 villages, 53 groups
#: and 48 grids by document 001; the other numbers are made up.
VILLAGES: dict[str, tuple[int, int]] = {
    "520115007005": (0, 8),  # 金元社区
    "520181002018": (0, 6),  # 东山社区
    "520181203207": (7, 4),  # 小坡村
    "520581202207": (5, 4),  # 化屋村
    "520304116203": (26, 6),  # 花茂村
    "520602202201": (6, 4),  # 陈家寨村
    "520281127017": (0, 6),  # 封家湾社区
    "522631206200": (8, 7),  # 口江村
    "522631206202": (8, 7),  # 摆东村
    "522631206203": (8, 7),  # 双溪村
    "522631206205": (8, 7),  # 银朝村
    "522631206206": (7, 7),  # 朝坪江村
    "522631206207": (7, 7),  # 兰扒村
    "522631206208": (7, 6),  # 德脑村
    "520302011202": (9, 5),  # 金华村
    "520330120201": (10, 5),  # 大合水村
    "520204109200": (8, 5),  # 陡箐村
    "522625204202": (6, 4),  # 岭岗屯村
    "530602105207": (12, 6),  # 大耆老村
    "530621103203": (9, 5),  # 沙坝村
    "632802001204": (5, 4),  # 甘南村
    "632802002004": (0, 6),  # 乌兰路社区
    "632822201208": (4, 3),  # 科尔村
}
#: Townships that the documents name without a village: their first village stands for them.
TOWNSHIPS = ("520624102", "522723109", "522632100")
SOURCE = "simulated"
_NUMERALS = "零一二三四五六七八九"
_VILLAGE_KM2, _COMMUNITY_KM2 = 6.0, 0.8


@dataclass(frozen=True)
class Seeded:
    """What was made for one village (nothing when it had grids already)."""

    code: str
    name: str
    groups: int
    grids: int


def villages() -> dict[str, tuple[int, int]]:
    """The demonstration's villages that exist here, with their numbers of groups and grids."""
    wanted = dict(VILLAGES)
    for township in TOWNSHIPS:
        first = subtree(township, "village").first()
        if first is not None:
            wanted[first.code] = (5, 4)
    known = Place.objects.in_bulk(list(wanted))
    return {code: numbers for code, numbers in wanted.items() if code in known}


def seed(wanted: dict[str, tuple[int, int]] | None = None) -> list[Seeded]:
    """Make groups and grids for the villages (default: `villages()`), in code order.

    A village that has grids is left alone, so that seeding twice changes nothing.
    """
    actor = Actor.system("demo")
    wanted = villages() if wanted is None else wanted
    out: list[Seeded] = []
    with scoped(actor):
        by_township: dict[str, list[str]] = {}
        for code in sorted(wanted):
            by_township.setdefault(code[:9], []).append(code)
        taken: dict[str, list[BaseGeometry]] = {}
        for codes in by_township.values():
            areas = _township(codes, taken)
            out += [_village(actor, code, areas[code], *wanted[code]) for code in codes]
    return out


def _village(actor: Actor, code: str, area: BaseGeometry, groups: int, grids: int) -> Seeded:
    village = get(code)
    if subtree(code, "grid").exists():
        return Seeded(code, village.short, 0, 0)
    for number in range(1, groups + 1):
        services.create_group(actor=actor, village=code, name=f"{numeral(number)}组")
    drawing.draw(actor=actor, code=code, geometry=to_geojson(area), source=SOURCE, simulated=True)
    rng = random.Random(f"grids {code}")
    for number, part in enumerate(tile(area, grids, rng), 1):
        services.create_grid(
            actor=actor,
            village=code,
            name=f"第{numeral(number)}网格",
            geometry=to_geojson(part),
            simulated=True,
        )
    return Seeded(code, village.short, groups, grids)


def _township(
    codes: Sequence[str], taken: dict[str, list[BaseGeometry]]
) -> dict[str, BaseGeometry]:
    """Made-up areas of villages of one township, side by side inside the county."""
    township = codes[0][:9]
    rng = random.Random(f"township {township}")
    outline = geometry.county_outline(codes[0])
    county = to_shape(outline.geometry) if outline else Point(106.6, 26.6).buffer(1)
    size = sum(_COMMUNITY_KM2 if get(code).is_urban else _VILLAGE_KM2 for code in codes)
    occupied = taken.setdefault(codes[0][:6], [])
    whole = _somewhere(county, math.sqrt(size / math.pi), occupied, rng)
    occupied.append(whole)
    parts = tile(whole, len(codes), rng)
    return dict(zip(codes, parts, strict=True))


def _somewhere(
    county: BaseGeometry, radius_km: float, occupied: list[BaseGeometry], rng: random.Random
) -> Polygon:
    """A roundish area in the county, clear of the others; smaller if there is no room."""
    west, south, east, north = county.bounds
    for attempt in range(400):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        blob = _blob(lon, lat, radius_km * 0.93 ** (attempt // 20), rng)
        if county.contains(blob) and not any(blob.intersects(other) for other in occupied):
            return blob
    inner = county.representative_point()
    return _blob(inner.x, inner.y, 0.2, rng)


def _blob(lon: float, lat: float, radius_km: float, rng: random.Random) -> Polygon:
    """A wavy circle; radius in kilometres."""
    waves = [(rng.uniform(0.02, 0.12), rng.randint(2, 5), rng.uniform(0, 6.28)) for _ in range(3)]
    points = []
    for step in range(36):
        angle = step / 36 * 2 * math.pi
        far = radius_km / 111.2 * (1 + sum(a * math.sin(n * angle + p) for a, n, p in waves))
        points.append((far * math.cos(angle), far * math.sin(angle)))
    round_ = Polygon([(lon + x, lat + y) for x, y in points])
    return scale(round_, xfact=1 / math.cos(math.radians(lat)), origin=(lon, lat))


def tile(area: BaseGeometry, count: int, rng: random.Random) -> list[BaseGeometry]:
    """Divide an area into `count` compact cells that leave no gap, from north-west to south-east.

    Voronoi cells around random points, evened out (Lloyd); coordinates lie on a grid of 10⁻⁷ degrees
    so that neighbours share their corners exactly.
    """
    area = shapely.set_precision(area, 1e-7)
    points = _points_in(area, count, rng)
    cells: list[BaseGeometry] = [area]
    for _round in range(12):
        cells = _cells(area, points)
        points = [cell.centroid for cell in cells]
    cells.sort(key=lambda cell: (-round(cell.centroid.y, 3), cell.centroid.x))
    return cells


def _cells(area: BaseGeometry, points: Sequence[Point]) -> list[BaseGeometry]:
    if len(points) == 1:
        return [area]
    diagram = voronoi_diagram(MultiPoint(list(points)), envelope=area)
    cells = [shapely.set_precision(cell, 1e-7).intersection(area) for cell in diagram.geoms]
    return [shapely.set_precision(cell, 1e-7) for cell in cells if cell.area > 0]


def _points_in(area: BaseGeometry, count: int, rng: random.Random) -> list[Point]:
    west, south, east, north = area.bounds
    found: list[Point] = []
    while len(found) < count:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if area.contains(point):
            found.append(point)
    return found


def numeral(number: int) -> str:
    """1–99 in Chinese: 一, 十, 十二, 四十八."""
    tens, units = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[units]
    head = "" if tens == 1 else _NUMERALS[tens]
    return f"{head}十{_NUMERALS[units] if units else ''}"


def point_in(outline: Outline, rng: random.Random) -> tuple[float, float]:
    """A random position inside an outline (longitude, latitude), for made-up cases and households."""
    (point,) = _points_in(to_shape(outline.geometry), 1, rng)
    return round(point.x, 6), round(point.y, 6)


def summary(seeded: Iterable[Seeded]) -> dict[str, int]:
    """Villages, groups and grids made."""
    rows = list(seeded)
    return {
        "villages": sum(1 for row in rows if row.grids),
        "groups": sum(row.groups for row in rows),
        "grids": sum(row.grids for row in rows),
    }


def is_simulated(code: str) -> bool:
    """Whether the outline of a place was made up."""
    outline = geometry.outline_of(code)
    return bool(outline and outline.simulated)


__all__ = [
    "TOWNSHIPS",
    "VILLAGES",
    "Seeded",
    "is_simulated",
    "point_in",
    "seed",
    "summary",
    "tile",
    "villages",
]
