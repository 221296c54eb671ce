"""Postings to villages, their logs, and candidates of a commendation: document 000's 214 cadres and 122 groups."""

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
    do,
    facts,
    refusing,
    team,
)
from tests.cast import COUNTY, VILLAGE, Cast, make_account
from zhijin.access.api import actor_of, grant_role
from zhijin.activities.cadres import postings
from zhijin.activities.cadres.postings import Log, Sending
from zhijin.activities.models import Posting, WorkLog
from zhijin.activities.services.common import keys_of
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.orgs.models import Appointment

ENDS = TODAY + timedelta(days=300)


@pytest.fixture
def office(village: Team, cast: Cast) -> Actor:
    """The county's officer, who sends cadres; others of the cast are made so that no refusal undoes them."""
    assert cast.branch_secretary.account
    assert cast.grid_worker.account
    assert cast.outsider.account
    return cast.county_officer.actor


def send(office: Actor, village: Team, holder: str = "示例甲", **more: Any) -> Posting:
    values = {"from_name": "昭阳区水务局", "start": ago(400), "ends": ENDS, **more}
    made: Posting = do(
        office, postings.post_cadre, org_key=village.org.key, sending=Sending(holder, **values)
    )
    return made


def write(
    actor: Actor, posting: Posting, day: date = TODAY, kind: str = "visit", **more: Any
) -> WorkLog:
    log = Log(day, kind, more.pop("text", "走访三户，登记用水困难一件"), more.pop("photos", ()))
    made: WorkLog = do(actor, postings.write_log, posting_id=posting.id, log=log)
    return made


def test_a_cadre_is_sent_and_goes_home(office: Actor, village: Team) -> None:
    row = send(office, village, first=True)
    with scoped(SYSTEM):
        held = Appointment.objects.select_related("post").get(id=row.appointment_id)
    assert (held.post.kind, held.how, held.term_ends) == ("first_secretary", "posted", ENDS)
    home = do(office, postings.end_posting, posting_id=row.id, why="期满轮换")
    assert (home.ended_on, home.ended_why) == (TODAY, "期满轮换")
    with refusing() as caught:
        do(office, postings.end_posting, posting_id=row.id, why="再次")
    assert caught.value.id == "AV156"
    assert [fact.attrs["days"] for fact in facts("activity.posting.ended")] == [400]


def test_one_first_secretary_and_five_cadres_fit(office: Actor, village: Team) -> None:
    send(office, village, "甲", first=True)
    with refusing() as caught:
        send(office, village, "乙", first=True)
    assert caught.value.id == "OR103"
    send(office, village, "乙")
    send(office, village, "丙")
    with scoped(office):
        told = postings.figures(office, COUNTY)
    assert told == {"cadres": 3, "first": 1, "villages": 1, "units": 1, "over": 0}


def test_who_may_not_send(office: Actor, village: Team, cast: Cast) -> None:
    for actor, error in ((cast.branch_secretary.actor, "CO403"), (cast.outsider.actor, "OR001")):
        with refusing() as caught:
            send(actor, village)
        assert caught.value.id == error
    for ends in (ago(400), ago(400) + timedelta(days=3000)):
        with refusing() as caught:
            send(office, village, ends=ends)
        assert caught.value.id == "CO400"


