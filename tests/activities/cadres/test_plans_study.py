"""County plans with their measures; the study programme with its shares: document 004's 387 villages and 318 cadres."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.activities.cadres.conftest import SYSTEM, TODAY, Team, do, facts, refusing
from tests.cast import COUNTY, OTHER_COUNTY, TOWNSHIP, Cast, Part, make_member
from tests.support.racing import overtaken
from zhijin.activities.cadres import plans, study
from zhijin.activities.cadres.plans import Measure
from zhijin.activities.cadres.study import Wish
from zhijin.activities.models import CountyPlan, PlanMeasure, Study, StudySurvey
from zhijin.activities.services.common import keys_of
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people import api as people

WISH = Wish("青海开放大学", "乡村振兴", 3, 740_001)


@pytest.fixture
def county(village: Team, cast: Cast) -> Actor:
    """The county's officer; others of the cast are made so that no refusal undoes them."""
    for member in (cast.branch_secretary, cast.township_officer, cast.outsider):
        assert member.account
    return cast.county_officer.actor


def planned(officer: Actor, **more: Any) -> CountyPlan:
    values = {
        "county": COUNTY,
        "year": 2030,
        "title": "昭阳区组团式帮扶方案",
        "basis": "区委会议纪要",
        **more,
    }
    made: CountyPlan = do(officer, plans.make, **values)
    return made


def measure(county: Actor, plan: CountyPlan, goal: int = 20, days: int = 30) -> PlanMeasure:
    wanted = Measure(
        "education", "选派教师到乡镇中学", "区教育局", goal, "人", TODAY + timedelta(days=days)
    )
    row: PlanMeasure = do(county, plans.add, plan_id=plan.id, measure=wanted)
    return row


def test_a_plan_and_how_far_it_is(county: Actor) -> None:
    plan = planned(county)
    first, second = measure(county, plan), measure(county, plan, 5, -1)
    do(county, plans.progress, measure_id=first.id, done=8, note_text="第一批到岗")
    do(county, plans.progress, measure_id=first.id, done=20, note_text="全部到岗")
    do(county, plans.progress, measure_id=second.id, done=3, note_text="还差两人")
    with scoped(county):
        (row,) = plans.plans(county, COUNTY)
        assert plans.standings([row])[row.id] == plans.Standing(2, 1, 1)
        told = plans.measures(row)
    assert [(one.done, one.rate, len(lines)) for one, lines in told] == [
        (20, 10_000, 2),
        (3, 6000, 1),
    ]
    assert [line.done for line in told[0][1]] == [20, 8]
    reached = [fact.attrs["reached"] for fact in facts("activity.plan.progress")]
    assert reached == [False, True, False]


def test_a_goal_corrected_downwards_stays_in_the_record(county: Actor) -> None:
    row = measure(county, planned(county))
    for done in (30, 12):
        do(county, plans.progress, measure_id=row.id, done=done, note_text="核实")
    with scoped(county):
        assert PlanMeasure.objects.get(id=row.id).rate == 6000
    assert [fact.value for fact in facts("activity.plan.progress")] == [30, 12]


def test_one_plan_a_county_and_year(county: Actor, cast: Cast) -> None:
    plan = planned(county)
    with refusing() as caught:
        planned(county)
    assert caught.value.id == "AV158"
    planned(county, year=2031)
    for more in ({"county": TOWNSHIP}, {"year": 1999}, {"year": 2032, "title": ""}):
        with refusing() as caught:
            planned(county, **more)
        assert caught.value.id == "CO400"
    for actor in (cast.township_officer.actor, cast.outsider.actor):
        with refusing() as caught:
            do(
                actor,
                plans.add,
                plan_id=plan.id,
                measure=Measure("other", "a", "b", 1, "件", TODAY),
            )
        assert caught.value.id in {"CO403", "CO404"}
    with refusing() as caught:
        planned(county, county=OTHER_COUNTY)
    assert caught.value.id == "CO403"
    with scoped(cast.outsider.actor):
        assert not plans.plans(cast.outsider.actor).exists()


@pytest.mark.parametrize(("line", "goal"), [("idle", 3), ("health", 0), ("health", 2 * 10**9)])
def test_what_is_no_measure(county: Actor, line: str, goal: int) -> None:
    plan = planned(county)
    with refusing() as caught:
        do(county, plans.add, plan_id=plan.id, measure=Measure(line, "a", "b", goal, "人", TODAY))
    assert caught.value.id == "CO400"


# -- study -----------------------------------------------------------------------------------


