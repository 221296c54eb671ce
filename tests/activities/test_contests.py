"""The on-stage contest end to end, recusal, shut sheets, ties, and judges who race."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from tests.activities.conftest import CRITERIA, SYSTEM, as_system, contest, do, facts, plan, soon
from tests.cast import Part, make_member
from tests.orgs.conftest import refusing
from zhijin.activities.models import Event, Party, Sheet
from zhijin.activities.scoring import Criterion
from zhijin.activities.services import contests, events
from zhijin.core import signing
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.core.signing import Signature, read_side_file

pytestmark = pytest.mark.django_db
FULL = {"party": 100, "service": 50}


def enter_all(units, event, numbers=None):
    for at in numbers if numbers is not None else range(len(units.orgs)):
        do(units.actor(at), contests.enter, event_id=event.id, org_key=units.keys[at],
           title=f"题目{at}", summary="做法和成效")  # fmt: skip


def judges_of(units, event, number, own=None):
    made = []
    for n in range(number):
        member = make_member(f"judge{n}", Part(f"评委{n}", "department_officer", "530602", 101))
        do(units.officer.actor, events.name_judge, event_id=event.id, username=f"judge{n}",
           org_key=own if n == 0 else None)  # fmt: skip
        made.append(member)
    return made


def sheets_of(member, event):
    with scoped(member.actor):
        return list(Sheet.objects.filter(event_id=event.id).order_by("org_key"))


def judge_all(member, event, marks):
    for sheet in sheets_of(member, event):
        do(member.actor, contests.hand_in, sheet_id=sheet.id,
           marks=marks.get(sheet.org_key, FULL), reasons="条理清楚")  # fmt: skip


def running(units, judges=3, own=None):
    """A contest of all units that has begun, and its judges."""
    event = contest(units)
    enter_all(units, event)
    made = judges_of(units, event, judges, own)
    do(units.officer.actor, contests.start, event_id=event.id)
    return event, made


def test_a_contest_runs_to_a_signed_rank_of_organisations(units):
    three = units(3)
    event, judges = running(three)
    best, middle, last = three.keys
    for member in judges:
        judge_all(member, event, {
            best: FULL, middle: {"party": 80, "service": 40}, last: {"party": 50, "service": 0},
        })  # fmt: skip
    closed = do(three.officer.actor, contests.close, event_id=event.id)
    told = json.loads(bytes(closed.document))
    assert [(row["org"], row["score"], row["rank"]) for row in told["entries"]] == [
        (str(best), 10_000, 1), (str(middle), 8_000, 2), (str(last), 3_000, 3),
    ]  # fmt: skip
    assert told["zhijin"] == "activities.contest/1"
    assert "评委" not in closed.document.decode()
    assert signing.verify(bytes(closed.document), read_side_file(closed.document_sig))
    scored = {fact.org_key: fact for fact in facts("activity.contest.scored")}
    assert scored[middle].value == 8_000
    assert scored[middle].attrs == {
        "contest": str(event.id), "year": 2026, "rank": 2, "of": 3, "tied": "false",
    }  # fmt: skip
    assert len(facts("activity.contest.entered")) == 3


def test_a_judge_gets_no_sheet_for_the_organisation_they_belong_to(units):
    three = units(3)
    event, judges = running(three, judges=2, own=three.keys[1])
    assert [s.org_key for s in sheets_of(judges[0], event)] == [three.keys[0], three.keys[2]]
    assert len(sheets_of(judges[1], event)) == 3


def test_a_sheet_that_was_handed_in_is_shut_also_for_the_database(units):
    event, (judge,) = running(units(2), judges=1)
    sheet = sheets_of(judge, event)[0]
    do(judge.actor, contests.hand_in, sheet_id=sheet.id, marks=FULL, reasons="很好")
    with refusing() as caught, scoped(judge.actor):
        contests.hand_in(
            actor=judge.actor, sheet_id=sheet.id, marks={"party": 1, "service": 1}, reasons="改"
        )
    assert caught.value.id == "AV022"
    for statement in ("UPDATE activities_sheet SET total = 1", "DELETE FROM activities_sheet"):
        with (
            pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM),
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(statement + " WHERE id = %s", [sheet.id])


def test_nobody_hands_in_anothers_sheet_or_sees_it(units):
    two = units(2)
    event, (first, second) = running(two, judges=2)
    sheet = sheets_of(first, event)[0]
    with refusing() as caught, scoped(second.actor):
        contests.hand_in(actor=second.actor, sheet_id=sheet.id, marks=FULL, reasons="替交")
    assert caught.value.id == "CO404"
    with refusing() as caught, scoped(two.officer.actor):
        contests.hand_in(actor=two.officer.actor, sheet_id=sheet.id, marks=FULL, reasons="替交")
    assert caught.value.id == "AV002"
    assert sheets_of(two.secretary(0), event) == []


@pytest.mark.parametrize(
    "marks", [{"party": 101, "service": 1}, {"party": 1}, {"party": -1, "service": 0}]
)
def test_marks_must_be_whole_and_in_range(units, marks):
    event, (judge,) = running(units(2), judges=1)
    sheet = sheets_of(judge, event)[0]
    with refusing() as caught, scoped(judge.actor):
        contests.hand_in(actor=judge.actor, sheet_id=sheet.id, marks=marks, reasons="理由")
    assert caught.value.id == "AV021"


def test_it_closes_early_only_with_a_reason_which_is_published(units):
    two = units(2)
    event, judges = running(two, judges=2)
    judge_all(judges[0], event, {})
    officer = two.officer.actor
    with refusing() as caught, scoped(officer):
        contests.close(actor=officer, event_id=event.id)
    assert caught.value.id == "AV025"
    assert caught.value.params == {"n": 2}
    closed = do(officer, contests.close, event_id=event.id, without="评委二因病缺席")
    assert (closed.outcome["missing"], closed.outcome["why_missing"]) == (2, "评委二因病缺席")
    assert [row["tied"] for row in closed.outcome["entries"]] == [True, True]
    assert as_system(lambda: Sheet.objects.filter(state="lapsed").count()) == 2


def test_the_outcome_cannot_be_changed_after_it_was_signed(units):
    two = units(2)
    event, (judge,) = running(two, judges=1)
    judge_all(judge, event, {})
    do(two.officer.actor, contests.close, event_id=event.id)
    with pytest.raises(DatabaseError), scoped(two.officer.actor):
        Event.objects.filter(id=event.id).update(outcome={"entries": []})
    with refusing() as caught, scoped(two.officer.actor):
        contests.close(actor=two.officer.actor, event_id=event.id)
    assert caught.value.id == "AV001"


def test_who_did_not_enter_is_not_in_it_and_two_are_needed(units):
    three = units(3)
    event = contest(three)
    enter_all(three, event, [0])
    judges_of(three, event, 1)
    with refusing() as caught, scoped(three.officer.actor):
        contests.start(actor=three.officer.actor, event_id=event.id)
    assert caught.value.id == "AV004"
    enter_all(three, event, [2])
    do(three.officer.actor, contests.start, event_id=event.id)
    lots = as_system(
        lambda: dict(Party.objects.filter(role="entrant").values_list("org_key", "lot"))
    )
    assert sorted(lot for lot in lots.values() if lot) == [1, 2]
    assert lots[three.keys[1]] is None


def test_only_its_own_secretary_enters_an_organisation(units):
    two = units(2)
    event = contest(two)
    with refusing() as caught, scoped(two.actor(0)):
        contests.enter(
            actor=two.actor(0), event_id=event.id, org_key=two.keys[1], title="甲", summary="乙"
        )
    assert caught.value.id == "AV002"


@pytest.mark.parametrize(
    "criteria",
    [[], [Criterion("a", "甲", 0)], [Criterion("a", "甲", 1, 0)], [Criterion("a", "甲", 1)] * 2,
     [Criterion("a", " ", 1)]],
)  # fmt: skip
def test_criteria_must_make_sense(units, criteria):
    officer = units(0).officer.actor
    with refusing() as caught, scoped(officer):
        contests.make(actor=officer, plan=plan("contest"), criteria=criteria)
    assert caught.value.id == "AV020"


def test_a_secretary_may_not_hold_a_contest_and_a_deadline_lies_ahead(units):
    two = units(1)
    with refusing() as caught, scoped(two.actor(0)):
        contests.make(actor=two.actor(0), plan=plan("contest"), criteria=CRITERIA)
    assert caught.value.id == "CO403"
    with refusing() as caught, scoped(two.officer.actor):
        contests.make(
            actor=two.officer.actor, plan=plan("contest", due_at=soon(-1)), criteria=CRITERIA
        )
    assert caught.value.id == "AV003"


@pytest.mark.django_db(transaction=True)
def test_two_presses_of_one_judge_hand_one_sheet_in(units):
    event, (judge,) = running(units(2), judges=1)
    sheet = sheets_of(judge, event)[0]
    actor, gate, ids = judge.actor, threading.Barrier(3), []

    def press(mark: int) -> None:
        gate.wait()
        try:
            do(
                actor,
                contests.hand_in,
                sheet_id=sheet.id,
                marks={"party": mark, "service": 0},
                reasons="理由",
            )
            ids.append("ok")
        except Refusal as refusal:
            ids.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(mark,)) for mark in (10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == ["AV022", "AV022", "ok"]


def test_a_signature_of_another_contest_does_not_fit(units):
    two = units(2)
    event, (judge,) = running(two, judges=1)
    judge_all(judge, event, {})
    closed = do(two.officer.actor, contests.close, event_id=event.id)
    side = read_side_file(closed.document_sig)
    assert not signing.verify(bytes(closed.document) + b" ", side)
    assert not signing.verify(bytes(closed.document), Signature(side.kid, bytes(64)))
