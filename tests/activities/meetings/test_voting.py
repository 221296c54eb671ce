"""Resolutions: quorum, the closing second, one vote each, secrecy, what passes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.meetings.conftest import (
    NOW,
    SYSTEM,
    facts,
    make_life,
    minutes,
    refusing,
    see,
    ship,
)
from tests.support.racing import overtaken
from zhijin.activities.meetings import presence, voting, writing
from zhijin.activities.meetings.format import Vote
from zhijin.activities.models import MeetingVote, Resolution
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


def gather(life, *at: int):
    """An open assembly at which members ``at`` are present."""
    meeting = life.open()
    for one in at:
        life.do(
            presence.mark,
            meeting_id=meeting.id,
            attendee_id=life.row(meeting, one).id,
            state="present",
        )
    return meeting


def put(life, meeting, **more):
    return life.do(voting.put, meeting_id=meeting.id, what="同意收益分配方案", **more)


def vote(life, row, at: int, choice: str = "yes"):
    return voting.vote(member=life.members[at], resolution_id=row.id, choice=choice)


def count(life, row) -> Resolution:
    return life.do(voting.count, resolution_id=row.id)


def test_an_open_vote_passes_by_more_than_half_of_those_due(life):
    meeting = gather(life, 0, 1, 2, 3, 4)
    row = put(life, meeting)
    assert row.due == 6
    for at, choice in enumerate(("yes", "yes", "yes", "yes", "no")):
        vote(life, row, at, choice)
    done = count(life, row)
    assert (done.state, done.present, done.yes, done.no, done.abstained) == ("passed", 5, 4, 1, 0)
    (told,) = facts("activity.resolution")
    assert (told.attrs["passed"], told.attrs["yes"]) == (True, 4)


def test_half_is_not_more_than_half(life):
    row = put(life, gather(life, 0, 1, 2, 3))
    for at in range(3):
        vote(life, row, at)
    assert count(life, row).state == "failed"


def test_below_quorum_nothing_is_put_to_the_vote(life):
    with refusing() as caught:
        put(life, gather(life, 0, 1))
    assert caught.value.id == "AV033"
    assert not see(Resolution.objects.exists)


def test_a_probationary_member_makes_no_quorum_and_has_no_vote(life):
    with refusing() as caught:
        put(life, gather(life, 0, 1, 6))
    assert caught.value.id == "AV033"
    meeting = gather(life, 0, 1, 2, 6)
    row = put(life, meeting)
    with refusing() as caught:
        vote(life, row, 6)
    assert caught.value.id == "AV090"


def test_who_left_before_the_count_may_leave_it_below_quorum(life):
    meeting = gather(life, 0, 1, 2)
    row = put(life, meeting)
    vote(life, row, 0)
    # Somebody who has not voted turns out not to have been there.
    life.do(
        presence.mark, meeting_id=meeting.id, attendee_id=life.row(meeting, 2).id, state="expected"
    )
    done = count(life, row)
    assert (done.state, done.present) == ("no_quorum", 2)
    with refusing() as caught:
        life.do(
            presence.mark,
            meeting_id=meeting.id,
            attendee_id=life.row(meeting, 0).id,
            state="expected",
        )
    assert caught.value.id == "AV089"


def test_only_who_signed_in_votes(life):
    row = put(life, gather(life, 0, 1, 2))
    with refusing() as caught:
        vote(life, row, 4)
    assert caught.value.id == "AV090"


def test_one_vote_each(life):
    row = put(life, gather(life, 0, 1, 2))
    vote(life, row, 0, "no")
    with refusing() as caught:
        vote(life, row, 0, "yes")
    assert caught.value.id == "AV089"
    with refusing() as caught:
        vote(life, row, 1, "perhaps")
    assert caught.value.id == "CO400"


def test_a_vote_at_the_closing_second_is_refused_and_one_before_stands(life):
    row = put(life, gather(life, 0, 1, 2, 3), minutes=5)
    closing = NOW + timedelta(minutes=5)
    assert row.closes_at == closing
    with clock.freeze(closing - timedelta(microseconds=1)):
        vote(life, row, 0)
    for moment in (closing, closing + timedelta(seconds=1)):
        with clock.freeze(moment), refusing() as caught:
            vote(life, row, 1)
        assert caught.value.id == "AV088"
    with clock.freeze(closing):
        assert count(life, row).yes == 1


def test_nobody_who_is_there_and_has_time_is_cut_off_by_the_count(life):
    row = put(life, gather(life, 0, 1, 2), minutes=5)
    for at in (0, 1):
        vote(life, row, at)
    with refusing() as caught:
        count(life, row)
    assert caught.value.id == "AV138"
    assert "今天" in caught.value.message, "the moment is said as people say it"
    vote(life, row, 2, "no")
    done = count(life, row)
    assert (done.yes, done.no) == (2, 1), (
        "once all who are there have voted, nobody waits for the clock"
    )


def test_a_meeting_that_votes_or_has_voted_is_not_cancelled(life):
    """Its members would go on voting, and a count would stand in a meeting that never was."""
    meeting = gather(life, 0, 1, 2)
    row = put(life, meeting)
    for at in range(3):
        vote(life, row, at)
    with refusing() as caught:
        life.do(writing.cancel, meeting_id=meeting.id, why="结果不满意")
    assert caught.value.id == "AV092"
    count(life, row)
    with refusing() as caught:
        life.do(writing.cancel, meeting_id=meeting.id, why="结果不满意")
    assert caught.value.id == "AV001"


def test_a_meeting_whose_vote_was_void_may_be_cancelled(life):
    meeting = gather(life, 0, 1, 2)
    row = put(life, meeting)
    life.do(
        presence.mark, meeting_id=meeting.id, attendee_id=life.row(meeting, 0).id, state="leave"
    )
    assert count(life, row).state == "no_quorum"
    assert life.do(writing.cancel, meeting_id=meeting.id, why="人走了").state == "cancelled"


def test_a_clock_set_back_opens_nothing_that_somebody_saw_closed(life):
    row = put(life, gather(life, 0, 1, 2), minutes=5)
    vote(life, row, 0)
    with clock.freeze(NOW + timedelta(minutes=6)), pytest.raises(Refusal):
        vote(life, row, 1)
    with clock.freeze(NOW + timedelta(minutes=1)):
        with refusing() as caught:
            vote(life, row, 1)
        assert caught.value.id == "AV088"
        assert count(life, row).yes == 1, "nobody has time left, so it may be counted"


def test_a_clock_set_back_opens_no_counted_vote_again(life):
    row = put(life, gather(life, 0, 1, 2), minutes=5)
    with clock.freeze(NOW + timedelta(minutes=6)):
        count(life, row)
    with clock.freeze(NOW + timedelta(minutes=1)), refusing() as caught:
        vote(life, row, 0)
    assert caught.value.id == "AV088"
    with pytest.raises(ProgrammingError), transaction.atomic(), scoped(SYSTEM):
        Resolution.objects.filter(id=row.id).update(yes=6)


def test_a_meeting_does_not_end_over_an_open_vote(life):
    meeting = gather(life, 0, 1, 2)
    row = put(life, meeting)
    with refusing() as caught:
        life.do(writing.finish, meeting_id=meeting.id, minutes=minutes())
    assert caught.value.id == "AV092"
    count(life, row)
    assert life.do(writing.finish, meeting_id=meeting.id, minutes=minutes()).state == "held"


def test_kinds_without_a_rule_have_no_votes(life):
    meeting = life.open("theme-day")
    with refusing() as caught:
        put(life, meeting)
    assert caught.value.id == "AV087"


def test_a_show_of_hands_is_noted_for_those_in_the_room(life):
    meeting = gather(life, 0, 1, 2, 3)
    row = put(life, meeting)
    vote(life, row, 0, "no")
    hands = {life.row(meeting, at).id: "yes" for at in range(4)}
    life.do(voting.show_of_hands, resolution_id=row.id, choices=hands)
    done = count(life, row)
    assert (done.yes, done.no) == (3, 1)
    row = put(life, meeting)
    with refusing() as caught:
        life.do(
            voting.show_of_hands, resolution_id=row.id, choices={life.row(meeting, 5).id: "yes"}
        )
    assert caught.value.id == "AV090"
    with refusing() as caught:
        life.do(voting.show_of_hands, resolution_id=row.id, choices={life.row(meeting, 0).id: "x"})
    assert caught.value.id == "CO400"


# -- secret -------------------------------------------------------------------------------------


def test_a_secret_vote_tells_nobody_who_voted_how(life):
    meeting = gather(life, 0, 1, 2, 3, 4, 5)
    row = put(life, meeting, secret=True)
    choices = ("yes", "yes", "no", "yes", "abstain", "yes")
    papers = [vote(life, row, at, choice) for at, choice in enumerate(choices)]
    rows = see(lambda: list(MeetingVote.objects.filter(resolution_id=row.id)))
    assert {one.choice for one in rows} == {""}
    assert {one.id.version for one in rows} == {4}
    told = see(
        lambda: list(
            JournalEntry.objects.filter(action="meeting.voted").values_list("detail", flat=True)
        )
    )
    assert told == [{}] * 6
    done = count(life, row)
    assert (done.state, done.yes, done.no, done.abstained) == ("passed", 4, 1, 1)
    assert done.sealed is None
    assert sorted(paper.receipt for paper in papers) == [receipt for receipt, _mark in done.papers]


def test_the_box_is_as_long_with_one_paper_as_with_six(life):
    row = put(life, gather(life, 0, 1, 2, 3, 4, 5), secret=True)
    sizes = set()
    for at in range(6):
        sizes.add(len(bytes(see(lambda: Resolution.objects.get(id=row.id)).sealed)))
        vote(life, row, at)
    sizes.add(len(bytes(see(lambda: Resolution.objects.get(id=row.id)).sealed)))
    assert len(sizes) == 1


def test_a_secret_vote_of_few_does_not_stand_and_is_not_counted(life):
    row = put(life, gather(life, 0, 1, 2, 3, 4), secret=True)
    for at in range(4):
        vote(life, row, at, "no")
    done = count(life, row)
    assert (done.state, done.yes, done.no, done.papers, done.sealed) == (
        "no_quorum",
        0,
        0,
        [],
        None,
    )
    committee = life.open("committee")
    for at in range(3):
        life.do(
            presence.mark,
            meeting_id=committee.id,
            attendee_id=life.row(committee, at).id,
            state="present",
        )
    with refusing() as caught:
        put(life, committee, secret=True)
    assert caught.value.id == "AV034"


def test_a_secret_vote_takes_no_hands(life):
    meeting = gather(life, 0, 1, 2, 3, 4)
    row = put(life, meeting, secret=True)
    with refusing() as caught:
        life.do(
            voting.show_of_hands, resolution_id=row.id, choices={life.row(meeting, 0).id: "yes"}
        )
    assert caught.value.id == "AV001"


# -- the rule -----------------------------------------------------------------------------------


@given(
    due=st.integers(1, 400), present=st.integers(0, 400), yes=st.integers(0, 400),
    quorum=st.integers(0, 10_000), over=st.integers(0, 9_999), of=st.sampled_from(["due", "present"]),
)  # fmt: skip
def test_what_passes_had_its_quorum_and_its_majority(due, present, yes, quorum, over, of):
    present, yes = min(present, due), min(yes, present, due)
    rule = Vote(quorum=quorum, pass_over=over, of=of)
    row = Resolution(due=due, present=present, yes=yes, rule=rule.model_dump())
    state = voting._outcome(row)
    enough = present / due >= quorum / 10_000 - 1e-12
    base = due if of == "due" else present
    if state == Resolution.State.NO_QUORUM:
        assert present * 10_000 < due * quorum
    else:
        assert enough
        assert (state == Resolution.State.PASSED) == (yes * 10_000 > base * over)


@pytest.mark.django_db(transaction=True)
def test_racing_votes_of_one_member_count_once(places, tmp_path, cast):
    ship(tmp_path)
    with clock.freeze(NOW):
        life = make_life(cast)
        row = put(life, gather(life, 0, 1, 2))
        outcomes: list[str] = []
        gate = threading.Barrier(6)

        def race() -> None:
            gate.wait()
            try:
                vote(life, row, 0)
                outcomes.append("in")
            except Refusal as error:
                outcomes.append(error.id)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=race) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["AV089"] * 5 + ["in"]
        assert count(life, row).yes == 1
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_nobody_votes_while_they_are_marked_away(life):
    meeting = gather(life, 0, 1, 2, 3, 4)
    row = put(life, meeting)

    def away(at: int) -> object:
        return life.do(
            presence.mark, meeting_id=meeting.id, attendee_id=life.row(meeting, at).id, state="leave"
        )  # fmt: skip

    assert overtaken(lambda: away(0), lambda: vote(life, row, 0)) == "AV090"
    assert overtaken(lambda: vote(life, row, 1), lambda: away(1)) == "AV089"
    assert (life.row(meeting, 0).state, life.row(meeting, 1).state) == ("leave", "present")
