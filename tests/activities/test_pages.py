"""The pages: each mechanism from beginning to end by the right role, what others get, and the public's part."""

from __future__ import annotations

import json
import re
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client

from tests.activities.conftest import as_system, day, do, review
from tests.cast import PREFECTURE, VILLAGE, Part, make_member
from tests.orgs.conftest import register
from zhijin.activities.models import (
    Event,
    ModelUnit,
    Party,
    Problem,
    Sheet,
    Task,
    Undertaking,
    Visit,
    Voter,
)
from zhijin.activities.services import ballots
from zhijin.core import clock, signing

pytestmark = pytest.mark.django_db
#: The clock stands in the middle of next year, so that no midnight falls between two of the years counted here.
NOW = datetime(clock.today().year + 1, 6, 10, 10, tzinfo=clock.TZ)
YEAR = NOW.year


@pytest.fixture(autouse=True)
def _in_june():
    with clock.freeze(NOW):
        yield


def post(client, url, **data):
    """Send a form; the page that follows, which must not show a refusal."""
    answer = client.post(url, data, follow=True)
    text = answer.content.decode()
    refused = re.search(r'role="alert".*?</div>', text, re.DOTALL)
    assert answer.status_code == 200, text[:500]
    assert refused is None, refused.group(0)
    return text


def latest(model, **wanted):
    return as_system(lambda: model.objects.filter(**wanted).order_by("-id").first())


def begin(units, kind, **more):
    """An event of ``kind`` made on the page, with all units invited."""
    values = {"kind": kind, "title": f"活动{kind}", "place_code": PREFECTURE, "year": YEAR, "sector": 3,
              "direct": "on", **more}  # fmt: skip
    page = post(units.officer.client, "/desk/activities/new/", **values)
    assert f"邀请了 {len(units.orgs)} 个组织" in page
    return latest(Event, kind=kind)


CRITERIA = "党建工作 60 100\n群众评价 40 50"


def test_a_contest_on_the_pages(units):
    three = units(3)
    event = begin(three, "contest", criteria=CRITERIA, trim=1)
    url = f"/desk/activities/{event.id}/"
    for at, key in enumerate(three.keys):
        post(three.secretary(at).client, url, do="enter", org=key, title=f"题{at}", summary="做法")
    judge = make_member("pingwei", Part("评委甲", "department_officer", "530602", 101))
    post(three.officer.client, url, do="judge", username="pingwei", org="")
    post(three.officer.client, url, do="start")
    home = judge.client.get("/desk/activities/").content.decode()
    links = re.findall(r"/desk/activities/sheets/[0-9a-f-]+/", home)
    assert len(links) == 3
    for link in links:
        assert "权重 60" in judge.client.get(link).content.decode()
        post(judge.client, link, do="hand-in", c1="90", c2="40", reasons="条理清楚")
    shut = judge.client.post(links[0], {"do": "hand-in", "c1": "1", "c2": "1", "reasons": "改分"})
    assert "不能再改" in shut.content.decode()
    page = post(three.officer.client, url, do="close")
    assert page.count("86.0%") >= 3
    assert "并列" in page
    public = Client().get(f"/activities/{event.id}/").content.decode()
    assert three.orgs[0].name in public


def test_mutual_reviews_on_the_pages(units):
    three = units(3)
    event = begin(three, "mutual", criteria=CRITERIA, period="H2", each=1, due=str(day(5)))
    url = f"/desk/activities/{event.id}/"
    post(three.officer.client, url, do="start", seed="2026H2")
    for at in range(3):
        client = three.secretary(at).client
        (link,) = re.findall(
            r"/desk/activities/sheets/[0-9a-f-]+/", client.get("/desk/activities/").content.decode()
        )
        post(client, link, do="hand-in", c1="80", c2="45", reasons="台账清楚，群众反映好，进度快。")
    page = post(three.officer.client, url, do="close", without="")
    assert "84.0%" in page
    assert latest(Event, kind="mutual").period == f"{YEAR}H2"
    # What peers wrote about each other is the units' own: nothing of it is public.
    assert Client().get(f"/activities/{event.id}/").status_code == 404
    assert Client().get(f"/activities/{event.id}/result.json").status_code == 404


