"""The pages of service by the right roles: from a need to its confirmation, both sides' views, private links, codes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.activities.service.conftest import (
    DONE,
    SYSTEM,
    World,
    do,
    photo,
    refusing,
    see,
    ship,
)
from tests.cast import GRID, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import register
from zhijin.activities.models import (
    Claim,
    CommunityReport,
    HelpVisit,
    HouseholdLink,
    Need,
    PostedDuty,
    Proxy,
    Team,
    Thanks,
    Volunteer,
)
from zhijin.activities.service import claiming, common, helping, reporting, teams, views_reports
from zhijin.activities.service.helping import Linking
from zhijin.core import clock
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people.api import register_person


@pytest.fixture
def asker(cast: Cast) -> Client:
    return cast.branch_secretary.client


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def post(client: Client, path: str, status: int = 302, **values: Any) -> Any:
    answer = client.post(path, values)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer


def mine(world: World, at: int = 0) -> str:
    return f"/my-service/{people.member_link(world.members[at])}/"


def test_the_whole_way_through_the_pages(world: World, asker: Client) -> None:
    guest, own = Client(), mine(world)
    found = text(guest, f"{own}?q=大耆老")
    assert VILLAGE in found
    post(guest, own, 200, do="report", place=VILLAGE, offers="会修水电")
    report = see(CommunityReport.objects.get)
    for client in (asker, world.leader.client):
        assert "会修水电" in text(client, "/desk/service/reports/")
    post(asker, "/desk/service/reports/", do="receive", report=report.id)
    now = clock.local(clock.now())
    values = {
        "org": world.village.key, "title": "清理排水沟", "kind": "clean", "what": "带铁锹", "where": "村委会",
        "starts_at": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(hours=3):%Y-%m-%dT%H:%M}", "seats": 2,
    }  # fmt: skip
    post(asker, "/desk/service/needs/new/", **values)
    need = see(Need.objects.get)
    assert "清理排水沟" in text(guest, own)
    assert "清理排水沟" in text(world.leader.client, "/desk/service/")
    post(guest, own, 200, do="claim", need=need.id)
    claim = see(Claim.objects.get)
    post(
        guest, own, 200, do="done", claim=claim.id, minutes=90, told="清了两条巷子", photos=photo()
    )
    claim = world.fresh(claim)
    assert len(claim.photos) == 1
    page = f"/desk/service/needs/{need.id}/"
    for client in (asker, world.leader.client):
        assert "清了两条巷子" in text(client, page)
        shown = client.get(f"/desk/service/done/{claim.id}/{claim.photos[0]}/")
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    post(asker, page, do="confirm", claim=claim.id, satisfied="1")
    assert world.fresh(claim).state == "confirmed"
    assert "1 小时 30 分钟" in text(guest, own)
    assert "1 小时 30 分钟" in text(world.leader.client, "/desk/service/counts/")


def test_nobody_is_asked_what_they_did_before_its_time(world: World) -> None:
    report = reporting.report_self(member=world.members[0], place_code=VILLAGE)
    do(world.secretary, reporting.receive, report_id=report.id)
    now = clock.now()
    need = world.need(starts_at=now + timedelta(hours=1))
    claiming.claim_self(member=world.members[0], need_id=need.id)
    guest, own = Client(), mine(world)
    assert 'value="done"' not in text(guest, own)
    assert "做完以后，在这里登记。" in text(guest, own)
    with clock.freeze(need.starts_at):
        assert 'value="done"' in text(guest, own)


def test_names_are_masked_and_a_photo_is_only_for_both_sides(
    world: World, asker: Client, cast: Cast
) -> None:
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    page = text(asker, "/desk/service/reports/")
    assert "周**" in page
    assert "周立夏" not in page
    claim = world.done()
    path = f"/desk/service/done/{claim.id}/{'a' * 64}/"
    text(asker, path, 404)
    text(cast.outsider.client, f"/desk/service/needs/{claim.need_id}/", 404)


def test_those_served_confirm_with_their_code_and_write(world: World, asker: Client) -> None:
    team = world.team()
    need = world.need()
    claim = do(world.secretary, claiming.claim_team, need_id=need.id, team_id=team.id, people=2)
    do(world.secretary, claiming.report_done, claim_id=claim.id, done=DONE)
    guest, code = Client(), common.code_of(claim.id)
    assert (
        "没有这个确认码"
        in post(guest, "/served/", 404, do="find", code="0000000000").content.decode()
    )
    found = post(guest, "/served/", 200, do="find", code=code.lower()).content.decode()
    assert "南关小红" in found
    assert "王" not in found.split("<main", 1)[1]
    said = {"do": "confirm", "code": code, "satisfied": "1", "text": "谢谢，电话13800138000"}
    assert "电话号码" in post(guest, "/served/", 400, **said).content.decode()
    assert world.fresh(claim).state == "done"
    post(guest, "/served/", 200, **{**said, "text": "沟通了，谢谢", "signed": "一位居民"})
    assert world.fresh(claim).confirmed_how == "code"
    post(guest, "/served/", 409, **said)
    letter = see(Thanks.objects.get)
    page = f"/desk/service/teams/{team.id}/"
    assert "沟通了，谢谢" in text(asker, page)
    post(asker, page, do="show", thanks=letter.id)
    assert "一位居民" in text(asker, page)


def test_the_code_is_shown_to_the_community_and_not_to_the_doer(
    world: World, asker: Client
) -> None:
    claim = world.done()
    page = f"/desk/service/needs/{claim.need_id}/"
    code = common.code_of(claim.id)
    assert (
        f"{code[:5]}-{code[5:]}"
        in post(asker, page, 200, do="code", claim=claim.id).content.decode()
    )
    shown = post(world.leader.client, page, 200, do="code", claim=claim.id).content.decode()
    assert code[:5] not in shown
    assert 'role="alert"' in shown
    assert code[:5] not in text(asker, page)


def test_a_unit_and_a_team_take_up_on_the_desk(world: World, asker: Client) -> None:
    need, team = world.need(seats=5), world.team()
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    page = f"/desk/service/needs/{need.id}/"
    post(world.leader.client, page, do="claim", org=world.unit.key, people=2)
    post(asker, page, do="claim", team=team.id, people=2)
    assert (
        "名额不够"
        in post(
            world.leader.client, page, 200, do="claim", org=world.unit.key, people=2
        ).content.decode()
    )
    claim = see(lambda: Claim.objects.get(org_key=world.unit.key))
    post(world.leader.client, page, do="done", claim=claim.id, minutes=60, people=1, told="清了沟")
    post(asker, page, do="back", claim=claim.id, why="还有一条沟")
    assert "还有一条沟" in text(world.leader.client, page)
    post(world.leader.client, page, do="withdraw", claim=claim.id)
    assert world.fresh(need).taken in {3, 4}
    post(asker, page, do="cancel", why="下雨")
    assert world.fresh(need).state == "cancelled"


def test_whoever_did_it_is_told_who_hands_out_the_code(world: World, cast: Cast) -> None:
    team = world.team()
    need = world.need()
    claim = do(world.secretary, claiming.claim_team, need_id=need.id, team_id=team.id, people=2)
    do(world.secretary, claiming.report_done, claim_id=claim.id, done=DONE)
    page = f"/desk/service/needs/{need.id}/"
    own = text(cast.branch_secretary.client, page)
    assert "您不能确认，也看不到确认码" in own
    assert f"/served/{claim.id}/" in own
    assert 'value="code"' not in own
    other = text(cast.county_officer.client, page)
    assert 'value="code"' in other
    assert 'value="confirm"' not in other
    shown = post(cast.county_officer.client, page, 200, do="code", claim=claim.id).content.decode()
    assert claiming.code_of(claim.id)[:5] in shown


def test_a_team_asks_for_itself(world: World, asker: Client) -> None:
    team = world.team()
    page = text(asker, f"/desk/service/teams/{team.id}/")
    assert f"/desk/service/needs/new/?team={team.id}" in page
    form = text(asker, f"/desk/service/needs/new/?team={team.id}")
    assert f'<option value="{team.id}" selected>' in form
    text(asker, "/desk/service/needs/new/?team=x")


def test_the_secretary_reports_a_member_and_the_unit(world: World) -> None:
    page = "/desk/service/reports/"
    client = world.leader.client
    found = text(client, f"{page}?org={world.unit.key}&q=大耆老")
    assert "周立夏" in found
    post(client, page, do="report", org=world.unit.key, place=VILLAGE, who=world.members[0].id)
    post(client, page, do="report", org=world.unit.key, place=OTHER_VILLAGE, who="")
    assert see(CommunityReport.objects.count) == 2
    again = post(
        client, page, 200, do="report", org=world.unit.key, place=VILLAGE, who=world.members[0].id
    )
    assert "已经在" in again.content.decode()
    row = see(lambda: CommunityReport.objects.exclude(member_id=None).get())
    post(client, page, do="end", report=row.id, why="退休")


def test_a_team_is_founded_and_joined(world: World, asker: Client) -> None:
    post(
        asker,
        "/desk/service/teams/new/",
        org=world.village.key,
        name="南关小红",
        about="疫情防控、矛盾调解",
    )
    team = see(Team.objects.get)
    page = f"/desk/service/teams/{team.id}/"
    assert "李春禾" in text(asker, f"{page}?add=1")
    post(asker, page, do="join", member=world.locals[0].id, consent_how="本人报名")
    person = do(
        common.CLERK, people.register_person, place_code=VILLAGE, name="王小雨", birth_year=clock.today().year - 15
    )  # fmt: skip
    assert str(person.id) in text(asker, f"{page}?name=王小雨")
    refused = post(asker, page, 200, do="join", person=person.id, consent_how="自己要来")
    assert "未满 18 岁" in refused.content.decode()
    row = see(Volunteer.objects.get)
    post(asker, page, do="leave", volunteer=row.id)
    post(asker, page, do="letter", text="帮我家修了水管", signed="")
    letter = see(Thanks.objects.get)
    post(asker, page, do="keep", thanks=letter.id)
    assert "帮我家修了水管" not in text(asker, page)
    assert "南关小红" in text(asker, "/desk/service/teams/")


def test_duties_and_links(world: World, asker: Client) -> None:
    house = do(common.CLERK, people.register_household, place_code=VILLAGE, number="12")
    page = f"/desk/service/links/?org={world.village.key}"
    assert "李春禾" in text(asker, f"{page}&add=duty")
    member = world.locals[0].id
    post(asker, page, do="duty", member=member, title="政策宣传岗", duties="讲政策")
    assert str(house.id) in text(asker, f"{page}&add=link")
    post(asker, page, do="link", kind="link", household=house.id, member=member)
    shown = text(asker, page)
    assert "政策宣传岗" in shown
    link = see(HouseholdLink.objects.get)
    post(
        asker, f"/desk/service/links/{link.id}/", do="visit", kind="help", what="送去被子", open="1"
    )
    assert "送去被子" in text(asker, f"/desk/service/links/{link.id}/")
    own = f"/my-service/{people.member_link(world.locals[0])}/"
    assert "12 号户" in text(Client(), own)
    post(Client(), own, 200, do="visit", link=link.id, kind="visit", what="去看了看")
    assert see(HelpVisit.objects.count) == 2
    post(asker, page, do="end-duty", duty=see(PostedDuty.objects.get).id)
    post(asker, f"/desk/service/links/{link.id}/", do="unlink", why="换人")


def test_counts_open_down_to_records(world: World, cast: Cast) -> None:
    for member in world.members:
        reporting.report_self(member=member, place_code=VILLAGE)
    world.confirmed()
    client = cast.county_officer.client
    year = clock.today().year
    path = f"/desk/service/counts/?year={year}&place=530602"
    shown = text(client, path)
    assert f"place={TOWNSHIP}" in shown
    listed = f"/desk/service/list/?year={year}&org={world.unit.key}&what="
    assert text(client, f"{listed}members").count("周**") == 1
    assert "清理排水沟" in text(client, f"{listed}services")
    for what in ("units", "needs", "thanks", "nonsense"):
        text(client, f"{listed}{what}&page=9999")
    text(client, "/desk/service/counts/?place=zz&org=x&year=99999")
    assert "周**" not in text(cast.outsider.client, f"{listed}members")


def test_a_stranger_has_no_page_and_a_form_without_sense_is_refused(
    world: World, asker: Client
) -> None:
    guest = Client()
    text(guest, "/my-service/nonsense/", 404)
    post(guest, mine(world), 400, do="nothing")
    post(guest, mine(world), 400, do="claim", need="x")
    post(asker, "/desk/service/reports/", 400, do="nothing")
    text(asker, "/desk/service/links/?org=abc", 404)


def test_statements_of_the_pages_are_few(
    world: World, asker: Client, django_assert_max_num_queries: Any
) -> None:
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    for _time in range(3):
        world.confirmed()
        world.done()
    for path, most in (
        ("/desk/service/", 24), ("/desk/service/reports/", 21), ("/desk/service/counts/", 24), (mine(world), 24),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            text(asker, path)


def test_each_team_lists_its_own_pairs(world: World, cast: Cast) -> None:
    one, two = world.team("甲队"), world.team("乙队")
    for number, team in (("31", one), ("32", two)):
        house = do(common.CLERK, people.register_household, place_code=VILLAGE, number=number)
        do(
            world.secretary,
            helping.link,
            org_key=world.village.key,
            wanted=Linking("pair", house.id, team_id=team.id),
        )
    shown = text(cast.branch_secretary.client, f"/desk/service/teams/{one.id}/")
    assert "31 号户" in shown
    assert "32 号户" not in shown


# -- who reported where, a page at a time ---------------------------------------------------------


def test_reports_are_counted_whole_and_shown_a_page_at_a_time(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views_reports, "PAGE", 2)
    org = world.unit
    with scoped(common.CLERK):
        for n in range(5):
            CommunityReport.objects.create(
                **common.both_sides(VILLAGE, org, org.name), member_id=uuid7() if n else None,
                state="received" if n < 2 else "reported", reported_on=clock.today(),
            )  # fmt: skip
    client, url = cast.county_officer.client, "/desk/service/reports/"
    told = client.get(url).context
    assert [told[key] for key in ("all", "units", "waiting")] == [5, 1, 3]
    seen, following = [], "?"
    while following:
        page = client.get(url + following)
        seen += [one["row"].id for one in page.context["rows"]]
        following = page.context["next"]
    assert len(seen) == len(set(seen)) == 5
    assert page.context["first"] == "?"
    only = client.get(url, {"waiting": "1"})
    assert {one["row"].state for one in only.context["rows"]} == {"reported"}
    assert only.context["all"] == 5
    for mark in ("x", "1_x", "9" * 30, f"{org.place_key}_"):
        assert len(client.get(url, {"after": mark}).context["rows"]) <= 2


def test_reports_are_narrowed_to_a_place_by_its_name(world: World, cast: Cast) -> None:
    with scoped(common.CLERK):
        CommunityReport.objects.create(
            **common.both_sides(VILLAGE, world.unit, world.unit.name), reported_on=clock.today()
        )
    client, url = cast.county_officer.client, "/desk/service/reports/"
    here = client.get(url, {"place": "大耆老"})
    assert (here.context["picked"].code, here.context["all"]) == (VILLAGE, 1)
    assert client.get(url, {"place": "没有"}).context["picked"].lost


def test_in_a_township_of_many_organisations_and_teams_both_are_found_by_name(
    world: World, asker: Client
) -> None:
    """No list is cut at some hundred: what is asked for in the form is found by a few characters."""
    own = [register(f"第{n}党支部", VILLAGE) for n in range(12)]
    teams_ = [
        do(world.secretary, teams.found, org_key=own[0].key, name=f"第{n}服务队") for n in range(70)
    ]
    form = text(asker, "/desk/service/needs/new/")
    assert "第11党支部" not in form
    assert "第69服务队" not in form
    assert "desk/orgs/choices/?field=org" in form
    assert "ground=1" in form
    found = text(asker, "/desk/service/teams/choices/?field=team&team=69")
    assert "第69服务队" in found
    assert f'value="{teams_[69].id}" checked' in found
    now = clock.local(clock.now())
    values = {
        "org": "第11党支部", "title": "清理排水沟", "kind": "clean", "what": "带铁锹", "where": "村委会",
        "starts_at": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(hours=3):%Y-%m-%dT%H:%M}", "seats": 2, "team": "服务队",
    }  # fmt: skip
    refused = post(asker, "/desk/service/needs/new/", 200, **values).content.decode()
    assert "有几支队伍都符合，请选一支" in refused
    assert see(Need.objects.count) == 0
    post(asker, "/desk/service/needs/new/", **values | {"team": "第69服务队"})
    need = see(Need.objects.get)
    assert (need.org_key, need.team_id) == (own[11].key, teams_[69].id)
    page = text(asker, f"/desk/service/needs/{need.id}/")
    assert f'name="team" value="{need.team_id}"' in page
    post(asker, f"/desk/service/needs/{need.id}/", do="claim", team=need.team_id, people=1)
    assert see(Claim.objects.get).team_id == need.team_id


def test_a_team_of_elsewhere_is_not_called(world: World, cast: Cast, asker: Client) -> None:
    far = register("文屏镇机关党支部", OTHER_VILLAGE)
    team = do(cast.outsider.actor, teams.found, org_key=far.key, name="外地服务队")
    assert "外地服务队" not in text(asker, "/desk/service/teams/choices/?field=team&team=外地")
    with refusing() as caught:
        world.need(team_id=team.id)
    assert caught.value.status == 404


def test_an_application_is_taken_on_for_a_resident_of_the_name(
    world: World, asker: Client, tmp_path: Path
) -> None:
    ship(tmp_path)
    persons = [
        do(SYSTEM, register_person, place_code=GRID, name="罗立夏", birth_year=year)
        for year in (1950, 1980)
    ]
    page = "/desk/service/proxies/new/"
    assert "people/choices/?field=name" in text(asker, page)
    values = {
        "org": world.village.key, "kind": "pension-check", "name": "罗立夏", "what": "送审资格材料", "how": "spoken",
        "told": "当面口头，见证人罗某", "until": f"{clock.today() + timedelta(days=9):%Y-%m-%d}",
    }  # fmt: skip
    asked = post(asker, page, 400, **values).content.decode()
    assert "请选是哪一位" in asked
    assert asked.count("罗**") == 2
    assert see(Proxy.objects.count) == 0
    chosen = values | {"name.was": "罗立夏", "name.code": str(persons[1].id)}
    post(asker, page, 200, **chosen)
    assert see(Proxy.objects.get).person_id == persons[1].id
    post(asker, page, 200, **values | {"name": "钱白露"})
    post(asker, page, 200, **values | {"name.was": "罗立夏", "name.code": "none"})
    assert see(lambda: Proxy.objects.filter(person_id=None).count()) == 2
