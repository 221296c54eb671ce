"""The pages: what they show and do for those who use them, and how many statements a list takes."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from tests.activities.cadres.conftest import SYSTEM, TODAY, Team, ago, team
from tests.activities.cadres.test_postings import FOUR, load, send
from tests.cast import COUNTY, TOWNSHIP, VILLAGE, Cast
from zhijin.activities.cadres import workers
from zhijin.activities.cadres.views_study import fen_of
from zhijin.activities.models import (
    CountyPlan,
    Election,
    PlanMeasure,
    Posting,
    Study,
    WorkerGrade,
    WorkLog,
)
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_key
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people.models import Particulars
from zhijin.places.models import Place

#: Sessions are made as of now, which a frozen clock would see as expired; so these pages run on today's date.


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def post(cast_member: Any, path: str, **values: Any) -> Any:
    return cast_member.client.post(path, values)


def test_an_election_is_recorded_and_the_team_counted(village: Team, cast: Cast) -> None:
    township, path = cast.township_officer, f"/desk/elections/{village.org.key}/"
    assert "登记换届选举" in text(township.client.get(path))
    name = f"holder-{village.posts['secretary'].id}-0"
    values = {"do": "hold", "held_on": TODAY.isoformat(), "electors": "40", name: "李春禾"}
    refused = post(township, path, **values, voted="31")
    assert "32" in text(refused)
    assert post(township, path, **values, voted="36").status_code == 302
    with scoped(SYSTEM):
        assert Election.objects.get().voted == 36
    (held,) = village.holding()
    known = {
        "do": "know",
        "appointment": str(held.id),
        "birth_year": "1990",
        "traits_known": "1",
        "returnee": "1",
    }
    assert post(township, path, **known).status_code == 302
    with scoped(SYSTEM):
        row = Particulars.objects.get()
    assert (row.birth_year, row.returnee, row.graduate, row.education) == (1990, True, False, None)
    beside_the_name = text(township.client.get(path))
    assert "登记了情况的不到三人" in beside_the_name
    assert "100.0%" not in beside_the_name
    page = text(township.client.get("/desk/teams/"))
    assert "100.0%" in page
    shown = text(township.client.get("/desk/teams/list/?share=returnee"))
    assert "李*" in shown
    assert "李春禾" not in shown
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="team.counted").count() == 1
    assert township.client.get("/desk/teams/list/?share=nothing").status_code == 404


def test_the_due_list_follows_its_figures(village: Team, cast: Cast) -> None:
    village.elect("李春禾", on=ago(1900), ends=ago(3))
    county = cast.county_officer
    page = text(county.client.get("/desk/elections/"))
    assert "state=overdue" in page
    assert village.org.name in text(
        county.client.get(f"/desk/elections/?place={COUNTY}&state=overdue")
    )
    assert village.org.name not in text(county.client.get("/desk/elections/?state=due"))


def test_a_list_takes_as_many_statements_for_one_as_for_ten(at_work: None, cast: Cast) -> None:
    county, counts = cast.county_officer, []
    for number in range(6):
        made = team(SYSTEM, f"第{number}村党支部", kinds={"secretary": 1})
        made.elect("李春禾", on=ago(1000), ends=TODAY + timedelta(days=30))
        if number in (0, 1, 5):
            with CaptureQueriesContext(connection) as told:
                text(county.client.get("/desk/elections/"))
            counts.append(len(told))
    assert counts[1] == counts[2]


def test_a_worker_gets_a_grade(village: Team, cast: Cast) -> None:
    with scoped(SYSTEM):
        seat = orgs.create_post(
            actor=SYSTEM, kind="community_worker", org_key=village.org.key, seats=2
        )
        held = orgs.appoint(
            actor=SYSTEM, post_id=seat.id, holder="示例甲", term=orgs.Term(ago(400))
        )
    township, path = cast.township_officer, f"/desk/community-workers/{held.id}/"
    assert "示例甲" in text(township.client.get("/desk/community-workers/"))
    values = {"do": "grade", "since": TODAY.isoformat(), "decision": "街道〔2030〕5 号"}
    assert "还不能定为" in text(post(township, path, **values, grade="g5"))
    assert post(township, path, **values, grade="g1").status_code == 302
    with scoped(SYSTEM):
        assert WorkerGrade.objects.get().grade == "g1"
    assert "在现在等级满 12 个月" in text(township.client.get(path))
    assert "示例甲" not in text(township.client.get("/desk/community-workers/?grade=none"))
    with scoped(SYSTEM):
        assert workers.staffing(SYSTEM)[0].vacant == 1


def photo() -> SimpleUploadedFile:
    body = BytesIO()
    Image.new("RGB", (40, 30), "green").save(body, "JPEG")
    return SimpleUploadedFile("a.jpg", body.getvalue(), "image/jpeg")


def test_years_that_are_slips_of_the_keyboard_are_asked_back(village: Team, cast: Cast) -> None:
    for start, ends in (("9999-12-01", "9999-12-31"), ("0026-11-01", "0027-11-01")):
        values = {"do": "send", "org": village.org.key, "holder": "示例甲", "from_name": "区水务局", "start": start,
                  "ends": ends}  # fmt: skip
        answer = post(cast.county_officer, "/desk/postings/", **values)
        assert "请填写日期" in text(answer)
    with scoped(SYSTEM):
        assert not Posting.objects.exists()
    share = cast.county_officer.client.get("/desk/teams/list/?share=education:²")
    assert share.status_code < 500


def test_a_log_with_a_photo(village: Team, cast: Cast) -> None:
    county, secretary = cast.county_officer, cast.branch_secretary
    values = {"do": "send", "org": village.org.key, "holder": "示例甲", "from_name": "区水务局", "first": "1",
              "start": ago(9).isoformat(), "ends": (TODAY + timedelta(days=700)).isoformat()}  # fmt: skip
    assert post(county, "/desk/postings/", **values).status_code == 302
    with scoped(SYSTEM):
        row = Posting.objects.get()
    path = f"/desk/postings/{row.id}/"
    log = {
        "do": "log",
        "day": TODAY.isoformat(),
        "kind": "visit",
        "text": "走访三户",
        "photos": photo(),
    }
    assert post(secretary, path, **log).status_code == 302
    with scoped(SYSTEM):
        (written,) = WorkLog.objects.all()
    assert "走访三户" in text(secretary.client.get(path))
    answer = secretary.client.get(f"/desk/work-logs/{written.id}/0/")
    assert answer["Content-Type"].startswith("image/")
    assert secretary.client.get(f"/desk/work-logs/{written.id}/1/").status_code == 404
    assert post(county, path, do="end", on=TODAY.isoformat(), why="轮换").status_code == 302
    assert "轮换" in text(county.client.get(path))


def test_candidates_are_listed_without_figures(village: Team, cast: Cast) -> None:
    with scoped(SYSTEM):
        load(village, 2, 10, FOUR)
    county = cast.county_officer
    page = text(post(county, "/desk/postings/commendations/", place=COUNTY, year="2030"))
    assert page.count("干*") == 2
    assert village.org.name in page
    assert "请选择地方" in text(
        post(county, "/desk/postings/commendations/", place="", year="2030")
    )


def test_a_plan_is_made_and_told_of(village: Team, cast: Cast) -> None:
    county = cast.county_officer
    made = {
        "do": "make",
        "county": COUNTY,
        "year": "2030",
        "title": "组团式帮扶方案",
        "basis": "纪要",
    }
    assert post(county, "/desk/county-plans/", **made).status_code == 302
    with scoped(SYSTEM):
        plan = CountyPlan.objects.get()
    path = f"/desk/county-plans/{plan.id}/"
    wanted = {"do": "add", "line": "health", "text": "派驻医疗队", "lead": "区卫健局", "goal": "4", "unit": "个",
              "due": TODAY.isoformat()}  # fmt: skip
    assert post(county, path, **wanted).status_code == 302
    with scoped(SYSTEM):
        row = PlanMeasure.objects.get()
    assert (
        post(
            county, path, do="progress", measure=str(row.id), done="3", note="三支到岗"
        ).status_code
        == 302
    )
    page = text(county.client.get(path))
    assert "75.0%" in page
    assert "三支到岗" in page
    assert "1 项措施" in text(county.client.get("/desk/county-plans/"))


def test_study_from_village_to_county(village: Team, cast: Cast) -> None:
    village.elect("李春禾")
    (held,) = village.holding()
    secretary, township, county = cast.branch_secretary, cast.township_officer, cast.county_officer
    surveyed = {
        "do": "survey",
        "org": village.org.key,
        "year": "2030",
        "cadres": "7",
        "below": "5",
        "willing": "3",
    }
    assert post(secretary, "/desk/studies/", **surveyed).status_code == 302
    wish = {
        "do": "apply",
        "appointment": str(held.id),
        "school": "开放大学",
        "course": "乡村振兴",
        "level": "3",
    }
    assert "最多两位小数" in text(post(secretary, "/desk/studies/", **wish, fee="7400.001"))
    assert post(secretary, "/desk/studies/", **wish, fee="7400.01").status_code == 302
    with scoped(SYSTEM):
        path = f"/desk/studies/{Study.objects.get().id}/"
    assert post(township, path, do="recommend", why="符合条件").status_code == 302
    assert post(county, path, do="enrol").status_code == 302
    page = text(county.client.get(path))
    assert "5,920.00" in page
    assert "1,480.01" in page
    assert post(county, path, do="result", term="2030-02", taken="5", passed="4").status_code == 302
    assert post(county, path, do="finish", why="毕业证已核验").status_code == 302
    assert "通过 4 门" in text(township.client.get(path))
    assert "5,920.00" in text(county.client.get("/desk/studies/"))


def test_what_was_typed_stays_when_an_election_is_refused(village: Team, cast: Cast) -> None:
    client, path = cast.county_officer.client, f"/desk/elections/{village.org.key}/"
    seat = re.search(r'name="(holder-[0-9a-f-]+-0)"', text(client.get(path)))
    assert seat is not None
    values = {
        "do": "hold",
        "held_on": f"{TODAY}",
        "electors": "28",
        "voted": "3",
        seat[1]: "新书记",
    }
    page = text(client.post(path, values))
    assert "data-refused" in page
    assert 'value="新书记"' in page
    assert 'value="28"' in page
    opened = page[: page.index('value="新书记"')].rindex("<details")
    assert page[opened:].startswith('<details class="act" open>')


def test_another_county_sees_none_of_it(village: Team, cast: Cast) -> None:
    row = send(cast.county_officer.actor, village)
    for path in (f"/desk/postings/{row.id}/", f"/desk/elections/{village.org.key}/"):
        assert cast.outsider.client.get(path).status_code == 404
    assert "示例甲" not in text(cast.outsider.client.get("/desk/postings/"))


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("7400", 740_000),
        ("7400.1", 740_010),
        (" 0.05 ", 5),
        ("7,333.33", 733_333),
        ("7，400 元", 740_000),
        ("100000元", 10_000_000),
    ],
)
def test_yuan_are_read_in_fen(typed: str, fen: int) -> None:
    assert fen_of(typed) == fen


@pytest.mark.parametrize(
    "typed", ["", "-1", "1.234", "一千", "1e3", "1,00", ",100", "1,000,0", "元", "１２"]
)
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(Refusal):
        fen_of(typed)


@pytest.fixture
def namesakes(village: Team) -> None:
    """Another village of the township bears nearly the same name."""
    code = TOWNSHIP + "208"
    Place.objects.create(
        code=code,
        key=place_key(code),
        name="大耆老新村村民委员会",
        level="village",
        parent_id=TOWNSHIP,
    )


@pytest.mark.parametrize(
    "page",
    [
        "elections", "cadre-teams", "cadre-team-list", "community-workers", "postings", "commendations",
        "county-plans", "studies",
    ],
)  # fmt: skip
def test_a_name_that_several_places_have_is_asked_back_and_no_figures_are_shown(
    cast: Cast, namesakes: None, page: str
) -> None:
    url, client = reverse(f"desk:{page}"), cast.county_officer.client
    asked = client.get(f"{url}?place=大耆老&state=due")
    shown = asked.content.decode()
    assert asked.status_code == 400
    assert "PL004" in shown
    assert f'value="{VILLAGE}"' in shown
    assert f'value="{TOWNSHIP}208"' in shown
    assert 'class="tiles"' not in shown
    assert 'name="state" value="due"' in shown
    lost = client.get(f"{url}?place=没有这个地方")
    assert lost.status_code == 400
    assert "没有找到“没有这个地方”" in lost.content.decode()
    chosen = {"place": "大耆老", "place.was": "大耆老", "place.code": VILLAGE}
    assert client.get(url, chosen).status_code == 200


def test_without_a_place_the_page_is_about_ones_own(cast: Cast, village: Team) -> None:
    shown = text(cast.county_officer.client.get("/desk/elections/"))
    assert 'value="昭阳区"' in shown
    assert f"place={COUNTY}" in shown


def test_a_village_is_shown_neither_plans_of_counties_nor_figures_of_nothing(
    places: None, cast: Cast
) -> None:
    page = text(cast.branch_secretary.client.get("/desk/postings/"))
    assert "一县一方案" not in page
    assert 'class="stat' not in page
    assert "驻村干部由县或乡镇选派" in page
    assert "一县一方案" in text(cast.county_officer.client.get("/desk/postings/"))
    assert "由县里制定" in text(cast.branch_secretary.client.get("/desk/county-plans/"))
