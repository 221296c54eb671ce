"""Half-year mutual reviews: assigned by rule, with reasons, late ones marked, what never came lapsing openly."""

from __future__ import annotations

import json

import pytest

from tests.activities.conftest import as_system, do, facts, mutual_round, soon
from tests.orgs.conftest import refusing
from zhijin.activities import pairing
from zhijin.activities.models import Sheet
from zhijin.activities.selectors import events as reading
from zhijin.activities.services import events, mutual
from zhijin.core import clock, signing
from zhijin.core.scope import scoped
from zhijin.core.signing import read_side_file

pytestmark = pytest.mark.django_db
MARKS = {"party": 90, "service": 45}
WHY = "组织生活按时开展，台账清楚，群众反映好。"


def sheets(event, **wanted):
    return as_system(lambda: list(Sheet.objects.filter(event_id=event.id, **wanted).order_by("id")))


def hand_in(units, sheet, marks=MARKS, why=WHY):
    at = units.keys.index(sheet.from_org)
    return do(units.actor(at), mutual.hand_in, sheet_id=sheet.id, marks=marks, reasons=why)


def test_a_round_runs_to_a_signed_result_with_its_pairs_and_seed(units):
    five = units(5)
    event = mutual_round(five)
    do(five.officer.actor, mutual.start, event_id=event.id, seed="2026-06-30")
    given = sheets(event)
    assert len(given) == 10
    for sheet in given:
        hand_in(five, sheet)
    closed = do(five.officer.actor, mutual.close, event_id=event.id)
    told = json.loads(bytes(closed.document))
    pairs = [(int(a), int(b)) for a, b in told["pairs"]]
    assert pairing.faults(pairs, five.keys, 2) == []
    assert pairing.assign(told["seed"], five.keys, told["each"]) == sorted(pairs)
    assert {row["score"] for row in told["units"]} == {9000}
    assert all(row["tied"] for row in told["units"])
    assert signing.verify(bytes(closed.document), read_side_file(closed.document_sig))
    assert {f.attrs["on_time"] for f in facts("activity.mutual.handed_in")} == {"true"}
    scored = facts("activity.mutual.scored")
    assert {f.org_key for f in scored} == set(five.keys)
    assert {f.attrs["by"] for f in scored} == {2}
    assert {f.attrs["period"] for f in scored} == {"2026H1"}


def test_the_next_round_repeats_no_pair(units):
    nine = units(9)
    first = mutual_round(nine)
    do(nine.officer.actor, mutual.start, event_id=first.id, seed="one1")
    second = mutual_round(nine)
    do(nine.officer.actor, mutual.start, event_id=second.id, seed="two2")
    before, after = as_system(lambda: (mutual.pairs_of(first), mutual.pairs_of(second)))
    assert set(before) & set(after) == set()
    with scoped(nine.officer.actor):
        assert reading.get(nine.officer.actor, second.id).rules["last"] == str(first.id)


def test_a_secretary_sees_what_it_must_write_and_never_what_is_written_about_it(units):
    five = units(5)
    event = mutual_round(five)
    do(five.officer.actor, mutual.start, event_id=event.id, seed="seed")
    with scoped(five.actor(0)):
        own = reading.own_sheets(five.actor(0), reading.get(five.actor(0), event.id))
        assert [sheet.from_org for sheet in own] == [five.keys[0]] * 2
        assert not Sheet.objects.filter(org_key=five.keys[0]).exists()
    about_me = sheets(event, org_key=five.keys[0])[0]
    with refusing() as caught, scoped(five.actor(0)):
        mutual.hand_in(actor=five.actor(0), sheet_id=about_me.id, marks=MARKS, reasons=WHY)
    assert caught.value.id == "CO404"


def test_the_host_reads_all_sheets_but_writes_none(units):
    five = units(5)
    event = mutual_round(five)
    do(five.officer.actor, mutual.start, event_id=event.id, seed="seed")
    with refusing() as caught, scoped(five.officer.actor):
        mutual.hand_in(
            actor=five.officer.actor, sheet_id=sheets(event)[0].id, marks=MARKS, reasons=WHY
        )
    assert caught.value.id == "AV002"
    with scoped(five.officer.actor):
        assert len(reading.sheets(five.officer.actor, event)) == 10


def test_a_review_needs_a_reason(units):
    three = units(3)
    event = mutual_round(three, each=1)
    do(three.officer.actor, mutual.start, event_id=event.id, seed="seed")
    sheet = sheets(event)[0]
    with refusing() as caught:
        hand_in(three, sheet, why="好")
    assert caught.value.id == "AV024"


def test_a_late_review_counts_and_says_so_and_a_missing_one_lapses_openly(units):
    three = units(3)
    event = mutual_round(three, each=1, due_at=soon(3))
    do(three.officer.actor, mutual.start, event_id=event.id, seed="seed")
    first, second, third = sheets(event)
    hand_in(three, first)
    with clock.freeze(soon(4)):
        late = hand_in(three, second)
        assert late.late
        with refusing() as caught, scoped(three.officer.actor):
            mutual.close(actor=three.officer.actor, event_id=event.id)
        assert caught.value.id == "AV025"
        closed = do(
            three.officer.actor, mutual.close, event_id=event.id, without="一家机构改革撤并"
        )
    assert [f.attrs["on_time"] for f in facts("activity.mutual.handed_in")] == ["true", "false"]
    by_org = {row["org"]: row for row in closed.outcome["units"]}
    # Nobody reviewed it: no score, which is not zero, and no fact.
    assert by_org[str(third.org_key)]["score"] is None
    assert third.org_key not in {f.org_key for f in facts("activity.mutual.scored")}
    with refusing() as caught:
        hand_in(three, third)
    assert caught.value.id == "AV022"


@pytest.mark.parametrize("seed", ["abc", "a b c d", "has:colon", "x" * 65])
def test_a_seed_must_be_one_word(units, seed):
    three = units(3)
    event = mutual_round(three, each=1)
    with refusing() as caught, scoped(three.officer.actor):
        mutual.start(actor=three.officer.actor, event_id=event.id, seed=seed)
    assert caught.value.id == "AV042"


def test_two_units_cannot_review_each_other(units):
    two = units(2)
    event = mutual_round(two, each=1)
    with refusing() as caught, scoped(two.officer.actor):
        mutual.start(actor=two.officer.actor, event_id=event.id, seed="seed")
    assert caught.value.id == "AV005"
    assert caught.value.params == {"units": 2, "least": 3}


def test_the_list_is_shut_once_it_began_and_open_to_change_before(units):
    five = units(5)
    event = mutual_round(five)
    officer = five.officer.actor
    do(officer, events.drop, event_id=event.id, org_key=five.keys[4])
    assert do(officer, events.invite, event_id=event.id, org_keys=five.keys) == 1
    do(officer, mutual.start, event_id=event.id, seed="seed")
    with refusing() as caught, scoped(officer):
        events.drop(actor=officer, event_id=event.id, org_key=five.keys[4])
    assert caught.value.id == "AV001"


def test_another_prefecture_s_unit_cannot_be_invited(units, cast):
    event = mutual_round(units(3), each=1)
    outsider = cast.outsider.actor
    with refusing() as caught, scoped(outsider):
        events.invite(actor=outsider, event_id=event.id, org_keys=[1])
    assert caught.value.id == "CO404"