def test_a_check_on_the_pages_and_what_the_public_can_repeat(units):
    four = units(4)
    event = begin(four, "check", size=2, source="双色球下一期", days=15)
    url = f"/desk/activities/{event.id}/"
    public = f"/activities/{event.id}/"
    assert Client().get(public).status_code == 404
    post(four.officer.client, url, do="publish-list")
    assert "双色球下一期" in Client().get(public).content.decode()
    assert Client().get(public + "result.json").status_code == 404
    post(four.officer.client, url, do="draw", seed="04-11-17", told="公证在场")
    drawn = as_system(lambda: list(Party.objects.filter(event_id=event.id, drawn=True)))
    assert len(drawn) == 2
    post(
        four.officer.client, url, do="find", org=drawn[0].org_key, aspect="clean", what="缺审批签字"
    )
    problem = latest(Problem)
    secretary = four.secretary(four.keys.index(drawn[0].org_key)).client
    link = f"/desk/activities/problems/{problem.id}/"
    assert link in secretary.get("/desk/activities/").content.decode()
    post(secretary, link, do="rectify", done="已补签")
    assert link in four.officer.client.get("/desk/activities/").content.decode()
    post(four.officer.client, link, do="verify", good="0", remark="缺照片")
    post(secretary, link, do="rectify", done="已补照片")
    post(four.officer.client, link, do="verify", good="1")
    assert "已结束" in post(four.officer.client, url, do="close")
    for what in ("notice", "result"):
        data = Client().get(f"{public}{what}.json").content
        side = Client().get(f"{public}{what}.json.sig").content.decode()
        assert signing.verify(data, signing.read_side_file(side))
    listed = Client().get(public + "list.txt").content.decode()
    assert listed == json.loads(Client().get(public + "notice.json").content)["list"]
    assert Client().get(f"{public}other.json").status_code == 404


def test_a_reporting_review_on_the_pages_with_votes_by_code(units):
    two = units(2)
    event = begin(two, "review", quorum=6667)
    url = f"/desk/activities/{event.id}/"
    post(two.officer.client, url, do="start")
    for at, key in enumerate(two.keys):
        post(
            two.secretary(at).client,
            url,
            do="report",
            org=key,
            name=f"书记{at}",
            body="一年工作报告",
        )
    entrant = latest(Party, event_id=event.id, org_key=two.keys[0])
    asked = post(
        two.secretary(1).client, url, do="ask", entrant=str(entrant.id), what="群众满意吗？"
    )
    assert "群众满意吗？" in asked
    page = two.secretary(0).client.get(url).content.decode()
    question = re.search(r'name="question" value="([0-9a-f-]+)"', page).group(1)
    assert "满意率高" in post(
        two.secretary(0).client, url, do="answer", question=question, what="满意率高"
    )
    slips = two.officer.client.post(url, {"do": "enrol", "names": "甲\n乙\n丙\n丁\n戊\n己"})
    codes = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", slips.content.decode())
    assert len(codes) == 6
    assert slips["Cache-Control"] == "no-store"
    assert codes[0] not in two.officer.client.get(url).content.decode()
    post(two.officer.client, url, do="open-vote")
    receipts = [vote(code) for code in codes[:5]]
    again = Client().post("/vote/", {"code": codes[0]})
    assert again.status_code == 409
    page = post(two.officer.client, url, do="count")
    assert "83.3%" not in page
    assert "100.0%" in page
    told = Client().get(f"/activities/{event.id}/", {"receipt": receipts[0]}).content.decode()
    assert two.orgs[0].name in told
    assert "没有这个回执码" not in told
    wrong = Client().get(f"/activities/{event.id}/", {"receipt": "0000"}).content.decode()
    assert "没有这个回执码" in wrong


def vote(code):
    """Vote on a phone: the code, the paper, the receipt."""
    client = Client()
    paper = client.post("/vote/", {"code": code.lower()}).content.decode()
    names = sorted(set(re.findall(r'name="(c-[0-9a-f-]+)"', paper)))
    assert len(names) == 2
    missing = client.post("/vote/", {"do": "cast", "code": code, names[0]: "good"})
    assert missing.status_code == 400
    assert names[1] in missing.content.decode()
    answer = client.post("/vote/", {"do": "cast", "code": code, names[0]: "good", names[1]: "fair"})
    assert answer["Cache-Control"] == "no-store"
    return re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", answer.content.decode()).group(0)


def test_a_wrong_code_says_what_to_do():
    answer = Client().post("/vote/", {"code": "1234"})
    assert answer.status_code == 404
    assert "没有这个投票码" in answer.content.decode()


def test_a_lost_slip_is_printed_anew_on_the_page(units):
    one = units(1)
    event = review(one)
    do(one.officer.actor, ballots.enrol, event_id=event.id, names=["甲", "乙", "丙", "丁", "戊"])
    voter = latest(Voter, event_id=event.id)
    url = f"/desk/activities/{event.id}/"
    page = one.officer.client.post(url, {"do": "new-code", "voter": str(voter.id)}).content.decode()
    assert voter.name in page
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    refused = one.officer.client.post(url, {"do": "enrol", "names": " "})
    assert refused.status_code == 400


