"""What the check of a village finds, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.places.factories import SYSTEM, VILLAGE, grid, middle, plant, square
from zhijin.core import geo
from zhijin.core.scope import scoped
from zhijin.places import drawing
from zhijin.places.checks import Finding, check_village
from zhijin.places.importing import outlines
from zhijin.places.models import Outline
from zhijin.places.points import SitePoint, _providers, register_points

pytestmark = pytest.mark.django_db


def check(**options: Any) -> dict[str, Finding]:
    found = check_village(VILLAGE, **options).findings
    assert len({f.id for f in found}) == len(found), found
    return {finding.id: finding for finding in found}


def outline(geometry: object) -> None:
    with scoped(SYSTEM):
        drawing.draw(actor=SYSTEM, code=VILLAGE, geometry=geometry)


def test_a_village_without_grids() -> None:
    plant(VILLAGE)
    assert set(check()) == {"PG01", "PG10"}
    assert check()["PG01"].message == "大耆老村还没有网格。"
    assert not check_village(VILLAGE).is_clean


def test_a_clean_village() -> None:
    grid("一", square(0))
    grid("二", square(1))
    outline(
        {
            "type": "MultiPolygon",
            "coordinates": [square(0)["coordinates"], square(3)["coordinates"]],
        }
    )
    assert set(check()) == {"PG05", "PG06"}
    outline([[103.70, 27.30], [103.72, 27.30], [103.72, 27.31], [103.70, 27.31]])
    assert check() == {}
    report = check_village(VILLAGE)
    assert report.is_clean
    assert (report.grids, report.drawn) == (2, 2)


def test_overlaps_and_gaps_carry_their_area() -> None:
    a, b = grid("一", square(0)), grid("二", square(0.75))
    outline(square(0, 0, 3))
    found = check()
    cell = geo.area_m2(square(0))
    overlap, gap = found["PG04"], found["PG05"]
    assert overlap.places == (a.code, b.code)
    assert overlap.area_m2 == pytest.approx(cell / 4, rel=0.01)
    assert geo.area_m2(overlap.geometry) == pytest.approx(overlap.area_m2, abs=1)
    assert gap.area_m2 == pytest.approx(9 * cell - 1.75 * cell, rel=0.01)
    assert f"{overlap.area_m2:,}" in overlap.message


def test_beyond_the_county() -> None:
    plant("530602")
    outlines.store(connection)
    county = Outline.objects.get(place="530602")
    made = grid("一", square(0))
    lon = county.max_lon + 0.01
    far = [[lon, 27.3], [lon + 0.01, 27.3], [lon + 0.01, 27.31], [lon, 27.31]]
    body = {"type": "Polygon", "coordinates": [[*far, far[0]]]}
    found = check(drafts={made.code: body})
    assert found["PG07"].area_m2 == pytest.approx(geo.area_m2(body), rel=0.001)


def test_a_stored_shape_that_crosses_itself_is_told() -> None:
    made = grid("一", square(0))
    x, y = square(0)["coordinates"][0][0]
    bow = [[x, y], [x + 0.01, y + 0.01], [x + 0.01, y], [x, y + 0.01], [x, y]]
    Outline.objects.filter(place=made).update(geometry={"type": "Polygon", "coordinates": [bow]})
    found = check()
    assert "交叉" in found["PG03"].message
    assert found["PG03"].places == (made.code,)


def test_a_hair_is_no_finding() -> None:
    grid("一", square(0))
    grid("二", square(0.999999))  # one centimetre over the edge
    assert set(check()) == {"PG10"}


def test_grids_to_be_ended_are_left_out() -> None:
    a = grid("一", square(0))
    grid("二", square(0.5))
    assert "PG04" in check()
    assert "PG04" not in check(gone=[a.code])


def test_not_more_findings_than_anyone_reads() -> None:
    grid("一", square(0))
    lon, lat = middle(5)
    register_points(
        "test-many", lambda _village: (SitePoint(str(n), "户", lon, lat) for n in range(450))
    )
    try:
        found = [f for f in check_village(VILLAGE).findings if f.id == "PG08"]
    finally:
        _providers.pop("test-many")
    assert len(found) == 201
    assert "250" in found[-1].message


def test_the_report_is_json() -> None:
    grid("一", square(0))
    body = check_village(VILLAGE).as_dict()
    assert body["grids"] == body["drawn"] == 1
    assert {"id", "level", "message", "places", "area_m2", "geometry", "url"} == set(
        body["findings"][0]
    )
