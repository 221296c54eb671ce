"""Volunteer teams: who joins, minors only through a guardian; letters are read before they are shown."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.activities.service.conftest import (
    DONE,
    SYSTEM,
    World,
    do,
    facts,
    refusing,
    see,
)
from tests.cast import VILLAGE, Cast
from zhijin.activities.models import Thanks, Volunteer
from zhijin.activities.service import claiming, reading, teams, views_teams, vouching
from zhijin.activities.service.teams import Letter
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.people import api as people

HOW = "本人报名"


def resident(name: str, age: int | None, household: Any = None) -> people.Person:
    year = clock.today().year - age if age is not None else None
    return do(
        SYSTEM, people.register_person, place_code=VILLAGE, name=name, birth_year=year, household=household
    )  # fmt: skip


def home(number: str = "12") -> people.Household:
    return do(SYSTEM, people.register_household, place_code=VILLAGE, number=number)


def test_a_team_of_members(world: World) -> None:
    team = world.team()
    for member in world.locals:
        do(
            world.secretary,
            teams.join_member,
            team_id=team.id,
            member_id=member.id,
            consent_how=HOW,
        )
    with scoped(world.secretary):
        assert [row.name_masked for row in reading.volunteers(team)] == ["李**", "王**", "马**"]
        assert reading.team_figures(team).volunteers == 3
    with refusing() as refused:
        do(
            world.secretary,
            teams.join_member,
            team_id=team.id,
            member_id=world.locals[0].id,
            consent_how=HOW,
        )
    assert refused.value.id == "AV110"


def test_facts_of_a_team_name_nobody(world: World) -> None:
    team = world.team()
    row = do(
        world.secretary,
        teams.join_member,
        team_id=team.id,
        member_id=world.locals[0].id,
        consent_how=HOW,
    )
    told = [*facts("activity.team.founded"), *facts("activity.team.joined")]
    assert [fact.org_key for fact in told] == [world.village.key] * 2
    text = "".join(f"{f.subject}{f.record}{f.attrs}" for f in told)
    assert str(row.id) not in text
    assert str(world.locals[0].id) not in text


@pytest.mark.parametrize("age", [3, 13, 14, 16, 17, 18])
def test_a_minor_cannot_sign_up_alone(world: World, age: int) -> None:
    """Whoever is 18 by the year alone may not have had their birthday yet."""
    team, minor = world.team(), resident("王小雨", age)
    with refusing() as refused:
        do(world.secretary, teams.join_person, team_id=team.id, person_id=minor.id, consent_how=HOW)
    assert refused.value.id == "AV108"
    assert see(Volunteer.objects.count) == 0


def test_a_guardian_of_the_same_household_signs_a_minor_up(world: World) -> None:
    team, house = world.team(), home()
    minor, parent = resident("王小雨", 16, house), resident("王大山", 45, house)
    stranger, brother = resident("李大山", 45, home("13")), resident("王小雪", 17, house)
    child = resident("王小冰", 12, house)

    def join(person: Any, guardian: Any) -> Volunteer:
        return do(
            world.secretary, teams.join_person, team_id=team.id, person_id=person.id,
            guardian_id=guardian.id, consent_how="监护人书面同意",
        )  # fmt: skip

    for person, guardian in ((minor, stranger), (minor, brother), (minor, minor), (child, parent)):
        with refusing() as refused:
            join(person, guardian)
        assert refused.value.id == "AV108"
    row = join(minor, parent)
    assert (row.guardian_id, row.name_masked) == (parent.id, "王**")


def test_beside_a_minor_stand_the_adults_of_the_household(world: World, cast: Cast) -> None:
    """Whoever signs a minor up picks one of them; nobody is offered for those who are too young, or from next door."""
    house = home()
    minor, child = resident("王小雨", 16, house), resident("王小冰", 12, house)
    parent, brother = resident("王大山", 45, house), resident("王小雪", 17, house)
    stranger, alone = resident("李大山", 45, home("13")), resident("赵小满", 15, home("14"))
    with scoped(world.secretary):
        found = teams.adults_beside(
            world.secretary, [minor, child, parent, brother, stranger, alone]
        )
    assert {pk: [one for one, _said in rows] for pk, rows in found.items()} == {
        minor.id: [parent.id], brother.id: [parent.id], child.id: [], alone.id: [],
    }  # fmt: skip
    assert found[minor.id][0][1].startswith("王**")
    team = world.team()
    page = cast.branch_secretary.client.get(
        f"/desk/service/teams/{team.id}/?name=王小雨"
    ).content.decode()
    assert f'<option value="{parent.id}">' in page
    page = cast.branch_secretary.client.get(
        f"/desk/service/teams/{team.id}/?name=王小冰"
    ).content.decode()
    assert "不能报名" in page
    page = cast.branch_secretary.client.get(
        f"/desk/service/teams/{team.id}/?name=王大山"
    ).content.decode()
    assert "代为报名" not in page


def test_an_adult_resident_joins_and_one_of_unknown_age_does_not(world: World) -> None:
    team = world.team()
    adult = resident("张大雪", 40)
    row = do(
        world.secretary, teams.join_person, team_id=team.id, person_id=adult.id, consent_how=HOW
    )
    assert row.guardian_id is None
    with refusing() as refused:
        do(
            world.secretary,
            teams.join_person,
            team_id=team.id,
            person_id=resident("陈某", None).id,
            consent_how=HOW,
        )
    assert refused.value.id == "AV109"
    with refusing() as refused:
        do(world.secretary, teams.join_person, team_id=team.id, person_id=adult.id, consent_how=" ")
    assert refused.value.id == "CO400"


def test_only_who_answers_for_the_team(world: World, cast: Cast) -> None:
    team = world.team()
    for actor in (world.leader.actor, cast.outsider.actor):
        with refusing() as refused:
            do(
                actor,
                teams.join_member,
                team_id=team.id,
                member_id=world.locals[0].id,
                consent_how=HOW,
            )
        assert refused.value.id in {"CO403", "CO404"}
    with refusing() as refused:
        do(world.secretary, teams.join_member, team_id=team.id, member_id=uuid4(), consent_how=HOW)
    assert refused.value.id == "CO404"


def test_leaving_and_ending(world: World) -> None:
    team = world.team()
    row = do(
        world.secretary,
        teams.join_member,
        team_id=team.id,
        member_id=world.locals[0].id,
        consent_how=HOW,
    )
    do(world.secretary, teams.leave, volunteer_id=row.id)
    assert world.fresh(row).left_on == clock.today()
    again = do(
        world.secretary,
        teams.join_member,
        team_id=team.id,
        member_id=world.locals[0].id,
        consent_how=HOW,
    )
    do(world.secretary, teams.end, team_id=team.id)
    assert world.fresh(again).left_on == clock.today()
    with refusing() as refused:
        do(
            world.secretary,
            teams.join_member,
            team_id=team.id,
            member_id=world.locals[1].id,
            consent_how=HOW,
        )
    assert refused.value.id == "AV001"


def _served_by(world: World, team: Any) -> Any:
    claim = do(
        world.secretary, claiming.claim_team, need_id=world.need().id, team_id=team.id, people=2
    )
    do(world.secretary, claiming.report_done, claim_id=claim.id, done=DONE)
    return vouching.confirm_served(claim_id=claim.id, satisfied=True)


def test_a_letter_is_read_before_it_is_shown(world: World) -> None:
    team = world.team()
    claim = _served_by(world, team)
    with scoped(SYSTEM):
        letter = teams.thank_by_code(claim=claim, letter=Letter("谢谢你们把沟清干净了", "一位居民"))
    assert (letter.state, letter.team_id) == ("new", team.id)
    do(world.secretary, teams.read_thanks, thanks_id=letter.id, state="shown")
    with scoped(world.secretary):
        assert [row.text for row in reading.thanks(world.secretary).filter(state="shown")] == [
            "谢谢你们把沟清干净了"
        ]
    with refusing() as refused:
        do(world.secretary, teams.read_thanks, thanks_id=letter.id, state="kept")
    assert refused.value.id == "AV001"
    assert facts("activity.service.thanks")[0].attrs == {"side": "team"}


@pytest.mark.parametrize("text", ["谢谢王大姐，我的电话13800138000", "", "   ", "谢" * 501])
def test_a_letter_holds_nothing_personal(world: World, text: str) -> None:
    with refusing() as refused:
        do(
            world.secretary, teams.take_in, place_code=VILLAGE, org_key=world.unit.key, letter=Letter(text)
        )  # fmt: skip
    assert refused.value.id in {"AV112", "CO400"}
    assert see(Thanks.objects.count) == 0


def test_a_name_under_a_letter_is_a_name_and_no_telephone(world: World) -> None:
    def taken(signed: str) -> Thanks:
        return do(
            world.secretary, teams.take_in, place_code=VILLAGE, org_key=world.unit.key,
            letter=Letter("谢谢你们把沟清干净了", signed),
        )  # fmt: skip

    with refusing() as refused:
        taken("王大姐 13800138000")
    assert refused.value.id == "AV112"
    assert taken("王秀英大姐").signed == "王秀英大姐", "whoever writes says who they are"


def test_a_letter_on_paper_to_a_unit_is_seen_by_the_unit(world: World, cast: Cast) -> None:
    do(
        world.secretary, teams.take_in, place_code=VILLAGE, org_key=world.unit.key, letter=Letter("帮我们办好了证", "")
    )  # fmt: skip
    for actor, number in ((world.leader.actor, 1), (cast.outsider.actor, 0)):
        with scoped(actor):
            assert reading.thanks(actor).count() == number
    with refusing() as refused:
        do(
            world.leader.actor,
            teams.take_in,
            place_code=VILLAGE,
            org_key=world.unit.key,
            letter=Letter("自己夸自己"),
        )
    assert refused.value.id == "CO403"


def test_figures_of_many_teams_cost_four_statements_and_say_the_same(
    world: World, django_assert_num_queries: Any
) -> None:
    rows = [world.team(f"第{n}服务队") for n in range(3)]
    do(
        SYSTEM,
        teams.join_member,
        team_id=rows[0].id,
        member_id=world.locals[0].id,
        consent_how="书面同意",
    )
    claim = do(
        world.secretary, claiming.claim_team, need_id=world.need().id, team_id=rows[1].id, people=2
    )
    do(world.secretary, claiming.report_done, claim_id=claim.id, done=claiming.Done(90, "清了沟"))
    vouching.confirm_served(claim_id=claim.id, satisfied=True)
    with scoped(SYSTEM):
        with django_assert_num_queries(4):
            told = reading.figures_of(rows)
        assert told == {row.id: reading.team_figures(row) for row in rows}
    assert (told[rows[0].id].volunteers, told[rows[0].id].services) == (1, 0)
    assert (told[rows[1].id].services, told[rows[1].id].times, told[rows[1].id].minutes) == (
        1,
        2,
        180,
    )
    assert told[rows[2].id] == reading.TeamFigures(0, 0, 0, 0, 0)


def test_teams_are_read_page_by_page(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views_teams, "PAGE", 2)
    for n in range(3):
        world.team(f"第{n}服务队")
    client = cast.branch_secretary.client
    pages = [client.get(f"/desk/service/teams/?page={n}").content.decode() for n in (1, 2)]
    assert [page.count('class="row-title"') for page in pages] == [2, 1]
