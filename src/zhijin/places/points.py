"""A hook for rooms that hold points on the ground (households, facilities): grids are checked against
them, and this room needs not know what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class SitePoint(NamedTuple):
    """One thing with a position (or none yet) and the grid it is said to belong to.

    `label` must not tell more than whoever edits grids may see. `url` opens the thing on the desk.
    """

    id: str
    label: str
    lon: float | None = None
    lat: float | None = None
    grid: str | None = None
    url: str = ""


Provider = Callable[[str], Iterable[SitePoint]]
_providers: dict[str, Provider] = {}


def register_points(kind: str, provider: Provider) -> None:
    """Register `provider(village_code)` under a name such as "household". A name is taken once."""
    if kind in _providers:
        raise ValueError(f"points of kind {kind!r} are registered twice")
    _providers[kind] = provider


def points_in(village: str) -> Iterator[tuple[str, SitePoint]]:
    """Every registered point of a village with its kind."""
    for kind, provider in _providers.items():
        for point in provider(village):
            yield kind, point
