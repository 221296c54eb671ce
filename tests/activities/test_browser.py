"""The pages of activities in a real browser: nothing wider than a telephone of 360 pixels, nothing that axe has
against them, in both languages; a secret vote is cast by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.activities.conftest import contest, day, do, mutual_round, plan, review, soon
from tests.activities.test_contests import enter_all, judge_all, judges_of
from tests.browser import DESKTOP, PHONE, OpenPage, findings, overflow
from tests.cast import PREFECTURE, Member
from zhijin.access.middleware import COOKIE
from zhijin.activities.models import Sheet, Voter
from zhijin.activities.services import (
    ballots,
    checks,
    contests,
    events,
    model_units,
    mutual,
    reviews,
    undertakings,
    visits,
)
from zhijin.core.scope import scoped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FULL = {"party": 100, "service": 50}


class Look:
    """One browser at several addresses, as one member and then another."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.origin = "/".join(page.url.split("/")[:3])

    def at(self, path: str, member: Member | None = None, *, lang: str = "zh-hans") -> Page:
        """The page, looked at on a telephone and on a desk."""
        cookies = [{"name": "lang", "value": lang, "url": self.origin}]
        if member is not None:
            cookies.append({"name": COOKIE, "value": member.token, "url": self.origin})
        self.page.context.add_cookies(cookies)
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.status == 200, path
        self.sound()
        return self.page

    def sound(self) -> None:
        for width, height in (DESKTOP, PHONE):
            self.page.set_viewport_size({"width": width, "height": height})
            assert overflow(self.page) == [], (self.page.url, width)
        assert findings(self.page) == [], self.page.url


@pytest.fixture
def look(open_page: OpenPage) -> Look:
    return Look(open_page("/", size=PHONE))


def desk(event: Any) -> str:
    return f"/desk/activities/{event.pk}/"


def test_a_contest_from_its_list_to_its_ranks(look, units):
    made = units(4)
    event = contest(made)
    look.at("/desk/activities/", made.officer)
    look.at("/desk/activities/new/?kind=contest", made.officer)
    look.at(desk(event), made.officer)
    enter_all(made, event)
    judges = judges_of(made, event, 3)
    do(made.officer.actor, contests.start, event_id=event.id)
    with scoped(judges[0].actor):
        sheet = Sheet.objects.filter(event_id=event.id).first()
    assert sheet is not None
    page = look.at(f"/desk/activities/sheets/{sheet.id}/", judges[0])
    for name in page.locator("main input[type=number]").all():
        name.fill("40")
    page.fill("main textarea", "条理清楚，有成效")
    page.locator("main form button.button-primary").click()
    page.get_by_role("dialog").get_by_role("button", name="继续").click()
    expect(page.locator("main")).to_contain_text("已交")
    look.sound()
    for judge in judges[1:]:
        judge_all(judge, event, {})
    with scoped(judges[0].actor):
        rest = list(Sheet.objects.filter(event_id=event.id, state="open"))
    for one in rest:
        do(judges[0].actor, contests.hand_in, sheet_id=one.id, marks=FULL, reasons="条理清楚")
    do(made.officer.actor, contests.close, event_id=event.id)
    page = look.at(desk(event), made.officer)
    expect(page.locator("main")).to_contain_text("各张评分表")
    look.at(desk(event), made.officer, lang="en")
    look.at(f"/activities/{event.pk}/")


def test_a_secret_vote_is_cast_on_a_telephone(look, units):
    made = units(3)
    event = review(made, quorum=5000)
    for at in range(3):
        do(made.actor(at), reviews.report, event_id=event.id, org_key=made.keys[at],
           name=f"书记{at}", body="一年做了三件事，还有两件没做好。")  # fmt: skip
    look.at(desk(event), made.officer)
    slips = do(made.officer.actor, ballots.enrol, event_id=event.id, names=[*"甲乙丙丁戊己"])
    with scoped(made.officer.actor):
        voters = list(Voter.objects.filter(event_id=event.id))
    for voter in voters:
        do(made.officer.actor, ballots.check_in, event_id=event.id, voter_id=voter.id)
    do(made.officer.actor, ballots.open_vote, event_id=event.id)
    look.at(desk(event), made.officer)
    page = look.at("/vote/")
    page.fill("#code", slips[0].code)
    page.locator("main form button.button-primary").click()
    for group in page.locator("main fieldset").all():
        group.locator("input[type=radio]").first.check()
    look.sound()
    page.get_by_role("button", name="投进票箱").click()
    expect(page.locator("main")).to_contain_text("已经投进票箱")
    look.sound()


def test_a_draw_that_anybody_repeats(look, units):
    made = units(6)
    officer = made.officer.actor
    event = do(officer, checks.make, plan=plan("check", due_at=soon()), size=2, source="双色球")
    do(officer, events.invite, event_id=event.id, org_keys=made.keys)
    look.at(desk(event), made.officer)
    do(officer, checks.publish_list, event_id=event.id)
    do(officer, checks.draw, event_id=event.id, seed="07-12-19-22-28-33-05",
       told="第 2026118 期")  # fmt: skip
    page = look.at(desk(event), made.officer)
    expect(page.locator("main")).to_contain_text("07-12-19-22-28-33-05")
    look.at(f"/activities/{event.pk}/")
    look.at(f"/activities/{event.pk}/", lang="en")


def test_pledges_reviews_of_peers_model_units_and_visits(look, units):
    made = units(6)
    secretary = made.secretary(0)
    draft = undertakings.Draft("annual", "年度承诺书", "书记", day(), day(200), target="办好三件事")
    items = [
        undertakings.Item("修好排水沟", day(60), "全长 1.2 公里"),
        undertakings.Item("每月一次院坝会", day(150), "十二次"),
    ]
    row = do(secretary.actor, undertakings.draw_up, org_key=made.keys[0], draft=draft, items=items)
    do(secretary.actor, undertakings.publish, undertaking_id=row.id)
    for path in ("/desk/activities/pledges/", "/desk/activities/pledges/new/",
                 f"/desk/activities/pledges/{row.id}/", "/desk/activities/model-units/",
                 "/desk/activities/model-units/new/", "/desk/activities/visits/",
                 "/desk/activities/visits/new/"):  # fmt: skip
        look.at(path, secretary)
    look.at(f"/pledges/{PREFECTURE}/")
    unit = do(secretary.actor, model_units.apply, org_key=made.keys[0], host_code=PREFECTURE,
              year=day().year, level="city")  # fmt: skip
    look.at(f"/desk/activities/model-units/{unit.id}/", secretary)
    visit = do(secretary.actor, visits.ask, guest=made.keys[0], host=made.keys[1],
               on=day() + timedelta(days=3), purpose="学一窗受理")  # fmt: skip
    look.at(f"/desk/activities/visits/{visit.id}/", made.secretary(1))
    event = mutual_round(made)
    do(made.officer.actor, mutual.start, event_id=event.id, seed="2026H1")
    page = look.at(desk(event), secretary)
    names = page.locator("main a.row-title")
    assert names.count() == 2
    for name in names.all():
        expect(name).to_contain_text("市直单位")
    look.at(desk(event), made.officer, lang="en")
