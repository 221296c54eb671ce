"""The main way in a real browser: a county opens a standing down to its records, a secretary contests one,
the county accepts, and the new rank stands beside the old. Accessible, and nothing wider than a telephone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.assessment import drive
from tests.browser import PHONE, OpenPage, problems
from tests.cast import COUNTY, TOWNSHIP, VILLAGE, Cast, Member
from zhijin.access.middleware import COOKIE
from zhijin.assessment import services
from zhijin.assessment.engine.periods import Period, shifted
from zhijin.assessment.models import Appeal, Batch, Run, Simulation
from zhijin.assessment.services import simulating
from zhijin.assessment.services.publishing import publish_run
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tree"),
]  # fmt: skip


def visit(page: Page, path: str, member: Member) -> Page:
    """The same browser at another address, signed in as ``member``."""
    origin = "/".join(page.url.split("/")[:3])
    page.context.add_cookies([{"name": COOKIE, "value": member.token, "url": origin}])
    answer = page.goto(path if path.startswith("http") else origin + path)
    assert answer is not None
    assert answer.status == 200, path
    return page


def three_months(cast: Cast) -> list[Any]:
    """Eight branches; the cast's village solves least in the three months before this one."""
    drive.publish_programme()
    orgs = drive.branches(8)
    assert orgs[-1].place_code == VILLAGE
    today = clock.today()
    this = date(today.year, today.month, 1)
    for back in (3, 2, 1):
        period = Period(shifted(this, -back))
        for number, org in enumerate(orgs):
            drive.work(org, period, 9 - number, 10, rating=5)
        drive.compute(period)
        with scoped(drive.SYSTEM):
            run = Run.objects.get(period_start=period.start, state=Run.State.READY)
        publish_run(actor=cast.county_officer.actor, run_id=run.id)
    return orgs


def sound(page: Page) -> None:
    """Nothing wider than a desk or a telephone, nothing that axe has against it there; the telephone stays."""
    width, height = PHONE
    page.set_viewport_size({"width": width, "height": height})
    assert problems(page) == [], page.url


def computed(page: Page) -> None:
    """Let what waits be computed, as the worker would, and look again."""
    with scoped(drive.SYSTEM):
        batch = Batch.objects.get(state=Batch.State.WAITING)
    services.compute(batch.id)
    page.reload()


def test_from_a_county_to_a_record_and_back_by_appeal(open_page: OpenPage, cast: Cast) -> None:
    last = three_months(cast)[-1]
    page = open_page("/", size=PHONE)
    _opened_to_records(page, cast, last)
    _contested(page, cast)
    _answered(page, cast)
    visit(page, f"/desk/standing/year/?place={COUNTY}", cast.county_officer)
    expect(page.locator("main")).to_contain_text("各月各地中位得分")
    sound(page)


def _opened_to_records(page: Page, cast: Cast, last: Any) -> None:
    """From the county down to the records of one indicator of the laggard."""
    visit(page, f"/desk/standing/?place={COUNTY}", cast.county_officer)
    sound(page)
    page.locator(f"main th a[href*='place={TOWNSHIP}']").first.click()
    expect(page.locator("h1")).to_contain_text("年")
    sound(page)
    page.get_by_role("link", name=f"{last.place_code}党支部").first.click()
    expect(page.locator("main")).to_contain_text("按规则认定为后进")
    expect(page.locator("main")).to_contain_text("连续 3 个月在规则划定的位次内")
    sound(page)
    page.get_by_role("link", name="解决率").first.click()
    expect(page.locator("main")).to_contain_text("计入分母 10 条，其中计入分子 2 条")
    expect(page.locator("main tbody tr")).to_have_count(10)
    sound(page)


def _contested(page: Page, cast: Cast) -> None:
    """The secretary says what in one record is wrong."""
    visit(page, page.url, cast.branch_secretary)
    row = page.locator("main tbody tr", has_text="只计分母").first
    row.get_by_role("link", name="申诉这一条").click()
    sound(page)
    page.get_by_label("这条里有写错的").check()
    page.select_option("#attr-outcome", "solved")
    page.fill("#why", "当天就办好了，登记错了")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.locator("main")).to_contain_text("等待答复")
    expect(page.locator("main")).to_contain_text("怎样办结：returned → 已解决")
    sound(page)


def _answered(page: Page, cast: Cast) -> None:
    """The county accepts; the new rank stands beside the old."""
    visit(page, page.url, cast.county_officer)
    page.fill("#answer", "属实，更正")
    page.get_by_role("button", name="成立，更正并重算").click()
    expect(page.locator("main")).to_contain_text("正在重新计算")
    computed(page)
    expect(page.locator("main")).to_contain_text("原来的和重算的")
    sides = page.locator("main section", has_text="原来的和重算的").locator("tbody tr")
    expect(sides.filter(has_text="名次")).to_contain_text("8/8")
    expect(sides.filter(has_text="名次")).to_contain_text("7/8")
    sound(page)
    with scoped(drive.SYSTEM):
        appeal = Appeal.objects.get()
        assert appeal.new_run is not None
    page.locator("main a[href*='/standing/org/']").first.click()
    expect(page.locator("main")).to_contain_text("重算的原因：申诉成立")
    sound(page)


