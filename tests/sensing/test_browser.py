"""The pages of devices in a real browser on a small telephone: one registers a device, and sees what it says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.broadcast.test_whole import signed_in
from tests.browser import PHONE, OpenPage, findings, overflow
from tests.cast import VILLAGE, Part, make_member
from tests.sensing.conftest import Intake, everything, message, now_millis
from zhijin.sensing.models import Device

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_device_is_registered_and_what_it_says_is_seen(
    fire: Any, open_page: OpenPage, site: str
) -> None:
    secretary = make_member("secretary", Part("李书记", "village_secretary", VILLAGE))
    page = open_page("/desk/devices/new/", size=PHONE, storage_state=signed_in(secretary, site))

    def sound() -> None:
        assert overflow(page) == []
        assert findings(page) == []

    sound()
    page.get_by_label("名称").fill("3 号烤房烟感")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    sound()
    (device,) = everything(Device)
    said, now = Intake(), now_millis()
    for seq in range(1, 40):
        said(device, message(seq, at=now - (40 - seq) * 60_000, level=20 + seq, battery=80))
    said(device, message(40, level=1500), b"no json", message(41, level=-5))
    page.goto(f"{site}/desk/devices/{device.id}/")
    chart = page.locator("svg.line-chart").first
    expect(chart).to_be_visible()
    # Text of a chart that shrinks with its drawing is not read on a telephone.
    assert chart.locator("text").count() == 0
    expect(page.get_by_text("最高 1500 ppm")).to_be_visible()
    sound()
    for path, words in (
        ("devices/", "3 号烤房烟感"), ("devices/rules/", "烟雾浓度不小于 1000"),
        ("devices/refused/", "3 号烤房烟感"), ("assets/", "网络资源"),
    ):  # fmt: skip
        page.goto(f"{site}/desk/{path}")
        expect(page.locator("main")).to_contain_text(words)
        sound()
    page.get_by_label("数量").fill("184")
    page.get_by_label("户数").fill("500")
    page.get_by_role("button", name="保存").click()
    # The figures that a narrow screen must not cut.
    expect(page.locator("td[data-label='数量']")).to_be_visible()
    expect(page.locator("main")).to_contain_text("36.8%")
    sound()
