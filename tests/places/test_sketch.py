"""The map of scores that is drawn on the server."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest

from tests.places.factories import VILLAGE, grid, square
from zhijin.places.sketch import Shade, score_map

pytestmark = pytest.mark.django_db


def drawn(*shades: tuple[Any, Shade], ground: str = "") -> Any:
    made = score_map({place.code: shade for place, shade in shades}, "各网格得分", ground=ground)
    return ET.fromstring(made) if made else made


def areas(figure: Any) -> dict[str, str | None]:
    """Name and score of each area → its shade."""
    return {
        (area.findtext("title") or ""): area.get("data-step")
        for kind in ("path", "circle")
        for area in figure.iter(kind)
    }


def test_deeper_is_higher_and_nothing_known_is_not_low():
    one, two, three = (grid(n, square(i)) for i, n in enumerate("一二三"))
    figure = drawn((one, Shade(5999)), (two, Shade(9000)), (three, Shade(None)))
    assert areas(figure) == {"一 59.99": "0", "二 90.00": "4", "三 —": None}
    rows = [[c.text for c in row] for row in figure.find(".//tbody")]
    assert sorted(rows) == [["一", "59.99"], ["三", "—"], ["二", "90.00"]]


def test_one_s_own_place_is_drawn_last_and_marked():
    one, two = grid("一", square(0)), grid("二", square(1))
    figure = drawn((one, Shade(7000, own=True)), (two, Shade(7000)))
    assert [a.get("class") for a in figure.iter("path")] == [None, "chart-here"]


def test_places_without_an_area_are_counted_in_words():
    one = grid("一", square(0))
    figure = ET.fromstring(score_map({one.code: Shade(7000), "520181002": Shade(8000)}, "各地得分"))
    assert "另有 1 个还没有界线" in (figure.findtext(".//desc") or "")
    assert score_map({"520181002": Shade(8000)}, "各地得分") == ""


def test_what_is_too_small_to_see_is_a_point():
    tiny, wide = grid("小", square(0)), grid("大", square(200))
    figure = drawn((tiny, Shade(7000)), (wide, Shade(8000)))
    assert len(list(figure.iter("circle"))) == 2
    assert VILLAGE not in ET.tostring(figure, "unicode")


def names(figure: Any) -> list[str]:
    return [t.text or "" for t in figure.iter("text") if t.get("text-anchor") == "middle"]


def test_no_name_is_written_over_another():
    """As many names as there is room for; all can be pointed at, and stand in the table."""
    row = [grid(f"第{n}网格小区长", square(n)) for n in range(5)]
    figure = drawn(*((one, Shade(7000)) for one in row))
    half = 11 * len("第0网格小区长") / 2
    middles = sorted(
        float(t.get("x") or 0) for t in figure.iter("text") if t.get("text-anchor") == "middle"
    )
    assert 1 < len(middles) < 5
    assert all(left + half <= right - half for left, right in pairwise(middles))
    assert len(list(figure.find(".//tbody"))) == 5
    assert all(f"第{n}网格小区长 70.00" in areas(figure) for n in range(5))


def test_one_s_own_name_comes_before_others():
    row = [grid(f"第{n}网格小区长", square(n)) for n in range(5)]
    figure = drawn(*((one, Shade(7000, own=n == 1)) for n, one in enumerate(row)))
    assert names(figure)[0] == "第1网格小区长"
    assert "第0网格小区长" not in names(figure)
