"""Posted duties (设岗定责), household links (党员联户, 1+N, 多对一), and what was done on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from tests.activities.service.conftest import SYSTEM, World, do, facts, refusing, see
from tests.cast import OTHER_VILLAGE, VILLAGE, Cast
from zhijin.activities.models import HelpVisit, HouseholdLink
from zhijin.activities.service import helping, reading
from zhijin.activities.service.helping import Linking, Visited
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.people import api as people


def home(number: str = "12", place: str = VILLAGE) -> people.Household:
    return do(SYSTEM, people.register_household, place_code=place, number=number)


def link(
    world: World, kind: str = "link", at: int = 1, number: str = "12", **more: Any
) -> HouseholdLink:
    wanted = Linking(kind, home(number).id, world.locals[at].id, **more)
    return do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)


def test_a_member_holds_a_duty(world: World) -> None:
    row = do(
        world.secretary, helping.post_duty, org_key=world.village.key, member_id=world.locals[1].id,
        title="政策宣传岗", duties="每月把新政策讲给联系户听",
    )  # fmt: skip
    with scoped(world.secretary):
        assert [
            (one.title, one.name_masked)
            for one in reading.duties(world.secretary, world.village.key)
        ] == [("政策宣传岗", "王**")]
    do(world.secretary, helping.end_duty, duty_id=row.id)
    with scoped(world.secretary):
        assert reading.duties(world.secretary, world.village.key) == []
    with refusing() as refused:
        do(world.secretary, helping.end_duty, duty_id=row.id)
    assert refused.value.id == "AV001"
    assert facts("activity.duty.posted")[0].org_key == world.village.key


def test_a_duty_is_for_a_member_of_ones_own(world: World, cast: Cast) -> None:
    duty = {"title": "治安岗", "duties": "夜里巡一圈"}
    with refusing() as refused:
        do(
            world.secretary, helping.post_duty, org_key=world.village.key, member_id=world.members[0].id, **duty
        )  # fmt: skip
    assert refused.value.id == "CO404"
    with refusing() as refused:
        do(
            cast.outsider.actor, helping.post_duty, org_key=world.village.key, member_id=world.locals[0].id, **duty
        )  # fmt: skip
    assert refused.value.id == "OR001"


def test_a_link_its_visits_and_its_end(world: World) -> None:
    row = link(world)
    assert (row.number, row.name_masked) == ("12", "王**")
    do(
        world.secretary,
        helping.visit,
        link_id=row.id,
        visited=Visited("visit", "问问冬衣够不够", open_matter=True),
    )
    helping.visit_self(
        member=world.locals[1], link_id=row.id, visited=Visited("help", "送去两床被子")
    )
    with scoped(world.secretary):
        found = reading.links(world.secretary, world.village.key)[0]
        assert (found.visits, found.last, found.open_matters) == (2, clock.today(), 1)
        assert {one.made_by for one in reading.visits_of(row)} == {
            world.secretary.label, f"member:{world.locals[1].id}",
        }  # fmt: skip
    told = facts("activity.link.visited")
    assert [(f.attrs["kind"], f.attrs["open"], f.org_key) for f in told] == [
        ("visit", True, world.village.key), ("help", False, world.village.key),
    ]  # fmt: skip
    do(world.secretary, helping.unlink, link_id=row.id, why="换人联系")
    with refusing() as refused:
        do(world.secretary, helping.visit, link_id=row.id, visited=Visited("visit", "再去一次"))
    assert refused.value.id == "AV001"


def test_one_member_is_linked_once_to_a_household(world: World) -> None:
    house = home()
    wanted = Linking("link", house.id, world.locals[1].id)
    do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)
    with refusing() as refused:
        do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)
    assert refused.value.id == "AV114"
    other = Linking("link", house.id, world.locals[2].id)
    do(world.secretary, helping.link, org_key=world.village.key, wanted=other)


def test_one_with_several_is_a_committee_members(world: World) -> None:
    for number in ("1", "2", "3"):
        link(world, "one_n", at=0, number=number)
    with scoped(world.secretary):
        rows = reading.links(world.secretary, world.village.key)
    assert [one.link.number for one in rows] == ["1", "2", "3"]
    with refusing() as refused:
        link(world, "one_n", at=1, number="4")
    assert refused.value.id == "CO400"


def test_only_households_and_members_in_sight(world: World) -> None:
    elsewhere = home("9", OTHER_VILLAGE)
    for wanted, refusal in (
        (Linking("link", elsewhere.id, world.locals[0].id), "CO404"),
        (Linking("link", home().id, world.members[0].id), "CO404"),
        (Linking("link", home("13").id), "CO400"),
        (Linking("pair", home("14").id, team_id=uuid4()), "CO404"),
        (Linking("no", home("15").id, world.locals[0].id), "CO400"),
        (
            Linking(
                "link", home("16").id, world.locals[0].id, since=clock.today() + timedelta(days=1)
            ),
            "AV003",
        ),
    ):
        with refusing() as refused:
            do(world.secretary, helping.link, org_key=world.village.key, wanted=wanted)
        assert refused.value.id == refusal


@pytest.mark.parametrize(
    ("visited", "ahead", "refusal"),
    [
        (Visited("visit", "x"), 1, "AV003"), (Visited("visit", "x"), -9, "AV003"),
        (Visited("visit", "x", people=0), 0, "CO400"), (Visited("visit", "x", people=51), 0, "CO400"),
        (Visited("no", "x"), 0, "CO400"), (Visited("visit", " "), 0, "CO400"),
    ],
)  # fmt: skip
def test_a_visit_that_is_not_right_is_refused(
    world: World, visited: Visited, ahead: int, refusal: str
) -> None:
    row = link(world)
    visited = replace(visited, on=clock.today() + timedelta(days=ahead))
    with refusing() as refused:
        do(world.secretary, helping.visit, link_id=row.id, visited=visited)
    assert refused.value.id == refusal
    assert see(HelpVisit.objects.count) == 0


def test_a_member_writes_down_visits_of_their_own_links_only(world: World) -> None:
    row = link(world, at=1)
    with refusing() as refused:
        helping.visit_self(
            member=world.locals[2], link_id=row.id, visited=Visited("visit", "去看看")
        )
    assert refused.value.id == "CO404"


def test_a_members_double_press_is_one_visit(world: World) -> None:
    row, member = link(world), world.locals[1]
    said = Visited("visit", "问冬衣")
    one, two = (helping.visit_self(member=member, link_id=row.id, visited=said) for _ in range(2))
    assert one.id == two.id
    helping.visit_self(member=member, link_id=row.id, visited=Visited("visit", "问冬衣和炭火"))
    with clock.freeze(clock.now() + timedelta(minutes=3)):
        helping.visit_self(member=member, link_id=row.id, visited=said)
    assert len(facts("activity.link.visited")) == 3, (
        "other words, and the same ones later, are visits of their own"
    )


def test_what_was_written_down_never_changes(world: World) -> None:
    row = link(world)
    made = do(world.secretary, helping.visit, link_id=row.id, visited=Visited("visit", "问冬衣"))
    for change in (lambda rows: rows.update(what="别的"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
            change(HelpVisit.objects.filter(id=made.id))


def test_others_see_nothing_of_it(world: World, cast: Cast) -> None:
    row = link(world)
    do(world.secretary, helping.visit, link_id=row.id, visited=Visited("visit", "问冬衣"))
    for actor in (cast.outsider.actor, world.leader.actor):
        with scoped(actor):
            assert reading.links(actor, world.village.key) == []
            assert HelpVisit.objects.count() == 0
            assert HouseholdLink.objects.count() == 0
