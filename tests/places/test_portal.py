"""The place picker of the portal, without scripts."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.places.factories import VILLAGE, grid, middle, plant, square

pytestmark = pytest.mark.django_db


def page(path: str, **headers: str) -> str:
    answer = Client(headers=headers).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_walk_from_the_province_to_the_village() -> None:
    plant(VILLAGE)
    path = "/places/?to=/report/"
    for code in ("53", "5306", "530602", "530602105"):
        path = f"/places/{code}/?to=%2Freport%2F"
        assert f'href="{path}"' in page("/places/?to=/report/") or code != "53"
    assert f'href="/report/?place={VILLAGE}"' in page(path)
    assert 'href="/report/?place=530602105"' in page(path)  # the township itself, when unsure


def test_search_by_name_leads_on() -> None:
    plant(VILLAGE)
    found = page("/places/?q=大耆老&to=/report/%3Fkind%3Droad")
    assert f'href="/report/?kind=road&amp;place={VILLAGE}"' in found
    assert "靖安镇 大耆老村" in found
    fragment = page("/places/?q=大耆老", **{"X-Fragment": "1"})
    assert "<html" not in fragment
    assert f'href="/p/{VILLAGE}/"' in fragment
    assert "没有找到" in page("/places/?q=无此地")


def test_search_keeps_to_where_one_is() -> None:
    plant(VILLAGE)
    plant("522631206200")
    assert "口江村" in page("/places/52/?q=口江")
    assert "没有找到" in page("/places/53/?q=口江")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "/\\evil"]
)
def test_it_never_leads_away(to: str) -> None:
    plant(VILLAGE)
    html = page("/places/?" + f"q=大耆老&to={to}")
    assert f'href="/p/{VILLAGE}/"' in html
    assert f'href="{to}' not in html
    assert f'value="{to}' not in html


def test_by_position() -> None:
    grid("第一网格", square(0))
    lon, lat = middle(0)
    found = page(f"/places/?lat={lat}&lon={lon}&to=/report/")
    assert "位置在大耆老村第一网格" in found
    assert f"place={VILLAGE}" in found
    outside = page("/places/?lat=48.8&lon=2.3")
    assert "位置不在任何已知的地方内" in outside


@pytest.mark.parametrize(
    "query", ["lat=x&lon=1", "lat=91&lon=1", "lat=nan&lon=inf", "lat=1&lon=1&datum=z"]
)
def test_bad_positions_are_refused(query: str) -> None:
    assert Client().get(f"/places/?{query}").status_code == 400


def test_unknown_places() -> None:
    assert Client().get("/places/99/").status_code == 404
    assert Client().post("/places/").status_code == 405
