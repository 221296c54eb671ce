"""The desk's pages of playbooks in a real browser: legible, within the screen, accessible; a whole upload."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import DESKTOP, PHONE, OpenPage, findings, overflow
from tests.cast import PARTS, make_member
from tests.playbooks.support import SOUND, spoilt
from tests.playbooks.test_scenarios import STORIES
from tests.support import shipped
from zhijin.access.middleware import COOKIE
from zhijin.playbooks import selectors
from zhijin.playbooks.models import PlaybookRevision

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("", "source/", "scenarios/", "simulate/?cases=20", "changes/")


@pytest.fixture
def desk(open_page: OpenPage, site: str) -> Any:
    """``desk(path)`` opens a page of the desk as the county officer, or as a ``colleague``."""
    selectors.forget()
    shipped.install()
    part = PARTS["county_officer"]
    tokens = {name: make_member(name, part).token for name in ("county_officer", "colleague")}

    def opened(path: str, who: str = "county_officer", **options: Any) -> Page:
        cookie = {
            "name": COOKIE, "value": tokens[who], "domain": urlsplit(site).hostname, "path": "/",
            "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax",
        }  # fmt: skip
        return open_page(path, storage_state={"cookies": [cookie]}, **options)

    yield opened
    selectors.forget()


def shot(page: Page, name: str) -> None:
    """Keep a picture where ZHIJIN_SHOTS says, for people to look at."""
    folder = os.environ.get("ZHIJIN_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"playbooks-{name}.png", full_page=True)


@pytest.mark.parametrize(("size", "lang"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
def test_every_page_is_legible_and_accessible(desk: Any, size: tuple[int, int], lang: str) -> None:
    row = PlaybookRevision.objects.get(playbook="road-hazard")
    kind = "phone" if size == PHONE else "desk"
    for path in PAGES:
        page = desk(f"/desk/playbooks/{row.pk}/{path}", size=size, lang=lang)
        shot(page, f"{kind}-{path.split('/')[0] or 'states'}")
        assert overflow(page) == []
        assert findings(page) == []
    for path, name in (
        ("/desk/playbooks/", "list"),
        ("/desk/playbooks/upload/", "upload"),
        ("/desk/calendar/2027/", "calendar"),
    ):
        page = desk(path, size=size, lang=lang)
        shot(page, f"{kind}-{name}")
        assert overflow(page) == []
        assert findings(page) == []


def test_a_clerk_uploads_mends_proves_and_puts_into_force(desk: Any) -> None:
    page = desk("/desk/playbooks/upload/")
    page.get_by_label("方案 playbook.yaml", exact=True).fill(
        spoilt(("to: verifying", "to: verifyign"))
    )
    page.get_by_label("演练 scenarios.yaml", exact=True).fill(STORIES)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("没有“verifyign”这个状态，是不是“verifying”？")).to_be_visible()
    expect(page.get_by_text("PB201 · 39:13")).to_be_visible()
    shot(page, "findings")
    page.get_by_label("方案 playbook.yaml", exact=True).fill(SOUND)
    page.get_by_role("button", name="检查").click()
    expect(page.locator("svg.pb-picture")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_role("heading", name="排水沟堵塞")).to_be_visible()
    page.get_by_role("link", name="演练", exact=True).click()
    expect(page.get_by_text("演练全部通过，每一步都走到了，可以投入使用。")).to_be_visible()
    expect(page.get_by_text("投入使用要由另一个人来做")).to_be_visible()
    page = desk(urlsplit(page.url).path, "colleague")
    page.get_by_role("button", name="投入使用").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.get_by_text("已投入使用。", exact=False).first).to_be_visible()
    shot(page, "in-force")
    row = PlaybookRevision.objects.get(playbook="drain")
    assert row.state == "in_force"
