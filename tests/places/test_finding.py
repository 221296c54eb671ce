"""The quick way from a position to a code gives what the full look-up gives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cases.conftest import GRID_2, add_place, draw_square
from tests.cast import GRID, VILLAGE
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.places import finding, geometry
from zhijin.places.models import Outline, Place


@pytest.fixture
def places(db: None) -> None:
    add_place(GRID, "第一网格")
    add_place(GRID_2, "第二网格")


@pytest.fixture
def drawn(places: None) -> None:
    draw_square(GRID, 103.60, 27.30)
    draw_square(GRID_2, 103.61, 27.30, size=0.008)
    draw_square(VILLAGE, 103.60, 27.30, size=0.03)


@pytest.mark.usefixtures("drawn")
class TestCodeAt:
    @pytest.mark.parametrize(
        ("lon", "lat", "code"),
        [
            (103.605, 27.305, GRID), (103.615, 27.305, GRID_2), (103.61, 27.305, GRID),
            (103.625, 27.325, VILLAGE), (104.0, 27.3, None), (103.60, 27.30, GRID),
        ],
    )  # fmt: skip
    def test_it_agrees_with_the_look_up(self, lon: float, lat: float, code: str | None) -> None:
        assert finding.code_at(lon, lat) == code
        found = geometry.look_up(lon, lat)
        nearest = found.grid or found.village
        assert (nearest.code if nearest else None) == code

    def test_a_shape_is_read_once(self, django_assert_num_queries: object) -> None:
        finding.code_at(103.605, 27.305)
        with django_assert_num_queries(1):  # type: ignore[operator]
            finding.code_at(103.606, 27.306)

    def test_a_shape_drawn_anew_counts_at_once(self) -> None:
        assert finding.code_at(103.605, 27.305) == GRID
        Outline.objects.filter(place_id=GRID).update(valid_to=clock.now(), version=0)
        assert finding.code_at(103.605, 27.305) == VILLAGE
        moved = draw_square(GRID, 103.62, 27.32)
        assert (finding.code_at(103.605, 27.305), finding.code_at(103.625, 27.325)) == (
            VILLAGE, GRID,
        )  # fmt: skip
        assert moved.version == 1

    def test_a_grid_that_has_ended_does_not_count(self) -> None:
        Place.objects.filter(code=GRID).update(valid_to=clock.today() - timedelta(days=1))
        assert finding.code_at(103.605, 27.305) == VILLAGE

    @pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (float("nan"), 0)])
    def test_an_impossible_position_is_refused(self, lon: float, lat: float) -> None:
        with pytest.raises(Refusal) as refused:
            finding.code_at(lon, lat)
        assert refused.value.id == "PL003"

    def test_no_more_shapes_are_kept_than_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(finding, "_KEPT", 1)
        assert finding.code_at(103.605, 27.305) == GRID
        assert len(finding._shapes) == 1
        assert finding.code_at(103.615, 27.305) == GRID_2


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("code", "there"),
    [(VILLAGE, True), (GRID, True), ("53", True), ("999999", False), ("x", False)],
)
def test_known(code: str, there: bool) -> None:
    assert finding.known(code) is there
