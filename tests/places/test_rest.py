"""The HTTP API of places."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.places.factories import SYSTEM, VILLAGE, grid, middle, plant, square
from zhijin.core import geo
from zhijin.core.scope import scoped
from zhijin.places import services

pytestmark = pytest.mark.django_db


def get(path: str, status: int = 200) -> Any:
    answer = Client().get("/api/v1" + path)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_search() -> None:
    plant(VILLAGE)
    plant("522631206200")
    found = get("/places?q=黎平 口江")
    assert [place["code"] for place in found] == ["522631206", "522631206200"]
    assert found[1] == {
        "code": "522631206200", "name": "口江村村民委员会", "short": "口江村", "level": "village",
        "kind": "village", "parent": "522631206", "valid_from": None, "valid_to": None,
    }  # fmt: skip
    assert [p["code"] for p in get("/places?q=口江&level=village")] == ["522631206200"]
    assert get("/places?q=口江&within=53") == []
    assert get("/places?q=口江&within=99") == []
    assert len(get("/places?q=5&limit=3")) == 3


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=" + "长" * 61, "?q=a&limit=0", "?q=a&limit=x", "?q=a&within=abc"]
)
def test_bad_searches(query: str) -> None:
    assert 400 <= Client().get(f"/api/v1/places{query}").status_code < 500


def test_one_place_and_its_children() -> None:
    made = grid("第一网格", square())
    body = get(f"/places/{VILLAGE}")
    assert body["path"] == "云南省昭通市昭阳区靖安镇大耆老村"
    assert [c["code"] for c in get(f"/places/{VILLAGE}/children")] == [made.code]
    assert [c["code"] for c in get("/places/530602/children")] == ["530602105"]
    assert get("/places/999999", 404)["error"]["id"] == "PL001"
    assert get("/places/x", 404)["error"]["id"] == "PL001"
    assert get("/places/x/children", 404)["error"]["id"] == "PL001"


def test_as_of_and_successors() -> None:
    plant("530602105")
    plant("530602106", "新镇")
    with scoped(SYSTEM):
        services.succeed(
            actor=SYSTEM, old="530602105", new=["530602106"], kind="merge", at=date(2025, 1, 1)
        )
    old = get("/places/530602105")
    assert (old["valid_to"], [p["code"] for p in old["successors"]]) == (
        "2025-01-01",
        ["530602106"],
    )
    assert [p["code"] for p in get("/places/530602106")["predecessors"]] == ["530602105"]
    assert get("/places/530602105?as_of=2024-06-01")["name"] == "靖安镇"
    get("/places/530602105?as_of=2025-06-01", 404)
    assert len(get("/places/530602/children?as_of=2024-06-01")) == 2
    assert len(get("/places/530602/children")) == 1


def test_grids_are_geojson() -> None:
    made = grid("第一网格", square())
    body = get(f"/places/{VILLAGE}/grids")
    assert body["type"] == "FeatureCollection"
    assert body["features"][0]["id"] == made.code
    assert get("/places/530602/grids") == {"type": "FeatureCollection", "features": []}


def test_locate() -> None:
    made = grid("第一网格", square())
    lon, lat = middle()
    body = get(f"/places/locate?lon={lon}&lat={lat}")
    assert body["grid"]["code"] == made.code
    assert body["village"]["code"] == VILLAGE
    moved = geo.to_gcj02(lon, lat)
    body = get(f"/places/locate?lon={moved.lon}&lat={moved.lat}&datum=gcj02")
    assert body["lon"] == pytest.approx(lon, abs=1e-7)
    outside = get("/places/locate?lon=2.3&lat=48.8")
    assert outside["grid"] is None
    assert "请选择村或社区" in outside["message"]


@pytest.mark.parametrize(
    "query", ["lon=200&lat=1", "lon=1", "lon=nan&lat=1", "lon=x&lat=1", "lon=1&lat=1&datum=bd09"]
)
def test_bad_positions(query: str) -> None:
    assert 400 <= Client().get(f"/api/v1/places/locate?{query}").status_code < 500
