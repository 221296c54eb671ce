"""Where a warning holds: the divisions that it names, or those that its circle or polygon touches, as far as whoever
brings it may warn them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zhijin.broadcast import cap
from zhijin.broadcast.circles import LEAST, MOST, Circle
from zhijin.broadcast.services.common import common_place
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.places import api as places

#: A broadcast goes to at most so many areas; where more villages are touched, the county is warned.
MOST_AREAS = 60


def warned(actor: Actor, areas: Iterable[cap.Area]) -> list[str]:
    """Codes of the places, the widest first, within what the actor may warn. Raises CO403 when all lie elsewhere."""
    named = {code for area in areas for code in _codes(actor, area)}
    known = sorted((code for code in named if places.known(code)), key=lambda c: (len(c), c))
    found = [one for one in known if actor.can("alert.receive", place_key(one))]
    if known and not found:
        actor.require("alert.receive", place_key(known[0]))
    return found if found and common_place(found) else []


def _codes(actor: Actor, area: cap.Area) -> list[str]:
    named = [code for value in area.codes if (code := cap.place_code(value))]
    if any(places.known(code) for code in named):
        return named
    return [
        *(_around(actor, circle) for circle in area.circles),
        *(code for ring in area.polygons for code in _inside(ring)),
    ]


def _around(actor: Actor, circle: tuple[float, float, int]) -> str:
    """The widest place around a circle's middle that the actor may warn: the circle itself narrows it."""
    found = places.look_up(circle[0], circle[1])
    holding = found.village or found.place
    code = holding.code if holding is not None else ""
    around = [code[:size] for size in (6, 9, 12) if len(code) >= size]
    allowed = [one for one in around if actor.can("alert.receive", place_key(one))]
    return next(iter(allowed), code)


def _inside(ring: Sequence[tuple[float, float]]) -> list[str]:
    """The villages that a polygon touches, in the counties of its middle and of its first corners."""
    sides = len(ring) - 1
    middle = (sum(x for x, _y in ring[:-1]) / sides, sum(y for _x, y in ring[:-1]) / sides)
    corners = [places.look_up(lon, lat) for lon, lat in (middle, *ring[:8])]
    counties = sorted({one.place.code[:6] for one in corners if one.place is not None})
    out: list[str] = []
    for county in counties:
        touched = places.villages_touched(ring, county)
        out += touched if len(touched) <= MOST_AREAS else [county]
    return out


def circle_of(infos: Iterable[cap.Info]) -> Circle | None:
    """The circle of a warning that is told by one circle alone; anything else is told to the whole of its places."""
    shapes = [area for info in infos for area in info.areas]
    if len(shapes) != 1 or shapes[0].polygons or len(shapes[0].circles) != 1:
        return None
    if any(places.known(cap.place_code(value)) for value in shapes[0].codes):
        return None
    lon, lat, metres = shapes[0].circles[0]
    return Circle(round(lon, 6), round(lat, 6), min(max(metres, LEAST), MOST))
