"""The small map that is drawn on the server."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from tests.places.factories import SYSTEM, VILLAGE, grid, middle, plant, square
from zhijin.core.scope import scoped
from zhijin.places import drawing

pytestmark = pytest.mark.django_db


def draw(**context: object) -> str:
    return Template("{% load places %}{% minimap place point %}").render(Context(context)).strip()


def test_grids_the_marked_one_and_the_point() -> None:
    grid("一", square(0))
    marked = grid("二", square(1))
    with scoped(SYSTEM):
        drawing.draw(actor=SYSTEM, code=VILLAGE, geometry=square(0, 0, 2))
    svg = ET.fromstring(draw(place=marked, point=middle(1)))
    paths = svg.findall("{*}path") or svg.findall("path")
    areas = [path for path in paths if path.get("fill-rule")]
    assert len(areas) == 3
    assert areas[-1].get("fill") == "var(--red-tint)"
    assert [a.get("fill") for a in areas].count("none") == 1
    circle = svg.find("circle")
    assert circle is not None
    width, height = float(svg.get("width", 0)), float(svg.get("height", 0))
    assert width / 2 < float(circle.get("cx", 0)) < width
    assert 0 < float(circle.get("cy", 0)) < height
    assert svg.get("role") == "img"
    assert "二" in (svg.get("aria-label") or "")
    assert "style" not in draw(place=marked)


def test_a_point_alone_and_objects_with_lon_and_lat() -> None:
    assert "<circle" in draw(place=None, point=(103.7, 27.3))
    assert "<circle" in draw(place=None, point=SimpleNamespace(lon=103.7, lat=27.3))
    assert " m</text>" in draw(place=None, point=(103.7, 27.3))


def test_nothing_to_draw() -> None:
    plant(VILLAGE)
    assert draw(place=VILLAGE) == ""
    assert draw(place="999999", point="") == ""
    assert draw(place=None, point=(999, 27.3)) == ""


def test_names_are_escaped() -> None:
    made = grid('<b>"网格', square(0))
    svg = draw(place=made)
    assert "<b>" not in svg
    ET.fromstring(svg)
