"""Checks the grids of a village: gaps, overlaps, shapes that cross themselves or leave the county,
points without a grid. Every finding carries the area or point it speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely import Point, STRtree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from zhijin.core.ids import Level
from zhijin.places import geometry
from zhijin.places.models import Outline, Place
from zhijin.places.points import SitePoint, points_in
from zhijin.places.selectors import get, subtree
from zhijin.places.shapes import real_parts, to_shape, why_invalid

#: Not more findings of one kind than anyone will read.
_MOST = 200
_MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (`level` "error" or "warning") or worth knowing ("note").

    Ids: PG01 no grid, PG02 grid not drawn, PG03 crosses itself, PG04 overlap, PG05 gap, PG06 beyond
    the village, PG07 beyond the county, PG08 point without a grid, PG09 point in another grid than
    stated, PG10 village not drawn, PG11 point without a position.
    """

    id: str
    level: str
    message: str
    places: tuple[str, ...] = ()
    area_m2: int = 0
    geometry: dict[str, Any] | None = None
    url: str = ""


@dataclass
class Report:
    """What a check found, and what it looked at."""

    village: Place
    grids: int = 0
    drawn: int = 0
    points: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return all(finding.level == "note" for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """For the map: counts and findings."""
        return {
            "grids": self.grids,
            "drawn": self.drawn,
            "points": self.points,
            "findings": [vars(finding) for finding in self.findings],
        }


def check_village(
    code: str,
    drafts: dict[str, dict[str, Any]] | None = None,
    *,
    names: dict[str, str] | None = None,
    village_outline: dict[str, Any] | None = None,
    gone: Collection[str] = (),
) -> Report:
    """Check the stored grids of a village, or a picture that is being drawn.

    `drafts` (geometry by code or any mark) with their `names` and `village_outline` stand in for
    what is stored; the grids `gone` are left out. Raises PL001.
    """
    village = get(code)
    grids = [grid for grid in subtree(code, Level.GRID) if grid.code not in gone]
    stored = {o.place_id: o.geometry for o in geometry.outlines_in(code)}
    shapes = {c: body for c, body in (stored | (drafts or {})).items() if c not in gone}
    called = {grid.code: grid.name for grid in grids} | (names or {})
    called = {c: called.get(c) or _("新网格") for c in {*called, *shapes}}
    report = Report(village, len(grids), sum(grid.code in shapes for grid in grids))
    areas = {c: to_shape(body) for c, body in shapes.items()}
    outline = village_outline or _geometry(geometry.outline_of(code))
    points = list(points_in(code))
    report.points = len(points)
    for area in areas.values():
        shapely.prepare(area)
    report.findings += _not_too_many(
        [
            *_undrawn(grids, shapes, village),
            *_crossing(shapes, called),
            *_overlaps(areas, called),
            *_against_village(areas, outline, village, called),
            *_beyond_county(areas, geometry.county_outline(code), called),
            *_points(points, areas, called),
        ]
    )
    return report


def _not_too_many(findings: list[Finding]) -> list[Finding]:
    """At most `_MOST` findings of one kind; how many more there are is told in one line."""
    counted = Counter(finding.id for finding in findings)
    seen: Counter[str] = Counter()
    kept: list[Finding] = []
    for finding in findings:
        seen[finding.id] += 1
        if seen[finding.id] <= _MOST:
            kept.append(finding)
        elif seen[finding.id] == _MOST + 1:
            text = _("还有 {n} 条同类结果没有列出").format(n=counted[finding.id] - _MOST)
            kept.append(Finding(finding.id, "note", text))
    return kept


def _geometry(outline: Outline | None) -> dict[str, Any] | None:
    return outline.geometry if outline else None


def _undrawn(
    grids: list[Place], shapes: dict[str, dict[str, Any]], village: Place
) -> Iterator[Finding]:
    if not grids:
        text = _("{name}还没有网格。").format(name=village.short)
        yield Finding("PG01", "warning", text, (village.code,))
    for grid in grids:
        if grid.code not in shapes:
            text = _("{name}还没有画。").format(name=grid.name)
            yield Finding("PG02", "warning", text, (grid.code,))


def _crossing(shapes: dict[str, dict[str, Any]], names: dict[str, str]) -> Iterator[Finding]:
    for code, body in shapes.items():
        drawn = shape(body)
        if not drawn.is_valid:
            text = f"{names[code]}：{why_invalid(drawn)}"
            yield Finding("PG03", "error", text, (code,), geometry=body)


def _overlaps(areas: dict[str, BaseGeometry], names: dict[str, str]) -> Iterator[Finding]:
    codes = sorted(areas)
    tree = STRtree([areas[code] for code in codes])
    near = (
        (code, codes[int(j)])
        for i, code in enumerate(codes)
        for j in tree.query(areas[code], predicate="intersects")
        if int(j) > i
    )
    # Neighbours touch: a thousand grids have some three thousand pairs, a heap of drawings millions.
    for a, b in islice(near, _MOST_PAIRS):
        for body, size in real_parts(areas[a].intersection(areas[b])):
            text = _("{a}与{b}重叠 {size} 平方米").format(a=names[a], b=names[b], size=_size(size))
            yield Finding("PG04", "error", text, (a, b), round(size), body)


def _against_village(
    areas: dict[str, BaseGeometry],
    outline: dict[str, Any] | None,
    place: Place,
    names: dict[str, str],
) -> Iterator[Finding]:
    if outline is None:
        text = _("还没有画村界，无法检查空白。可在地图上画出，或用各网格合成。")
        yield Finding("PG10", "note", text)
        return
    village = to_shape(outline)
    if not areas:
        return
    for body, size in real_parts(village.difference(unary_union(list(areas.values())))):
        text = _("有 {size} 平方米不属于任何网格").format(size=_size(size))
        yield Finding("PG05", "error", text, (place.code,), round(size), body)
    for code, area in areas.items():
        for body, size in real_parts(area.difference(village)):
            text = _("{name}有 {size} 平方米在村界外").format(name=names[code], size=_size(size))
            yield Finding("PG06", "warning", text, (code,), round(size), body)


def _beyond_county(
    areas: dict[str, BaseGeometry], outline: Outline | None, names: dict[str, str]
) -> Iterator[Finding]:
    if outline is None:
        return
    county = to_shape(outline.geometry)
    for code, area in areas.items():
        if county.covers(area):
            continue
        for body, size in real_parts(area.difference(county)):
            text = _("{name}有 {size} 平方米在{county}以外").format(
                name=names[code], size=_size(size), county=outline.place.short
            )
            yield Finding("PG07", "error", text, (code,), round(size), body)


def _points(
    points: list[tuple[str, SitePoint]], areas: dict[str, BaseGeometry], names: dict[str, str]
) -> Iterator[Finding]:
    for _kind, point in points:
        if point.lon is None or point.lat is None:
            if not point.grid:
                text = _("{label}没有位置，也没有网格").format(label=point.label)
                yield Finding("PG11", "warning", text, url=point.url)
            continue
        spot = Point(point.lon, point.lat)
        body = {"type": "Point", "coordinates": [point.lon, point.lat]}
        holding = [code for code, area in areas.items() if area.covers(spot)]
        if not holding:
            text = _("{label}不在任何网格内").format(label=point.label)
            yield Finding("PG08", "error", text, geometry=body, url=point.url)
        elif point.grid and point.grid not in holding:
            text = _("{label}登记在{stated}，位置却在{real}").format(
                label=point.label,
                stated=names.get(point.grid, point.grid),
                real=names[holding[0]],
            )
            yield Finding("PG09", "warning", text, (holding[0],), geometry=body, url=point.url)


def _size(square_metres: float) -> str:
    return f"{square_metres:,.0f}"
