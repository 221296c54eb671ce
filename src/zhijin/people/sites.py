"""Tells the room of places where households stand, so that grids are checked against them (A3)."""

from __future__ import annotations

from collections.abc import Iterator

from zhijin.people.models import Household
from zhijin.places.api import SitePoint, within_q


def households(village: str) -> Iterator[SitePoint]:
    """Every household of a village with its position and grid; the label tells its number only."""
    rows = Household.objects.filter(within_q(village, "place_key"), valid_to=None)
    for found in rows.order_by("number").iterator(chunk_size=2000):
        grid = found.place_code if found.has_grid else None
        yield SitePoint(str(found.id), found.number, found.lon, found.lat, grid)
