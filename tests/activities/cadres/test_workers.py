"""Community workers: grades by stated conditions, vacancies by place, counts of sub-districts and communities."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.cadres.conftest import SYSTEM, TODAY, ago, do, facts, refusing
from tests.cast import COUNTY, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import register
from tests.support.racing import overtaken
from zhijin.activities.cadres import workers
from zhijin.activities.models import WorkerGrade
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.models import Appointment
from zhijin.people import api as people
from zhijin.places.models import Place


@pytest.fixture
def holder(at_work: None, cast: Cast) -> Appointment:
    """A worker of a community with four seats, hired three years ago."""
    # Made at once, so that an expected refusal does not undo their account.
    assert cast.township_officer.account
    return hire("示例甲", seats=4)


def hire(name: str, seats: int = 2, since: date | None = None) -> Appointment:
    org = register(f"{name}居民委员会", VILLAGE, kind="residents_committee", sector=2)
    with scoped(SYSTEM):
        post = orgs.create_post(actor=SYSTEM, kind="community_worker", org_key=org.key, seats=seats)
        term = orgs.Term(since or ago(1100), how="hired")
        return orgs.appoint(actor=SYSTEM, post_id=post.id, holder=name, term=term)


def grade(cast: Cast, held: Appointment, name: str, on: date, **more: Any) -> WorkerGrade:
    row: WorkerGrade = do(
        more.pop("actor", cast.township_officer.actor), workers.give_grade, appointment_id=held.id,
        grade=name, since=on, decision="街道〔2030〕5 号", **more,
    )  # fmt: skip
    return row


def test_a_ladder_is_climbed_step_by_step(cast: Cast, holder: Appointment) -> None:
    grade(cast, holder, "g2", date(2027, 12, 1))
    with refusing() as caught:
        grade(cast, holder, "g4", TODAY)
    assert caught.value.id == "AV155"
    with refusing() as caught:
        grade(cast, holder, "g3", date(2029, 11, 30))
    assert "24" in str(caught.value)
    assert "23" in str(caught.value)
    third = grade(cast, holder, "g3", date(2029, 12, 1))
    assert third.met == {"months": [24, 24]}
    with scoped(SYSTEM):
        rows = list(WorkerGrade.objects.order_by("since").values_list("grade", "since", "until"))
    assert rows == [
        ("g2", date(2027, 12, 1), date(2029, 12, 1)), ("g3", date(2029, 12, 1), None),
    ]  # fmt: skip
    told = [fact.attrs for fact in facts("activity.worker.graded")]
    assert told == [{"grade": "g2", "promoted": False}, {"grade": "g3", "promoted": True}]


def test_schooling_and_certificates_are_looked_up(cast: Cast, holder: Appointment) -> None:
    with refusing() as caught:
        grade(cast, holder, "g5", TODAY)
    assert caught.value.id == "AV155"
    with scoped(SYSTEM):
        people.record_particulars(
            actor=SYSTEM, appointment_id=holder.id, education=4, certificate=0
        )
    with refusing():
        grade(cast, holder, "g5", TODAY)
    with scoped(SYSTEM):
        people.record_particulars(actor=SYSTEM, appointment_id=holder.id, certificate=1)
    assert grade(cast, holder, "g5", TODAY).met == {"education": [3, 4], "certificate": [1, 1]}
    with scoped(SYSTEM):
        nearest, conditions = workers.outlook(SYSTEM, holder)
    assert nearest is not None
    assert nearest.id == "g6"
    assert [(one.key, one.met) for one in conditions] == [
        ("months", False), ("education", True), ("certificate", False),
    ]  # fmt: skip


def test_at_the_top_there_is_no_next(cast: Cast, holder: Appointment) -> None:
    with scoped(SYSTEM):
        people.record_particulars(
            actor=SYSTEM, appointment_id=holder.id, education=5, certificate=3
        )
    grade(cast, holder, "g6", TODAY)
    with scoped(SYSTEM):
        assert workers.outlook(SYSTEM, holder) == (None, [])


def test_what_is_refused(cast: Cast, holder: Appointment) -> None:
    for name, on in (("g9", TODAY), ("g1", date(2031, 1, 1)), ("g1", date(2020, 1, 1))):
        with refusing() as caught:
            grade(cast, holder, name, on)
        assert caught.value.id == "CO400"
    refused = ((cast.branch_secretary.actor, "CO403"), (cast.outsider.actor, "CO404"))
    for actor, error in refused:
        with refusing() as caught:
            grade(cast, holder, "g1", TODAY, actor=actor)
        assert caught.value.id == error
    with scoped(SYSTEM):
        post = orgs.create_post(actor=SYSTEM, kind="director", org_key=holder.org_id)
        head = orgs.appoint(actor=SYSTEM, post_id=post.id, holder="示例乙", term=orgs.Term(ago(9)))
    with refusing() as caught:
        grade(cast, head, "g1", TODAY)
    assert caught.value.id == "AV154"


def test_vacancies_and_grades_by_place(cast: Cast, holder: Appointment) -> None:
    second = hire("示例乙", seats=1)
    grade(cast, holder, "g1", TODAY)
    officer = cast.county_officer.actor
    with scoped(officer):
        assert [
            (one.place, one.seats, one.held, one.vacant)
            for one in workers.staffing(officer, COUNTY)
        ] == [(TOWNSHIP, 5, 2, 3)]
        assert workers.grades(officer, COUNTY) == {
            "g1": 1, "g2": 0, "g3": 0, "g4": 0, "g5": 0, "g6": 0,
        }  # fmt: skip
        assert [one.id for one in workers.workers(officer, COUNTY, "g1")] == [holder.id]
        assert [one.id for one in workers.workers(officer, COUNTY, "none")] == [second.id]
        assert [one.id for one in workers.vacancies(officer, COUNTY)] == [holder.post_id]
    with scoped(cast.outsider.actor):
        assert workers.staffing(cast.outsider.actor, COUNTY) == []


def test_divisions_are_counted_over_the_register(at_work: None) -> None:
    rows = (
        ("530602001", "township", "subdistrict"), ("530602001001", "village", "community"),
        ("530602001200", "village", "village"), ("530602105001", "village", "community"),
    )  # fmt: skip
    Place.objects.bulk_create(
        Place(code=code, key=place_key(code), name=code, level=level, kind=kind)
        for code, level, kind in rows
    )
    assert workers.divisions(COUNTY) == (1, 1)
    assert workers.divisions("") == (1, 1)
    assert workers.divisions("530621") == (0, 0)


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 20_000))
def test_whole_months_never_count_one_that_is_not_over(since: date, days: int) -> None:
    until = date.fromordinal(since.toordinal() + days)
    months = workers.whole_months(since, until)
    assert months >= 0
    year, month = divmod(since.month - 1 + months, 12)
    reached = (since.year + year, month + 1, since.day)
    assert reached <= (until.year, until.month, until.day)


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_at_that_moment_is_given_no_grade(cast: Cast, holder: Appointment) -> None:
    def leave() -> None:
        with scoped(SYSTEM):
            orgs.end_appointment(actor=SYSTEM, appointment_id=holder.id, why="辞职")

    assert overtaken(leave, lambda: grade(cast, holder, "g2", date(2027, 12, 1))) == "CO404"
    with scoped(SYSTEM):
        assert not WorkerGrade.objects.exists()
