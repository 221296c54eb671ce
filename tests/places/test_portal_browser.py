"""The place picker while one types and with the phone's position, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, OpenPage, findings, overflow
from tests.places.factories import VILLAGE, grid, middle, plant, square

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_hits_appear_while_one_types(open_page: OpenPage) -> None:
    plant(VILLAGE)
    page = open_page("/places/?to=/report/", size=PHONE)
    page.get_by_label("村、社区或乡镇的名称").fill("大耆")
    hit = page.locator(f'[data-hints] a[href="/report/?place={VILLAGE}"]')
    expect(hit).to_be_visible()
    assert findings(page) == []
    assert overflow(page) == []
    page.get_by_label("村、社区或乡镇的名称").fill("没有的地方")
    expect(page.locator("[data-hints]")).to_contain_text("没有找到")


def test_the_phones_position_finds_the_village(open_page: OpenPage) -> None:
    grid("第一网格", square(0))
    lon, lat = middle(0)
    page = open_page(
        "/places/?to=/report/",
        size=PHONE,
        elder=True,
        geolocation={"longitude": lon, "latitude": lat},
        permissions=["geolocation"],
    )
    page.get_by_role("button", name="用我现在的位置").click()
    call = page.locator(f'a.call[href="/report/?place={VILLAGE}"]')
    expect(call).to_be_visible()
    expect(page.locator("[data-hints]")).to_contain_text("大耆老村第一网格")
    assert overflow(page) == []