def test_a_pledge_on_the_pages_and_before_the_village(cast, places):
    org = register("大耆老村党总支", VILLAGE, kind="general_branch")
    client = cast.branch_secretary.client
    assert org.name in client.get("/desk/activities/pledges/new/").content.decode()
    post(client, "/desk/activities/pledges/new/", org=org.key, kind="annual", title="年度承诺", leader="李春禾",
         begins=str(day(-10)), ends=str(day(90)))  # fmt: skip
    row = latest(Undertaking)
    url = f"/desk/activities/pledges/{row.id}/"
    assert Client().get(f"/pledges/{VILLAGE}/").content.decode().count("年度承诺") == 0
    post(client, url, do="item", text="修好三组水管", target="41 户", due=str(day(20)))
    bad = client.post(url, {"do": "item", "text": "", "due": "x"})
    assert 'role="alert"' in bad.content.decode()
    post(client, url, do="publish")
    assert "修好三组水管" in client.get("/desk/activities/").content.decode()
    task = latest(Task)
    post(client, url, do="report", task=str(task.id), percent="30", what="开工")
    assert "30%" in Client().get(f"/pledges/{VILLAGE}/").content.decode()
    post(client, url, do="report", task=str(task.id), percent="", what="全部通水", done="1")
    page = post(client, url, do="close", result="说到做到")
    assert "100.0%" in page
    assert "说到做到" in Client().get(f"/pledges/{VILLAGE}/").content.decode()
    assert cast.outsider.client.get(url).status_code == 404
    assert Client().get("/pledges/999999/").status_code == 404


def test_a_model_unit_on_the_pages(units):
    one = units(1)
    client, officer = one.secretary(0).client, one.officer.client
    post(
        client,
        "/desk/activities/model-units/new/",
        org=one.keys[0],
        host_code=PREFECTURE,
        year=YEAR,
        level="city",
    )
    unit = latest(ModelUnit)
    url = f"/desk/activities/model-units/{unit.id}/"
    offered = re.findall(r'name="fact" value="([0-9a-f-]+)"', client.get(url).content.decode())
    assert len(offered) == 1  # the unit was registered, and that is all it ever did
    post(client, url, do="take-in", fact=offered)
    post(client, url, **{"do": "hand-in", "said-lawful": "组织设置规范"})
    post(officer, url, do="recommend", opinion="同意推荐")
    post(officer, url, do="publish", days="5")
    public = Client().get(f"/model-units/{PREFECTURE}/").content.decode()
    assert one.orgs[0].name in public
    post(officer, url, do="object", what="材料不实")
    page = officer.get(url).content.decode()
    objection = re.search(r'name="objection" value="([0-9a-f-]+)"', page).group(1)
    post(officer, url, do="settle", objection=objection, finding="经查不属实", upheld="0")
    early = officer.post(url, {"do": "name"})
    assert "还不能命名" in early.content.decode()
    post(officer, url, do="decline", why="主动撤回")
    assert one.orgs[0].name not in Client().get(f"/model-units/{PREFECTURE}/").content.decode()


def test_a_visit_on_the_pages(units):
    two = units(2)
    guest, host = two.secretary(0).client, two.secretary(1).client
    found = guest.get("/desk/activities/visits/new/", {"q": "市直单位1"}).content.decode()
    assert f"?host={two.keys[1]}" in found
    post(
        guest,
        "/desk/activities/visits/new/",
        org=two.keys[0],
        host=two.keys[1],
        on=str(day(0)),
        purpose="学窗口服务",
    )
    visit = latest(Visit)
    url = f"/desk/activities/visits/{visit.id}/"
    assert url in host.get("/desk/activities/").content.decode()
    post(host, url, do="answer", agreed="1", words="欢迎", on=str(day(0)))
    page = post(guest, url, do="hold", people="5", learned="一窗受理")
    assert "下一次考核算出来以后" in page


@pytest.mark.parametrize("path", ["", "?kind=check", "pledges/", "pledges/?kind=topic&state=public", "model-units/",
                                  "model-units/?state=named", "visits/", "new/", "new/?kind=mutual"])  # fmt: skip
def test_lists_and_empty_forms_open(units, path):
    assert units(1).officer.client.get(f"/desk/activities/{path}").status_code == 200


def test_a_form_with_mistakes_comes_back_with_what_to_mend(units):
    officer = units(1).officer.client
    values = {
        "kind": "contest",
        "title": "",
        "place_code": PREFECTURE,
        "year": YEAR,
        "criteria": "只有名称",
        "trim": 1,
    }
    page = officer.post("/desk/activities/new/", values).content.decode()
    assert "评分项不对" in page
    assert as_system(Event.objects.count) == 0


def test_unknown_acts_and_records_are_refused(units):
    one = units(1)
    event = review(one)
    url = f"/desk/activities/{event.id}/"
    assert one.officer.client.post(url, {"do": "burn"}).status_code == 400
    assert one.officer.client.get(f"/desk/activities/{uuid4()}/").status_code == 404
    assert one.officer.client.get(f"/desk/activities/sheets/{uuid4()}/").status_code == 404
    assert as_system(Sheet.objects.count) == 0


def test_who_may_not_act_is_told_and_nothing_changes(units):
    two = units(2)
    event = review(two)
    url = f"/desk/activities/{event.id}/"
    page = two.secretary(0).client.post(
        url, {"do": "report", "org": two.keys[1], "name": "冒名", "body": "替写"}
    )
    assert "不是这项活动里的这一方" in page.content.decode()
    page = two.secretary(0).client.post(url, {"do": "open-vote"})
    assert "没有找到" in page.content.decode() or "没有这项权限" in page.content.decode()
    assert latest(Event).state == "open"
    assert (
        two.secretary(0).client.post("/desk/activities/new/", {"kind": "review"}).status_code == 403
    )
