"""The drawing of open cases: what is in scope, at its place, leading to the case."""

from __future__ import annotations

import re

import pytest

from tests.cases.conftest import IN_GRID, IN_GRID_2, opened
from tests.cast import COUNTY, VILLAGE, Cast
from zhijin.cases.mapping import draw

pytestmark = pytest.mark.usefixtures("ground")


def test_a_village_shows_its_grids_and_a_dot_for_each_open_case(cast: Cast) -> None:
    made = [opened(lon=IN_GRID[0], lat=IN_GRID[1]), opened(lon=IN_GRID_2[0], lat=IN_GRID_2[1])]
    opened()  # without a position: in the list of cases, not on the map
    page = cast.branch_secretary.client.get("/desk/cases/map/").content.decode()
    assert len(re.findall("<path d=", page)) == 2
    assert len(re.findall("<circle", page)) == 2
    for one in made:
        assert f"/desk/cases/{one.case_id}/" in page


def test_west_is_left_and_north_is_up() -> None:
    drawing = draw(VILLAGE, [])
    assert drawing is not None
    first, second = (path for path, _name in drawing.paths)
    assert min(_xs(first)) < min(_xs(second))
    assert drawing.width > drawing.height


def _xs(path: str) -> list[float]:
    return [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", path)]


def test_another_countys_officer_sees_nothing_of_it(cast: Cast) -> None:
    made = opened(lon=IN_GRID[0], lat=IN_GRID[1])
    page = cast.outsider.client.get(f"/desk/cases/map/?place={VILLAGE}").content.decode()
    assert str(made.case_id) not in page


def test_without_an_outline_or_position_it_says_so(cast: Cast) -> None:
    answer = cast.county_officer.client.get(f"/desk/cases/map/?place={COUNTY}")
    assert answer.status_code == 200
    assert "这里没有带位置的待办事项" in answer.content.decode()


@pytest.mark.parametrize("place", ["", "abc", "999999999999", "53060210520"])
def test_an_unknown_place_falls_back_to_ones_own(cast: Cast, place: str) -> None:
    assert cast.branch_secretary.client.get(f"/desk/cases/map/?place={place}").status_code == 200
