"""Drawn areas: reading what people paste, cutting, joining, and telling what is wrong."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from tests.places.factories import square
from zhijin.core import geo
from zhijin.core.errors import Refusal
from zhijin.places import shapes


def refused(value: object, datum: str = "wgs84") -> str:
    with pytest.raises(Refusal) as caught:
        shapes.read(value, datum)
    assert caught.value.id == "PL105"
    return str(caught.value.params["reason"])


def test_every_accepted_form_gives_the_same_area() -> None:
    body = square()
    ring = body["coordinates"][0]
    forms: list[object] = [
        body,
        json.dumps(body),
        {"type": "Feature", "properties": {}, "geometry": body},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": body}]},
        {"type": "MultiPolygon", "coordinates": [body["coordinates"]]},
        "\n".join(f"{x}, {y}" for x, y in ring[:-1]),
        json.dumps(ring),
        [*ring[:-1]],
        {"type": "Polygon", "coordinates": [ring[::-1]]},
        {"type": "Polygon", "coordinates": [[[*point, 1200.5] for point in ring]]},
    ]
    areas = {round(geo.area_m2(shapes.read(form)), 3) for form in forms}
    assert len(areas) == 1
    assert all(shape(shapes.read(form)).equals(shape(body)) for form in forms)


def test_gcj02_is_converted_at_the_edge() -> None:
    body = square()
    moved = [list(geo.to_gcj02(*point)) for point in body["coordinates"][0]]
    back = shapes.read({"type": "Polygon", "coordinates": [moved]}, "gcj02")
    off = [
        geo.distance_m(a, b)
        for a, b in zip(sorted(back["coordinates"][0]), sorted(body["coordinates"][0]), strict=True)
    ]
    assert max(off) < 0.05


@pytest.mark.parametrize(
    "value",
    [
        None, 5, "", "你好", "106.1,26.1 106.2,26.2", "{", "[[1,2],[3", "{}", "[]", "[[]]",
        {"type": "Point", "coordinates": [106, 26]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[106, 26], [107, 26], [106, 26]]]},
        {"type": "Polygon", "coordinates": [[[106, 26], [107, "a"], [107, 27], [106, 26]]]},
        {"type": "Polygon", "coordinates": [[[106, 26], [107, None], [107, 27], [106, 26]]]},
        {"type": "Polygon", "coordinates": [[[26, 106], [26, 107], [27, 107], [26, 106]]]},
        {"type": "MultiPolygon", "coordinates": [[[106, 26]]]},
        {"type": "FeatureCollection", "features": []},
        {"type": "FeatureCollection", "features": [1, 2]},
        {"type": "Feature", "geometry": None},
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_with_a_reason(value: object) -> None:
    assert refused(value)


def test_crossing_lines_are_located() -> None:
    bow = [[106.0, 26.0], [106.01, 26.01], [106.01, 26.0], [106.0, 26.01], [106.0, 26.0]]
    reason = refused({"type": "Polygon", "coordinates": [bow]})
    assert "交叉" in reason
    assert "106.005, 26.005" in reason
    flat = [[106.0, 26.0], [106.1, 26.0], [106.2, 26.0], [106.0, 26.0]]
    assert refused({"type": "Polygon", "coordinates": [flat]})
    two = [square()["coordinates"], square(0.5, 0.5)["coordinates"]]
    assert "交叉" in refused({"type": "MultiPolygon", "coordinates": two})


def test_too_many_points() -> None:
    ring = [[106 + i * 1e-6, 26 + (i % 7) * 1e-3] for i in range(6000)]
    assert "5000" in refused([*ring, ring[0]])


def test_cut_and_join_again() -> None:
    body = shapes.read(square())
    west, south = body["coordinates"][0][0][:2]
    parts = shapes.cut(body, [[west + 0.004, south - 1], [west + 0.006, south + 1]])
    assert len(parts) == 2
    total = sum(geo.area_m2(part) for part in parts)
    assert total == pytest.approx(geo.area_m2(body), rel=1e-5)
    whole = shapes.join(parts)
    assert whole["type"] == "Polygon"
    assert geo.area_m2(whole) == pytest.approx(geo.area_m2(body), rel=1e-4)


def test_a_line_that_ends_inside_is_drawn_on() -> None:
    parts = shapes.cut(square(), [[103.705, 27.302], [103.705, 27.304]])
    assert [round(geo.area_m2(part) / geo.area_m2(square()), 2) for part in parts] == [0.5, 0.5]


@pytest.mark.parametrize(
    "line",
    [
        [],
        [[103.7, 27.3]],
        [[0, 0], [1, 1]],
        [[103.705, 27.305], [103.705, 27.305]],
        [["a", 1], [2, 3]],
    ],
)
def test_a_line_that_does_not_cut(line: list[list[float]]) -> None:
    with pytest.raises(Refusal) as caught:
        shapes.cut(square(), line)
    assert caught.value.id == "PL109"


def test_a_hairline_between_neighbours_is_closed_by_joining() -> None:
    left, right = square(0), square(1.000001)  # 1 cm apart
    assert shapes.join([left, right])["type"] == "Polygon"
    assert shapes.join([left, square(3)])["type"] == "MultiPolygon"


def test_slivers_do_not_count() -> None:
    a = shapes.to_shape(square(0))
    hair = a.intersection(shapes.to_shape(square(0.99999)))  # a strip of 1 cm
    assert hair.area > 0
    assert shapes.real_parts(hair) == []
    real = shapes.real_parts(a.intersection(shapes.to_shape(square(0.9))))
    assert len(real) == 1
    assert real[0][1] == pytest.approx(geo.area_m2(square(0)) / 10, rel=0.01)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", "coordinates", "geometry", "features"]),
                inner
                | st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]),
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_any_value_is_read_or_refused(value: object) -> None:
    body = None
    with suppress(Refusal):
        body = shapes.read(value)
    assert body is None or geo.area_m2(body) > 0
