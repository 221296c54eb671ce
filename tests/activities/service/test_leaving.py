"""What follows when a member leaves or moves in mid-quarter, and when a household moves; who reads what is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.activities.service.conftest import HOW, SYSTEM, World, do, facts, see
from tests.activities.service.test_helping import home
from tests.cast import COUNTY, GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import refusing, register
from zhijin.activities.models import (
    CommunityReport,
    HelpVisit,
    HouseholdLink,
    PostedDuty,
    Volunteer,
)
from zhijin.activities.service import claiming, helping, households, reading, reporting, teams
from zhijin.activities.service.helping import Linking, Visited
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people import errors, following

pytestmark = pytest.mark.django_db


@pytest.fixture
def county_link(world: World) -> HouseholdLink:
    """A team of the county's power bureau looks after a household of the village."""
    bureau = register("供电局党支部", COUNTY)
    team = do(SYSTEM, teams.found, org_key=bureau.key, name="供电党员服务队")
    wanted = Linking("pair", home("烤07").id, team_id=team.id)
    return do(SYSTEM, helping.link, org_key=bureau.key, wanted=wanted)


def seen(actor: Actor) -> tuple[int, int]:
    """Links and visits in sight: through the selectors, and through row-level security alone."""
    with scoped(actor):
        links = households.standing_links(actor)
        visits = households.visits_of_links([row.id for row in links])
        assert HouseholdLink.objects.count() == links.count()
        assert HelpVisit.objects.count() == len(visits)
        return len(links), len(visits)


def test_a_township_reads_what_a_countys_team_does_at_its_households(
    county_link: HouseholdLink, cast: Cast
) -> None:
    do(SYSTEM, helping.visit, link_id=county_link.id, visited=Visited("help", "换进户线", people=2))
    for reader in (cast.township_officer, cast.branch_secretary, cast.county_officer):
        assert seen(reader.actor) == (1, 1), reader
        page = reader.client.get(f"/desk/service/links/{county_link.id}/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "换进户线" in text
        assert "供电党员服务队" in text
    assert seen(cast.outsider.actor) == (0, 0)
    url = f"/desk/service/links/{county_link.id}/"
    assert cast.outsider.client.get(url).status_code == 404


def test_and_changes_nothing_of_it(county_link: HouseholdLink, cast: Cast) -> None:
    actor = cast.township_officer.actor
    url = f"/desk/service/links/{county_link.id}/"
    assert 'value="visit"' not in cast.township_officer.client.get(url).content.decode()
    asked = {"do": "visit", "kind": "visit", "what": "替他们记一笔"}
    assert cast.township_officer.client.post(url, asked).status_code in {403, 404}
    with scoped(actor):
        rows = HouseholdLink.objects.filter(id=county_link.id)
        assert rows.update(why="x") == 0
        assert rows.delete()[0] == 0
    made = HelpVisit(
        county=county_link.county, place_key=county_link.place_key, org_key=county_link.org_key or 0,
        link_id=county_link.id, home_key=county_link.home_key, kind="visit", on=clock.today(),
        what="x", made_by="x", made_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(actor):
        made.save(force_insert=True)
    assert see(HelpVisit.objects.count) == 0


def test_a_household_that_moves_takes_its_links_along_and_its_visits_stay(
    county_link: HouseholdLink, cast: Cast
) -> None:
    do(SYSTEM, helping.visit, link_id=county_link.id, visited=Visited("visit", "查看线路"))
    do(
        SYSTEM,
        people.place_household,
        household_id=county_link.household_id,
        place_code=OTHER_VILLAGE,
    )
    assert seen(cast.outsider.actor) == (1, 0), "what was done before was done elsewhere"
    with scoped(cast.township_officer.actor):
        assert households.standing_links(cast.township_officer.actor).count() == 0
    do(SYSTEM, helping.visit, link_id=county_link.id, visited=Visited("visit", "新住处的线路"))
    assert seen(cast.outsider.actor) == (1, 1)


def test_a_new_grid_inside_the_village_is_followed_for_whoever_sees_one_grid(
    county_link: HouseholdLink, cast: Cast
) -> None:
    worker = cast.grid_worker.actor
    assert seen(worker) == (0, 0)
    do(
        cast.branch_secretary.actor,
        people.place_household,
        household_id=county_link.household_id,
        place_code=GRID,
    )
    assert seen(worker) == (1, 0)


def moved_to(world: World, at: int = 1, **more: Any) -> Any:
    other = register("小耆老村党支部", VILLAGE)
    return do(SYSTEM, people.move_member, member_id=world.locals[at].id, to_org=other.key, **more)


def taken_on(world: World) -> HouseholdLink:
    """A duty, a household, a place in a team and a report to a community, all of one member."""
    member = world.locals[1]
    do(
        world.secretary, helping.post_duty, org_key=world.village.key, member_id=member.id,
        title="治安岗", duties="夜里巡一圈",
    )  # fmt: skip
    wanted = Linking("link", home().id, member.id)
    row: HouseholdLink = do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)
    do(world.secretary, helping.visit, link_id=row.id, visited=Visited("visit", "问冬衣"))
    do(
        world.secretary, teams.join_member, team_id=world.team().id, member_id=member.id,
        consent_how=HOW,
    )  # fmt: skip
    reporting.report_self(member=member, place_code=VILLAGE)
    return row


def standing() -> tuple[int, int, int]:
    """Duties, links and reports that stand."""
    return see(
        lambda: (
            PostedDuty.objects.filter(until=None).count(),
            HouseholdLink.objects.filter(until=None).count(),
            CommunityReport.objects.filter(ended_on=None).count(),
        )
    )


def test_who_moves_in_mid_quarter_leaves_no_household_behind_with_their_name(world: World) -> None:
    row = taken_on(world)
    assert standing() == (1, 1, 1)
    fresh = moved_to(world, on=clock.today() - timedelta(days=20))
    assert standing() == (0, 0, 0)
    with scoped(world.secretary):
        assert reading.links(world.secretary, world.village.key) == []
    ended = world.fresh(row)
    assert (ended.until, ended.why) == (clock.today(), "党员转出")
    assert see(HelpVisit.objects.count) == 1, "what was done stays"
    assert see(lambda: Volunteer.objects.get(left_on=None).member_id) == fresh.id
    assert len(facts("activity.service.ended")) == 1
    duty = see(PostedDuty.objects.get)
    assert duty.until >= duty.since


def test_who_leaves_altogether_leaves_their_team_too(world: World) -> None:
    taken_on(world)
    do(SYSTEM, people.end_member, member_id=world.locals[1].id, why="去世")
    assert standing() == (0, 0, 0)
    assert see(lambda: Volunteer.objects.filter(left_on=None).count()) == 0


def test_others_keep_what_they_took_on(world: World) -> None:
    taken_on(world)
    moved_to(world, at=2)
    assert standing() == (1, 1, 1)


def test_places_in_what_has_not_begun_are_free_again_and_what_has_begun_is_kept(
    world: World,
) -> None:
    member = world.locals[1]
    reporting.report_self(member=member, place_code=VILLAGE)
    ahead = world.need(
        starts_at=clock.now() + timedelta(days=2), ends_at=clock.now() + timedelta(days=3)
    )
    on = world.need()
    kept = claiming.claim_self(member=member, need_id=on.id)
    given = claiming.claim_self(member=member, need_id=ahead.id)
    moved_to(world)
    assert (world.fresh(ahead).taken, world.fresh(given).state) == (0, "withdrawn")
    assert (world.fresh(on).taken, world.fresh(kept).state) == (1, "claimed")


def test_what_a_visit_left_to_do_is_settled_by_a_later_one(world: World) -> None:
    since = clock.today() - timedelta(days=3)
    wanted = Linking("link", home().id, world.locals[1].id, since=since)
    row = do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)

    def visit(**more: Any) -> None:
        do(world.secretary, helping.visit, link_id=row.id, visited=Visited("visit", "看看", **more))

    def waits() -> tuple[int, list[bool]]:
        with scoped(world.secretary):
            (one,) = reading.links(world.secretary, world.village.key)
            rows = reading.visits_of(row)
        return one.open_matters, [visit.left for visit in reversed(rows)]

    visit(open_matter=True)
    visit()
    assert waits() == (1, [True, False])
    # With a clock set back in between, the order of what was written down stays.
    with clock.freeze(clock.now() - timedelta(hours=3)):
        visit(settles=True)
    assert waits() == (0, [False, False, False])
    visit(settles=True, open_matter=True)
    assert waits() == (1, [False, False, False, True])