def test_a_log_stays_as_written(office: Actor, village: Team, cast: Cast) -> None:
    row = send(office, village)
    made = write(cast.branch_secretary.actor, row)
    told = facts("activity.worklog.written")
    assert [(fact.org_key, fact.attrs) for fact in told] == [
        (village.org.key, {"kind": "visit", "first": False})
    ]
    with (
        scoped(SYSTEM),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        WorkLog.objects.filter(id=made.id).update(text="别的")


def test_the_cadre_writes_from_their_own_account(office: Actor, village: Team, cast: Cast) -> None:
    account = make_account("zhucun", name="示例甲")
    grant_role(actor=SYSTEM, account=account, role="village_staff", place_code=VILLAGE)
    row = send(office, village, username="zhucun")
    other = send(office, village, "示例乙")
    own = actor_of(str(account.id))
    assert own is not None
    assert write(own, row).posting_id == row.id
    with refusing() as caught:
        write(own, other)
    assert caught.value.id == "CO403"


def test_what_is_no_log(office: Actor, village: Team, cast: Cast) -> None:
    row = send(office, village, start=ago(30))
    for day in (ago(31), TODAY + timedelta(days=1)):
        with refusing() as caught:
            write(office, row, day)
        assert caught.value.id == "AV157"
    for more in ({"kind": "idle"}, {"text": " "}, {"photos": ("a" * 64,) * 7}):
        with refusing() as caught:
            write(office, row, **more)
        assert caught.value.id == "CO400"
    for actor in (cast.outsider.actor, cast.grid_worker.actor):
        with refusing() as caught:
            write(actor, row)
        assert caught.value.id in {"CO403", "CO404"}
    do(office, postings.end_posting, posting_id=row.id, why="轮换", on=ago(5))
    with refusing() as caught:
        write(office, row, ago(4))
    assert caught.value.id == "AV157"
    write(office, row, ago(6))


def test_states_of_postings(office: Actor, village: Team) -> None:
    now, home = send(office, village, "甲"), send(office, village, "乙")
    send(office, village, "丙", ends=ago(1))
    do(office, postings.end_posting, posting_id=home.id, why="轮换")
    with scoped(office):
        told = {
            state: [row.holder for row in postings.postings(office, COUNTY, state)]
            for state in ("now", "over", "home")
        }
        assert postings.get(office, now.id) == now
    assert told == {"now": ["甲", "丙"], "over": ["丙"], "home": ["乙"]}


# -- candidates ------------------------------------------------------------------------------


def load(
    org: Team, number: int, months: int, kinds: tuple[str, ...], each: int = 2
) -> list[Posting]:
    """``number`` cadres of a village's team who wrote ``each`` logs in so many months of 2030."""
    keys = keys_of(org.org)
    rows = Posting.objects.bulk_create(
        Posting(**keys, appointment_id=uuid7(), holder=f"干部{n}", first=n == 0, from_name="单位",
                since=date(2029, 6, 1), until=date(2031, 6, 1))
        for n in range(number)
    )  # fmt: skip
    WorkLog.objects.bulk_create(
        WorkLog(**keys, posting_id=row.id, day=date(2030, month, 3 + at), kind=kinds[(month + at) % len(kinds)],
                text="工作", made_at=clock.now())
        for row in rows for month in range(1, months + 1) for at in range(each)
    )  # fmt: skip
    return rows


FOUR = ("visit", "industry", "party", "service")


def test_document_000_candidates(at_work: None, cast: Cast) -> None:
    """214 cadres and 122 groups come out of the record: by the conditions, among others who miss one each."""
    teams = [team(SYSTEM, f"第{n}村党支部", kinds={}) for n in range(125)]
    with scoped(SYSTEM):
        # 92 teams of two who meet everything, 30 of two where one of them does.
        for made in teams[:92]:
            load(made, 2, 10, FOUR)
        for made in teams[92:122]:
            load(made, 1, 10, FOUR)
            load(made, 1, 9, FOUR)
        load(teams[122], 3, 11, FOUR, each=1)
        load(teams[123], 3, 11, FOUR[:2])
        load(teams[124], 3, 8, FOUR)
    officer = cast.county_officer.actor
    with scoped(officer):
        found = postings.candidates(officer, COUNTY, 2030)
    assert (len(found.cadres), len(found.teams), found.asked) == (214, 122, 253)


def test_a_group_needs_its_number_and_kinds_of_work(at_work: None, cast: Cast) -> None:
    alone, narrow, fit = (team(SYSTEM, f"第{n}村党支部", kinds={}) for n in range(3))
    with scoped(SYSTEM):
        load(alone, 1, 10, FOUR)
        load(narrow, 2, 10, FOUR[:3])
        load(fit, 2, 10, FOUR)
    officer = cast.county_officer.actor
    with scoped(officer):
        found = postings.candidates(officer, COUNTY, 2030)
        assert [key for key, _name, _place in found.teams] == [fit.org.key]
        assert len(found.cadres) == 5
        assert postings.candidates(officer, COUNTY, 2029).cadres == []


def test_candidates_take_few_statements_and_show_no_figures(
    office: Actor, village: Team, django_assert_num_queries: Any
) -> None:
    with scoped(SYSTEM):
        rows = load(village, 3, 10, FOUR)
    with scoped(office), django_assert_num_queries(5):
        found = postings.candidates(office, COUNTY, 2030)
    assert [row.id for row in found.cadres] == sorted(row.id for row in rows)
    assert found.teams == [(village.org.key, village.org.name, VILLAGE)]


def test_computing_them_is_told(office: Actor, village: Team, cast: Cast) -> None:
    do(office, postings.compute, place=COUNTY, year=2030)
    (told,) = facts("activity.commend.computed")
    assert (told.value, told.attrs) == (0, {"year": 2030, "teams": 0})
    with refusing() as caught:
        do(cast.branch_secretary.actor, postings.compute, place=COUNTY, year=2030)
    assert caught.value.id == "CO403"
    with refusing() as caught:
        do(office, postings.compute, place="", year=2030)
    assert caught.value.id == "CO400"


def test_whoever_went_home_before_the_year_is_not_asked(office: Actor, village: Team) -> None:
    row = send(office, village, start=ago(900))
    with clock.freeze(NOW - timedelta(days=400)):
        do(office, postings.end_posting, posting_id=row.id, why="轮换")
    with scoped(office):
        assert postings.candidates(office, COUNTY, 2030).asked == 0
        assert postings.candidates(office, COUNTY, 2029).asked == 1
