"""Organisational life in a real browser: accessible, nothing wider than the screen, and a meeting recorded by phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.activities.meetings.conftest import Life, do, enrol_life, ship
from tests.activities.meetings.test_pages import link
from tests.browser import DESKTOP, PHONE, findings, overflow
from tests.cast import Member
from tests.orgs.conftest import register
from zhijin.access.middleware import COOKIE
from zhijin.activities.learning import writing as learn
from zhijin.activities.meetings import presence, voting
from zhijin.activities.models import Attendee, Meeting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(places: None, cast: Any, tmp_path: Path) -> tuple[Life, Meeting, Any]:
    """A branch with an open assembly that votes, one that was held, and a course."""
    ship(tmp_path)
    life = enrol_life(register("大耆老村党支部"), cast.branch_secretary.actor)
    life.record("theme-day", remote=[life.members[4].id])
    life.record("centre-group")
    meeting = life.open()
    for at in range(5):
        row = life.row(meeting, at)
        life.do(
            presence.mark, meeting_id=meeting.id, attendee_id=row.id, state=Attendee.State.PRESENT
        )
    life.do(voting.put, meeting_id=meeting.id, what="同意收益分配方案", minutes=30)
    course = do(life.secretary, learn.make, org_key=life.org.key, title="在外地怎样过组织生活")
    for part in (
        learn.Part("第一节", text="先看议程"),
        learn.Part("第二节", link="https://example.com/2"),
    ):
        do(life.secretary, learn.add, course_id=course.id, part=part)
    do(life.secretary, learn.set_state, course_id=course.id, state="open")
    return life, meeting, course


def visit(page: Page, path: str, member: Member) -> Page:
    origin = "/".join(page.url.split("/")[:3])
    cookie = {"name": COOKIE, "value": member.token, "url": origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(origin + path)
    assert answer is not None
    assert answer.status == 200, path
    return page


def check(page: Page, name: str) -> None:
    if folder := os.environ.get("ZHIJIN_SHOTS"):
        page.screenshot(path=Path(folder) / f"life-{name}.png", full_page=True)
    assert findings(page) == [], name
    assert overflow(page) == [], name


def paths(life: Life, meeting: Meeting, course: Any) -> dict[str, str]:
    org = life.org.key
    return {
        "year": f"/desk/meetings/?org={org}", "kinds": f"/desk/meetings/record/?org={org}",
        "record": f"/desk/meetings/record/?org={org}&kind=theme-day",
        "call": f"/desk/meetings/new/?org={org}&kind=assembly", "meeting": f"/desk/meetings/{meeting.id}/",
        "code": f"/desk/meetings/{meeting.id}/code/", "members": f"/desk/branches/{org}/members/",
        "member": f"/desk/branch-members/{life.members[4].id}/", "counts": "/desk/meetings/counts/",
        "branches": "/desk/meetings/branches/", "without": "/desk/meetings/branches/?show=without",
        "list": "/desk/meetings/list/", "courses": f"/desk/courses/?org={org}",
        "course": f"/desk/courses/{course.id}/", "show": f"/desk/courses/{course.id}/show/",
    }  # fmt: skip


@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh-Hans"), (DESKTOP, "en")])
def test_every_page_is_accessible_and_fits(world, cast, open_page, size, lang):
    life, meeting, course = world
    page = open_page("/", size=size, lang=lang)
    for name, path in paths(life, meeting, course).items():
        visit(page, path, cast.branch_secretary)
        check(page, f"{name}-{lang}")
    for name, path in (("mine", link(life.members[4])), ("sign", f"/sign/{meeting.id}/123456/")):
        visit(page, path, cast.branch_secretary)
        if name == "mine":
            page.locator("details summary").last.click()
        check(page, f"{name}-{lang}")


def test_a_meeting_is_recorded_on_the_phone_in_a_few_taps(world, cast, open_page):
    life, _meeting, _course = world
    page = visit(
        open_page("/", size=PHONE), f"/desk/meetings/?org={life.org.key}", cast.branch_secretary
    )
    page.get_by_role("link", name="记一次会").click()
    page.get_by_role("link", name="党课").first.click()
    page.get_by_label("主讲人和题目").fill("书记讲党课")
    page.get_by_label("韩清明").first.check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已记好")).to_be_visible()
    expect(page.get_by_text("书记讲党课")).to_be_visible()
    expect(page.get_by_text("6 · 线上 1")).to_be_visible()


def test_a_member_far_away_votes_on_the_phone(world, open_page):
    life, _meeting, _course = world
    page = open_page(link(life.members[4]), size=PHONE)
    page.get_by_label("赞成").check()
    page.get_by_role("button", name="投票").click()
    expect(page.get_by_text("您已投票")).to_be_visible()
