"""Needs are taken up within their places, done, and confirmed by those served: never by whoever did it."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections, transaction

from tests.activities.service.conftest import (
    DONE,
    SYSTEM,
    World,
    do,
    enrol,
    facts,
    make_world,
    refusing,
    see,
)
from tests.cast import VILLAGE, Cast
from zhijin.activities.models import Claim, Need
from zhijin.activities.service import claiming, common, reading, reporting, teams, vouching
from zhijin.activities.service.claiming import Done
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped


def test_from_need_to_confirmation(world: World) -> None:
    need = world.need(seats=3)
    claim = world.claim(need, 2)
    assert (world.fresh(need).taken, claim.state) == (2, "claimed")
    done = do(
        world.leader.actor,
        claiming.report_done,
        claim_id=claim.id,
        done=Done(120, "清了沟", ("a" * 64,)),
    )
    assert (done.state, done.photos, done.total_minutes) == ("done", ["a" * 64], 240)
    row = do(world.secretary, claiming.confirm, claim_id=claim.id, satisfied=True)
    assert (row.state, row.confirmed_how, row.satisfied) == ("confirmed", "asker", True)
    told = facts("activity.service.confirmed")[0]
    assert (told.org_key, told.place_code, told.value) == (world.unit.key, VILLAGE, 240)
    assert told.attrs == {
        "kind": "clean",
        "side": "unit",
        "people": 2,
        "how": "asker",
        "satisfied": True,
    }


def test_a_member_takes_a_place_by_their_own_link(world: World) -> None:
    need = world.need(seats=1)
    claim = claiming.claim_self(member=world.members[0], need_id=need.id)
    with refusing() as refused:
        claiming.claim_self(member=world.members[1], need_id=need.id)
    assert refused.value.id == "AV102"
    claiming.withdraw_self(member=world.members[0], claim_id=claim.id)
    assert world.fresh(need).taken == 0
    again = claiming.claim_self(member=world.members[1], need_id=need.id)
    done = claiming.report_done_self(member=world.members[1], claim_id=again.id, done=DONE)
    assert done.done_by == f"member:{world.members[1].id}"
    with refusing() as refused:
        claiming.report_done_self(member=world.members[0], claim_id=again.id, done=DONE)
    assert refused.value.id == "CO404"


def test_nobody_takes_two_places_of_one_need(world: World) -> None:
    need = world.need(seats=5)
    claiming.claim_self(member=world.members[0], need_id=need.id)
    with refusing() as refused:
        claiming.claim_self(member=world.members[0], need_id=need.id)
    assert refused.value.id == "AV103"
    assert world.fresh(need).taken == 1


def test_the_doer_cannot_confirm(world: World, cast: Cast) -> None:
    claim = world.done()
    with refusing() as refused:
        do(world.leader.actor, claiming.confirm, claim_id=claim.id, satisfied=True)
    assert refused.value.id in {"CO403", "CO404"}
    with refusing() as refused:
        do(world.leader.actor, vouching.show_code, claim_id=claim.id)
    assert refused.value.id == "CO403"
    # An officer of both places who took it up for the unit did it too.
    own = world.need()
    officer = cast.county_officer.actor
    taken = do(officer, claiming.claim_unit, need_id=own.id, org_key=world.village.key, people=1)
    do(officer, claiming.report_done, claim_id=taken.id, done=DONE)
    for service, more in ((claiming.confirm, {"satisfied": True}), (vouching.show_code, {})):
        with refusing() as refused:
            do(officer, service, claim_id=taken.id, **more)
        assert refused.value.id == "AV105"


def test_what_the_asker_did_itself_is_confirmed_by_code_only(world: World) -> None:
    team = world.team()
    claim = do(
        world.secretary, claiming.claim_team, need_id=world.need().id, team_id=team.id, people=2
    )
    do(world.secretary, claiming.report_done, claim_id=claim.id, done=DONE)
    with refusing() as refused:
        do(world.second, claiming.confirm, claim_id=claim.id, satisfied=True)
    assert refused.value.id == "AV105"
    code = do(world.second, vouching.show_code, claim_id=claim.id)
    with scoped(SYSTEM):
        found = common.by_code(f"{code[:5].lower()}-{code[5:]}")
    assert found is not None
    assert found.id == claim.id
    with refusing() as refused:
        vouching.confirm_served(claim_id=claim.id, satisfied=True, by=world.secretary)
    assert refused.value.id == "AV105"
    row = vouching.confirm_served(claim_id=claim.id, satisfied=False)
    assert (row.confirmed_how, row.satisfied, row.confirmed_by) == ("code", False, "")


def test_a_code_is_of_one_service_and_stored_nowhere(world: World) -> None:
    one, two = world.done(), world.done()
    codes = {common.code_of(one.id), common.code_of(two.id)}
    assert len(codes) == 2
    assert all(len(code) == 10 for code in codes)
    with scoped(SYSTEM):
        assert common.by_code("0000000000") is None
        assert common.by_code("no code") is None
        stored = Claim.objects.filter(id=one.id).values().get()
    assert common.code_of(one.id) not in str(stored)


def test_not_confirmed_before_done_nor_twice(world: World) -> None:
    claim = world.claim(world.need())
    for state in ("claimed", "confirmed"):
        if state == "confirmed":
            do(world.leader.actor, claiming.report_done, claim_id=claim.id, done=DONE)
            do(world.secretary, claiming.confirm, claim_id=claim.id, satisfied=True)
        with refusing() as refused:
            do(world.secretary, claiming.confirm, claim_id=claim.id, satisfied=True)
        assert refused.value.id == "AV001"
    assert len(facts("activity.service.confirmed")) == 1


def test_what_is_confirmed_never_changes(world: World) -> None:
    claim = world.confirmed()
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
        Claim.objects.filter(id=claim.id).update(minutes=9999)


def test_given_back_and_done_again(world: World) -> None:
    claim = world.done()
    do(world.secretary, claiming.give_back, claim_id=claim.id, why="还剩一条沟")
    assert (world.fresh(claim).state, world.fresh(claim).why) == ("claimed", "还剩一条沟")
    do(world.leader.actor, claiming.report_done, claim_id=claim.id, done=DONE)
    assert world.fresh(claim).why == ""


@pytest.mark.parametrize("minutes", [0, 9, 1441])
def test_time_spent_is_a_sensible_span(world: World, minutes: int) -> None:
    claim = world.claim(world.need())
    with refusing() as refused:
        do(world.leader.actor, claiming.report_done, claim_id=claim.id, done=Done(minutes, "x"))
    assert refused.value.id == "AV107"


def test_fewer_came_than_places_were_taken(world: World) -> None:
    claim = world.claim(world.need(), 3)
    for people in (0, 4):
        with refusing() as refused:
            do(
                world.leader.actor,
                claiming.report_done,
                claim_id=claim.id,
                done=Done(60, "清沟", people=people),
            )
        assert refused.value.id == "CO400"
    row = do(
        world.leader.actor, claiming.report_done, claim_id=claim.id, done=Done(60, "清沟", people=2)
    )
    assert row.total_minutes == 120


def test_nothing_is_done_before_it_begins_nor_taken_up_after_it_ends(world: World) -> None:
    now = clock.now()
    coming = world.need(starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=2))
    claim = world.claim(coming)
    with refusing() as refused:
        do(world.leader.actor, claiming.report_done, claim_id=claim.id, done=DONE)
    assert refused.value.id == "AV003"
    with clock.freeze(now + timedelta(days=2)), refusing() as refused:
        world.claim(coming)
    assert refused.value.id == "AV104"


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"seats": 0}, "CO400"), ({"seats": 501}, "CO400"), ({"kind": "no"}, "CO400"), ({"title": " "}, "CO400"),
        ({"what": "找老人王大妈，电话13800138000"}, "AV112"), ({"where": "3组12号"}, "AV112"),
        ({"team_id": uuid4()}, "CO404"), ({"ends_at": clock.now() - timedelta(days=1)}, "AV003"),
    ],
)  # fmt: skip
def test_a_need_that_is_not_right_is_refused(
    world: World, more: dict[str, Any], refusal: str
) -> None:
    with refusing() as refused:
        world.need(**more)
    assert refused.value.id == refusal
    assert see(Need.objects.count) == 0


def test_only_a_community_asks(world: World, cast: Cast) -> None:
    wanted = claiming.Wanted(
        "clean", "清沟", "带锹", "门口", clock.now(), clock.now() + timedelta(hours=1), 2
    )
    with refusing() as refused:
        do(world.leader.actor, claiming.publish, org_key=world.unit.key, wanted=wanted)
    assert refused.value.id == "AV101"
    with refusing() as refused:
        do(cast.outsider.actor, claiming.publish, org_key=world.village.key, wanted=wanted)
    assert refused.value.id == "OR001"


def test_cancelled_only_while_nothing_was_done(world: World) -> None:
    need = world.need()
    claim = world.claim(need, 2)
    do(world.secretary, claiming.cancel, need_id=need.id, why="下雨")
    assert (world.fresh(need).state, world.fresh(claim).state) == ("cancelled", "withdrawn")
    with refusing() as refused:
        world.claim(need)
    assert refused.value.id == "AV001"
    served = world.done()
    with refusing() as refused:
        do(world.secretary, claiming.cancel, need_id=served.need_id, why="下雨")
    assert refused.value.id == "AV113"


def test_a_call_to_a_team_is_for_its_volunteers(world: World) -> None:
    team = world.team()
    need = world.need(team_id=team.id)
    for take in (
        lambda: world.claim(need),
        lambda: claiming.claim_self(member=world.members[0], need_id=need.id),
    ):
        with refusing() as refused:
            take()
        assert refused.value.id == "AV111"
    do(
        world.secretary,
        teams.join_member,
        team_id=team.id,
        member_id=world.locals[0].id,
        consent_how="本人报名",
    )
    row = claiming.claim_self(member=world.locals[0], need_id=need.id)
    assert row.team_id == team.id
    assert claiming.side(row) == "team"


def test_who_sees_a_need(world: World, cast: Cast) -> None:
    need = world.need()
    with scoped(world.leader.actor):
        assert not reading.needs(world.leader.actor).exists()
    reporting.report_self(member=world.members[0], place_code=VILLAGE)
    with scoped(world.leader.actor):
        assert [row.id for row in reading.needs(world.leader.actor)] == [need.id]
        assert reading.get_need(world.leader.actor, need.id).id == need.id
    with scoped(cast.outsider.actor), pytest.raises(Refusal):
        reading.get_need(cast.outsider.actor, need.id)


def at_once(acts: list[Any]) -> list[str]:
    """What threads got that began together: a state, or the refusal's id."""
    start, got = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        try:
            start.wait(120)
            got.append(str(act().state))
        except Refusal as refusal:
            got.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
        assert not one.is_alive()
    return sorted(got)


