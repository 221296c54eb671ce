"""Lays places out on a small drawing: north up, shapes true. Must not know what is shown on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhijin.core import geo
from zhijin.places.models import Outline
from zhijin.places.shapes import to_geojson, to_shape
from zhijin.ui.charts import figure, tenths

#: Below this many units across, an area is drawn as a point.
_SMALL = 7
_POINT = 5
_WIDTH = 340
#: How wide and high a character of a name is drawn, and which part of a name its area must be as wide as.
_GLYPH = 11
_HELD = 0.8
_MARGIN = 12
#: Where the shades of a map of scores change, in basis points; of a map of shares, which may be small.
STEPS = (6_000, 7_000, 8_000, 9_000)
SHARES = (2_000, 4_000, 6_000, 8_000)


class Frame:
    """Where longitude and latitude lie on a drawing of at most ``size`` either way."""

    def __init__(self, box: geo.BBox, size: int) -> None:
        self.box = box
        self.squeeze = math.cos(math.radians((box.min_lat + box.max_lat) / 2))
        wide = max((box.max_lon - box.min_lon) * self.squeeze, 1e-6)
        high = max(box.max_lat - box.min_lat, 1e-6)
        self.unit = (size - 2 * _MARGIN) / max(wide, high)
        self.width = round(wide * self.unit) + 2 * _MARGIN
        self.height = round(high * self.unit) + 2 * _MARGIN

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = (lon - self.box.min_lon) * self.squeeze * self.unit + _MARGIN
        y = (self.box.max_lat - lat) * self.unit + _MARGIN
        return round(x, 1), round(y, 1)

    def path(self, geometry: geo.Geometry) -> str:
        """The ``d`` of an SVG path."""
        parts = []
        for polygon in geo.polygons_of(geometry):
            for ring in polygon:
                corners = [self.at(point[0], point[1]) for point in ring]
                parts.append("M" + "L".join(f"{x} {y}" for x, y in corners) + "Z")
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Shade:
    """What a map says of one place: its score in basis points, and whether it is one's own."""

    score: int | None
    own: bool = False


def box_of(outlines: Iterable[Outline]) -> geo.BBox:
    """The box around outlines."""
    boxes = [(o.min_lon, o.min_lat, o.max_lon, o.max_lat) for o in outlines]
    west, south, east, north = zip(*boxes, strict=True)
    return geo.BBox(min(west), min(south), max(east), max(north))


def score_map(
    shades: Mapping[str, Shade], label: str, *, ground: str = "", shares: bool = False
) -> SafeString:
    """A map of places (by code) shaded by score, inside the outline of ``ground`` where there is one.

    Only places whose area is drawn or imported stand on it; the sentence below says how many are
    not. Nothing when none is. ``shares``: what is shown are shares of a whole, not scores.
    """
    wanted = {*shades, ground} - {""}
    found = list(
        Outline.objects.filter(place__in=wanted, valid_to=None)
        .select_related("place")
        .order_by("place__key")
    )
    drawn = [outline for outline in found if outline.place_id in shades]
    if not drawn:
        return SafeString()
    frame = Frame(box_of(found), _WIDTH)
    steps = SHARES if shares else STEPS
    below = [outline for outline in found if outline.place_id not in shades]
    # One's own edge is drawn over its neighbours'.
    drawn.sort(key=lambda o: shades[o.place_id].own)
    drawing = mark_safe(  # noqa: S308 - every part was made by format_html
        format_html_join("", '<path d="{}"/>', ((frame.path(plain(o, frame)),) for o in below))
        + format_html_join("", "{}", ((_area(o, shades[o.place_id], frame, steps),) for o in drawn))
        + format_html_join("", "{}", ((name,) for name in _names(drawn, shades, frame)))
        + _legend(frame.height, steps)
    )
    rows = [(o.place.short, _score(shades[o.place_id].score)) for o in drawn]
    rows.sort(key=lambda row: row[0])
    told = _told(len(drawn), len(shades), shares=shares)
    heads = (_("地方"), _("比例（%）") if shares else _("得分"))
    return figure(
        label, told, drawing, frame.height + 34, kind="map", heads=heads, rows=rows, say=True
    )