def test_a_member_sees_what_waits_and_ticks_it_off_on_their_own_page(
    world: World, client: Any
) -> None:
    member = world.locals[1]
    wanted = Linking("link", home().id, member.id)
    row = do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)
    url = f"/my-service/{people.member_link(member)}/"
    asked = {"do": "visit", "link": row.id, "kind": "visit", "what": "屋顶漏雨", "open": "1"}
    assert 'name="settles"' not in client.get(url).content.decode()
    client.post(url, asked)
    assert 'name="settles"' in client.get(url).content.decode()
    client.post(url, asked | {"what": "屋顶修好了", "open": "", "settles": "1"})
    assert 'name="settles"' not in client.get(url).content.decode()
    assert [told.attrs["settles"] for told in facts("activity.link.visited")] == [False, True]


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What a follower was told; taken off again afterwards."""
    told: list[Any] = []

    def follower(*what: Any) -> None:
        told.append(what)

    following.follow_members(follower)
    following.follow_members(follower)
    yield told
    following._members.remove(follower)


def test_a_follower_is_told_once_and_its_refusal_undoes_the_move(
    world: World, heard: list[Any]
) -> None:
    fresh = moved_to(world)
    (told,) = heard
    assert [row.id for row in told[1:]] == [world.locals[1].id, fresh.id]

    def refuses(*_what: Any) -> None:
        raise errors.NO_SUCH_MEMBER()

    following.follow_members(refuses)
    try:
        with refusing():
            do(SYSTEM, people.end_member, member_id=fresh.id, why="误登记")
    finally:
        following._members.remove(refuses)
    assert world.fresh(fresh).valid_to is None
