"""Draws outlines: of grids, groups and villages, version after version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from zhijin.core import clock, geo
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code
from zhijin.places import errors
from zhijin.places.geometry import county_outline, outline_of
from zhijin.places.models import Outline, Place
from zhijin.places.selectors import get
from zhijin.places.shapes import area_m2, read, to_shape
from zhijin.places.steps import lock_village, must_exist, tell

Geometry = dict[str, Any]

#: More of a drawn area than this outside its county is a mistake of coordinates, not of drawing.
_OUTSIDE_SHARE = 0.05


@transaction.atomic(savepoint=False)
def draw(
    *,
    actor: Actor,
    code: str,
    geometry: object,
    base_version: int | None = None,
    source: str = "",
    simulated: bool = False,
    datum: str = "wgs84",
) -> Outline:
    """Draw the outline of a grid, group or village anew; earlier versions are kept.

    `base_version` is the version that was edited (0: none yet). Raises CO403, PL001, PL002, PL105
    (not an area), PL106 (outside the county), PL107 (somebody else drew in the meantime).
    """
    body = read(geometry, datum)
    if not is_code(code) or len(code) < 12:
        raise errors.NO_SUCH_PLACE(code=code)
    village = lock_village(actor=actor, code=code[:12])
    place = village if code == village.code else get(code)
    must_exist(place)
    _inside_county(code, body)
    old = outline_of(code)
    if base_version is not None and base_version != (old.version if old else 0):
        raise errors.MAP_CHANGED(name=place.short, version=old.version if old else 0)
    if old and old.geometry == body:
        return old
    outline = _next_version(place, old, body)
    outline.source, outline.simulated, outline.drawn_by = source or "drawn", simulated, actor.label
    outline.save(force_insert=True)
    tell(actor, f"{place.level}.drawn", place, {"version": outline.version}, outline.area_m2)
    return outline


def _next_version(place: Place, old: Outline | None, body: Geometry) -> Outline:
    """The next version of an outline, not saved yet; the one before is closed."""
    now = clock.now()
    if old:
        close(old, now)
    last = Outline.objects.filter(place=place).aggregate(n=Max("version"))["n"] or 0
    return Outline(
        place=place,
        version=last + 1,
        geometry=body,
        **geo.bbox(body)._asdict(),
        area_m2=round(geo.area_m2(body)),
        valid_from=now,
    )


def _inside_county(code: str, body: Geometry) -> None:
    county = county_outline(code)
    if county is None:
        return
    area = to_shape(body)
    outside = area_m2(area.difference(to_shape(county.geometry))) / area_m2(area)
    if outside > _OUTSIDE_SHARE:
        raise errors.OUTSIDE_COUNTY(percent=round(outside * 100), county=county.place.short)


def close(outline: Outline, at: datetime) -> None:
    """End a version at the moment `at`."""
    outline.valid_to = at
    outline.save(update_fields=["valid_to"])
