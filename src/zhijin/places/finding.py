"""Which grid or village a report belongs to: one plain statement each, shapes kept in memory.

What the intake asks a thousand times an hour. Gives codes only; :mod:`zhijin.places.geometry` tells more.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from zhijin.core import clock
from zhijin.core.ids import Level, is_code
from zhijin.core.statements import send
from zhijin.places.geometry import position
from zhijin.places.shapes import to_shape

_HOLDING: Final = """
SELECT o.id, o.valid_from, o.place_id, p.level, o.area_m2
FROM places_outline o JOIN places_place p ON p.code = o.place_id
WHERE o.valid_to IS NULL
  AND box(point(o.max_lon, o.max_lat), point(o.min_lon, o.min_lat)) @> box(point(%s, %s), point(%s, %s))
  AND p.level IN ('grid', 'village')
  AND (p.valid_from IS NULL OR p.valid_from <= %s) AND (p.valid_to IS NULL OR p.valid_to > %s)
"""
_SHAPES: Final = "SELECT id, geometry FROM places_outline WHERE id = ANY(%s)"
_KNOWN: Final = "SELECT 1 FROM places_place WHERE code = %s"
#: A county has some hundred grids; a drawn outline takes a few kilobytes.
_KEPT: Final = 4096

#: A version of an outline is never changed, so its shape can be kept by id and day of drawing.
_Key = tuple[int, datetime]
#: A place is never taken away (it ends, and is kept), so one that was found once stays known.
_known: set[str] = set()
_shapes: OrderedDict[_Key, BaseGeometry] = OrderedDict()
_lock = Lock()


def known(code: str) -> bool:
    """Whether there is, or ever was, a place with this code."""
    if not is_code(code):
        return False
    if code in _known:
        return True
    found = send(_KNOWN, [code]).fetchone() is not None
    if found:
        _known.add(code)
    return found


def forget() -> None:
    """Forget which places are known (in tests, which take places away again)."""
    _known.clear()


def code_at(lon: float, lat: float) -> str | None:
    """The code of the grid that holds a WGS-84 position, else of the village; None where none is drawn.

    On a shared edge the smaller area has it, then the lower code. Raises PL003.
    """
    point = position(lon, lat)
    day = clock.today()
    rows = send(_HOLDING, [point.lon, point.lat, point.lon, point.lat, day, day]).fetchall()
    shapes = _shapes_of([(row[0], row[1]) for row in rows])
    spot = shapely.Point(point.lon, point.lat)
    holding = [row for row in rows if shapes[row[0], row[1]].covers(spot)]
    best = min(holding, key=lambda row: (row[3] != Level.GRID, row[4], row[2]), default=None)
    return str(best[2]) if best else None


def _shapes_of(keys: list[_Key]) -> dict[_Key, BaseGeometry]:
    """The outlines' shapes; those not in memory are read in one statement."""
    with _lock:
        found = {key: _shapes[key] for key in keys if key in _shapes}
    missing = {key[0]: key for key in keys if key not in found}
    if missing:
        rows = send(_SHAPES, [list(missing)]).fetchall()
        read = {missing[id_]: _read(geometry) for id_, geometry in rows}
        found |= read
        with _lock:
            _shapes.update(read)
            while len(_shapes) > _KEPT:
                _shapes.popitem(last=False)
    return found


def _read(geometry: Any) -> BaseGeometry:
    drawn = to_shape(json.loads(geometry) if isinstance(geometry, str) else geometry)
    shapely.prepare(drawn)
    return drawn
