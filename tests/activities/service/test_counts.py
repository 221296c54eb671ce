"""The year computed from the record: by level of place, by organisation, opened down to its records; facts agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from tests.activities.service.conftest import (
    DONE,
    SYSTEM,
    World,
    do,
    enrol,
    facts,
    refusing,
    see,
)
from tests.cast import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, PREFECTURE, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import register
from zhijin.activities.models import CommunityReport
from zhijin.activities.service import claiming, counting, reading, reporting
from zhijin.activities.service.common import both_sides
from zhijin.activities.service.counting import Wanted
from zhijin.assessment.engine.kinds import catalogue
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.people import api as people

#: The clock stands in the middle of next year, so that no midnight falls between two of the years counted here.
NOW = datetime(clock.today().year + 1, 6, 10, 10, tzinfo=clock.TZ)
YEAR = NOW.year


@pytest.fixture(autouse=True)
def _in_june() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def by_place(actor: Actor, place: str, key: str = "members") -> dict[str, int]:
    with scoped(actor):
        return {row["code"]: row[key] for row in counting.by_place(actor, Wanted(YEAR, place))}


def plant(
    world: World, code: str, number: int, org: Any = None, **more: Any
) -> list[CommunityReport]:
    """So many members of a unit who reported to a community."""
    org = org or world.unit
    values = {"reported_on": date(YEAR, 1, 1), "name_masked": "李**", "state": "received", **more}
    rows = [
        CommunityReport(**{"member_id": uuid4(), **both_sides(code, org, org.name), **values})
        for _n in range(number)
    ]
    return see(lambda: CommunityReport.objects.bulk_create(rows))


def test_the_year_by_level_of_place(world: World, cast: Cast) -> None:
    """3,390 here for document 000's 339,000: the same computation, level by level down to the records."""
    plant(world, VILLAGE, 2000)
    plant(world, OTHER_VILLAGE, 1390)
    assert by_place(SYSTEM, "") == {"53": 3390}
    assert by_place(SYSTEM, "53") == {PREFECTURE: 3390}
    assert by_place(SYSTEM, PREFECTURE) == {COUNTY: 2000, OTHER_COUNTY: 1390}
    assert by_place(SYSTEM, COUNTY) == {TOWNSHIP: 2000}
    assert by_place(SYSTEM, TOWNSHIP) == {VILLAGE: 2000}
    assert by_place(SYSTEM, VILLAGE) == {}
    with scoped(SYSTEM):
        assert counting.totals(SYSTEM, Wanted(YEAR))["members"] == 3390
        assert counting.records(SYSTEM, Wanted(YEAR, COUNTY), "members").count() == 2000


def test_figures_begin_where_places_differ(world: World) -> None:
    plant(world, VILLAGE, 2)
    with scoped(SYSTEM):
        assert counting.spread(SYSTEM, Wanted(YEAR)).place == TOWNSHIP
        assert counting.spread(SYSTEM, Wanted(YEAR - 1)).place == ""
    plant(world, OTHER_VILLAGE, 1)
    with scoped(SYSTEM):
        assert counting.spread(SYSTEM, Wanted(YEAR)).place == PREFECTURE
        assert counting.spread(SYSTEM, Wanted(YEAR, VILLAGE)).place == VILLAGE


def test_each_reader_counts_what_they_see(world: World, cast: Cast) -> None:
    other = register("鲁甸县直机关党支部", OTHER_COUNTY, sector=3)
    plant(world, VILLAGE, 5)
    plant(world, OTHER_VILLAGE, 3, other)
    for actor, seen in (
        (world.secretary, 5), (cast.township_officer.actor, 5), (cast.outsider.actor, 3),
        (world.leader.actor, 5), (cast.grid_worker.actor, 0),
    ):  # fmt: skip
        with scoped(actor):
            assert counting.totals(actor, Wanted(YEAR))["members"] == seen
            assert counting.records(actor, Wanted(YEAR), "members").count() == seen


