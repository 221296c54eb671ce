"""Organisations that move, are merged or begin in the middle of a year, by the shipped months and year."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.assessment import drive
from tests.assessment.cycle import yearly
from tests.assessment.drive import SYSTEM
from zhijin.assessment import services
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Run, Score, Value
from zhijin.core import clock, facts
from zhijin.core.scope import scoped
from zhijin.orgs.services import change_organisation, end_organisation

pytestmark = pytest.mark.django_db(transaction=True)
MONTHLY, YEARLY = "double-drive", "annual-assessment"
YEAR = Period(date(2026, 1, 1), "year")
MAY, JULY = (Period(date(2026, month, 1)) for month in (5, 7))
#: The year is over.
NOW = datetime(2027, 1, 5, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _present(tree):
    with clock.freeze(NOW):
        yearly.publish_programmes(MONTHLY, YEARLY)
        yield


@pytest.fixture
def three():
    return drive.branches(3)


def computed(programme: str, period: Period) -> Run:
    batch = services.request_run(
        actor=SYSTEM, programme=programme, period=period, place_code=drive.COUNTY
    )
    assert services.compute(batch.id).state == "done"
    with scoped(SYSTEM):
        return Run.objects.get(programme=programme, period_start=period.start, state="ready")


def published(programme: str, period: Period) -> Run:
    return services.publish_run(actor=SYSTEM, run_id=computed(programme, period).id, follow=False)


def figure(run: Run, key: int, indicator: str) -> tuple[int | None, int | None]:
    with scoped(SYSTEM):
        row = Value.objects.get(run_id=run.id, org_key=key)
    place = run.indicators.index(indicator)
    return row.numerators[place], row.denominators[place]


def line(run: Run, key: int) -> Score:
    with scoped(SYSTEM):
        return Score.objects.get(run_id=run.id, org_key=key)


def test_what_counts_by_place_follows_an_organisation_that_moved_in_the_middle_of_the_year(three):
    mover, goal = three[0], drive.village(40)
    drive.add_places(goal)
    drive.work(mover, MAY, 3, 10)
    drive.work(mover, JULY, 7, 10)  # at the old place, after it had left: not its own any more
    drive.work(mover, JULY, 9, 10, place=goal)
    with scoped(SYSTEM):
        change_organisation(actor=SYSTEM, key=mover.key, on=date(2026, 6, 15), place_code=goal)
    run = computed(YEARLY, YEAR)
    assert figure(run, mover.key, "solved") == (12, 20)
    assert line(run, mover.key).place_code == goal, "ranked where it was at the end of the year"
    assert figure(run, three[1].key, "solved") == (0, 0)


def test_its_own_facts_move_with_it(three):
    mover, goal = three[0], drive.village(41, drive.TOWNSHIP)
    drive.add_places(goal)
    _problems(mover, mover.place_code, (2, 4))
    with scoped(SYSTEM):
        change_organisation(actor=SYSTEM, key=mover.key, on=date(2026, 6, 1), place_code=goal)
    _problems(mover, goal, (8,))
    assert figure(computed(YEARLY, YEAR), mover.key, "rectified") == (3, 3)


def _problems(org, place: str, months: tuple[int, ...]) -> None:
    with scoped(SYSTEM):
        facts.record_many(
            facts.NewFact(kind, at=datetime(2026, month, 9, 4, tzinfo=UTC), place_code=place,
                          subject="check", actor="system:test", record=f"check:{month}",
                          org_key=org.key)
            for month in months
            for kind in ("activity.problem.found", "activity.problem.verified")
        )  # fmt: skip


def test_an_organisation_merged_in_the_middle_of_the_year_is_not_ranked_for_it(three):
    gone = three[2]
    for org in three:
        drive.work(org, MAY, 8)
    with scoped(SYSTEM):
        end_organisation(actor=SYSTEM, key=gone.key, on=date(2026, 7, 1), why="并入邻村")
    month, year = published(MONTHLY, MAY), computed(YEARLY, YEAR)
    assert line(month, gone.key).total is not None, "in May it was there"
    with scoped(SYSTEM):
        assert not Score.objects.filter(run_id=year.id, org_key=gone.key).exists()
        assert {row.of for row in Score.objects.filter(run_id=year.id)} == {2}


def test_the_mean_of_the_months_is_over_those_in_which_it_was_assessed(three):
    """Rounded down; a month that was computed but not published does not count."""
    for org, solved in zip(three, (10, 7, 3), strict=True):
        drive.work(org, MAY, solved)
    drive.work(three[0], JULY, 1)
    may, july = published(MONTHLY, MAY), published(MONTHLY, JULY)
    august = Period(date(2026, 8, 1))
    drive.work(three[0], august, 10)
    unpublished = computed(MONTHLY, august)
    year = computed(YEARLY, YEAR)
    for org in three:
        totals = [line(run, org.key).total for run in (may, july)]
        assert line(year, org.key).dims[1] == sum(totals) // 2
    assert line(unpublished, three[0].key).total is not None


def test_a_year_without_published_months_rests_on_the_rest(three):
    drive.work(three[0], MAY, 8)
    run = computed(YEARLY, YEAR)
    assert line(run, three[0].key).dims[1] is None
    assert line(run, three[0].key).total == line(run, three[0].key).dims[0]
    assert line(run, three[1].key).total is None, "nothing at all: not ranked"


def test_publishing_a_month_of_an_ended_year_asks_for_the_year(three):
    from zhijin.assessment.models import Batch

    drive.work(three[0], MAY, 8)
    computed(YEARLY, YEAR)
    published(MONTHLY, MAY)
    with scoped(SYSTEM):
        batch = Batch.objects.get(state="waiting")
    assert (batch.programme, batch.reason) == (YEARLY, "joined")
    services.compute(batch.id)
    with scoped(SYSTEM):
        year = Run.objects.get(programme=YEARLY, state="ready")
    assert line(year, three[0].key).dims[1] is not None


def test_a_month_of_a_running_year_asks_for_nothing(three):
    from zhijin.assessment.models import Batch

    drive.work(three[0], MAY, 8)
    with clock.freeze(datetime(2026, 8, 3, 2, tzinfo=UTC)):
        published(MONTHLY, MAY)
        with scoped(SYSTEM):
            assert not Batch.objects.filter(programme=YEARLY).exists()


def test_the_frozen_year_joins_the_months_of_the_next(three):
    from zhijin.assessment.cycle.freezing import freeze_run

    for org, solved in zip(three, (10, 7, 3), strict=True):
        drive.work(org, MAY, solved)
    year = published(YEARLY, YEAR)
    later = datetime(2027, 2, 3, 2, tzinfo=UTC)
    january = Period(date(2027, 1, 1))
    with clock.freeze(later):
        before = computed(MONTHLY, january)
        place = before.dimensions.index("last-year")
        assert line(before, three[0].key).dims[place] is None, "published is not frozen"
        freeze_run(actor=SYSTEM, run_id=year.id)
        after = computed(MONTHLY, january)
    for org in three:
        assert line(after, org.key).dims[place] == line(year, org.key).total
