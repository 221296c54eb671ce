"""Organisations, posts, tables and residents in a real browser: accessible, nothing wider than the screen, and
an office's own Excel brought in."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import DESKTOP, LOOKS, PHONE, enlarge, findings, overflow, problems
from tests.cast import GRID, VILLAGE, Cast, Member
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, register
from zhijin.access.middleware import COOKIE
from zhijin.core.scope import scoped
from zhijin.orgs import posts
from zhijin.people import branches, households, requests, services
from zhijin.people.branches import MemberDraft

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("places"),
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def keep(page: Page, name: str) -> None:
    """A picture to look at, when ``ZHIJIN_SHOTS`` names a directory."""
    if folder := os.environ.get("ZHIJIN_SHOTS"):
        page.screenshot(path=Path(folder) / f"orgs-{name}.png", full_page=True)


def visit(page: Page, path: str, member: Member) -> Page:
    """The same browser at another address, signed in as ``member``."""
    origin = "/".join(page.url.split("/")[:3])
    cookie = {"name": COOKIE, "value": member.token, "url": origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(origin + path)
    assert answer is not None
    assert answer.status == 200, path
    return page


def world() -> dict[str, str]:
    """An organisation with a leader, a grid post, a household with a resident."""
    top = register("大耆老村党总支", kind="general_branch", members=60)
    register("大耆老村第一党支部", parent=top, members=20)
    register("示例电商有限公司", kind="firm", sector=7, industry=120, members=4)
    with scoped(SYSTEM):
        lead = posts.create_post(actor=SYSTEM, kind="secretary", org_key=top.key)
        posts.appoint(
            actor=SYSTEM, post_id=lead.id, holder="示例甲", term=posts.Term(date(2019, 1, 1))
        )
        grid = posts.create_post(actor=SYSTEM, kind="grid_worker", place_code=GRID, seats=2)
        posts.appoint(
            actor=SYSTEM, post_id=grid.id, holder="示例乙", term=posts.Term(date(2024, 1, 1))
        )
        home = households.register_household(
            actor=SYSTEM, place_code=GRID, number="01-001", head="示例丙"
        )
        person = services.register_person(
            actor=SYSTEM, place_code=GRID, name="示例丙", phone="12900000001", birth_year=1950,
            household=home, relation="户主", consents={"phone": "2026-03-01 当面"},
        )  # fmt: skip
        asked = requests.receive(
            actor=SYSTEM, person_id=person.id, kind="erase", how="本人到窗口书面提出"
        )
        draft = MemberDraft("示例丁", "2026-03-01 书面同意", phone="12900000002")
        member = branches.enrol_member(actor=SYSTEM, org_key=top.key, draft=draft)
    return {
        "org": str(top.key),
        "post": str(grid.id),
        "person": str(person.id),
        "home": str(home.id),
        "request": str(asked.id),
        "member": str(member.id),
    }


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits(open_page: Any, cast: Cast, look: str) -> None:
    ids, (size, lang) = world(), LOOKS[look]
    page: Page = open_page("/privacy/", size=size, lang=lang)
    wrong = {"/privacy/": problems(page)}
    for name, path in {
        "list": f"/desk/orgs/?place={VILLAGE}",
        "org": f"/desk/orgs/{ids['org']}/",
        "form": "/desk/orgs/new/",
        "posts": "/desk/posts/",
        "post": f"/desk/posts/{ids['post']}/",
        "tables": "/desk/sheets/",
        "import": "/desk/sheets/orgs/import/",
        "export": "/desk/sheets/people/export/",
        "people": "/desk/people/",
        "person": f"/desk/people/{ids['person']}/",
        "household": f"/desk/households/{ids['home']}/",
        "household-new": "/desk/households/new/",
        "person-new": f"/desk/people/new/?household={ids['home']}",
        "requests": "/desk/data-requests/",
        "request": f"/desk/data-requests/{ids['request']}/",
        "contact": f"/desk/members/{ids['member']}/contact/",
    }.items():
        visit(page, path, cast.township_officer)
        keep(page, f"{name}-{look}")
        wrong[path] = problems(page)
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        enlarge(page, 2)
        wrong[path] += [f"200%: {found}" for found in overflow(page)]
        keep(page, f"{name}-200-{lang}")
        page.set_viewport_size({"width": size[0], "height": size[1]})
    assert {path: what for path, what in wrong.items() if what} == {}


def test_an_offices_own_table_comes_in_and_its_answer_goes_out(open_page: Any, cast: Cast) -> None:
    rows = [
        ["靖安镇组织名册"],
        ["单位名称", "类别", "领域", "区划代码", "备注"],
        ["大耆老村示例合作社", "合作社", "农村", VILLAGE, ""],
        ["邻县支部", "支部", "农村", "530621100201", ""],
    ]
    file = FilePayload(name="名册.xlsx", mimeType=XLSX, buffer=xlsx(rows).getvalue())
    page: Page = open_page("/login/", size=DESKTOP)
    visit(page, "/desk/sheets/orgs/import/", cast.township_officer)
    page.set_input_files("input[type=file]", file)
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
    page.get_by_label("有错的行先不导入").check()
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_text("部分导入")).to_be_visible()
    expect(page.get_by_text("CO403")).to_be_visible()
    expect(page.get_by_text("备注")).to_be_visible()
    assert findings(page) == []
    keep(page, "answer")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载逐行答复").click()
    assert download.value.suggested_filename == "名册-答复.xlsx"


def test_a_masked_number_is_opened_with_a_reason(open_page: Any, cast: Cast) -> None:
    ids = world()
    page: Page = open_page("/login/", size=DESKTOP)
    visit(page, f"/desk/people/{ids['person']}/", cast.township_officer)
    expect(page.get_by_text("12900000001")).to_have_count(0)
    page.get_by_text("查看遮盖的内容").click()
    page.get_by_label("电话", exact=True).check()
    page.get_by_label("事由").fill("上门走访核对")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text("12900000001")).to_be_visible()
    assert findings(page) == []
