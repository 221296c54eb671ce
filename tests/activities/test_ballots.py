"""Reporting reviews and secret ballots: one voter one vote, nothing ties paper and name, a count to repeat."""

from __future__ import annotations

import json
import threading
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import connection, connections

from tests.activities.conftest import as_system, do, facts, review
from tests.orgs.conftest import refusing
from zhijin.activities.models import BallotBox, Event, Party, Question, Voter
from zhijin.activities.services import ballots, reviews
from zhijin.core import signing
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.core.signing import read_side_file

pytestmark = pytest.mark.django_db
NAMES = [f"代表{n}" for n in range(7)]


def voting(units, names=NAMES):
    """A review of all units whose reports are in and whose vote is open; the slips by name."""
    event = review(units)
    for at, key in enumerate(units.keys):
        do(
            units.actor(at),
            reviews.report,
            event_id=event.id,
            org_key=key,
            name=f"书记{at}",
            body="一年工作",
        )
    slips = do(units.officer.actor, ballots.enrol, event_id=event.id, names=names)
    do(units.officer.actor, ballots.open_vote, event_id=event.id)
    return event, {slip.name: slip.code for slip in slips}


def entrants(event):
    return as_system(lambda: list(Party.objects.filter(event_id=event.id).order_by("org_key")))


def choices(event, *options):
    return {str(row.id): option for row, option in zip(entrants(event), options, strict=True)}


def vote(event, code, *options):
    return ballots.cast(code=code, choices=choices(event, *options))


def test_a_review_runs_to_a_count_that_anybody_repeats(units):
    two = units(2)
    event, codes = voting(two)
    papers = [vote(event, codes[name], "good", "poor") for name in NAMES[:4]]
    papers += [
        vote(event, codes[NAMES[4]], "fair", "abstain"),
        vote(event, codes[NAMES[5]], "plain", "good"),
    ]
    closed = do(two.officer.actor, ballots.close, event_id=event.id)
    told = json.loads(bytes(closed.document))
    assert {k: told[k] for k in ("due", "present", "cast")} == {"due": 7, "present": 6, "cast": 6}
    first, second = told["results"]
    assert (first["votes"], first["valid"], first["satisfied"]) == ([4, 1, 1, 0], 6, 8333)
    assert (second["votes"], second["valid"], second["abstained"]) == ([1, 0, 0, 4], 5, 1)
    # A voter finds their own paper, and the list adds up to the figures.
    assert [[p.receipt, p.marks] for p in sorted(papers)] == told["papers"]
    for at, result in enumerate(told["results"]):
        digits = [marks[at] for _receipt, marks in told["papers"]]
        assert [digits.count(str(n)) for n in (1, 2, 3, 4)] == result["votes"]
    assert signing.verify(bytes(closed.document), read_side_file(closed.document_sig))
    scored = {fact.org_key: fact for fact in facts("activity.review.scored")}
    assert scored[two.keys[0]].value == 8333
    assert scored[two.keys[1]].attrs["valid"] == 5
    assert as_system(BallotBox.objects.count) == 0


def test_one_code_votes_once_and_a_wrong_one_not_at_all(units):
    event, codes = voting(units(1))
    vote(event, codes["代表0"], "good")
    with refusing() as caught:
        vote(event, codes["代表0"], "poor")
    assert caught.value.id == "AV031"
    with refusing() as caught:
        vote(event, "0000-0000-0000", "good")
    assert caught.value.id == "AV030"
    with refusing() as caught:
        ballots.ballot_for(codes["代表0"])
    assert caught.value.id == "AV031"


def test_a_paper_must_answer_every_question(units):
    event, codes = voting(units(2))
    with refusing() as caught:
        ballots.cast(code=codes["代表1"], choices={str(entrants(event)[0].id): "good"})
    assert caught.value.id == "AV032"
    with refusing() as caught:
        vote(event, codes["代表1"], "good", "superb")
    assert caught.value.id == "AV032"
    assert as_system(lambda: Voter.objects.filter(voted=True).count()) == 0