def applied(village: Team, cast: Cast, wish: Wish = WISH) -> Study:
    if not village.holding():
        village.elect("李春禾")
    (held,) = village.holding()
    row: Study = do(cast.branch_secretary.actor, study.apply, appointment_id=held.id, wish=wish)
    return row


def enrolled(village: Team, cast: Cast, wish: Wish = WISH) -> Study:
    row = applied(village, cast, wish)
    do(cast.township_officer.actor, study.recommend, study_id=row.id, why="本人愿意，学历符合")
    made: Study = do(cast.county_officer.actor, study.review, study_id=row.id, agreed=True)
    return made


def test_from_application_to_diploma(county: Actor, village: Team, cast: Cast) -> None:
    row = enrolled(village, cast)
    assert (row.state, row.public_fen, row.own_fen) == ("enrolled", 592_000, 148_001)
    for term, passed in (("2030-01", 4), ("2030-02", 5)):
        do(county, study.record_result, study_id=row.id, term=term, taken=5, passed=passed)
    done = do(county, study.end, study_id=row.id, finished=True, why="毕业证已核验")
    assert done.state == "finished"
    results = facts("activity.study.result")
    assert [(fact.value, fact.attrs["taken"], fact.org_key) for fact in results] == [
        (4, 5, village.org.key), (5, 5, village.org.key),
    ]  # fmt: skip
    (told,) = facts("activity.study.enrolled")
    assert (told.attrs["public_fen"], told.attrs["own_fen"]) == (592_000, 148_001)
    assert len(facts("activity.study.finished")) == 1


@pytest.mark.parametrize(("before", "after"), [(None, 3), (2, 3), (3, 3), (4, 4)])
def test_a_diploma_is_known_to_the_make_up_of_the_team(
    county: Actor, village: Team, cast: Cast, before: int | None, after: int
) -> None:
    row = enrolled(village, cast)
    if before is not None:
        do(county, people.record_particulars, appointment_id=row.appointment_id, education=before)
    do(county, study.end, study_id=row.id, finished=True, why="毕业证已核验")
    with scoped(SYSTEM):
        known = people.Particulars.objects.get(appointment_id=row.appointment_id)
    assert known.education == after


def test_a_study_that_was_stopped_teaches_nothing(county: Actor, village: Team, cast: Cast) -> None:
    row = enrolled(village, cast)
    do(county, study.end, study_id=row.id, finished=False, why="调离")
    with scoped(SYSTEM):
        rows = people.Particulars.objects.filter(appointment_id=row.appointment_id)
        assert not rows.filter(education=3).exists()


def test_each_step_has_its_own_hand(county: Actor, village: Team, cast: Cast) -> None:
    row = applied(village, cast)
    for actor, service, more, error in (
        (cast.branch_secretary.actor, study.recommend, {"why": "好"}, "CO403"),
        (cast.outsider.actor, study.recommend, {"why": "好"}, "CO404"),
        (county, study.review, {"agreed": True}, "AV001"),
    ):
        with refusing() as caught:
            do(actor, service, study_id=row.id, **more)
        assert caught.value.id == error
    do(county, study.recommend, study_id=row.id, why="乡镇缺人，县里代推荐")
    with refusing() as caught:
        do(cast.township_officer.actor, study.review, study_id=row.id, agreed=True)
    assert caught.value.id == "CO403"
    with refusing() as caught:
        do(county, study.review, study_id=row.id, agreed=True)
    assert caught.value.id == "AV161"
    second = make_member("xian2", Part("冯霜降", "county_officer", COUNTY))
    declined = do(second.actor, study.review, study_id=row.id, agreed=False, why="材料不齐")
    assert (declined.state, declined.public_fen) == ("declined", None)
    # Whoever was declined may apply again.
    assert applied(village, cast).state == "applied"


def test_one_study_at_a_time(county: Actor, village: Team, cast: Cast) -> None:
    applied(village, cast)
    with refusing() as caught:
        applied(village, cast)
    assert caught.value.id == "AV159"
    with scoped(SYSTEM):
        row = Study.objects.get()
        row.id = uuid7()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize(
    "wish", [Wish("a", "b", 5, 100), Wish("a", "b", 3, 0), Wish("", "b", 3, 100)]
)
def test_what_is_no_application(county: Actor, village: Team, cast: Cast, wish: Wish) -> None:
    village.elect("李春禾")
    with refusing() as caught:
        applied(village, cast, wish)
    assert caught.value.id == "CO400"


