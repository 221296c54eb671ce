"""`{% minimap place point %}`, a small map drawn on the server; `{% place_field picked label %}`, a place by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhijin.core import geo
from zhijin.core.ids import Level
from zhijin.places import geometry
from zhijin.places.models import Outline, Place
from zhijin.places.picking import Picked
from zhijin.places.selectors import find
from zhijin.places.sketch import Frame
from zhijin.ui.picking import drawn

register = template.Library()

_SIZE = 320
# A point alone is shown with half a kilometre around it.
_ALONE = 0.005


@register.simple_tag
def minimap(place: Place | str | None = None, point: Any = None, size: int = _SIZE) -> SafeString:
    """The grids of the village that `place` lies in, `place` itself marked, and a point.

    `place` is a Place or its code; `point` is (longitude, latitude) or an object with `lon` and
    `lat`. Without any outline or point nothing is drawn.
    """
    found = find(place) if isinstance(place, str) else place
    drawn = _outlines(found)
    spot = _spot(point)
    if not drawn and spot is None:
        return mark_safe("")
    box = _box(drawn, spot)
    frame = Frame(box, size)
    label = _("示意图：{name}").format(name=found.short if found else _("所报位置"))
    return format_html(
        '<svg class="minimap" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<rect width="{}" height="{}" fill="var(--paper-2)"/>{}{}{}</svg>',
        frame.width, frame.height, frame.width, frame.height, label, frame.width, frame.height,
        _areas(drawn, found, frame), _pin(spot, frame), _scale_bar(frame),
    )  # fmt: skip


@register.simple_tag
def place_field(
    picked: Picked, label: str = "", help: str = "", *, required: bool = False,  # noqa: A002
    optional: bool = False, width: str = "",
) -> SafeString:  # fmt: skip
    """The field in which a place is chosen by its name; `picked` is what its view made of the request."""
    return drawn(
        picked, label or _("地方"), help, required=required, optional=optional, width=width
    )


def _outlines(place: Place | None) -> list[Outline]:
    if place is None or len(place.code) < 12:
        own = geometry.outline_of(place.code) if place else None
        return [own] if own else []
    grids = geometry.outlines_in(place.code[:12])
    village = geometry.outline_of(place.code[:12])
    return [*([village] if village else []), *grids]


def _spot(point: Any) -> geo.Point | None:
    if point is None or point == "":
        return None
    lon, lat = (point.lon, point.lat) if hasattr(point, "lon") else tuple(point)
    return geo.Point(float(lon), float(lat)) if geo.is_position(lon, lat) else None


def _box(drawn: Iterable[Outline], spot: geo.Point | None) -> geo.BBox:
    boxes = [(o.min_lon, o.min_lat, o.max_lon, o.max_lat) for o in drawn]
    if spot is not None:
        around = _ALONE if not boxes else 0.0
        boxes.append((spot.lon - around, spot.lat - around, spot.lon + around, spot.lat + around))
    west, south, east, north = zip(*boxes, strict=True)
    return geo.BBox(min(west), min(south), max(east), max(north))


def _areas(drawn: list[Outline], own: Place | None, frame: Frame) -> SafeString:
    def one(outline: Outline) -> tuple[str, str, str]:
        mine = (
            own is not None and outline.place_id == own.code and outline.place.level == Level.GRID
        )
        fill = "var(--red-tint)" if mine else "var(--surface)"
        if outline.place.level == Level.VILLAGE:
            fill = "none"
        return frame.path(outline.geometry), fill, "var(--red)" if mine else "var(--line-strong)"

    return format_html_join(
        "",
        '<path d="{}" fill="{}" stroke="{}" stroke-width="1.2" fill-rule="evenodd"/>',
        (one(outline) for outline in _marked_last(drawn, own)),
    )


def _marked_last(drawn: list[Outline], own: Place | None) -> list[Outline]:
    """The marked area is drawn over its neighbours' edges."""
    return sorted(drawn, key=lambda outline: own is not None and outline.place_id == own.code)


def _pin(spot: geo.Point | None, frame: Frame) -> SafeString:
    if spot is None:
        return mark_safe("")
    x, y = frame.at(*spot)
    return format_html(
        '<circle cx="{}" cy="{}" r="7" fill="var(--red)" stroke="var(--surface)" stroke-width="2"/>',
        x,
        y,
    )


def _scale_bar(frame: Frame) -> SafeString:
    """A round number of metres at the lower left, about a quarter of the width."""
    metres = frame.width / 4 / frame.unit * 111_195
    step = 10 ** math.floor(math.log10(metres))
    length = max(n for n in (1, 2, 5) if n * step <= metres) * step
    bar = round(length / 111_195 * frame.unit, 1)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    y = frame.height - 5
    return format_html(
        '<path d="M6 {}h{}" stroke="var(--ink-3)" stroke-width="2"/>'
        '<text x="6" y="{}" font-size="10" fill="var(--ink-2)">{}</text>',
        y,
        bar,
        y - 4,
        text,
    )
