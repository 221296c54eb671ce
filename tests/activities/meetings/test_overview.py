"""All branches of an area: what they owe, in which order, and who keeps no calendar."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.activities.meetings.conftest import NOW, enrol_life, make_life, see
from tests.activities.meetings.test_pages import get
from tests.cast import COUNTY, OTHER_VILLAGE, VILLAGE
from tests.orgs.conftest import register
from zhijin.activities.meetings import overview, reading, settling, writing
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
PAGE = "/desk/meetings/branches/"


def names(actor, place: str = "", *, behind: bool = False) -> list[tuple[str, int]]:
    with scoped(actor):
        rows = overview.listed(actor, place, behind=behind)
        return [(row.org_name, row.owed) for row in rows]


def test_whoever_owes_most_stands_first_and_what_was_made_up_is_no_longer_missing(life, cast):
    """The branch of the fixture owes ten months; one that began in October owes October."""
    late = enrol_life(register("东边支部"), begins=NOW.date().replace(month=10, day=1), mark="东")
    see(settling.sweep)
    county = cast.county_officer.actor
    rows = names(county)
    assert [name for name, _owed in rows] == [life.org.name, late.org.name]
    assert rows[0][1] > rows[1][1] > 0
    with scoped(county):
        (_, second) = overview.standings(list(overview.listed(county, "", behind=False)))
    assert {kind.id for kind, _cell in second.missing} == {"committee", "group", "theme-day"}
    assert second.last is None
    late.record("theme-day", on=datetime(2030, 10, 20, 9, 0, tzinfo=clock.TZ))
    with scoped(county):
        (_, second) = overview.standings(list(overview.listed(county, "", behind=False)))
    assert {kind.id for kind, _cell in second.missing} == {"committee", "group"}
    # It was not held in time, whatever was written down later.
    assert second.owed == rows[1][1]
    assert second.last == datetime(2030, 10, 20).date()


def test_only_those_behind_and_only_below_the_place(life, cast):
    enrol_life(register("新支部"), begins=NOW.date(), mark="新")
    see(settling.sweep)
    county = cast.county_officer.actor
    assert [name for name, _owed in names(county, behind=True)] == [life.org.name]
    assert len(names(county, VILLAGE)) == 2
    assert names(county, OTHER_VILLAGE) == []
    with scoped(county):
        assert overview.totals(county, "") == overview.Totals(
            2, 1, overview.without(county, "").count()
        )


def test_party_organisations_without_a_calendar_are_named_and_others_are_not(life, cast):
    idle = register("还没用的支部")
    group = register("一个党小组", kind="group")
    with scoped(cast.county_officer.actor):
        found = [row.key for row in overview.without(cast.county_officer.actor, COUNTY)]
    assert idle.key in found
    assert group.key not in found
    assert life.org.key not in found


def test_a_cancelled_meeting_counts_nowhere(life, cast):
    meeting = life.call("theme-day")
    life.do(writing.cancel, meeting_id=meeting.id, why="停电了，改日再开")
    county = cast.county_officer.actor
    with scoped(county):
        (one,) = overview.standings(list(overview.listed(county, "", behind=False)))
    assert one.last is None
    assert one.year.done == 0
    assert one.year.coming == ()


def test_the_number_of_statements_does_not_grow_with_the_branches(
    life, cast, django_assert_num_queries
):
    county = cast.county_officer.actor
    with scoped(county):
        overview.standings(list(overview.listed(county, "", behind=False)))
        with django_assert_num_queries(2):
            overview.standings(list(overview.listed(county, "", behind=False)))
    for at in range(3):
        enrol_life(register(f"支部{at}"), begins=NOW.date(), mark=str(at))
    with scoped(county), django_assert_num_queries(2):
        assert len(overview.standings(list(overview.listed(county, "", behind=False)))) == 4
    with scoped(county), django_assert_num_queries(2):
        overview.totals(county, "")


# -- pages --------------------------------------------------------------------------------------


@pytest.fixture
def branches(places: None, shipped: None, cast) -> None:
    make_life(cast, begins=clock.today().replace(month=1, day=1))
    register("还没用的支部")
    see(settling.sweep)


def test_a_county_sees_all_branches_first_and_a_village_its_own(branches, cast):
    page = get(cast.county_officer.client, "/desk/meetings/")
    assert "各支部的组织生活" in page
    assert "大耆老村党支部" in page
    assert "各支部的组织生活" not in get(cast.branch_secretary.client, "/desk/meetings/")


def test_an_organisation_that_is_named_is_shown_to_a_county_too(branches, cast):
    page = get(cast.county_officer.client, PAGE + "?show=without")
    assert "还没用的支部" in page
    key = see(lambda: overview.without(cast.county_officer.actor, "").get(name="还没用的支部").key)
    assert "启用" in get(cast.county_officer.client, f"/desk/meetings/?org={key}")


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99", "?show=%27", "?place=%00x"])
def test_odd_questions_are_answered(branches, cast, query):
    get(cast.county_officer.client, PAGE + query)


def test_pages_are_turned(branches, cast, monkeypatch):
    monkeypatch.setattr(overview, "PAGE", 1)
    enrol_life(register("第二支部"), begins=clock.today(), mark="二")
    first = get(cast.county_officer.client, PAGE)
    assert "page=2" in first
    second = get(cast.county_officer.client, PAGE + "?page=2")
    assert "第二支部" in second
    assert "page=3" not in second


def test_counts_are_narrowed_to_a_place_and_say_where_they_are_cut(branches, cast, monkeypatch):
    county = cast.county_officer.client
    counts = "/desk/meetings/counts/"
    life = enrol_life(register("第二支部"), begins=clock.today(), mark="二")
    life.record()
    assert "第二支部" in get(county, counts)
    assert "第二支部" in get(county, f"{counts}?place={VILLAGE}")
    assert "第二支部" not in get(county, f"{counts}?place={OTHER_VILLAGE}")
    assert "只列出前" not in get(county, counts)
    monkeypatch.setattr(reading, "MOST_ORGS", 1)
    assert "只列出前 1 个" in get(county, counts)


def test_a_stranger_sees_nothing_of_it(branches, cast):
    assert "大耆老村党支部" not in get(cast.outsider.client, PAGE)