def test_results_are_told_once(county: Actor, village: Team, cast: Cast) -> None:
    row = enrolled(village, cast)
    do(county, study.record_result, study_id=row.id, term="2030-02", taken=5, passed=5)
    with refusing() as caught:
        do(county, study.record_result, study_id=row.id, term="2030-02", taken=5, passed=4)
    assert caught.value.id == "AV160"
    for term, taken, passed in (("2030-3", 5, 5), ("2031-01", 5, 6), ("2031-01", 0, 0)):
        with refusing() as caught:
            do(county, study.record_result, study_id=row.id, term=term, taken=taken, passed=passed)
        assert caught.value.id == "CO400"


def test_a_survey_is_answered_anew(county: Actor, village: Team, cast: Cast) -> None:
    secretary = cast.branch_secretary.actor
    for counts in ((7, 5, 2), (7, 4, 3)):
        do(
            secretary,
            study.survey,
            org_key=village.org.key,
            year=2030,
            counts=counts,
            wishes="大专",
        )
    with scoped(county):
        told = study.figures(county, COUNTY)
    assert (told.surveyed, told.willing) == (1, 3)
    # Asked again the year after, nobody wishes twice; an older answer that comes in later changes nothing.
    for year, counts in ((2031, (7, 3, 2)), (2029, (7, 6, 6))):
        do(secretary, study.survey, org_key=village.org.key, year=year, counts=counts)
    with scoped(county):
        told = study.figures(county, COUNTY)
    assert (told.surveyed, told.willing) == (1, 2)
    for counts in ((7, 8, 0), (7, 1, 8), (501, 1, 1)):
        with refusing() as caught:
            do(secretary, study.survey, org_key=village.org.key, year=2030, counts=counts)
        assert caught.value.id == "CO400"


def test_one_years_plans_are_counted_with_their_measures(county: Actor, cast: Cast) -> None:
    made = do(county, plans.make, county=COUNTY, year=2030, title="方案", basis="纪要")
    do(county, plans.make, county=COUNTY, year=2029, title="去年的方案", basis="纪要")
    for goal, due, done in (
        (4, TODAY + timedelta(days=9), 4),
        (4, TODAY - timedelta(days=1), 3),
        (4, TODAY, 0),
    ):
        wanted = plans.Measure("health", "派驻医疗队", "区卫健局", goal, "支", due)
        row = do(county, plans.add, plan_id=made.id, measure=wanted)
        do(county, plans.progress, measure_id=row.id, done=done, note_text="现场核实")
    with scoped(county):
        told = plans.figures(county, COUNTY)
        assert (told.year, told.counties) == (2030, 1)
        assert (told.standing.measures, told.standing.reached, told.standing.late) == (3, 1, 1)
        assert plans.figures(county, COUNTY, 2029).standing.measures == 0
    outsider = cast.outsider.actor
    with scoped(outsider):
        assert plans.figures(outsider).counties == 0


def test_document_004_figures(county: Actor, village: Team, django_assert_num_queries: Any) -> None:
    """387 villages surveyed, 318 enrolled; 80% and 20% of every fee add up to the fen."""
    keys = keys_of(village.org)
    shares = [(fee * 8 // 10, fee - fee * 8 // 10) for fee in range(700_000, 700_318)]
    with scoped(SYSTEM):
        StudySurvey.objects.bulk_create(
            StudySurvey(**(keys | {"org_key": keys["org_key"] + n}), year=2030, cadres=7, below=4, willing=1,
                        made_at=clock.now())
            for n in range(387)
        )  # fmt: skip
        Study.objects.bulk_create(
            Study(**keys, appointment_id=uuid7(), holder="干部", year=2030, school="a", course="b", level=3,
                  fee_fen=public + own, public_fen=public, own_fen=own, state="enrolled",
                  applied_at=clock.now(), reviewed_at=clock.now())
            for public, own in shares
        )  # fmt: skip
    with scoped(county), django_assert_num_queries(3):
        told = study.figures(county, COUNTY)
    assert (told.surveyed, told.enrolled, told.by_state) == (387, 318, {"enrolled": 318})
    assert told.public_fen + told.own_fen == sum(range(700_000, 700_318))
    assert told.public_fen == sum(public for public, _own in shares)


@pytest.mark.django_db(transaction=True)
def test_nobody_applies_for_somebody_who_leaves_at_that_moment(village: Team, cast: Cast) -> None:
    village.elect("李春禾")
    assert cast.branch_secretary.actor
    (held,) = village.holding()

    def leave() -> None:
        with scoped(SYSTEM):
            orgs.end_appointment(actor=SYSTEM, appointment_id=held.id, why="辞职")

    assert overtaken(leave, lambda: applied(village, cast)) == "CO404"
    with scoped(SYSTEM):
        assert not Study.objects.exists()