def _told(drawn: int, of: int, *, shares: bool) -> str:
    deeper = _("颜色越深，比例越高。图上有 {n} 个地方。")
    text = (deeper if shares else _("颜色越深，得分越高。图上有 {n} 个地方。")).format(n=drawn)
    if drawn == of:
        return text
    return text + _("另有 {n} 个还没有界线，只在表里。").format(n=of - drawn)


def _score(score: int | None) -> str:
    return "—" if score is None else tenths(score)


def plain(outline: Outline, frame: Frame) -> geo.Geometry:
    """The area with no more corners than can be seen."""
    simple = to_shape(outline.geometry).simplify(0.6 / frame.unit)
    return to_geojson(simple if not simple.is_empty else to_shape(outline.geometry))


def _area(outline: Outline, shade: Shade, frame: Frame, steps: Sequence[int]) -> SafeString:
    step = "" if shade.score is None else sum(shade.score >= edge for edge in steps)
    told = f"{outline.place.short} {_score(shade.score)}"
    about = format_html(' data-step="{}"', step) if step != "" else SafeString()
    if shade.own:
        about = format_html('{} class="chart-here"', about)
    if _across(outline, frame) < _SMALL:
        x, y = middle(outline, frame)
        return format_html(
            '<circle cx="{}" cy="{}" r="{}"{}><title>{}</title></circle>', x, y, _POINT, about, told
        )
    return format_html(
        '<path d="{}" fill-rule="evenodd"{}><title>{}</title></path>',
        frame.path(plain(outline, frame)),
        about,
        told,
    )


def _sides(outline: Outline, frame: Frame) -> tuple[float, float]:
    """How wide and how high an area is on the drawing."""
    west, top = frame.at(outline.min_lon, outline.max_lat)
    east, bottom = frame.at(outline.max_lon, outline.min_lat)
    return east - west, bottom - top


def _across(outline: Outline, frame: Frame) -> float:
    return max(_sides(outline, frame))


def middle(outline: Outline, frame: Frame) -> tuple[float, float]:
    """A point surely inside the area, near its middle."""
    point = shapely.point_on_surface(to_shape(outline.geometry))
    return frame.at(point.x, point.y)


def _names(
    drawn: Sequence[Outline], shades: Mapping[str, Shade], frame: Frame
) -> Iterator[SafeString]:
    """The names for which there is room: one's own first, then those of the widest areas.

    A name stands where its area holds it and no other name stands; all are told when pointed at, and in the
    table.
    """
    taken: list[tuple[float, float, float, float]] = []
    order = sorted(drawn, key=lambda o: (not shades[o.place_id].own, -_sides(o, frame)[0]))
    for outline in order:
        name = outline.place.short
        wide, high = _sides(outline, frame)
        x, y = middle(outline, frame)
        half = _GLYPH * len(name) / 2
        box = (x - half, y - _GLYPH / 2 - 1, x + half, y + _GLYPH / 2 + 1)
        if wide < 2 * half * _HELD or high < _GLYPH or any(_meet(box, one) for one in taken):
            continue
        taken.append(box)
        yield format_html('<text x="{}" y="{}" text-anchor="middle">{}</text>', x, y + 4, name)


def _meet(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _legend(top: int, steps: Sequence[int]) -> SafeString:
    """Five shades with the scores at which they change."""
    wide = (_WIDTH - 2 * _MARGIN) / 5
    edges = ["0", *(str(edge // 100) for edge in steps)]
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="8" data-step="{}"/><text x="{}" y="{}">{}</text>',
        (
            (round(_MARGIN + i * wide, 1), top + 6, round(wide - 2, 1), i,
             round(_MARGIN + i * wide, 1), top + 28, edge)
            for i, edge in enumerate(edges)
        ),
    )  # fmt: skip
