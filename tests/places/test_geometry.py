"""Position to grid: one query, edges decided, nothing found told clearly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from tests.places.factories import SOUTH, SYSTEM, VILLAGE, WEST, grid, middle, plant, square
from zhijin.core import clock, geo
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.places import drawing, geometry, services
from zhijin.places.importing import outlines
from zhijin.places.models import Outline

pytestmark = pytest.mark.django_db


def add_county() -> None:
    plant("530602")
    outlines.store(connection)


def test_a_position_finds_its_grid_in_one_query(django_assert_num_queries) -> None:
    add_county()
    first, second = grid("第一网格", square(0)), grid("第二网格", square(1))
    with django_assert_num_queries(1):
        found = geometry.look_up(*middle(0))
    assert (found.grid, found.village.code, found.county.code) == (first, VILLAGE, "530602")
    assert geometry.locate(*middle(1)) == second
    assert found.sentence == "位置在大耆老村第一网格。"


def test_gcj02_positions_are_converted() -> None:
    made = grid("第一网格", square(0, size=0.2))
    lon, lat = WEST + 0.001, SOUTH + 0.001
    moved = geo.to_gcj02(lon, lat)
    assert geometry.locate(*moved, datum="gcj02") == made
    assert geometry.locate(*moved) is None
    found = geometry.look_up(*moved, datum="gcj02")
    assert geo.distance_m((found.lon, found.lat), (lon, lat)) < 0.01


def test_a_shared_edge_belongs_to_the_smaller_then_to_the_lower_code() -> None:
    wide, small = grid("大网格", square(0, 0, 2)), grid("小网格", square(2))
    same = grid("同样大", square(3))
    edge = round(WEST + 0.02, 7)
    assert geometry.locate(edge, SOUTH + 0.005) == small
    assert geometry.locate(round(WEST + 0.03, 7), SOUTH + 0.005) == small
    assert same.code > small.code
    assert geometry.locate(WEST, SOUTH) == wide


def test_outside_every_grid_is_told() -> None:
    add_county()
    grid("第一网格", square(0))
    found = geometry.look_up(WEST + 0.5 * 0.01, SOUTH + 5 * 0.01)
    assert found.grid is None
    assert found.village is None
    assert found.place.code == "530602"
    assert found.sentence == "位置在昭阳区，但不在任何已画的网格内，请选择村或社区。"
    with scoped(SYSTEM):
        drawing.draw(actor=SYSTEM, code=VILLAGE, geometry=square(0, 0, 8))
    inside = geometry.look_up(WEST + 0.005, SOUTH + 0.05)
    assert inside.grid is None
    assert inside.village.code == VILLAGE
    assert "请选择网格" in inside.sentence
    nowhere = geometry.look_up(2.35, 48.85)
    assert nowhere.place is None
    assert "不在任何已知的地方" in nowhere.sentence
    assert geometry.locate(2.35, 48.85) is None


@pytest.mark.parametrize(
    ("lon", "lat", "datum"),
    [(200, 26, "wgs84"), (106, -91, "wgs84"), ("x", 26, "wgs84"), (float("nan"), 26, "wgs84"),
     (None, None, "wgs84"), (106, 26, "bd09")],
)  # fmt: skip
def test_impossible_positions(lon: object, lat: object, datum: str) -> None:
    with pytest.raises(Refusal) as caught:
        geometry.locate(lon, lat, datum)  # type: ignore[arg-type]
    assert (caught.value.id, caught.value.status) == ("PL003", 400)


def test_ended_grids_and_old_versions_do_not_count() -> None:
    made = grid("第一网格", square(0))
    with scoped(SYSTEM):
        drawing.draw(actor=SYSTEM, code=made.code, geometry=square(4))
    assert geometry.locate(*middle(0)) is None
    assert geometry.locate(*middle(4)) == made
    with scoped(SYSTEM):
        services.retire(actor=SYSTEM, code=made.code)
    assert geometry.locate(*middle(4)) is None
    assert geometry.outlines_in(VILLAGE) == []
    assert Outline.objects.count() == 2


def test_an_outline_as_it_was() -> None:
    made = grid("第一网格", square(0))
    first = geometry.outline_of(made.code)
    with scoped(SYSTEM), clock.freeze(first.valid_from + timedelta(days=3)):
        drawing.draw(actor=SYSTEM, code=made.code, geometry=square(4))
    day = timedelta(days=1)
    assert geometry.outline_of(made.code, at=first.valid_from - day) is None
    assert geometry.outline_of(made.code, at=first.valid_from + day).version == 1
    assert geometry.outline_of(made.code, at=first.valid_from + 4 * day).version == 2
    assert geometry.outline_of(made.code).version == 2


def test_holes_and_several_parts() -> None:
    outer, inner = square(0, 0, 3)["coordinates"][0], square(1, 1)["coordinates"][0]
    far = square(6)["coordinates"]
    ring = {"type": "MultiPolygon", "coordinates": [[outer, inner], far]}
    around, within = grid("环", ring), grid("中", square(1, 1))
    assert geometry.locate(*middle(0, 0)) == around
    assert geometry.locate(*middle(1, 1)) == within
    assert geometry.locate(*middle(6)) == around


def test_nearest_grids() -> None:
    near, far = grid("近", square(0)), grid("远", square(3))
    lon, lat = WEST + 0.012, SOUTH + 0.005
    found = geometry.nearest(lon, lat)
    assert [place for place, _metres in found] == [near, far]
    assert found[0][1] == pytest.approx(198, abs=5)
    assert geometry.nearest(*middle(0))[0] == (near, 0.0)
    assert geometry.nearest(lon, lat, within_m=300, limit=5) == [found[0]]
    assert geometry.nearest(110, 20) == []


def around(lon: float, lat: float, reach: float) -> list[tuple[float, float]]:
    corners = [(lon - reach, lat - reach), (lon + reach, lat - reach), (lon + reach, lat + reach)]
    return [*corners, corners[0]]


def test_a_ring_touches_the_villages_whose_grids_it_crosses() -> None:
    grid("第一网格", square(0))
    grid("第二网格", square(1))
    lon, lat = middle(0)
    assert geometry.villages_touched(around(lon, lat, 0.001), "530602") == [VILLAGE]
    # Across both grids the village stands once.
    assert geometry.villages_touched(around(lon, lat, 0.05), "530602") == [VILLAGE]
    assert geometry.villages_touched(around(lon + 1, lat, 0.001), "530602") == []
    assert geometry.villages_touched(around(lon, lat, 0.001), "530603") == []
    assert geometry.villages_touched(around(lon, lat, 0.05), "530602", most=0) == []


def test_a_ring_that_is_none_touches_nothing() -> None:
    grid("第一网格", square(0))
    lon, lat = middle(0)
    crossed = [
        (lon - 1, lat - 1),
        (lon + 1, lat + 1),
        (lon + 1, lat - 1),
        (lon - 1, lat + 1),
        (lon - 1, lat - 1),
    ]
    assert geometry.villages_touched(crossed, "530602") == []
    assert geometry.villages_touched([(lon, lat)] * 4, "530602") == []


def test_features_are_geojson() -> None:
    made = grid("第一网格", square(0), simulated=True)
    (feature,) = geometry.feature_collection(geometry.outlines_in(VILLAGE))["features"]
    assert feature["id"] == made.code
    assert feature["geometry"]["type"] == "Polygon"
    assert feature["bbox"] == list(geo.bbox(feature["geometry"]))
    assert feature["properties"]["simulated"] is True
    assert feature["properties"]["area_m2"] == round(geo.area_m2(feature["geometry"]))


def test_the_box_index_serves() -> None:
    plant(VILLAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO places_place (code, key, name, level, parent_id, kind)"
            " SELECT '99' || lpad(n::text, 13, '0'), 100000000000000000 + n, 'x', 'grid', %s, ''"
            " FROM generate_series(1, 4000) n",
            [VILLAGE],
        )
        cursor.execute(
            "INSERT INTO places_outline (place_id, version, geometry, min_lon, min_lat, max_lon,"
            " max_lat, area_m2, source, licence, simulated, drawn_by)"
            " SELECT code, 1, '{}', x, y, x + 0.01, y + 0.01, 1, '', '', false, ''"
            " FROM places_place, LATERAL (SELECT 70 + key % 60 AS x, 20 + key % 25 AS y)"
            " WHERE code LIKE '99%'"
        )
        cursor.execute("ANALYZE places_outline, places_place")
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = geometry._boxes_holding(106.0, 26.0).query.sql_with_params()
        cursor.execute("EXPLAIN " + sql, params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "places_outline_box" in plan
