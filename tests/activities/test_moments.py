"""Two who act at one moment: what is settled, started or open already is seen by the second."""

from __future__ import annotations

import pytest

from tests.activities.conftest import CRITERIA, as_system, contest, do, review
from tests.activities.test_ballots import NAMES
from tests.activities.test_contests import enter_all, judges_of
from tests.activities.test_model_units import in_publication
from tests.cast import PREFECTURE
from tests.orgs.conftest import refusing
from tests.support.racing import overtaken
from zhijin.activities.models import Cycle, Objection, Party
from zhijin.activities.services import ballots, contests, cycles, model_units, reviews
from zhijin.core.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


def objected(one):
    unit = in_publication(one)
    row = do(one.officer.actor, model_units.object_to, unit_id=unit.id, what="反映材料不实")
    return unit, row


def settle(one, row, *, upheld):
    words = "属实" if upheld else "经查不属实"
    return do(
        one.officer.actor, model_units.settle, objection_id=row.id, finding=words, upheld=upheld
    )


def test_an_objection_is_settled_once(units):
    one = units(1)
    unit, row = objected(one)
    settle(one, row, upheld=False)
    with refusing() as caught:
        settle(one, row, upheld=True)
    assert caught.value.id == "AV001"
    found = as_system(Objection.objects.get)
    assert (found.upheld, found.finding) == (False, "经查不属实")
    assert as_system(lambda: type(unit).objects.get().state) == "published"


def test_of_two_findings_at_one_moment_the_first_stands(units):
    one = units(1)
    _unit, row = objected(one)
    got = overtaken(lambda: settle(one, row, upheld=False), lambda: settle(one, row, upheld=True))
    assert got == "AV001"
    assert as_system(lambda: Objection.objects.get().upheld) is False
    told = as_system(lambda: JournalEntry.objects.filter(action="model.settled").count())
    assert told == 1


def test_whoever_enters_a_contest_while_it_starts_comes_too_late(units):
    three = units(3)
    event, officer = contest(three), three.officer.actor
    enter_all(three, event, (0, 1))
    judges_of(three, event, 1)

    def enter():
        return do(
            three.actor(2), contests.enter, event_id=event.id, org_key=three.keys[2], title="题目", summary="做法"
        )  # fmt: skip

    assert overtaken(lambda: do(officer, contests.start, event_id=event.id), enter) == "AV001"
    row = as_system(lambda: Party.objects.get(org_key=three.keys[2]))
    assert (row.handed_at, row.lot) == (None, None)


def test_whoever_has_just_entered_is_judged(units):
    three = units(3)
    event, officer = contest(three), three.officer.actor
    enter_all(three, event, (0, 1))
    judges_of(three, event, 1)
    overtaken(
        lambda: enter_all(three, event, (2,)),
        lambda: do(officer, contests.start, event_id=event.id),
    )
    lots = as_system(lambda: [row.lot for row in Party.objects.filter(role="entrant")])
    assert sorted(lots) == [1, 2, 3]


def test_a_report_is_not_mended_once_its_vote_has_begun(units):
    two = units(2)
    event, officer = review(two), two.officer.actor

    def report(at, body):
        return do(
            two.actor(at), reviews.report, event_id=event.id, org_key=two.keys[at], name="书记", body=body
        )  # fmt: skip

    for at in range(2):
        report(at, "一年工作")
    do(officer, ballots.enrol, event_id=event.id, names=NAMES)
    got = overtaken(
        lambda: do(officer, ballots.open_vote, event_id=event.id), lambda: report(0, "另一份报告")
    )
    assert got == "AV001"
    texts = as_system(
        lambda: set(Party.objects.filter(role="entrant").values_list("text", flat=True))
    )
    assert texts == {"一年工作"}


def test_two_who_begin_a_cycle_at_one_moment_begin_one(units):
    one = units(1)
    actors = one.officer.actor, one.second.actor
    draft = cycles.Draft(PREFECTURE, "党建工作周期", CRITERIA, sector=3)
    got = overtaken(*(lambda actor=actor: do(actor, cycles.begin, draft=draft) for actor in actors))
    assert got == "AV070"
    assert as_system(Cycle.objects.count) == 1


def test_a_cycle_that_is_stopped_twice_is_told_of_once(units):
    one = units(1)
    cycle = do(one.officer.actor, cycles.begin, draft=cycles.Draft(PREFECTURE, "周期", CRITERIA))
    got = overtaken(
        *(
            lambda actor=actor: do(actor, cycles.stop, cycle_id=cycle.id)
            for actor in (one.officer.actor, one.second.actor)
        )
    )
    assert got.active is False
    assert as_system(lambda: JournalEntry.objects.filter(action="cycle.stopped").count()) == 1