def test_a_changed_weight_tells_who_moves_and_why(open_page: OpenPage, cast: Cast) -> None:
    three_months(cast)
    changed = drive.PROGRAMME.replace("weight: 70", "weight: 10").replace(
        "weight: 30", "weight: 90"
    )
    with scoped(drive.SYSTEM):
        draft = drive.playbooks.save_draft(
            actor=cast.county_officer.actor, source=changed, scenarios="", place_code=COUNTY
        )
    page = open_page("/")
    visit(page, f"/desk/playbooks/{draft.pk}/", cast.county_officer)
    page.get_by_role("link", name="演算：谁会变动").click()
    page.get_by_role("button", name="演算", exact=True).click()
    expect(page.locator("main")).to_contain_text("排队")
    sound(page)
    with scoped(drive.SYSTEM):
        waiting = Simulation.objects.get()
    simulating.drain(waiting.id)
    # The page asks by itself.
    expect(page.locator("main")).to_contain_text("会认定多少")
    expect(page.locator("main")).to_contain_text("得分没变，权重 70→10")
    expect(page.locator("main")).to_contain_text("条记录")
    sound(page)
    with scoped(drive.SYSTEM):
        assert Run.objects.count() == 3, "no standing comes of a simulation"


def test_points_are_proposed_by_one_and_approved_by_another(
    open_page: OpenPage, cast: Cast
) -> None:
    orgs = three_months(cast)
    last = orgs[-1]
    page = open_page("/", size=PHONE)
    visit(page, f"/desk/standing/org/{last.key}/", cast.township_officer)
    page.get_by_role("link", name="提一条加减分").click()
    sound(page)
    page.fill("#points", "1.25")
    page.fill("#why", "市里通报表扬")
    document = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
    page.set_input_files("#files", document)
    page.get_by_role("button", name="提出，请人复核").click()
    expect(page.locator("h1")).to_contain_text("表彰 +1.25")
    expect(page.locator("main")).to_contain_text("提出的人不能自己复核")
    sound(page)
    visit(page, page.url, cast.county_officer)
    page.fill("#answer", "文件已核")
    page.get_by_role("button", name="同意，重新计算").click()
    expect(page.locator("main")).to_contain_text("已同意")
    sound(page)
    visit(page, f"/desk/standing/org/{last.key}/", cast.branch_secretary)
    computed(page)
    expect(page.locator("main")).to_contain_text("已公布的和重算的")
    visit(page, "/desk/standing/adjustments/", cast.county_officer)
    sound(page)


def test_what_is_missing_is_claimed(open_page: OpenPage, cast: Cast) -> None:
    orgs = three_months(cast)
    page = open_page("/", size=PHONE)
    visit(page, f"/desk/standing/org/{orgs[-1].key}/pledges/", cast.branch_secretary)
    page.get_by_role("link", name="有一件没有计入").click()
    expect(page.locator("#why")).to_be_visible()
    sound(page)
    page.fill("#on", f"{shifted(clock.today().replace(day=1), -1):%Y-%m}-12")
    page.select_option("#attr-on_time", "true")
    page.fill("#why", "承诺的路修好了")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.locator("main")).to_contain_text("按时完成：是")
    sound(page)
    visit(page, page.url, cast.county_officer)
    page.fill("#answer", "看过现场")
    page.get_by_role("button", name="成立，补计并重算").click()
    expect(page.locator("main")).to_contain_text("正在重新计算")
    computed(page)
    expect(page.locator("main")).to_contain_text("原来的和重算的")


def test_rural_construction_is_recorded_and_counted_up_the_tree(
    open_page: OpenPage, cast: Cast
) -> None:
    page = open_page("/", size=PHONE)
    visit(page, f"/desk/rural/?place={VILLAGE}", cast.township_officer)
    sound(page)
    page.select_option("#kind", "toilet")
    page.fill("#count", "24")
    page.fill("#name", "上寨公厕")
    page.get_by_role("button", name="登记下来").click()
    expect(page.locator("main")).to_contain_text("上寨公厕")
    page.get_by_text("不再使用").first.click()
    sound(page)
    for member, place in ((cast.township_officer, TOWNSHIP), (cast.county_officer, COUNTY)):
        visit(page, f"/desk/rural/?place={place}", member)
        expect(page.locator("main tbody tr")).to_have_count(1)
        expect(page.locator("main tbody")).to_contain_text("24")
        sound(page)
    page.locator("main tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("乡村建设")
