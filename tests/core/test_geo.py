"""Coordinates: conversion back and forth, edges belong to the polygon, areas on the ellipsoid."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import geo

LON = st.floats(74, 135, allow_nan=False)
LAT = st.floats(4, 53, allow_nan=False)


def square(lon: float, lat: float, size: float, *holes: Any) -> dict[str, Any]:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring, *holes]}


@given(LON, LAT)
def test_gcj02_and_back_within_a_centimetre(lon: float, lat: float) -> None:
    shifted = geo.to_gcj02(lon, lat)
    assert geo.distance_m(geo.from_gcj02(*shifted), (lon, lat)) < 0.01
    # Between 2 m and 2 km in the box; hundreds of metres over the provinces in use.
    assert geo.distance_m(shifted, (lon, lat)) < 2000


def test_gcj02_agrees_with_the_published_package() -> None:
    other = pytest.importorskip("fast_geocn")
    for lon, lat in ((106.63, 26.65), (103.71, 27.33), (97.37, 37.37), (116.39, 39.9)):
        assert geo.to_gcj02(lon, lat) == pytest.approx(other.wgs84_to_gcj02(lon, lat), abs=1e-12)
        moved = geo.distance_m(geo.to_gcj02(lon, lat), (lon, lat))
        assert 50 < moved < 1000


def test_positions_abroad_are_not_shifted() -> None:
    assert geo.to_gcj02(2.35, 48.85) == (2.35, 48.85)
    assert geo.from_gcj02(-0.12, 51.5) == (-0.12, 51.5)


def test_datum_is_named() -> None:
    assert geo.to_wgs84(106.6, 26.6) == (106.6, 26.6)
    gcj = geo.to_gcj02(106.6, 26.6)
    assert geo.to_wgs84(*gcj, datum="gcj02") == pytest.approx((106.6, 26.6), abs=1e-8)
    with pytest.raises(ValueError, match="unknown datum"):
        geo.to_wgs84(106.6, 26.6, "bd09")


@pytest.mark.parametrize(
    ("lon", "lat", "fine"),
    [(106.6, 26.6, True), (0, 0, True), (181, 0, False), (0, 91, False), (math.nan, 1, False),
     (math.inf, 1, False), ("106", 26, False), (None, 26, False), (True, 26, False)],
)  # fmt: skip
def test_positions_are_checked(lon: object, lat: object, fine: bool) -> None:
    assert geo.is_position(lon, lat) is fine


def test_a_point_on_the_edge_is_inside() -> None:
    hole = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6], [0.4, 0.4]]
    shape = square(0, 0, 1, hole)
    assert geo.in_polygon(0.1, 0.1, shape)
    assert not geo.in_polygon(0.5, 0.5, shape)  # in the hole
    assert geo.in_polygon(0.4, 0.5, shape)  # on the hole's edge
    for lon, lat in ((0, 0), (1, 1), (0.5, 0), (0, 0.5), (1, 0.25), (0.75, 1)):
        assert geo.in_polygon(lon, lat, shape)
    for lon, lat in ((-0.001, 0.5), (1.001, 0.5), (0.5, 1.001), (2, 0), (-1, 0)):
        assert not geo.in_polygon(lon, lat, shape)


@given(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5))
def test_in_polygon_agrees_with_shapely(lon: float, lat: float) -> None:
    shapely = pytest.importorskip("shapely")
    rings = [[[0, 0], [1, 0], [1, 1], [0.5, 0.3], [0, 1], [0, 0]]]
    shape = {"type": "MultiPolygon", "coordinates": [rings]}
    polygon = shapely.geometry.shape(shape)
    point = shapely.Point(lon, lat)
    if polygon.boundary.distance(point) > 1e-9:
        assert geo.in_polygon(lon, lat, shape) == polygon.covers(point)


def test_areas_on_the_ellipsoid() -> None:
    whole = {
        "type": "Polygon",
        "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]],
    }
    assert geo.area_m2(whole) == pytest.approx(510_065_621_724_088, rel=1e-9)
    # A cell of one degree at the equator: 12,308.8 km² (WGS-84).
    assert geo.area_m2(square(106, 0, 1)) == pytest.approx(12_308_778_361, rel=2e-4)
    hole = square(106.25, 26.25, 0.5)["coordinates"][0]
    ringed = geo.area_m2(square(106, 26, 1, hole))
    assert ringed == pytest.approx(
        geo.area_m2(square(106, 26, 1)) - geo.area_m2(square(106.25, 26.25, 0.5))
    )


@given(LON, LAT, st.floats(0.001, 0.02))
def test_small_areas_match_the_local_plane(lon: float, lat: float, size: float) -> None:
    width = geo.distance_m((lon, lat + size / 2), (lon + size, lat + size / 2))
    height = geo.distance_m((lon, lat), (lon, lat + size))
    assert geo.area_m2(square(lon, lat, size)) == pytest.approx(width * height, rel=0.011)


def test_bbox_and_polygons() -> None:
    multi = {
        "type": "MultiPolygon",
        "coordinates": [square(1, 2, 1)["coordinates"], square(5, 6, 2)["coordinates"]],
    }
    box = geo.bbox(multi)
    assert box == (1, 2, 7, 8)
    assert box.holds(4, 4)
    assert not box.holds(8, 4)
    assert len(geo.polygons_of(multi)) == 2
    with pytest.raises(ValueError, match="not a polygon"):
        geo.polygons_of({"type": "Point", "coordinates": [1, 2]})


def test_distance() -> None:
    assert geo.distance_m((106.0, 26.0), (106.0, 26.0)) == 0
    assert geo.distance_m((0, 0), (0, 1)) == pytest.approx(111_195, rel=1e-3)
