"""Reporting to a community (双报到): both sides see it, one community a member, ended by either, facts of the unit."""

from __future__ import annotations

import pytest

from tests.activities.service.conftest import World, do, facts, refusing, see
from tests.cast import COUNTY, LINE, OTHER_VILLAGE, VILLAGE, Cast
from zhijin.activities.models import CommunityReport
from zhijin.activities.service import reading, reporting
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.places import api as places


def seen(actor: Actor) -> list[str]:
    with scoped(actor):
        return [row.place_code for row in reading.reports(actor)]


def test_a_member_reports_and_both_sides_see_it(world: World, cast: Cast) -> None:
    row = reporting.report_self(member=world.members[0], place_code=VILLAGE, offers="会修水电")
    assert (row.state, row.name_masked, row.org_name) == ("reported", "周**", "市人社局机关党支部")
    for actor in (
        world.leader.actor,
        world.secretary,
        cast.township_officer.actor,
        cast.county_officer.actor,
    ):
        assert seen(actor) == [VILLAGE]
    for actor in (cast.outsider.actor, cast.grid_worker.actor, cast.department_officer.actor):
        assert seen(actor) == []


def test_the_database_itself_hides_it_from_others(world: World, cast: Cast) -> None:
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    counted = []
    for actor in (world.leader.actor, world.secretary, cast.outsider.actor):
        with scoped(actor):
            counted.append(CommunityReport.objects.count())
    assert counted == [1, 1, 0]


def test_the_fact_is_the_units_at_the_communitys_place(world: World) -> None:
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    do(world.leader.actor, reporting.report_unit, org_key=world.unit.key, place_code=VILLAGE)
    told = facts("activity.service.reported")
    assert [(f.org_key, f.place_code, f.attrs["who"]) for f in told] == [
        (world.unit.key, VILLAGE, "member"), (world.unit.key, VILLAGE, "unit"),
    ]  # fmt: skip
    assert not any(str(world.members[0].id) in f"{f.subject}{f.record}{f.attrs}" for f in told)


def test_one_community_at_a_time(world: World) -> None:
    member = world.members[0]
    reporting.report_self(member=member, place_code=VILLAGE)
    with refusing() as refused:
        reporting.report_self(member=member, place_code=OTHER_VILLAGE)
    assert refused.value.id == "AV100"
    assert refused.value.params["place"] == places.find(VILLAGE).name
    reporting.end_self(member=member, why="搬家了")
    moved = reporting.report_self(member=member, place_code=OTHER_VILLAGE)
    assert moved.place_code == OTHER_VILLAGE
    assert see(CommunityReport.objects.count) == 2


def test_a_unit_reports_once_to_each_community(world: World) -> None:
    leader = world.leader.actor
    for code in (VILLAGE, OTHER_VILLAGE):
        do(leader, reporting.report_unit, org_key=world.unit.key, place_code=code)
    with refusing() as refused:
        do(leader, reporting.report_unit, org_key=world.unit.key, place_code=VILLAGE)
    assert refused.value.id == "AV100"


@pytest.mark.parametrize("code", [COUNTY, "530602105999", "", "53060210520x", "'; drop"])
def test_only_to_a_village_or_community_that_exists(world: World, code: str) -> None:
    with refusing() as refused:
        reporting.report_self(member=world.members[0], place_code=code)
    assert refused.value.id == "AV101"


def test_the_secretary_reports_own_members_only(world: World, cast: Cast) -> None:
    do(
        world.leader.actor,
        reporting.report_member,
        member_id=world.members[1].id,
        place_code=VILLAGE,
    )
    with refusing() as refused:
        do(
            world.leader.actor,
            reporting.report_member,
            member_id=world.locals[0].id,
            place_code=VILLAGE,
        )
    assert refused.value.id == "CO404"
    with refusing() as refused:
        do(cast.outsider.actor, reporting.report_unit, org_key=world.unit.key, place_code=VILLAGE)
    assert refused.value.id == "OR001"


def test_the_community_receives_and_the_unit_cannot(world: World) -> None:
    row = reporting.report_self(member=world.members[0], place_code=VILLAGE)
    with refusing() as refused:
        do(world.leader.actor, reporting.receive, report_id=row.id)
    assert refused.value.id == "CO403"
    do(world.secretary, reporting.receive, report_id=row.id)
    assert world.fresh(row).state == "received"
    with refusing() as refused:
        do(world.secretary, reporting.receive, report_id=row.id)
    assert refused.value.id == "AV001"
    assert len(facts("activity.service.received")) == 1


def test_either_side_ends_it_and_others_cannot(world: World, cast: Cast) -> None:
    rows = [reporting.report_self(member=one, place_code=VILLAGE) for one in world.members]
    do(world.leader.actor, reporting.end, report_id=rows[0].id, why="退休")
    do(world.secretary, reporting.end, report_id=rows[1].id, why="搬走了")
    with refusing() as refused:
        do(cast.outsider.actor, reporting.end, report_id=rows[2].id, why="搬走了")
    assert refused.value.id == "CO404"
    with refusing() as refused:
        do(world.secretary, reporting.end, report_id=rows[2].id, why=" ")
    assert refused.value.id == "CO400"
    with refusing() as refused:
        do(world.secretary, reporting.end, report_id=rows[0].id, why="再一次")
    assert refused.value.id == "AV001"


def test_nothing_that_was_ended_comes_back_or_disappears(world: World) -> None:
    from django.db import DatabaseError, transaction

    row = reporting.report_self(member=world.members[0], place_code=VILLAGE)
    with scoped(world.secretary):
        assert CommunityReport.objects.filter(id=row.id).delete()[0] == 0
    do(world.secretary, reporting.end, report_id=row.id, why="搬走了")
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(world.secretary):
        CommunityReport.objects.filter(id=row.id).update(ended_on=None)


def test_a_department_sees_its_line_only(world: World, cast: Cast) -> None:
    from tests.orgs.conftest import register

    bureau = register("公安局党支部", COUNTY, sector=3, industry=LINE)
    do(Actor.system("test"), reporting.report_unit, org_key=bureau.key, place_code=OTHER_VILLAGE)
    do(world.leader.actor, reporting.report_unit, org_key=world.unit.key, place_code=VILLAGE)
    assert seen(cast.department_officer.actor) == [OTHER_VILLAGE]
    # The unit's own county sees it too, though the community lies in another.
    assert (
        sorted(seen(cast.county_officer.actor))
        == [VILLAGE, OTHER_VILLAGE][: len(seen(cast.county_officer.actor))]
    )
    assert len(seen(cast.county_officer.actor)) == 2
