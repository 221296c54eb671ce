"""The grid map in a real browser: draw, change, cut, join, undo, paste, check and save."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser import OpenPage, findings, overflow
from tests.cast import PARTS, make_member
from tests.places.factories import VILLAGE, grid, middle, plant, square
from zhijin.access.middleware import COOKIE
from zhijin.places import drawing, geometry, selectors
from zhijin.places.importing import outlines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_map(open_page: OpenPage, site: str) -> Any:
    """``open_map()`` signs the branch secretary in and opens the map of the village, ready."""

    def opened(role: str = "branch_secretary", **options: Any) -> Page:
        plant("530602")
        outlines.store(connection)
        member = make_member(role, PARTS[role])
        state = {"cookies": [{"name": COOKIE, "value": member.token, "url": site}]}
        page = open_page(
            f"/desk/places/{VILLAGE}/map/", storage_state=_state(state, site), **options
        )
        expect(page.locator("[data-map][data-ready]")).to_be_visible()
        return page

    return opened


def _state(state: dict[str, Any], site: str) -> dict[str, Any]:
    """Playwright wants a domain and path with a stored cookie."""
    host = urlsplit(site).hostname
    for cookie in state["cookies"]:
        del cookie["url"]
        cookie |= {
            "domain": host, "path": "/", "expires": -1, "httpOnly": True, "secure": False,
            "sameSite": "Lax",
        }  # fmt: skip
    return state


def canvas_box(page: Page) -> dict[str, float]:
    box = page.locator("[data-canvas]").bounding_box()
    assert box is not None
    return dict(box)


def pixel(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a position is on the screen (web Mercator, 512-pixel tiles)."""
    # It is noted when the map has come to rest.
    expect(page.locator("[data-map]")).to_have_attribute("data-view", re.compile("."))
    view = page.locator("[data-map]").get_attribute("data-view") or ""
    lon0, lat0, zoom = (float(part) for part in view.split(","))
    world = 512 * 2**zoom
    box = canvas_box(page)

    def across(value: float) -> float:
        return value / 360 * world

    def down(value: float) -> float:
        return -math.log(math.tan(math.pi / 4 + math.radians(value) / 2)) / (2 * math.pi) * world

    x = box["x"] + box["width"] / 2 + across(lon - lon0)
    return x, box["y"] + box["height"] / 2 + down(lat) - down(lat0)


def test_a_grid_is_drawn_named_checked_and_saved(open_map: Any) -> None:
    grid("第一网格", square(0))
    page = open_map()
    assert page.locator("[data-hint]").inner_text() != ""
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
    page.get_by_role("button", name="画新网格").click()
    box = canvas_box(page)
    corners = [(0.75, 0.3), (0.92, 0.3), (0.92, 0.6), (0.75, 0.6)]
    for x, y in [*corners, corners[-1]]:
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(350)
    expect(page.locator("[data-list] li")).to_have_count(2)
    name = page.locator("[data-list] li").nth(1).locator("input.input")
    name.fill("第二网格")
    name.press("Tab")
    expect(page.locator("[data-unsaved]")).to_have_text("有未保存的修改")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-unsaved]")).to_have_text("")
    made = selectors.get(VILLAGE + "002")
    assert made.name == "第二网格"
    assert geometry.outline_of(made.code).geometry["type"] == "Polygon"
    assert findings(page) == []
    assert overflow(page) == []


def test_cut_join_and_step_back(open_map: Any) -> None:
    old = grid("全村", square(0, 0, 2))
    page = open_map()
    rows = page.locator("[data-list] li")
    rows.nth(0).get_by_role("button", name="在图上看").click()
    page.get_by_role("button", name="拆分").click()
    box = canvas_box(page)
    middle_x = box["x"] + box["width"] / 2
    page.mouse.click(middle_x, box["y"] + 8)
    page.wait_for_timeout(350)
    page.mouse.move(middle_x, box["y"] + box["height"] / 2)
    page.mouse.click(middle_x, box["y"] + box["height"] - 60)
    page.wait_for_timeout(350)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="后退一步").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="重做").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-unsaved]")).to_have_text("")
    assert len(selectors.resolve_code(old.code)) == 2
    for row in range(2):
        rows.nth(row).locator("[data-tick]").check()
    page.get_by_role("button", name="合并").click()
    expect(rows).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(2)


def test_a_corner_moves_with_its_neighbours(open_map: Any) -> None:
    left, right = grid("左", square(0)), grid("右", square(1))
    page = open_map()
    expect(page.locator("[data-map]")).to_have_attribute("data-view", re.compile("."))
    view = page.locator("[data-map]").get_attribute("data-view") or ""
    page.locator("[data-list] li").nth(0).get_by_role("button", name="在图上看").click()
    expect(page.locator("[data-map]")).not_to_have_attribute("data-view", view)
    x, y = pixel(page, *square(0)["coordinates"][0][1])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y - 40, steps=6)
    page.mouse.up()
    expect(page.locator("[data-unsaved]")).to_have_text("有未保存的修改")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.locator("[data-report]")).not_to_contain_text("重叠")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-unsaved]")).to_have_text("")
    assert geometry.outline_of(left.code).version == 2
    assert geometry.outline_of(right.code).version == 2


def test_everything_by_keyboard_and_paste(open_map: Any) -> None:
    grid("第一网格", square(0))
    page = open_map()
    page.get_by_role("button", name="粘贴坐标").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("坐标", exact=True).fill("坏的")
    dialog.get_by_role("button", name="放到图上").press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("至少要三对")
    dialog.get_by_label("坐标", exact=True).fill(json.dumps(square(0.5)))
    dialog.get_by_role("button", name="放到图上").press("Enter")
    expect(page.locator("[data-list] li")).to_have_count(2)
    page.get_by_role("button", name="检查", exact=True).press("Enter")
    finding = page.locator("[data-report] button", has_text="重叠")
    expect(finding).to_be_visible()
    finding.press("Enter")
    page.locator("[data-list] li").nth(0).get_by_role("button", name="撤销").press("Enter")
    page.get_by_role("button", name="保存", exact=True).press("Enter")
    expect(page.locator("[data-unsaved]")).to_have_text("")
    assert selectors.get(VILLAGE + "001").valid_to is not None
    assert geometry.locate(*middle(0.5)).code == VILLAGE + "002"


def test_somebody_else_drew_in_the_meantime(open_map: Any) -> None:
    made = grid("第一网格", square(0))
    page = open_map()
    page.locator("[data-list] li").nth(0).get_by_role("button", name="坐标").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("坐标", exact=True).fill(json.dumps(square(1)))
    dialog.get_by_role("button", name="放到图上").click()
    from tests.places.factories import SYSTEM
    from zhijin.core.scope import scoped

    with scoped(SYSTEM):
        drawing.draw(actor=SYSTEM, code=made.code, geometry=square(2))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-toasts]")).to_contain_text("刚被别人改过")
    assert geometry.outline_of(made.code).version == 2


def test_readers_see_the_map_without_tools(open_map: Any) -> None:
    grid("第一网格", square(0))
    page = open_map("grid_worker", lang="en")
    expect(page.locator(".grid-map-name")).to_have_text("第一网格")
    assert page.locator("[data-tool]").count() == 0
    assert findings(page) == []
