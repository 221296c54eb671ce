"""The simulated grids of the documents' villages, and the worked case of 口江乡."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape
from shapely.ops import unary_union

from tests.places.factories import SYSTEM, square
from zhijin.places import api, demo, geometry, selectors
from zhijin.places.importing import run, sources
from zhijin.places.shapes import real_parts, to_geojson


@pytest.mark.django_db
def test_the_documents_villages_get_their_grids() -> None:
    run.import_divisions(sources.shipped(), actor=SYSTEM, using="default")
    made = demo.seed()
    named = {row.code for row in made}
    assert set(demo.VILLAGES) <= named
    assert {code[:9] for code in named} >= set(demo.TOWNSHIPS)
    kou = [row for row in made if row.code.startswith("522631206")]
    assert (len(kou), sum(r.groups for r in kou), sum(r.grids for r in kou)) == (7, 53, 48)
    assert selectors.counts("522631206") == {"village": 7, "group": 53, "grid": 48}
    rng = random.Random(7)
    for row in made:
        report = api.check_village(row.code)
        assert report.findings == [], row
        assert report.drawn == row.grids
        outlines = geometry.outlines_in(row.code)
        assert all(outline.simulated for outline in outlines)
        picked = rng.choice(outlines)
        found = geometry.look_up(*demo.point_in(picked, rng))
        assert found.grid.code == picked.place_id
        assert found.county.code == row.code[:6]
    assert demo.is_simulated("530602105207")
    areas = [shape(geometry.outline_of(row.code).geometry) for row in made]
    total = sum(area.area for area in areas)
    assert unary_union(areas).area == pytest.approx(total, rel=1e-6)  # villages do not overlap
    again = demo.seed()
    assert demo.summary(again) == {"villages": 0, "groups": 0, "grids": 0}
    assert demo.summary(made)["grids"] == sum(row.grids for row in made)


@pytest.mark.django_db
def test_without_the_places_nothing_is_made() -> None:
    assert demo.villages() == {}
    assert demo.seed() == []


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(0, 10**6))
def test_tiles_leave_no_gap_and_do_not_overlap(count: int, seed: int) -> None:
    area = shape(square(0, 0, 3))
    cells = demo.tile(area, count, random.Random(seed))
    assert len(cells) == count
    drawn = [shape(to_geojson(cell)) for cell in cells]
    assert real_parts(area.difference(unary_union(drawn))) == []
    overlaps = [real_parts(a.intersection(b)) for i, a in enumerate(drawn) for b in drawn[i + 1 :]]
    assert not any(overlaps)


def test_the_same_seed_gives_the_same_tiles() -> None:
    area = shape(square(0, 0, 3))
    first, second = (demo.tile(area, 6, random.Random("x")) for _ in range(2))
    assert [a.wkt for a in first] == [b.wkt for b in second]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (48, "四十八"), (99, "九十九")],
)
def test_numerals(number: int, text: str) -> None:
    assert demo.numeral(number) == text
