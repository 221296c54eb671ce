"""The vote: one person one vote, open or secret, the closing second, races, a clock set back, a count to repeat."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.deliberation.conftest import (
    COUNCIL,
    NAMES,
    NOW,
    SYSTEM,
    connect,
    fresh,
    journalled,
    make_village,
    refusing,
    see,
    ship,
)
from zhijin.activities import ballotbox
from zhijin.activities.ballotbox import Paper
from zhijin.activities.deliberation import balloting
from zhijin.activities.deliberation.balloting import _may_end, _passed
from zhijin.activities.models import Seat, Sitting
from zhijin.core import clock, signing
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("secret", [False, True])
def test_everybody_can_count_again_from_the_signed_file(village, secret):
    sitting, slips = village.call(village.begin(), secret=secret)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    receipts = {
        slip.name: balloting.cast(code=slip.code, choice="yes" if at < 5 else "abstain")
        for at, slip in enumerate(slips)
    }
    counted = village.count(sitting)
    signed = json.loads(bytes(counted.document))
    papers = [Paper(receipt, marks) for receipt, marks in signed["papers"]]
    tally = ballotbox.count(papers, 0, 2)
    assert (
        (signed["yes"], signed["no"], signed["abstained"])
        == (*tally.votes, tally.abstained)
        == (5, 0, 2)
    )
    assert {paper.receipt for paper in receipts.values()} == {paper.receipt for paper in papers}
    assert signing.verify(bytes(counted.document), signing.read_side_file(counted.document_sig))
    assert not signing.verify(
        bytes(counted.document).replace(b'"yes":5', b'"yes":6'),
        signing.read_side_file(counted.document_sig),
    )
    assert not any(name.encode() in bytes(counted.document) for name in NAMES)


def test_each_ones_own_receipt_shows_their_own_paper(village):
    sitting, slips = village.call(village.begin(), secret=True)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    mine = balloting.cast(code=slips[0].code, choice="no")
    for slip in slips[1:]:
        balloting.cast(code=slip.code, choice="yes")
    counted = village.count(sitting)
    assert dict(counted.papers)[mine.receipt] == "2"


def test_a_secret_vote_leaves_nothing_that_ties_a_name_to_a_paper(village):
    sitting, slips = village.call(village.begin(), secret=True)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    empty = len(bytes(fresh(sitting).sealed))
    for slip in slips:
        paper = balloting.cast(code=slip.code, choice="yes")
        row = fresh(sitting)
        assert paper.receipt.encode() not in bytes(row.sealed)
        assert len(bytes(row.sealed)) == empty
    seats = see(lambda: list(Seat.objects.filter(sitting_id=sitting.id)))
    assert {(seat.choice, seat.receipt) for seat in seats} == {("", "")}
    assert all(seat.id.version == 4 for seat in seats)  # the table tells no order
    counted = village.count(sitting)
    assert counted.sealed is None
    assert counted.papers == sorted(counted.papers)
    assert all("seat" not in entry.detail for entry in journalled("sitting.paper"))


def test_the_names_on_a_roll_lie_sealed(village):
    sitting, slips = village.call(village.begin())
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT name, s::text FROM activities_seat s")
        rows = cursor.fetchall()
    assert len(rows) == len(slips) > 1
    for slip in slips:
        assert not any(
            slip.name.encode() in bytes(name) or slip.name in text for name, text in rows
        )
        assert village.seat(sitting, slip.name).name == slip.name


def test_one_person_has_one_vote(village):
    sitting, slips = village.vote(village.begin(), "y")
    with pytest.raises(Refusal) as refused:
        balloting.cast(code=slips[0].code, choice="no")
    assert refused.value.id == "AV089"
    assert village.seat(sitting, slips[0].name).choice == "yes"


def test_codes_are_read_as_people_type_them_and_stored_nowhere(village):
    sitting, slips = village.call(village.begin())
    village.do(balloting.open_vote, sitting_id=sitting.id)
    balloting.cast(code=slips[0].shown.lower().replace("0", "o"), choice="yes")
    seat = village.seat(sitting, slips[0].name)
    assert seat.voted
    assert slips[0].code.encode() not in bytes(seat.code)
    with pytest.raises(Refusal) as refused:
        balloting.cast(code="0000-0000-0000", choice="yes")
    assert refused.value.id == "AV030"


def test_a_lost_slip_is_replaced_and_the_old_code_is_worth_nothing(village):
    sitting, slips = village.call(village.begin())
    village.do(balloting.open_vote, sitting_id=sitting.id)
    seat = village.seat(sitting, slips[0].name)
    new = village.do(balloting.new_code, sitting_id=sitting.id, seat_id=seat.id)
    with pytest.raises(Refusal):
        balloting.cast(code=slips[0].code, choice="yes")
    balloting.cast(code=new.code, choice="yes")
    with refusing() as refused:
        village.do(balloting.new_code, sitting_id=sitting.id, seat_id=seat.id)
    assert refused.value.id == "AV089"


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [(-1, True), (0, False), (1, False)],
    ids=["before", "the second", "after"],
)
def test_a_vote_at_the_closing_second_is_refused(village, seconds, counts):
    sitting, slips = village.vote(village.begin(), "yyyyyy", minutes=30)
    with clock.freeze(NOW + timedelta(minutes=30, seconds=seconds)):
        if counts:
            balloting.cast(code=slips[6].code, choice="no")
        else:
            with pytest.raises(Refusal) as refused:
                balloting.cast(code=slips[6].code, choice="no")
            assert refused.value.id == "AV088"
            with pytest.raises(Refusal):
                balloting.ballot_for(slips[6].code)
    with clock.freeze(NOW + timedelta(hours=1)):
        assert village.count(sitting).no == int(counts)


def test_a_clock_set_back_opens_nothing_that_somebody_saw_closed(village):
    sitting, slips = village.vote(village.begin(), "yyyyy", minutes=30)
    with clock.freeze(NOW + timedelta(minutes=31)), pytest.raises(Refusal):
        balloting.cast(code=slips[5].code, choice="yes")
    with clock.freeze(NOW + timedelta(minutes=5)), pytest.raises(Refusal) as refused:
        balloting.cast(code=slips[5].code, choice="yes")
    assert refused.value.id == "AV088"
    with clock.freeze(NOW - timedelta(days=1)):
        counted = village.count(sitting)
    assert counted.yes == 5
    assert counted.closed_at == NOW + timedelta(minutes=31)
    with pytest.raises(Refusal) as refused:
        balloting.cast(code=slips[5].code, choice="yes")
    assert refused.value.id == "AV088"


def test_a_code_before_the_vote_is_told_to_wait(village):
    sitting, slips = village.call(village.begin())
    for look in (balloting.ballot_for, lambda code: balloting.cast(code=code, choice="yes")):
        with pytest.raises(Refusal) as refused:
            look(slips[0].code)
        assert refused.value.id == "AV169"
    assert not see(lambda: Seat.objects.filter(sitting_id=sitting.id, voted=True).exists())


def test_nobody_who_still_has_time_is_cut_off(village):
    sitting, slips = village.vote(village.begin(), "yyyyyy", minutes=60)
    with refusing() as refused:
        village.count(sitting)
    assert refused.value.id == "AV138"
    balloting.cast(code=slips[6].code, choice="no")
    assert village.count(sitting).no == 1  # all have voted: it may be counted early


def test_hands_are_written_down_once_and_do_not_change_who_voted(village):
    sitting, _slips = village.vote(village.begin(), "n")
    seats = {name: village.seat(sitting, name).id for name in NAMES}
    done = village.do(
        balloting.show_of_hands, sitting_id=sitting.id, choices=dict.fromkeys(seats.values(), "yes")
    )
    counted = village.count(sitting)
    assert (done, counted.yes, counted.no, len(counted.papers)) == (6, 6, 1, 7)


def test_hands_are_no_secret_vote(village):
    sitting, _slips = village.vote(village.begin(), secret=True)
    with refusing() as refused:
        village.do(balloting.show_of_hands, sitting_id=sitting.id, choices={})
    assert refused.value.id == "AV001"


def test_a_secret_vote_of_too_few_is_no_secret(village):
    matter = village.begin()
    with refusing() as refused:
        village.call(matter, roll=NAMES[:4], secret=True)
    assert refused.value.id == "AV034"
    sitting, slips = village.vote(matter, "yyyy", secret=True)
    seats = [village.seat(sitting, slip.name).id for slip in slips]
    village.do(balloting.check_in, sitting_id=sitting.id, seat_ids=seats)
    with refusing() as refused:
        village.count(sitting)
    assert refused.value.id == "AV140"
    assert fresh(sitting).state == "voting"


@pytest.mark.parametrize(
    ("line", "roll", "choices", "secret", "refused"),
    [
        ("four-two", NAMES, "yyyy", False, False),  # 4 of 7: no quorum
        ("four-two", NAMES, "nnnnn", False, True),
        ("four-two", NAMES, "nnnnn", True, True),
        ("council", COUNCIL, "nnnn-", False, False),  # the property firm has not voted
        ("council", COUNCIL, "nnnnn", False, True),
    ],
)
def test_a_vote_that_does_not_please_is_not_held_again(
    village, line, roll, choices, secret, refused
):
    matter = village.begin(line)
    sitting, _slips = village.vote(matter, choices, roll=roll, secret=secret)
    if not refused:
        village.do(balloting.adjourn, sitting_id=sitting.id, why="下大雨")
        assert fresh(sitting).state == "adjourned"
        return
    with refusing() as caught:
        village.do(balloting.adjourn, sitting_id=sitting.id, why="下大雨")
    assert caught.value.id == "AV168"
    assert village.count(sitting).state == "failed"


def test_enough_present_and_nobody_voted_may_go_home(village):
    sitting, _slips = village.call(village.begin())
    seats = see(lambda: [seat.id for seat in Seat.objects.filter(sitting_id=sitting.id)])
    village.do(balloting.check_in, sitting_id=sitting.id, seat_ids=seats)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    village.do(balloting.adjourn, sitting_id=sitting.id, why="停电了")
    assert fresh(sitting).state == "adjourned"


def test_a_sitting_that_is_adjourned_keeps_no_paper(village):
    sitting, slips = village.vote(village.begin(), "yyy")
    village.do(balloting.adjourn, sitting_id=sitting.id, why="停电")
    row = fresh(sitting)
    assert (row.state, row.sealed, row.papers, row.yes) == ("adjourned", None, [], 0)
    assert see(
        lambda: set(Seat.objects.filter(sitting_id=row.id).values_list("choice", flat=True))
    ) == {""}
    with pytest.raises(Refusal):
        balloting.cast(code=slips[5].code, choice="yes")


@pytest.mark.parametrize("roll", [("李甲", "李甲"), (), ("王" * 65,)])
def test_a_name_stands_once_on_the_roll(village, roll):
    with refusing() as refused:
        village.call(village.begin(), roll=roll)
    assert refused.value.id == "AV136"


def test_a_choice_that_is_not_on_the_paper(village):
    _sitting, slips = village.vote(village.begin(), "")
    with pytest.raises(Refusal) as refused:
        balloting.cast(code=slips[0].code, choice="maybe")
    assert refused.value.id == "CO400"


def test_checking_in_is_a_whole_list_and_keeps_who_voted(village):
    sitting, slips = village.vote(village.begin(), "y")
    other = village.seat(sitting, slips[1].name)
    assert village.do(balloting.check_in, sitting_id=sitting.id, seat_ids=[other.id]) == 2
    assert village.do(balloting.check_in, sitting_id=sitting.id, seat_ids=[]) == 1


@pytest.mark.django_db(transaction=True)
def test_racing_double_votes_leave_one_paper(places, cast, tmp_path, monkeypatch):
    """Eight threads vote with two codes at the same time: two papers, six refusals, nothing lost."""
    ship(tmp_path)
    village = make_village(cast)
    connect(village, monkeypatch)
    sitting, slips = village.call(village.begin(), secret=True)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    start, out = threading.Barrier(8), []

    def run(at: int) -> None:
        try:
            start.wait()
            balloting.cast(code=slips[at % 2].code, choice="yes" if at < 4 else "no")
            out.append("in")
        except Refusal as refusal:
            out.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(out) == {"in": 2, "AV089": 6}
    for slip in slips[2:]:
        balloting.cast(code=slip.code, choice="yes")
    counted = village.count(sitting)
    assert len(counted.papers) == 7 == counted.yes + counted.no


@given(due=st.integers(1, 2000), present=st.integers(0, 2000))
def test_6666_basis_points_are_exactly_two_thirds_up_to_the_longest_roll(due, present):
    present = min(present, due)
    assert (present * 10_000 >= due * 6666) == (3 * present >= 2 * due)


@given(
    present=st.integers(1, 2000), due=st.integers(1, 2000), share=st.data(),
    over=st.integers(0, 9999), of=st.sampled_from(["due", "present"]),
)  # fmt: skip
def test_more_than_half_means_more(present, due, share, over, of):
    due = max(present, due)
    yes = share.draw(st.integers(0, present))
    row = Sitting(
        due=due, present=present, yes=yes, rule={"quorum": 0, "pass_over": over, "of": of}
    )
    base = due if of == "due" else present
    assert _passed(row) == (yes * 10_000 > base * over)
    if over == 5000:
        assert _passed(row) == (2 * yes > base)
    if yes < present and _passed(row):  # one vote more never takes a resolution away
        row.yes += 1
        assert _passed(row)


@given(voted=st.lists(st.booleans(), min_size=1, max_size=20), late=st.integers(-60, 60))
def test_a_count_waits_exactly_for_those_who_still_can_vote(voted, late):
    with clock.freeze(NOW):
        row = Sitting(closes_at=NOW - timedelta(seconds=late), seen_at=NOW - timedelta(hours=1))
        waits = late < 0 and not all(voted)
        refused = pytest.raises(Refusal, match="AV138") if waits else nullcontext()
        with refused:
            _may_end(row, [Seat(voted=one) for one in voted])
