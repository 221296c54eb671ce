"""Elections: who leaves and who begins, what makes one invalid, what is told once ahead and once when overdue."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.activities.cadres.conftest import (
    NOW,
    SYSTEM,
    TODAY,
    Team,
    ago,
    facts,
    refusing,
    team,
)
from tests.cast import COUNTY, OTHER_VILLAGE, VILLAGE, Cast
from zhijin.activities.cadres import elections, programme, teams
from zhijin.activities.cadres.elections import Seat
from zhijin.activities.models import Election, ElectionNotice, ElectionSeat
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs.models import Appointment, Organisation


def seats_of(election: Election) -> dict[str, bool]:
    """Whether each one elected was new to the post, by name."""
    with scoped(SYSTEM):
        fresh = dict(
            ElectionSeat.objects.filter(election_id=election.id).values_list(
                "appointment_id", "fresh"
            )
        )
        rows = Appointment.objects.filter(id__in=list(fresh))
        return {row.holder: fresh[row.id] for row in rows}


def test_those_elected_begin_and_those_before_leave(village: Team) -> None:
    first = village.elect("李春禾", on=ago(365 * 5))
    second = village.elect("祁立春", on=TODAY)
    assert (first.number, second.number) == (1, 2)
    assert [held.holder for held in village.holding()] == ["祁立春"]
    held = village.holding()[0]
    assert (held.how, held.term_no, held.term_ends) == ("elected", 2, date(2035, 11, 15))
    with scoped(SYSTEM):
        left = Appointment.objects.get(holder="李春禾")
        org = Organisation.objects.get(key=village.org.key)
    assert (left.valid_to, left.ended_why) == (TODAY, "换届")
    assert (org.led, org.term_ends) == (True, date(2035, 11, 15))


def test_whoever_is_elected_again_is_not_new(village: Team) -> None:
    village.elect("李春禾", on=ago(1826))
    both = (
        Seat(village.posts["secretary"].id, "李春禾"),
        Seat(village.posts["deputy_secretary"].id, "马雨水"),
    )
    assert seats_of(village.elect(seats=both)) == {"李春禾": False, "马雨水": True}


def test_posts_that_were_not_voted_on_keep_their_holders(village: Team) -> None:
    village.elect("马雨水", "韩清明", kind="deputy_secretary", on=ago(30))
    village.elect("李春禾")
    assert len(village.holding("deputy_secretary")) == 2


@pytest.mark.parametrize(("voted", "stands"), [(31, False), (32, True), (40, True)])
def test_a_party_election_needs_four_fifths(village: Team, voted: int, stands: bool) -> None:
    if stands:
        assert village.elect("李春禾", voted=voted).turnout == voted * 10_000 // 40
    else:
        with refusing() as caught:
            village.elect("李春禾", voted=voted)
        assert caught.value.id == "AV152"
        assert "32" in str(caught.value)
        assert village.holding() == []


@pytest.mark.parametrize(("voted", "stands"), [(500, False), (501, True)])
def test_a_village_committee_needs_more_than_half(
    at_work: None, cast: Cast, voted: int, stands: bool
) -> None:
    committee = team(
        cast.township_officer.actor, "大耆老村村民委员会", kind="villagers_committee",
        kinds={"director": 1, "committee_member": 4},
    )  # fmt: skip
    if stands:
        committee.elect("李春禾", kind="director", electors=1000, voted=voted)
    else:
        with refusing() as caught:
            committee.elect("李春禾", kind="director", electors=1000, voted=voted)
        assert caught.value.id == "AV152"


def test_what_makes_no_election(village: Team, cast: Cast) -> None:
    for more in ({"voted": 41}, {"electors": 0, "voted": 0}, {"on": TODAY + timedelta(days=1)}):
        with refusing() as caught:
            village.elect("李春禾", **more)
        assert caught.value.id == "CO400"
    with refusing() as caught:
        village.elect()
    assert caught.value.id == "CO400"
    other = team(cast.township_officer.actor, "靖安镇卫生院", kind="hospital", sector=6)
    with refusing() as caught:
        other.elect("李春禾")
    assert caught.value.id == "AV151"


def test_an_election_is_recorded_once(village: Team) -> None:
    village.elect("李春禾")
    with refusing() as caught:
        village.elect("李春禾", "祁立春")
    assert caught.value.id == "AV153"
    with refusing() as caught:
        village.elect("祁立春", on=ago(10), number=2)
    assert caught.value.id == "AV153"
    assert [held.holder for held in village.holding()] == ["李春禾"]


def test_a_post_of_another_organisation_is_refused(village: Team, cast: Cast) -> None:
    other = team(cast.township_officer.actor, "大耆老村第一党支部")
    with refusing() as caught:
        village.elect(seats=(Seat(other.posts["secretary"].id, "李春禾"),))
    assert caught.value.id == "CO400"


def test_more_elected_than_seats_undoes_the_whole(village: Team) -> None:
    village.elect("李春禾", on=ago(900))
    with refusing() as caught:
        village.elect("祁立春", "马雨水")
    assert caught.value.id == "OR103"
    assert [held.holder for held in village.holding()] == ["李春禾"]


def test_who_may_not_edit_the_organisation_may_not_record(village: Team, cast: Cast) -> None:
    for actor, error in ((cast.grid_worker.actor, "OR001"), (cast.outsider.actor, "OR001")):
        village.actor = actor
        with refusing() as caught:
            village.elect("李春禾")
        assert caught.value.id == error
    village.actor = cast.department_officer.actor
    with refusing() as caught:
        village.elect("李春禾")
    assert caught.value.id in {"OR001", "CO403"}


def test_an_election_leaves_its_fact_journal_and_cannot_be_altered(village: Team) -> None:
    village.elect("李春禾", on=ago(1900))
    late = village.elect("李春禾")
    told = facts("activity.election.held")
    assert [fact.org_key for fact in told] == [village.org.key] * 2
    assert told[1].attrs == {"number": 2, "turnout": 9000, "days_late": 74, "seats": 1, "fresh": 0}
    assert told[1].at == elections.noon(TODAY)
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="election.held", object=late.record).count() == 1
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Election.objects.filter(id=late.id).update(voted=40)


# -- due and overdue -------------------------------------------------------------------------


def ending(cast: Cast, days: int, name: str, place: str = VILLAGE) -> Team:
    """An organisation whose term ends in so many days."""
    made = team(SYSTEM, name, place, kinds={"secretary": 1})
    ends = TODAY + timedelta(days=days)
    made.elect("李春禾", on=ago(1000), ends=ends)
    return made


def test_due_by_place_is_the_list_behind_it(at_work: None, cast: Cast) -> None:
    for days, name in ((-3, "甲"), (0, "乙"), (180, "丙"), (181, "丁")):
        ending(cast, days, name)
    ending(cast, -9, "别县", OTHER_VILLAGE)
    officer = cast.county_officer.actor
    with scoped(officer):
        (row,) = teams.due_by_place(officer, COUNTY)
        assert (row.place, row.overdue, row.due, row.later) == (VILLAGE[:9], 1, 2, 1)
        named = {
            state: [org.name for org in teams.due_list(officer, COUNTY, state)]
            for state in teams.STATES
        }
        everything = teams.due_by_place(officer, "")
    assert named == {"overdue": ["甲"], "due": ["乙", "丙"], "later": ["丁"]}
    assert sum(one.all for one in everything) == 4
    assert row.all == 4


def test_the_calendar_counts_ends_by_month(at_work: None, cast: Cast) -> None:
    for days, name in ((0, "甲"), (20, "乙"), (200, "丙"), (500, "丁"), (-20, "戊")):
        ending(cast, days, name)
    officer = cast.county_officer.actor
    with scoped(officer):
        told = teams.calendar(officer, COUNTY)
    assert len(told) == 12
    assert told[0] == (date(2030, 11, 1), 1)
    assert [n for _month, n in told] == [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_the_sweep_tells_each_once(at_work: None, cast: Cast) -> None:
    overdue, near = ending(cast, -3, "甲"), ending(cast, 100, "乙")
    ending(cast, 300, "丙")
    assert elections.sweep() == 2
    assert elections.sweep() == 0
    late, warned = facts("activity.election.overdue"), facts("activity.election.warned")
    assert [fact.org_key for fact in late] == [overdue.org.key]
    assert [fact.org_key for fact in warned] == [near.org.key]
    assert late[0].at == elections.noon(ago(2))
    with scoped(SYSTEM):
        assert ElectionNotice.objects.count() == 2
    with clock.freeze(NOW + timedelta(days=101)):
        assert elections.sweep() == 1
    # A new term begins: nothing more is told of the old one.
    overdue.elect("祁立春")
    assert elections.sweep() == 0


def test_a_county_whose_programme_cannot_be_read_keeps_no_other_from_its_turn(
    at_work: None, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ending(cast, 90, "甲")
    near = ending(cast, 100, "乙", OTHER_VILLAGE)
    honest = programme.current

    def current(code: str) -> Any:
        if code == COUNTY:
            raise KeyError("nobody foresaw this")
        return honest(code)

    monkeypatch.setattr(programme, "current", current)
    assert elections.sweep() == 1
    assert [fact.org_key for fact in facts("activity.election.warned")] == [near.org.key]
    assert f"no programme of cadres for {COUNTY}" in caplog.text


def test_the_sweep_reads_in_batches(
    at_work: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        ending(cast, -number - 1, f"组织{number}")
    monkeypatch.setattr(elections, "BATCH", 2)
    assert elections.sweep() == 5
    assert len({fact.org_key for fact in facts("activity.election.overdue")}) == 5