def test_a_code_is_read_as_people_type_it(units):
    event, codes = voting(units(1))
    typed = ballots.show_code(codes["代表2"]).lower().replace("0", "o").replace("1", "l")
    assert ballots.ballot_for(f" {typed} ").event.id == event.id


# -- Secrecy


def everything(event):
    """Every byte that a reader of the database sees of roll and box, and the writing transactions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xmin::text, ctid::text, sealed FROM activities_ballot_box WHERE event_id = %s",
            [event.id],
        )
        box = cursor.fetchone()
        cursor.execute(
            "SELECT xmin::text, name, present, voted FROM activities_voter WHERE event_id = %s ORDER BY id",
            [event.id],
        )
        return box, cursor.fetchall()


def test_a_reader_of_the_database_sees_who_voted_and_never_what(units):
    event, codes = voting(units(1))
    before = as_system(lambda: everything(event))
    seen = []
    for name, option in zip(
        NAMES, ["good", "poor", "good", "plain", "good", "fair", "good"], strict=True
    ):
        vote(event, codes[name], option)
        seen.append(as_system(lambda: everything(event)))
    sizes = {len(bytes(box[2])) for box, _roll in [before, *seen]}
    assert len(sizes) == 1  # as long with no paper as with all
    boxes = [bytes(box[2]) for box, _roll in seen]
    assert len(set(boxes)) == len(boxes)
    # Beside version byte, nothing of one box stands in the next: no part of it tells what is new.
    for one, other in pairwise(boxes):
        alike = sum(a == b for a, b in zip(one, other, strict=True))
        assert alike < len(one) // 8
    entries = as_system(lambda: list(JournalEntry.objects.filter(action="ballot.paper")))
    assert len(entries) == 7
    assert {(e.actor, json.dumps(e.detail)) for e in entries} == {("system:ballot", "{}")}
    for name in NAMES:
        assert not any(name in str(e.detail) for e in entries)


def test_after_the_count_no_table_holds_receipt_and_name_together(units):
    one = units(1)
    event, codes = voting(one)
    papers = [vote(event, codes[name], "good") for name in NAMES]
    do(one.officer.actor, ballots.close, event_id=event.id)
    with scoped(one.officer.actor), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table.startswith(("activities_", "core_journal")):
                cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
                for (row,) in cursor.fetchall():
                    named = [name for name in NAMES if name in row]
                    held = [paper for paper in papers if paper.receipt in row]
                    assert not (named and held), table


def test_the_box_of_another_ballot_is_refused(units):
    one = units(1)
    event, _codes = voting(one)
    other, _more = voting(one)
    with scoped(one.officer.actor):
        box = BallotBox.objects.get(event_id=event.id)
        with pytest.raises(ValueError, match="another ballot"):
            ballots._open(Event.objects.get(id=other.id), box)


def test_a_ballot_that_would_hide_nobody_is_not_held(units):
    one = units(1)
    event = review(one)
    do(
        one.actor(0),
        reviews.report,
        event_id=event.id,
        org_key=one.keys[0],
        name="书记",
        body="报告",
    )
    do(one.officer.actor, ballots.enrol, event_id=event.id, names=NAMES[:4])
    with refusing() as caught, scoped(one.officer.actor):
        ballots.open_vote(actor=one.officer.actor, event_id=event.id)
    assert caught.value.id == "AV034"


def test_too_few_papers_are_not_counted(units):
    one = units(1)
    event, codes = voting(one)
    for name in NAMES[:4]:
        vote(event, codes[name], "good")
    with refusing() as caught, scoped(one.officer.actor):
        ballots.close(actor=one.officer.actor, event_id=event.id)
    assert caught.value.id == "AV033"
    voters = as_system(lambda: list(Voter.objects.filter(voted=False)))
    do(one.officer.actor, ballots.check_in, event_id=event.id, voter_id=voters[0].id)
    with refusing() as caught, scoped(one.officer.actor):
        ballots.close(actor=one.officer.actor, event_id=event.id)
    assert caught.value.id == "AV034"


def test_a_lost_slip_is_replaced_until_it_was_used(units):
    one = units(1)
    event, codes = voting(one)
    voter = next(v for v in as_system(lambda: list(Voter.objects.all())) if v.name == "代表3")
    slip = do(one.officer.actor, ballots.new_code, event_id=event.id, voter_id=voter.id)
    with refusing() as caught:
        vote(event, codes["代表3"], "good")
    assert caught.value.id == "AV030"
    vote(event, slip.code, "good")
    with refusing() as caught, scoped(one.officer.actor):
        ballots.new_code(actor=one.officer.actor, event_id=event.id, voter_id=voter.id)
    assert caught.value.id == "AV031"


def test_codes_are_kept_as_keyed_digests_only(units):
    event, codes = voting(units(1))
    rows = as_system(lambda: list(Voter.objects.filter(event_id=event.id)))
    for row in rows:
        assert codes[row.name].encode() not in bytes(row.code)
        assert len(bytes(row.code)) == 32


@pytest.mark.django_db(transaction=True)
def test_voters_who_race_are_all_counted_and_nobody_twice(units):
    one = units(1)
    event, codes = voting(one)
    row = entrants(event)[0]
    pressed = [codes[name] for name in NAMES] * 2
    gate, said = threading.Barrier(len(pressed)), []

    def press(code: str) -> None:
        gate.wait()
        try:
            said.append(ballots.cast(code=code, choices={str(row.id): "good"}).receipt)
        except Refusal as refusal:
            said.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(code,)) for code in pressed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("AV031") == 7
    closed = do(one.officer.actor, ballots.close, event_id=event.id)
    assert closed.outcome["cast"] == 7
    assert {receipt for receipt, _marks in closed.outcome["papers"]} == set(said) - {"AV031"}


# -- Reports and questions


def test_questions_are_asked_by_those_in_it_and_answered_by_whom_they_concern(units):
    two = units(2)
    event = review(two)
    do(
        two.actor(0),
        reviews.report,
        event_id=event.id,
        org_key=two.keys[0],
        name="书记0",
        body="报告全文",
    )
    row = entrants(event)[0]
    question = do(
        two.actor(1), reviews.ask, event_id=event.id, entrant_id=row.id, what="群众满意吗？"
    )
    with refusing() as caught, scoped(two.actor(1)):
        reviews.answer(actor=two.actor(1), question_id=question.id, what="替答")
    assert caught.value.id == "AV002"
    do(two.actor(0), reviews.answer, question_id=question.id, what="满意率 96%。")
    assert as_system(lambda: Question.objects.get().answer) == "满意率 96%。"
    assert [fact.org_key for fact in facts("activity.review.reported")] == [two.keys[0]]


def test_who_is_not_in_it_neither_sees_nor_asks(units, cast):
    two = units(2)
    event = review(two)
    stranger = cast.outsider.actor
    with refusing() as caught, scoped(stranger):
        reviews.ask(actor=stranger, event_id=event.id, entrant_id=UUID(int=1), what="？")
    assert caught.value.id == "CO404"
    with scoped(stranger):
        assert not Event.objects.filter(id=event.id).exists()
        assert not Voter.objects.exists()


def test_the_roll_and_the_box_are_out_of_the_secretaries_sight(units):
    one = units(1)
    voting(one)
    for model in (Voter, BallotBox):
        assert as_system(model.objects.exists)
        with scoped(one.actor(0)):
            assert not model.objects.exists()
        with scoped(one.officer.actor):
            assert model.objects.exists()


def test_a_report_may_be_mended_until_the_vote(units):
    one = units(1)
    event, _codes = voting(one)
    with refusing() as caught, scoped(one.actor(0)):
        reviews.report(
            actor=one.actor(0), event_id=event.id, org_key=one.keys[0], name="书记", body="改"
        )
    assert caught.value.id == "AV001"
