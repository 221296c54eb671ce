"""Cadres in a real browser on a phone: an election is recorded, a cadre's study goes from village to county."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.activities.cadres.conftest import SYSTEM, Team, do, places, ship, team
from tests.browser import PHONE, findings, overflow
from tests.cast import COUNTY, Cast, Member
from zhijin.access.middleware import COOKIE
from zhijin.activities.cadres import plans, postings
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs

__all__ = ["places"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(places: None, tmp_path: Any, cast: Cast) -> tuple[Team, list[str]]:
    """The village's organisation, and one page of everything else."""
    ship(tmp_path)
    village, today = team(cast.township_officer.actor), clock.today()
    with scoped(SYSTEM):
        post = orgs.create_post(actor=SYSTEM, kind="community_worker", org_key=village.org.key)
        worker = orgs.appoint(
            actor=SYSTEM,
            post_id=post.id,
            holder="示例丙",
            term=orgs.Term(today - timedelta(days=30)),
        )
    sending = postings.Sending(
        "示例丁", "区水务局", today - timedelta(days=9), today + timedelta(days=90)
    )
    county = cast.county_officer.actor
    posting = do(county, postings.post_cadre, org_key=village.org.key, sending=sending)
    do(
        county,
        postings.write_log,
        posting_id=posting.id,
        log=postings.Log(today, "visit", "走访三户"),
    )
    plan = do(
        county, plans.make, county=COUNTY, year=today.year, title="组团式帮扶方案", basis="纪要"
    )
    wanted = plans.Measure("health", "派驻医疗队", "区卫健局", 4, "支", today + timedelta(days=60))
    do(county, plans.add, plan_id=plan.id, measure=wanted)
    return village, [
        "elections/", "teams/", "teams/list/", "community-workers/", f"community-workers/{worker.id}/", "postings/",
        "postings/commendations/", f"postings/{posting.id}/", "county-plans/", f"county-plans/{plan.id}/",
    ]  # fmt: skip


def goto(page: Page, member: Member, path: str) -> Page:
    origin = "/".join(page.url.split("/")[:3])
    cookie = {"name": COOKIE, "value": member.token, "url": origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(f"{origin}/desk/{path}")
    assert answer is not None
    assert answer.status == 200, path
    return page


def seen(page: Page, name: str) -> None:
    assert findings(page) == [], name
    assert overflow(page) == [], name


def test_an_election_and_a_study_by_form_on_a_phone(world: Any, cast: Cast, open_page: Any) -> None:
    village, paths = world
    township, county, secretary = cast.township_officer, cast.county_officer, cast.branch_secretary
    page: Page = open_page("/", size=PHONE)
    goto(page, township, f"elections/{village.org.key}/")
    page.get_by_text("登记换届选举").click()
    page.get_by_label("有选举权的应到人数").fill("40")
    page.get_by_label("参加投票的人数").fill("36")
    page.get_by_label("书记 1", exact=True).fill("李春禾")
    seen(page, "term")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("换届已登记")).to_be_visible()

    goto(page, secretary, "studies/")
    page.get_by_text("为干部报名", exact=True).click()
    page.get_by_label("学校").fill("开放大学")
    page.get_by_label("专业").fill("乡村振兴")
    page.get_by_label("全部学费（元）").fill("7400.01")
    seen(page, "studies")
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("报名已提交")).to_be_visible()
    goto(page, township, "")
    page.get_by_role("link", name="1 份学历提升报名等推荐").click()
    page.get_by_role("link", name="李春禾").click()
    page.get_by_label("推荐理由").fill("符合条件")
    seen(page, "study")
    page.get_by_role("button", name="推荐", exact=True).click()
    expect(page.get_by_text("已推荐，等县级审核。")).to_be_visible()
    goto(page, county, "")
    page.get_by_role("link", name="1 份学历提升报名等审核").click()
    page.get_by_role("link", name="李春禾").click()
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_text("5,920.00")).to_be_visible()
    expect(page.get_by_text("1,480.01")).to_be_visible()

    for path in paths:
        seen(goto(page, county, path), path)