@pytest.mark.django_db(transaction=True)
def test_racing_claims_never_overbook(places: None, cast: Cast) -> None:
    world = make_world(cast)
    need = world.need(seats=3)
    extra = [enrol(world.unit, name) for name in ("冯惊蛰", "陈清明")]
    members = [*world.members, *extra]
    acts = [lambda m=m: claiming.claim_self(member=m, need_id=need.id) for m in members]
    acts.append(lambda: world.claim(need, 2))
    got = at_once(acts)
    taken = see(lambda: sum(row.people for row in Claim.objects.filter(need_id=need.id)))
    assert taken == world.fresh(need).taken <= 3
    assert got.count("claimed") + got.count("AV102") == len(acts)
    # Two at the last place, one of them twice: one gets it.
    last = world.need(seats=1)
    one, two = world.members[:2]
    got = at_once(
        [lambda m=m: claiming.claim_self(member=m, need_id=last.id) for m in (one, one, two)]
    )
    assert got.count("claimed") == 1
    assert world.fresh(last).taken == 1


def test_the_database_refuses_an_overbooked_need(world: World) -> None:
    need = world.need(seats=2)
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
        Need.objects.filter(id=need.id).update(taken=3)


@pytest.mark.parametrize("seed", range(3))
def test_places_taken_are_the_sum_of_what_stands(world: World, seed: int) -> None:
    """Whatever is taken up and given back in whatever order."""
    dice = random.Random(seed)
    need, standing = world.need(seats=4), []
    for _step in range(14):
        if standing and dice.random() < 0.4:
            claim = standing.pop(dice.randrange(len(standing)))
            do(world.leader.actor, claiming.withdraw, claim_id=claim.id)
        else:
            people, free = dice.randint(1, 3), world.fresh(need).free
            if people > free:
                with refusing() as refused:
                    world.claim(need, people)
                assert refused.value.id == "AV102"
            else:
                standing.append(world.claim(need, people))
        assert world.fresh(need).taken == sum(row.people for row in standing) <= 4
