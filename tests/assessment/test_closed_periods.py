"""A period that has ended keeps the revision it was computed by; what comes later stands beside it, or goes again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.assessment import drive
from tests.assessment.drive import JULY, JUNE, MAY, NOW, SYSTEM
from tests.cast import COUNTY, OTHER_COUNTY
from zhijin.assessment import services, streaming
from zhijin.assessment.models import Batch, Run
from zhijin.assessment.services import watching
from zhijin.core import clock, facts
from zhijin.core.errors import Refusal
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs.services import change_organisation

pytestmark = pytest.mark.django_db(transaction=True)

#: The same programme with another weight of the dimensions, and a smaller rule of points.
CHANGED = (
    drive.PROGRAMME.replace("weight: 60\n", "weight: 90\n")
    .replace("weight: 40\n", "weight: 10\n")
    .replace("id: praise", "id: merit")
)


@pytest.fixture(autouse=True)
def _present(tree):
    with clock.freeze(NOW):
        drive.publish_programme()
        yield


@pytest.fixture
def five():
    """Five branches of a township; the first solves everything, the last little."""
    orgs = drive.branches(5)
    for org, solved in zip(orgs, (10, 9, 8, 7, 2), strict=True):
        drive.work(org, JULY, solved)
    return orgs


def published(period=JULY):
    drive.compute(period)
    return services.publish_run(actor=SYSTEM, run_id=drive.run_of(period).id)


def waiting() -> list[Batch]:
    with scoped(SYSTEM):
        return list(Batch.objects.filter(state="waiting").order_by("asked_at", "id"))


def compute_waiting() -> None:
    for batch in waiting():
        services.compute(batch.id)


def test_a_later_revision_changes_nothing_of_a_period_that_has_been_computed(five):
    drive.settle()
    public = published()
    before = drive.ranks(public)
    drive.publish_programme(CHANGED)
    # Not by the calendar, not when an officer asks, and not when something comes late.
    assert services.request_due() == 1, (
        "the calendar never asked for July: it was asked for by hand"
    )
    compute_waiting()
    drive.compute()
    with scoped(SYSTEM):
        assert list(Run.objects.values_list("id", flat=True)) == [public.id]
    drive.work(five[-1], JULY, 30, 30)
    assert watching.request_late() == 1
    compute_waiting()
    beside = drive.run_of(state="ready")
    assert beside.revision_id == public.revision_id
    # (60 × 8000 + 40 × 10000) ÷ 100 by the old weights; by the new ones it were 8200
    assert drive.score(beside, five[-1]).total == (60 * (8000 * 70 // 70) + 40 * 10000) // 100
    assert drive.ranks(public) == before


def test_until_it_is_published_an_officer_may_ask_for_it_by_the_revision_in_force(five):
    drive.compute()
    first = drive.run_of()
    drive.publish_programme(CHANGED)
    drive.work(five[-1], JULY, 30, 30)
    drive.compute(reason=Batch.Reason.LATE_FACT)
    assert drive.run_of().revision_id == first.revision_id, "by itself nothing changes it"
    drive.compute()
    assert drive.run_of().revision_id != first.revision_id
    assert drive.score(drive.run_of(), five[-1]).total == (90 * 8000 + 10 * 10000) // 100


def test_a_period_not_yet_computed_takes_the_revision_in_force(five):
    drive.publish_programme(CHANGED)
    drive.compute()
    # solved 2 of 10; nobody rated: (90 × 2000 + 10 × 10000) ÷ 100
    assert drive.score(drive.run_of(), five[-1]).total == 2800


def test_points_are_given_by_the_rules_that_the_period_keeps(five):
    published()
    drive.publish_programme(CHANGED)

    def propose(rule: str):
        return services.propose_adjustment(
            actor=SYSTEM, programme="test-drive", period=JULY, org_key=five[-1].key, rule=rule,
            amount=150, why="县里通报表扬", records=["case:1"],
        )  # fmt: skip

    with pytest.raises(Refusal) as caught:
        propose("merit")
    assert caught.value.id == "AE012"
    made = propose("praise")
    with scoped(SYSTEM):
        type(made).objects.filter(id=made.id).update(proposed_by="account:somebody")
    services.decide_adjustment(actor=SYSTEM, adjustment_id=made.id, approved=True)
    compute_waiting()
    found = drive.score(drive.run_of(state="ready"), five[-1])
    assert (found.adjusted, found.total) == (150, 5200 + 150)


def test_points_of_one_that_moved_count_where_it_was_ranked(five):
    """It lies in another county now; the county that ranked it in July is computed anew."""
    published()
    drive.add_places(goal := f"{OTHER_COUNTY}100201")
    with scoped(SYSTEM):
        change_organisation(actor=SYSTEM, key=five[-1].key, on=date(2026, 8, 1), place_code=goal)
    made = services.propose_adjustment(
        actor=SYSTEM, programme="test-drive", period=JULY, org_key=five[-1].key, rule="praise",
        amount=100, why="县里通报表扬", records=["case:1"],
    )  # fmt: skip
    assert made.place_code == five[-1].place_code
    with scoped(SYSTEM):
        type(made).objects.filter(id=made.id).update(proposed_by="account:somebody")
    services.decide_adjustment(actor=SYSTEM, adjustment_id=made.id, approved=True)
    assert [batch.place_code for batch in waiting()] == [COUNTY]


@pytest.mark.parametrize("period", [JULY.before(-4), type(JULY)(date(2026, 1, 1), "year")])
def test_points_for_what_is_no_period_of_the_programme_are_refused(five, period):
    with pytest.raises(Refusal) as caught:
        services.propose_adjustment(
            actor=SYSTEM, programme="test-drive", period=period, org_key=five[0].key,
            rule="praise", amount=100, why="县里通报表扬", records=["case:1"],
        )  # fmt: skip
    assert caught.value.id == "AE004"


def test_what_came_late_and_was_taken_back_leaves_the_published_result_alone(five):
    public = published()
    drive.work(five[-1], JULY, 1, 1)
    drive.compute()
    assert drive.run_of(state="ready").names == public.id
    with scoped(SYSTEM):
        for late in Fact.objects.filter(place_code=five[-1].place_code).order_by("-id")[:1]:
            facts.record(
                late.kind, at=late.at, place_code=late.place_code, subject=late.subject,
                actor=SYSTEM, record=late.record,
                attrs={**late.attrs, "corrects": str(late.id), "void": True},
            )  # fmt: skip
    again = drive.compute()
    assert again.same_as is None, "what is there now is another result"
    with scoped(SYSTEM):
        assert not Run.objects.filter(state="ready").exists()
        assert Run.objects.get(state="published").id == public.id


def test_a_late_fact_is_found_though_another_computation_has_read_it_already(five):
    drive.settle()
    published()
    assert watching.request_late() == 0
    drive.work(five[-1], JULY, 30, 30)
    drive.settle()
    # Whatever is computed meanwhile, of any period, moves the files on.
    streaming.refresh()
    assert watching.request_late() == 1
    assert [(b.period_start, b.reason) for b in waiting()] == [(JULY.start, "late_fact")]


def test_a_late_fact_is_found_though_the_first_result_is_not_there_yet(five):
    """It came after the files were read, and before there was a result of the period."""
    drive.settle()
    streaming.refresh()
    assert watching.request_late() == 0
    batch = services.request_run(
        actor=SYSTEM, programme="test-drive", period=JULY, place_code=COUNTY
    )
    with scoped(SYSTEM):
        Batch.objects.filter(id=batch.id).update(state="computing")
    drive.work(five[-1], JULY, 1, 1)
    assert watching.request_late() == 1


def test_when_an_earlier_period_changes_the_rules_over_several_are_looked_at_again(five):
    """June's corrected result is published: who was last in June counts for July."""
    for month in (MAY, JUNE):
        for org, solved in zip(five, (10, 9, 8, 3, 2), strict=True):
            drive.work(org, month, solved)
    for month in (MAY, JUNE, JULY):
        published(month)
    assert "running" in drive.marks(drive.run_of(JULY))[five[3].key, "laggard"]
    drive.work(five[3], JUNE, 90, 90)
    drive.compute(JUNE)
    assert waiting() == [], "nothing changes while June's new result is not published"
    services.publish_run(actor=SYSTEM, run_id=drive.run_of(JUNE, state="ready").id)
    assert [(b.period_start, b.place_code) for b in waiting()] == [(JULY.start, COUNTY)]
    compute_waiting()
    beside = drive.run_of(JULY, state="ready")
    assert (five[3].key, "laggard") not in drive.marks(beside)


def test_what_was_computed_while_it_ran_becomes_the_result_when_nothing_changed(five):
    """The same figures at its end: no second result, and from then on it keeps its revision."""
    august = JULY.before(-1)
    drive.work(five[0], august, 6)
    with clock.freeze(datetime(2026, 8, 3, 18, 30, tzinfo=UTC)):
        watching.request_open()
        compute_waiting()
    first = drive.run_of(august)
    assert first.reason == "open"
    with clock.freeze(datetime(2026, 9, 2, tzinfo=UTC)):
        assert services.request_due() == 1
        compute_waiting()
        drive.publish_programme(CHANGED)
        drive.compute(august, reason=Batch.Reason.LATE_FACT)
    found = drive.run_of(august)
    assert (found.id, found.reason) == (first.id, "due")
