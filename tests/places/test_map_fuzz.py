"""Whatever a browser (or something that is none) sends to the grid map is answered clearly, never with a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Cast
from tests.places.factories import VILLAGE, grid, plant, square
from zhijin.core import ratelimit

pytestmark = pytest.mark.django_db
BASE = f"/desk/places/{VILLAGE}/map"
#: What a body may hold anywhere: also what stands where something else is expected.
ODD: list[Any] = [
    None, True, 10**30, "\u0000", [[5]], {"a": 1}, {"type": "Polygon", "coordinates": 5},
    {"type": "Polygon", "coordinates": [[[1e308, 0], [0, 1e308], [1e308, 1e308], [1e308, 0]]]},
    "NaN,NaN\n1,2\n3,4",
]  # fmt: skip
INNER = ("code", "name", "version", "origin", "geometry")


def _bodies() -> Iterator[tuple[str, Any]]:
    """Every odd thing in every place of a body, for each of the three addresses."""
    for value in ODD:
        yield "check", value
        for name in ("grids", "outline", "removed"):
            yield "check", {"grids": [], name: value}
            yield "picture", {"grids": [], name: value}
        for name in INNER:
            one = {"code": "", "name": "甲", "version": 0, "origin": [], "geometry": square()}
            yield "check", {"grids": [one | {name: value}]}
            yield "picture", {"grids": [], "outline": one | {name: value}}
        for do in ("cut", "join", "read", value):
            for name in ("geometry", "geometries", "line", "text", "datum"):
                yield "shape", {"do": do, "geometry": square(), name: value}


def test_no_body_is_a_fault_of_ours(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(VILLAGE)
    grid("第一网格", square())
    client = cast.branch_secretary.client
    client.raise_request_exception = False
    faults = []
    monkeypatch.setattr(ratelimit, "count", lambda *_: 1)
    for path, body in _bodies():
        text = json.dumps(body)
        answer = client.post(f"{BASE}/{path}/", text, content_type="application/json")
        if answer.status_code >= 500:
            faults.append((path, body))
    assert faults == []
