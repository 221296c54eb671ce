"""Random spot checks: the list before the seed, a draw anybody repeats, problems struck off by another hand."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db.utils import DatabaseError

from tests.activities.conftest import as_system, do, facts, plan
from tests.orgs.conftest import refusing
from zhijin.activities import drawing
from zhijin.activities.models import Event, Problem
from zhijin.activities.selectors import checks as reading
from zhijin.activities.services import checks, events
from zhijin.core import calendar, clock, signing
from zhijin.core.scope import scoped
from zhijin.core.signing import read_side_file

pytestmark = pytest.mark.django_db
SOURCE = "2026 年 6 月 30 日双色球开奖号码，按开奖顺序"
SEED = "04-11-17-23-29-31-08"


def check(units, size=3, **more):
    officer = units.officer.actor
    event = do(officer, checks.make, plan=plan("check"), size=size, source=SOURCE, **more)
    do(officer, events.invite, event_id=event.id, org_keys=units.keys)
    return event


def drawn(units, size=3, **more):
    event = check(units, size, **more)
    do(units.officer.actor, checks.publish_list, event_id=event.id)
    rows = do(units.officer.actor, checks.draw, event_id=event.id, seed=SEED, told="公证处在场")
    return event, rows


def test_the_list_is_signed_before_the_seed_and_the_draw_follows_from_both(units):
    seven = units(7)
    event, rows = drawn(seven)
    event = as_system(lambda: Event.objects.get(id=event.id))
    notice, result = json.loads(bytes(event.notice)), json.loads(bytes(event.document))
    listed = notice["list"].encode()
    assert notice["digest"] == hashlib.sha256(listed).hexdigest() == result["digest"]
    assert notice["source"] == SOURCE
    keys = [int(line.split("\t")[0]) for line in notice["list"].splitlines()]
    assert keys == sorted(seven.keys)
    # Anybody repeats it from what is public.
    again = sorted(
        keys,
        key=lambda k: hashlib.sha256(
            f"{result['digest']}:{result['seed']}:{k}".encode()
        ).hexdigest(),
    )[:3]
    assert [int(key) for key, _name in result["drawn"]] == again == [row.org_key for row in rows]
    for data, side in ((event.notice, event.notice_sig), (event.document, event.document_sig)):
        assert signing.verify(bytes(data), read_side_file(side))
    assert {fact.org_key for fact in facts("activity.check.drawn")} == set(again)


def test_no_seed_before_the_list_and_no_change_after_it(units):
    four = units(4)
    event = check(four, 2)
    officer = four.officer.actor
    with refusing() as caught, scoped(officer):
        checks.draw(actor=officer, event_id=event.id, seed=SEED, told="在场")
    assert caught.value.id == "AV041"
    do(officer, checks.publish_list, event_id=event.id)
    for call in (
        lambda: events.invite(actor=officer, event_id=event.id, org_keys=four.keys),
        lambda: events.drop(actor=officer, event_id=event.id, org_key=four.keys[0]),
        lambda: checks.publish_list(actor=officer, event_id=event.id),
    ):
        with refusing() as caught, scoped(officer):
            call()
        assert caught.value.id == "AV040"
    with pytest.raises(DatabaseError), scoped(officer):
        Event.objects.filter(id=event.id).update(notice=b"another list")


def test_a_draw_happens_once(units):
    four = units(4)
    event, _rows = drawn(four, 2)
    with refusing() as caught, scoped(four.officer.actor):
        checks.draw(actor=four.officer.actor, event_id=event.id, seed="another", told="再抽")
    assert caught.value.id == "AV001"


@pytest.mark.parametrize("size", [0, 5001])
def test_a_size_must_make_sense(units, size):
    officer = units(0).officer.actor
    with refusing() as caught, scoped(officer):
        checks.make(actor=officer, plan=plan("check"), size=size, source=SOURCE)
    assert caught.value.id == "AV043"


def test_more_than_the_list_holds_cannot_be_drawn(units):
    two = units(2)
    event = check(two, 3)
    with refusing() as caught, scoped(two.officer.actor):
        checks.publish_list(actor=two.officer.actor, event_id=event.id)
    assert caught.value.params == {"most": 2}


def found(units, event, row, what="台账缺两次会议记录"):
    return do(
        units.officer.actor,
        checks.find,
        event_id=event.id,
        org_key=row.org_key,
        aspect="clean",
        what=what,
    )


def test_a_problem_goes_from_found_to_struck_off_by_another_hand(units):
    four = units(4)
    event, rows = drawn(four, 2, days=15)
    problem = found(four, event, rows[0])
    now = clock.now()
    assert problem.due_at == calendar.current().add_workdays(problem.found_at, 15)
    at = four.keys.index(rows[0].org_key)
    do(four.actor(at), checks.rectify, problem_id=problem.id, done="补齐记录并建立月查制度")
    sent_back = do(
        four.second.actor, checks.verify, problem_id=problem.id, good=False, remark="缺签到表"
    )
    assert (sent_back.state, sent_back.returned) == ("found", 1)
    do(four.actor(at), checks.rectify, problem_id=problem.id, done="已补签到表")
    struck = do(four.second.actor, checks.verify, problem_id=problem.id, good=True)
    assert struck.state == "verified"
    assert struck.verified_at >= now
    kinds = [k for k in ("found", "rectified", "verified") if facts(f"activity.problem.{k}")]
    assert kinds == ["found", "rectified", "verified"]
    assert len(facts("activity.problem.rectified")) == 2
    assert facts("activity.problem.verified")[0].attrs == {
        "check": str(event.id),
        "aspect": "clean",
    }


def test_who_put_it_right_does_not_strike_it_off(units):
    four = units(4)
    event, rows = drawn(four, 1)
    problem = found(four, event, rows[0])
    four.officer.account.refresh_from_db()
    as_system(lambda: Problem.objects.filter(id=problem.id).update(
        state="rectified", done="改了", done_by=four.officer.actor.label, done_at=clock.now()))  # fmt: skip
    with refusing() as caught, scoped(four.officer.actor):
        checks.verify(actor=four.officer.actor, problem_id=problem.id, good=True)
    assert caught.value.id == "AV045"
    at = four.keys.index(rows[0].org_key)
    with refusing() as caught, scoped(four.actor(at)):
        checks.verify(actor=four.actor(at), problem_id=problem.id, good=True)
    assert caught.value.id == "CO403"


def test_problems_stand_only_at_drawn_units_and_are_seen_by_unit_and_host_only(units):
    four = units(4)
    event, rows = drawn(four, 1)
    others = [key for key in four.keys if key != rows[0].org_key]
    with refusing() as caught, scoped(four.officer.actor):
        checks.find(
            actor=four.officer.actor,
            event_id=event.id,
            org_key=others[0],
            aspect="clean",
            what="问题",
        )
    assert caught.value.id == "AV044"
    problem = found(four, event, rows[0])
    stranger = four.actor(four.keys.index(others[0]))
    with refusing() as caught, scoped(stranger):
        reading.problem(stranger, problem.id)
    assert caught.value.id == "CO404"
    with refusing() as caught, scoped(stranger):
        checks.rectify(actor=stranger, problem_id=problem.id, done="替改")
    assert caught.value.id == "CO404"


def test_a_check_closes_when_nothing_is_left(units):
    four = units(4)
    event, rows = drawn(four, 1)
    problem = found(four, event, rows[0])
    with refusing() as caught, scoped(four.officer.actor):
        checks.close(actor=four.officer.actor, event_id=event.id)
    assert caught.value.params == {"n": 1}
    at = four.keys.index(rows[0].org_key)
    do(four.actor(at), checks.rectify, problem_id=problem.id, done="已改")
    do(four.officer.actor, checks.verify, problem_id=problem.id, good=True)
    assert do(four.officer.actor, checks.close, event_id=event.id).state == "closed"


def test_the_documents_check_45_of_84_units_and_130_problems(units):
    many = units(84)
    event, rows = drawn(many, 45)
    assert len({row.org_key for row in rows}) == 45
    for n in range(130):
        found(many, event, rows[n % 45], f"问题{n}")
    for row in rows:
        many.actor(many.keys.index(row.org_key))
    mine = as_system(lambda: list(Problem.objects.values_list("id", "org_key")))
    for pk, org_key in mine:
        do(many.actor(many.keys.index(org_key)), checks.rectify, problem_id=pk, done="已整改")
        do(many.officer.actor, checks.verify, problem_id=pk, good=True)
    with scoped(many.officer.actor):
        assert reading.counts(event) == {"found": 0, "rectified": 0, "verified": 130, "all": 130}
    do(many.officer.actor, checks.close, event_id=event.id)
    assert len(facts("activity.problem.verified")) == 130
    assert drawing.digest_of(
        drawing.list_text(as_system(lambda: checks.names(event)))
    ) == event_digest(event)


def event_digest(event):
    return as_system(lambda: Event.objects.get(id=event.id).rules["digest"])