def test_a_report_counts_in_every_year_in_which_it_stood(world: World) -> None:
    plant(
        world,
        VILLAGE,
        1,
        reported_on=date(YEAR - 2, 5, 1),
        ended_on=date(YEAR - 1, 3, 1),
        state="ended",
    )
    plant(world, VILLAGE, 1, reported_on=date(YEAR - 1, 12, 31))
    with scoped(SYSTEM):
        counted = [
            counting.totals(SYSTEM, Wanted(year))["members"] for year in range(YEAR - 3, YEAR + 1)
        ]
    assert counted == [0, 1, 2, 1]


def test_whoever_moved_house_counts_once(world: World) -> None:
    member = world.members[0]
    reporting.report_self(member=member, place_code=VILLAGE)
    reporting.end_self(member=member, why="搬家")
    reporting.report_self(member=member, place_code=OTHER_VILLAGE)
    assert by_place(SYSTEM, "53") == {PREFECTURE: 1}
    assert by_place(SYSTEM, PREFECTURE) == {COUNTY: 1, OTHER_COUNTY: 1}


@pytest.mark.parametrize("few", [2000, 0])
def test_whoever_moved_to_another_branch_counts_once_in_a_place(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """The year of a place counts people: the new branch's list has a new row for the same member."""
    monkeypatch.setattr(counting, "FEW", few)
    other, member = register("鲁甸县直机关党支部", OTHER_COUNTY, sector=3), world.members[0]
    reporting.report_self(member=member, place_code=VILLAGE)
    moved = do(SYSTEM, people.move_member, member_id=member.id, to_org=other.key)
    reporting.report_self(member=moved, place_code=VILLAGE)
    reporting.report_self(member=world.members[1], place_code=VILLAGE)
    assert by_place(SYSTEM, TOWNSHIP) == {VILLAGE: 2}
    with scoped(SYSTEM):
        wanted = Wanted(YEAR, VILLAGE)
        assert counting.totals(SYSTEM, wanted)["members"] == 2
        assert counting.records(SYSTEM, wanted, "members").count() == 3
        own = {row["org_key"]: row["members"] for row in counting.by_org(SYSTEM, wanted)}
    assert own == {world.unit.key: 2, other.key: 1}, "each unit has whom it had"
    url = f"/desk/service/list/?what=members&year={YEAR}&place={VILLAGE}"
    page = cast.branch_secretary.client.get(url)
    assert "2 人（这一年搬家或转支部后再报到的只算一次）" in page.content.decode()
    assert moved.who == member.id


def test_whoever_left_and_was_enrolled_elsewhere_is_known_by_their_number_not_by_their_name(
    world: World,
) -> None:
    other = register("鲁甸县直机关党支部", OTHER_COUNTY, sector=3)
    number = "11010519491231002X"
    first, namesake = enrol(world.unit, "钱处暑", id_number=number), enrol(world.unit, "孙白露")
    for one in (first, namesake):
        reporting.report_self(member=one, place_code=VILLAGE)
        do(SYSTEM, people.end_member, member_id=one.id, why="调离")
    later = [enrol(other, "钱处暑", id_number=number), enrol(other, "孙白露")]
    assert [one.first_id for one in later] == [first.id, None]
    for one in later:
        reporting.report_self(member=one, place_code=VILLAGE)
    assert by_place(SYSTEM, TOWNSHIP) == {VILLAGE: 3}, "a name alone proves nothing"


def test_whoever_stands_reported_from_one_branch_reports_from_no_other(world: World) -> None:
    member = world.members[0]
    other = register("鲁甸县直机关党支部", OTHER_COUNTY, sector=3)
    moved = do(SYSTEM, people.move_member, member_id=member.id, to_org=other.key)
    plant(world, VILLAGE, 1, member_id=member.id)
    with refusing() as caught:
        reporting.report_self(member=moved, place_code=OTHER_VILLAGE)
    assert caught.value.id == "AV100"


def test_a_unit_counts_once_however_many_communities_it_serves(world: World) -> None:
    for code in (VILLAGE, OTHER_VILLAGE):
        do(world.leader.actor, reporting.report_unit, org_key=world.unit.key, place_code=code)
    with scoped(SYSTEM):
        assert counting.totals(SYSTEM, Wanted(YEAR))["units"] == 1
        assert counting.totals(SYSTEM, Wanted(YEAR, COUNTY))["units"] == 1
    page = world.leader.client.get(f"/desk/service/list/?what=units&year={YEAR}").content.decode()
    assert "共 2 条 · 1 个单位" in page


@pytest.mark.parametrize("few", [2000, 3])
def test_members_are_told_apart_however_often_they_moved(
    world: World, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is counted as rows where nobody moved says the same as telling all members apart, at every level."""
    monkeypatch.setattr(counting, "FEW", few)
    rng, other = Random(4), register("鲁甸县直机关党支部", OTHER_COUNTY, sector=3)
    reports: list[CommunityReport] = []
    for _member in range(60):
        who, unit = uuid4(), rng.choice((world.unit, other))
        ends = [
            date(YEAR, month, 5)
            for month in sorted(rng.sample(range(2, 12), rng.choice((0, 0, 1, 2, 3))))
        ]
        for ended in (*ends, *([None] if rng.random() < 0.8 else [])):
            code = rng.choice((VILLAGE, OTHER_VILLAGE))
            reports += plant(world, code, 1, unit, member_id=who, ended_on=ended,
                             state="ended" if ended else "received")  # fmt: skip
    with scoped(SYSTEM):
        for place, org in (
            ("", None),
            (VILLAGE, None),
            (OTHER_COUNTY, other.key),
            ("", world.unit.key),
        ):
            wanted = Wanted(YEAR, place, org)
            apart = {
                row.member_id for row in reports
                if row.place_code.startswith(place) and org in (None, row.org_key)
            }  # fmt: skip
            assert counting.totals(SYSTEM, wanted)["members"] == len(apart)
        for row in counting.by_place(SYSTEM, Wanted(YEAR, PREFECTURE)):
            there = {one.member_id for one in reports if one.place_code.startswith(row["code"])}
            assert row["members"] == len(there)
        for row in counting.by_org(SYSTEM, Wanted(YEAR)):
            own = {one.member_id for one in reports if one.org_key == row["org_key"]}
            assert row["members"] == len(own)


def test_the_first_organisations_are_listed_whole(world: World) -> None:
    """A list that is cut holds the same as the whole one up to there."""
    units = [register(f"区直第{at}党支部", COUNTY, sector=3) for at in range(5)]
    for at, unit in enumerate(units):
        plant(world, VILLAGE, at + 1, unit)
    plant(world, VILLAGE, 1, units[2], ended_on=date(YEAR, 3, 1), state="ended")
    world.confirmed(people=2, minutes=90)
    with scoped(SYSTEM):
        whole = counting.by_org(SYSTEM, Wanted(YEAR))
        assert len(whole) == 6
        assert [counting.by_org(SYSTEM, Wanted(YEAR), size) for size in (1, 3, 6, 9)] == [
            whole[:1], whole[:3], whole, whole,
        ]  # fmt: skip


def test_the_figures_of_a_unit(world: World) -> None:
    for member in world.members:
        reporting.report_self(member=member, place_code=VILLAGE)
    do(world.leader.actor, reporting.report_unit, org_key=world.unit.key, place_code=VILLAGE)
    world.confirmed(people=2, minutes=90)
    world.confirmed(people=3, minutes=60)
    world.done()
    for actor in (world.leader.actor, world.secretary):
        with scoped(actor):
            row = counting.by_org(actor, Wanted(YEAR))[0]
            totals = counting.totals(actor, Wanted(YEAR, org=world.unit.key))
        assert (row["org_key"], row["members"], row["services"], row["times"], row["minutes"]) == (
            world.unit.key, 3, 2, 5, 360,
        )  # fmt: skip
        assert (totals["members"], totals["units"], totals["services"], totals["satisfied"]) == (
            3,
            1,
            2,
            2,
        )


def test_facts_say_the_same_as_the_records(world: World) -> None:
    """An assessment computes a unit's figures from facts alone: services are their number, hours their sum."""
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    world.confirmed(people=2, minutes=90)
    world.confirmed(people=1, minutes=30)
    served = facts("activity.service.confirmed")
    assert {fact.org_key for fact in served} == {world.unit.key}
    with scoped(SYSTEM):
        row = counting.by_org(SYSTEM, Wanted(YEAR))[0]
    assert (
        (len(served), sum(f.value for f in served)) == (row["services"], row["minutes"]) == (2, 210)
    )
    assert len(facts("activity.service.reported")) == row["members"]


def test_every_fact_is_of_a_known_kind(world: World) -> None:
    known = catalogue()
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    world.confirmed()
    told = see(lambda: list(Fact.objects.filter(kind__startswith="activity.service")))
    assert {fact.kind for fact in told} == {
        "activity.service.reported", "activity.service.need", "activity.service.claimed",
        "activity.service.confirmed",
    }  # fmt: skip
    for fact in told:
        assert set(fact.attrs) == set(known[fact.kind].attrs), fact.kind


def test_a_service_counts_in_the_year_in_which_it_was_confirmed(world: World) -> None:
    claim = world.done()
    last = datetime(YEAR, 12, 31, 23, 30, tzinfo=clock.TZ)
    with clock.freeze(max(last, clock.now())):
        do(SYSTEM, claiming.confirm, claim_id=claim.id, satisfied=True)
    with scoped(SYSTEM):
        assert counting.totals(SYSTEM, Wanted(YEAR))["services"] == 1
        assert counting.totals(SYSTEM, Wanted(YEAR + 1))["services"] == 0


def test_statements_do_not_grow_with_the_record(
    world: World, django_assert_num_queries: Any
) -> None:
    plant(world, VILLAGE, 50)
    for _time in range(3):
        world.confirmed()
    with scoped(SYSTEM):
        with django_assert_num_queries(7):
            counting.totals(SYSTEM, Wanted(YEAR))
        with django_assert_num_queries(3):
            counting.by_place(SYSTEM, Wanted(YEAR, PREFECTURE))
        with django_assert_num_queries(3):
            counting.by_org(SYSTEM, Wanted(YEAR))


@pytest.mark.parametrize("what", counting.WHAT)
def test_a_figure_and_its_list_run_the_same_filter(world: World, what: str) -> None:
    plant(world, VILLAGE, 4)
    plant(world, VILLAGE, 1, member_id=None)
    world.confirmed()
    with scoped(SYSTEM):
        rows = counting.records(SYSTEM, Wanted(YEAR, COUNTY), what)
        assert rows.count() == counting.totals(SYSTEM, Wanted(YEAR, COUNTY))[what]
        assert counting.records(SYSTEM, Wanted(YEAR - 1, COUNTY), what).count() == 0
        assert counting.records(SYSTEM, Wanted(YEAR, OTHER_COUNTY), what).count() == 0


def test_hours_of_a_person_stand_on_their_own_page_only(world: World) -> None:
    """Persons are never ranked: figures are grouped by place and organisation, and no group is a person's."""
    claim = do_alone(world)
    with scoped(SYSTEM):
        assert reading.of_member(world.members[0]).minutes == 90
        assert reading.of_member(world.members[1]).minutes == 0
        groups = [*counting.by_place(SYSTEM, Wanted(YEAR)), *counting.by_org(SYSTEM, Wanted(YEAR))]
        assert [row["minutes"] for row in groups] == [90, 90]
        assert not any(str(claim.member_id) in str(row) or "李" in str(row) for row in groups)


def do_alone(world: World) -> Any:
    """A service of the first member's, confirmed."""
    made = claiming.claim_self(member=world.members[0], need_id=world.need().id)
    claiming.report_done_self(member=world.members[0], claim_id=made.id, done=DONE)
    return do(world.secretary, claiming.confirm, claim_id=made.id, satisfied=True)
