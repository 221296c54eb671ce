"""A circle on the ground, within which loudspeakers are to be heard. Plain arithmetic and its SQL."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import FloatField, Q, Value
from django.db.models.functions import Cast
from django.db.models.lookups import LessThanOrEqual

from zhijin.core import geo

LEAST, MOST = 20, 50_000
#: Metres of one degree of latitude.
DEGREE = 111_195.0


@dataclass(frozen=True)
class Circle:
    """``lon`` and ``lat`` in WGS-84 degrees, ``metres`` the radius."""

    lon: float
    lat: float
    metres: int

    def kept(self) -> list[float]:
        """As the table keeps it."""
        return [self.lon, self.lat, self.metres]

    def within(self) -> Q:
        """Rows whose ``lon`` and ``lat`` lie in it. The ground counts as flat: at 50 km that is 20 m wrong."""
        squeeze = math.cos(math.radians(self.lat)) * DEGREE
        east = (Cast("lon", FloatField()) - Value(self.lon)) * Value(squeeze)
        north = (Cast("lat", FloatField()) - Value(self.lat)) * Value(DEGREE)
        near = LessThanOrEqual(east * east + north * north, Value(float(self.metres) ** 2))
        return Q(lon__isnull=False, lat__isnull=False) & Q(near)


def of(kept: Sequence[float] | None) -> Circle | None:
    """From the table."""
    return Circle(float(kept[0]), float(kept[1]), int(kept[2])) if kept else None


def read(lon: str, lat: str, metres: str) -> Circle | None:
    """From a form: None when nothing was written. Raises ValueError when it is no circle."""
    if not any(one.strip() for one in (lon, lat)):
        return None
    x, y, radius = float(lon), float(lat), int(metres)
    if not geo.is_position(x, y) or not LEAST <= radius <= MOST:
        raise ValueError("no circle")
    return Circle(round(x, 6), round(y, 6), radius)
