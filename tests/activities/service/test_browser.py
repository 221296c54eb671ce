"""Service in a real browser: accessible, nothing wider than the screen, and a need taken up on the phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.activities.service import samples
from tests.activities.service.conftest import DONE, World, do, make_world, photo
from tests.browser import DESKTOP, PHONE, findings, overflow
from tests.cast import VILLAGE, Member
from zhijin.access.middleware import COOKIE
from zhijin.activities.service import claiming, common, helping, reporting, teams
from zhijin.core import files
from zhijin.people import api as people
from zhijin.sensing import api as sensing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def full(places: None, cast) -> tuple[World, dict[str, str]]:
    """A need with a service that waits and one that was confirmed, a team with a letter, a linked household."""
    world = make_world(cast)
    for member in world.members:
        reporting.report_self(member=member, place_code=VILLAGE, offers="会修水电")
    picture = photo()
    digest = files.store_photo(picture, "done.jpg", picture.getbuffer().nbytes).digest
    world.confirmed()
    need, team = world.need(seats=6), world.team()
    claim = world.claim(need, 2)
    done = claiming.Done(90, "清了两条巷子", [digest])
    do(world.leader.actor, claiming.report_done, claim_id=claim.id, done=done)
    do(
        world.secretary,
        teams.join_member,
        team_id=team.id,
        member_id=world.locals[0].id,
        consent_how="本人报名",
    )
    own = do(world.secretary, claiming.claim_team, need_id=need.id, team_id=team.id, people=2)
    do(world.secretary, claiming.report_done, claim_id=own.id, done=DONE)
    letter = do(world.secretary, teams.take_in, place_code=VILLAGE, org_key=world.village.key, team_id=team.id,
                letter=teams.Letter("谢谢你们把沟清干净了", "一位居民"))  # fmt: skip
    do(world.secretary, teams.read_thanks, thanks_id=letter.id, state="shown")
    house = do(common.CLERK, people.register_household, place_code=VILLAGE, number="12")
    wanted = helping.Linking("link", house.id, world.locals[0].id)
    link = do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)
    do(world.secretary, helping.visit, link_id=link.id, visited=helping.Visited("visit", "问冬衣"))
    meter = sensing.Entry("power", "1 号烤房电表", VILLAGE, household=house.id)
    device, _secret = sensing.register(actor=common.CLERK, entry=meter)
    sensing.speak_demo(
        (
            device.code,
            {"seq": at, "ago": 90 - at, "kind": "power", "voltage": 2100 + at, "load": 60},
        )
        for at in range(1, 5)
    )
    org, proxied = world.village.key, samples._proxied(world.village)
    return world, {
        "service": "/desk/service/", "need-new": "/desk/service/needs/new/", "need": f"/desk/service/needs/{need.id}/",
        "reports": f"/desk/service/reports/?org={org}&q=大耆老", "teams": "/desk/service/teams/",
        "team-new": "/desk/service/teams/new/", "team": f"/desk/service/teams/{team.id}/?add=1",
        "links": f"/desk/service/links/?org={org}&add=link", "link": f"/desk/service/links/{link.id}/",
        "files": "/desk/service/households/", "file": f"/desk/service/households/{house.id}/",
        "counts": "/desk/service/counts/?place=530602105", "list": "/desk/service/list/?what=services",
        "proxies": "/desk/service/proxies/?view=open", "proxy-new": "/desk/service/proxies/new/",
        "proxy": f"/desk/service/proxies/{proxied.id}/", "proxy-code": "/proxy/",
        "mine": f"/my-service/{people.member_link(world.members[0])}/", "served": "/served/",
    }  # fmt: skip


def visit(page: Page, path: str, member: Member) -> Page:
    origin = "/".join(page.url.split("/")[:3])
    cookie = {"name": COOKIE, "value": member.token, "url": origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(origin + path)
    assert answer is not None
    assert answer.status == 200, path
    return page


@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh-Hans"), (DESKTOP, "en")])
def test_every_page_is_accessible_and_fits(full, cast, open_page, size, lang) -> None:
    _world, paths = full
    page = open_page("/", size=size, lang=lang)
    for name, path in paths.items():
        visit(page, path, cast.branch_secretary)
        if folder := os.environ.get("ZHIJIN_SHOTS"):
            page.screenshot(path=Path(folder) / f"service-{name}-{lang}.png", full_page=True)
        assert findings(page) == [], name
        assert overflow(page) == [], name


def test_a_member_takes_up_a_need_on_the_phone(full, cast, open_page) -> None:
    _world, paths = full
    page = open_page(paths["mine"], size=PHONE)
    page.get_by_role("button", name="我来").first.click()
    expect(page.get_by_text("认领好了")).to_be_visible()
    page.get_by_text("做完了").first.click()
    page.get_by_label("做了什么").fill("清了一条沟")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等受助的人或社区确认").first).to_be_visible()
    visit(page, paths["need"], cast.branch_secretary)
    page.get_by_role("button", name="确认，满意").last.click()
    expect(page.get_by_text("已确认，计入服务。")).to_be_visible()
