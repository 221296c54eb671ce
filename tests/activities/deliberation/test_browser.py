"""Deliberation in a real browser: a matter goes from the desk through a vote by code to its public count on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.activities.deliberation.conftest import NAMES, draft, make_village, ship
from tests.browser import PHONE, findings, overflow
from tests.cast import VILLAGE, Cast
from zhijin.access.middleware import COOKIE
from zhijin.activities.deliberation import proposing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def seen(page: Page, name: str) -> None:
    """Accessible, and nothing wider than the screen."""
    assert findings(page) == [], name
    assert overflow(page) == [], name


def called(page: Page, origin: str) -> list[str]:
    """A matter is put on its line and its first meeting called; the codes, shown this once."""
    page.goto(f"{origin}/desk/deliberation/new/")
    page.get_by_label("议什么").fill("修三组的路")
    page.get_by_label("议的内容").fill("集体出资，群众投工。")
    seen(page, "new")
    page.get_by_role("button", name="列入议事").click()
    page.get_by_label("应到的人").fill("\n".join(NAMES))
    seen(page, "matter")
    page.get_by_role("button", name="召集并发投票码").click()
    codes = page.locator(".receipt-code").all_inner_texts()
    assert len(codes) == len(NAMES)
    seen(page, "slips")
    return codes


def vote(page: Page, origin: str, codes: list[str]) -> str:
    """Everybody votes with their code, the first against; the last one's receipt."""
    for at, code in enumerate(codes):
        page.goto(f"{origin}/ballot/")
        page.get_by_label("投票码").fill(code)
        page.get_by_role("button", name="领票").click()
        page.get_by_label("反对" if at == 0 else "赞成").check()
        if at == 0:
            seen(page, "ballot")
        page.get_by_role("button", name="投进票箱").click()
        expect(page.get_by_text("您的回执码")).to_be_visible()
    return page.locator(".receipt-code").inner_text()


def test_a_matter_is_called_voted_on_by_code_and_counted(
    places: None, cast: Cast, tmp_path: Path, open_page: Any
) -> None:
    ship(tmp_path)
    village = make_village(cast)
    village.do(proposing.enter, place_code=VILLAGE, draft=draft())
    page: Page = open_page("/", size=PHONE)
    origin = page.url.rstrip("/")
    cookie = {"name": COOKIE, "value": cast.branch_secretary.token, "url": origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    for path in ("proposals", "gatherings", "services"):
        page.goto(f"{origin}/desk/deliberation/{path}/")
        seen(page, path)

    codes = called(page, origin)
    page.get_by_role("link", name="打开会议").click()
    page.get_by_role("button", name="开始投票").click()
    expect(page.get_by_role("button", name="计票并公布")).to_be_visible()
    seen(page, "sitting")
    sitting = page.url

    receipt = vote(page, origin, codes)
    page.goto(sitting)
    page.get_by_role("button", name="计票并公布").click()
    expect(page.get_by_text("计票完成")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="会议记录（Word）").click()
    assert taken.value.path().read_bytes().startswith(b"PK")
    page.get_by_role("link", name="核对计票").click()
    page.get_by_label("回执码").fill(receipt)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("这张票投的是 赞成")).to_be_visible()
    seen(page, "recount")
    page.get_by_role("link", name="看议事经过").click()
    expect(page.get_by_text(re.compile("应到 7，到会 7；赞成 6，反对 1"))).to_be_visible()
    seen(page, "resolution")
    page.goto(f"{origin}/desk/deliberation/")
    expect(page.get_by_text("村“两委”商议")).to_be_visible()
    seen(page, "matters")
