"""What waits for one's own hand on the desk's first page: only at their own level, in one statement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.activities.cadres.conftest import SYSTEM, TODAY, Team, ago, at_work, do
from tests.activities.cadres.conftest import village as elected
from tests.activities.deliberation.conftest import connect, make_village, ship
from tests.activities.service.conftest import make_world, places
from tests.activities.service.conftest import ship as ship_proxies
from tests.cast import VILLAGE, Cast, Member, Part, make_member
from zhijin.activities import api
from zhijin.activities.cadres import study
from zhijin.activities.deliberation import stepping
from zhijin.activities.models import Proxy, Study
from zhijin.activities.selectors.waiting import AHEAD
from zhijin.activities.service import claiming, proxying
from zhijin.activities.service.proxying import Given, Wanted
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs

__all__ = ["at_work", "elected", "places"]
pytestmark = pytest.mark.django_db


def waits(member: Member) -> list[tuple[str, int]]:
    with scoped(member.actor):
        return [
            (one.url.split("/desk/")[1].rstrip("/"), one.n) for one in api.waiting_for(member.actor)
        ]


def test_a_service_waits_for_the_community_and_not_for_whoever_did_it(
    places: None, cast: Cast
) -> None:
    world = make_world(cast)
    claim = world.done()
    assert waits(cast.branch_secretary) == [("service", 1)]
    assert waits(world.leader) == waits(cast.county_officer) == []
    do(world.secretary, claiming.confirm, claim_id=claim.id, satisfied=True)
    assert waits(cast.branch_secretary) == []


def test_a_matter_waits_for_who_holds_its_step(
    places: None, tmp_path: Any, cast: Cast, monkeypatch: Any
) -> None:
    ship(tmp_path)
    village = make_village(cast)
    connect(village, monkeypatch)
    staff = make_member("cunganbu2", Part("邓国平", "village_staff", VILLAGE))
    matter = village.begin()
    # The first step is the secretary's, the second both may hold.
    assert (waits(cast.branch_secretary), waits(staff)) == ([("deliberation", 1)], [])
    village.pass_step(matter)
    assert waits(staff) == [("deliberation", 1)]
    for _step in range(3):
        village.pass_step(matter)
    village.do(stepping.publish, matter_id=matter.id)
    assert waits(cast.branch_secretary) == []  # it waits for the approval, not for a step
    assert waits(cast.township_officer) == waits(cast.outsider) == []


def test_an_application_to_study_waits_for_the_township_then_the_county(
    elected: Team, cast: Cast
) -> None:
    elected.elect("李春禾")
    (held,) = elected.holding()
    wish = study.Wish("开放大学", "乡村振兴", 3, 740_001)
    row = do(cast.branch_secretary.actor, study.apply, appointment_id=held.id, wish=wish)
    own = ("studies/?state=applied", 1)
    assert own in waits(cast.township_officer)
    assert own not in waits(cast.county_officer)
    do(cast.township_officer.actor, study.recommend, study_id=row.id, why="符合条件")
    assert waits(cast.township_officer) == []
    assert ("studies/?state=recommended", 1) in waits(cast.county_officer)
    # Whoever recommended does not review.
    with scoped(SYSTEM):
        Study.objects.filter(id=row.id).update(recommended_by=cast.county_officer.actor.label)
    assert waits(cast.county_officer) == []


@pytest.mark.parametrize(("days", "told"), [(-3, True), (0, True), (90, True), (91, False)])
def test_an_election_waits_when_it_is_near_or_overdue(
    elected: Team, cast: Cast, days: int, told: bool
) -> None:
    elected.elect("李春禾", on=ago(900), ends=TODAY + timedelta(days=days))
    assert ((f"elections/?within={AHEAD.days}", 1) in waits(cast.township_officer)) is told
    assert waits(cast.outsider) == []
    # The number opens to what it counts.
    page = cast.township_officer.client.get(
        f"/desk/elections/?within={AHEAD.days}"
    ).content.decode()
    assert (page.count(f">{elected.org.name}</a>") == 1) is told


@pytest.mark.parametrize(("ahead", "told"), [(-2, True), (0.5, True), (1.5, False)])
def test_what_is_done_for_somebody_waits_from_a_day_before_it_is_due(
    places: None, cast: Cast, tmp_path: Any, ahead: float, told: bool
) -> None:
    ship_proxies(tmp_path)
    world = make_world(cast)
    given = Given("spoken", "当面口头，见证人罗某", clock.today() + timedelta(days=30))
    wanted = Wanted("pension-check", "王芒种", "送审资格材料", given)
    row, _code = do(world.secretary, proxying.open_proxy, org_key=world.village.key, wanted=wanted)
    with scoped(SYSTEM):
        due = clock.now() + timedelta(days=ahead)
        Proxy.objects.filter(id=row.id).update(due_at=due)
    assert (("service/proxies/?view=open", 1) in waits(cast.branch_secretary)) is told
    # Whoever stands above is not told, and what is closed waits no more.
    assert waits(cast.township_officer) == waits(cast.outsider) == []
    do(world.secretary, proxying.withdraw, proxy_id=row.id, how="来电话")
    assert waits(cast.branch_secretary) == []


def test_everything_takes_one_statement(
    elected: Team, cast: Cast, django_assert_num_queries: Any
) -> None:
    elected.elect("李春禾", on=ago(900), ends=TODAY)
    for member, most in (
        (cast.county_officer, 1),
        (cast.branch_secretary, 1),
        (cast.grid_worker, 0),
    ):
        actor = member.actor
        with scoped(actor), django_assert_num_queries(most):
            api.waiting_for(actor)


def test_it_stands_on_the_first_page_in_words(elected: Team, cast: Cast) -> None:
    with scoped(cast.township_officer.actor):
        orgs.Organisation.objects.filter(key=elected.org.key).update(term_ends=ago(400 * 10))
    page = cast.township_officer.client.get("/desk/").content.decode()
    assert "1 个组织到了换届的时候" in page
    english = cast.township_officer.client.get(
        "/desk/", headers={"accept-language": "en"}
    ).content.decode()
    assert "1 organisation is due for election" in english
