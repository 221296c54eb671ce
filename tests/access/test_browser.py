"""Access in a real browser: signing in on a demonstration, a phone as second factor, the auditor's question."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.access.test_pages import simulated
from tests.browser import DESKTOP, LOOKS, PHONE, findings, overflow, problems
from tests.cases.conftest import ground
from tests.cast import PASSWORD, VILLAGE, Cast, Member, give, make_account
from zhijin.access.middleware import COOKIE
from zhijin.access.selectors import clock_wall
from zhijin.core import journal
from zhijin.core.ids import place_key, uuid7

__all__ = ["ground"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"phone": PHONE, "desktop": DESKTOP}


def keep(page: Page, name: str) -> None:
    """A picture to look at, when ``ZHIJIN_SHOTS`` names a directory."""
    if folder := os.environ.get("ZHIJIN_SHOTS"):
        page.screenshot(path=Path(folder) / f"access-{name}.png", full_page=True)


def at(page: Page, path: str, member: Member | None = None) -> Page:
    """The same browser at another address, signed in as ``member``."""
    origin = page.url.split("/login/")[0]
    if member is not None:
        cookie = {"name": COOKIE, "value": member.token, "url": origin}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(origin + path)
    assert answer is not None
    assert answer.status == 200, path
    return page


@pytest.mark.parametrize("look", LOOKS)
def test_one_press_fills_in_a_demonstration_account(
    open_page: Any, settings: Any, look: str
) -> None:
    size, lang = LOOKS[look]
    settings.ZHIJIN_DEMO = True
    for role in ("grid_worker", "village_secretary", "township_officer", "county_officer"):
        simulated(f"演示{role[:3]}", role)
    auditor = make_account("demo-auditor", name="审计员", simulated=True)
    give(auditor, "auditor", "")
    page: Page = open_page("/login/", size=size, lang=lang)
    keep(page, f"sign-in-{look}")
    assert problems(page) == []
    name = "Township officer" if lang == "en" else "乡镇（街道）工作人员"
    page.get_by_role("link", name=name).click()
    # The link leads to the page with the form filled in; the key counts only once it is there.
    expect(page.locator("input[name=password]")).not_to_have_value("")
    keep(page, f"sign-in-filled-{look}")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/desk/")


@pytest.mark.parametrize("size", SIZES)
def test_a_phone_becomes_the_second_factor(open_page: Any, cast: Cast, size: str) -> None:
    member = cast.branch_secretary
    page: Page = at(open_page("/login/", size=SIZES[size]), "/desk/me/second-factor/", member)
    keep(page, f"second-factor-{size}")
    assert overflow(page) == []
    assert findings(page) == []
    secret = page.locator("li .code").first.inner_text().replace(" ", "")
    page.get_by_label("动态验证码").fill(pyotp.TOTP(secret).at(clock_wall()))
    page.get_by_label("本账号的密码").fill(PASSWORD)
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_text("已启用", exact=True)).to_be_visible()
    keep(page, f"me-{size}")
    assert findings(page) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.usefixtures("ground")
def test_the_auditor_finds_who_saw_whom_and_why(open_page: Any, cast: Cast, size: str) -> None:
    for n, why in enumerate(("核实低保申请", "走访独居老人", "电话回访")):
        who = (cast.branch_secretary, cast.township_officer, cast.grid_worker)[n].actor
        detail = {"why": why, "fields": ["phone"]}
        journal.write(
            who, "person.reveal", f"person:{uuid7()}", place_key=place_key(VILLAGE), detail=detail
        )
    journal.seal_new()
    page = at(open_page("/login/", size=SIZES[size]), "/desk/admin/journal/", cast.auditor)
    page.get_by_role("link", name="谁看了个人信息").click()
    keep(page, f"journal-{size}")
    row = page.locator("tbody tr").filter(has_text="核实低保申请")
    expect(row).to_contain_text("李春禾")
    assert overflow(page) == []
    assert findings(page) == []
    page.get_by_role("link", name="逐条核对整条链").click()
    expect(page.get_by_text("链条完整")).to_be_visible()
    keep(page, f"journal-verified-{size}")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("ground")
def test_the_administrators_pages_are_fit_to_read(open_page: Any, cast: Cast, look: str) -> None:
    size, lang = LOOKS[look]
    pk = cast.branch_secretary.account.pk
    program = cast.api_client.account.pk
    addresses = [
        (cast.system_admin, "/desk/admin/accounts/", "accounts"),
        (cast.system_admin, f"/desk/admin/accounts/{pk}/", "account"),
        (cast.system_admin, f"/desk/admin/accounts/{program}/", "account-program"),
        (cast.security_officer, "/desk/admin/grants/?q=春", "grants"),
        (cast.security_officer, f"/desk/admin/grants/{pk}/", "account-grants"),
        (cast.grid_worker, "/desk/me/", "me-worker"),
        (cast.grid_worker, "/desk/me/password/", "password"),
    ]
    page: Page = open_page("/login/", size=size, lang=lang)
    origin = page.url.split("/login/")[0]
    for member, path, name in addresses:
        cookie = {"name": COOKIE, "value": member.token, "url": origin}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(origin + path)
        keep(page, f"{name}-{look}")
        assert problems(page) == [], path
