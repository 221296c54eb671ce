"""The whole way of a sheet in a real browser, by keyboard where it counts; and every page fits and is accessible."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.assessment.enter_once import sheets, world
from tests.assessment.enter_once.test_services import SMALL
from tests.browser import DESKTOP, PHONE, findings, overflow
from tests.orgs.test_browser import visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def keep(page: Page, name: str) -> None:
    """A picture to look at, when ``ZHIJIN_SHOTS`` names a directory."""
    if folder := os.environ.get("ZHIJIN_SHOTS"):
        page.screenshot(path=Path(folder) / f"enter-once-{name}.png", full_page=True)


def sent(page: Page, body: bytes, name: str = "附件1.xlsx") -> None:
    # From memory: a Chromium without a locale finds no file whose path is Chinese.
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": body}
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/enter-once/*-*/")
    expect(page.get_by_role("heading", name="对应各列")).to_be_visible()


def test_a_sheet_is_sent_looked_at_and_taken_back_filled(open_page: Any) -> None:
    world.build()
    page: Page = open_page("/login/", size=DESKTOP)
    visit(page, "/desk/enter-once/", world.officer())
    sent(page, sheets.big())
    assert findings(page) == []
    keep(page, "columns")
    page.get_by_label("统计期从").fill("2026-07-01")
    page.get_by_label("到", exact=True).fill("2026-07-31")
    # The first doubtful column by keyboard alone: to its free field, a title, Enter sends the form.
    free = page.get_by_label("道路交通隐患排查(起)：改为别的指标")
    free.focus()
    page.keyboard.type("事项登记数")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cells/")
    expect(page.get_by_role("heading", name="核对后交回")).to_be_visible()
    assert findings(page) == []
    keep(page, "cells")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载填好的原表").click()
    book = CalamineWorkbook.from_filelike(io.BytesIO(Path(download.value.path()).read_bytes()))
    line = book.get_sheet_by_name("附件1").to_python()[6]
    assert line[2] == "南门"
    assert line[3] == world.villages()[2][0]
    assert book.sheet_names[-1] == "来源"
    row = page.get_by_role("row", name="南门村")
    row.get_by_role("link", name="13", exact=True).click()
    page.wait_for_url("**/cells/0/*/*/")
    expect(page.get_by_text("各党支部登记的党员数相加")).to_be_visible()
    page.get_by_role("link", name=f"{world.villages()[2][0]}党支部").click()
    page.wait_for_url("**/desk/orgs/*/")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_page_fits_a_phone(open_page: Any, lang: str) -> None:
    world.build()
    page: Page = open_page("/login/", size=PHONE)
    visit(page, "/desk/enter-once/", world.officer())
    rows = [[*SMALL[0], "奇怪的列"], *([r[0], 99, None, None, None] for r in SMALL[1:]),
            ["东门二村", None, None, None, None]]  # fmt: skip
    sent(page, sheets.plain(rows), "小表.xlsx")
    columns = page.url
    page.get_by_role("button", name="填表").first.click()
    page.wait_for_url("**/cells/")
    expect(page.get_by_role("heading", name="核对后交回")).to_be_visible()
    cells = page.url
    cell = page.get_by_role("link", name="99", exact=True).first.get_attribute("href")
    origin = "/".join(page.url.split("/")[:3])
    page.context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
    wrong = {}
    for name, address in {"list": f"{origin}/desk/enter-once/", "columns": columns,
                          "cells": cells, "cell": f"{origin}{cell}"}.items():  # fmt: skip
        page.goto(address)
        keep(page, f"{name}-phone-{lang}")
        wrong[name] = [*findings(page), *overflow(page)]
    assert {name: what for name, what in wrong.items() if what} == {}
