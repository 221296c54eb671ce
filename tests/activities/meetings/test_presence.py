"""Signing with the code that the meeting shows, asking for leave, the chair's confirmation."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.activities.meetings.conftest import NOW, do, facts, make_life, refusing, see
from zhijin.activities.meetings import presence, proof, writing
from zhijin.activities.models import Attendee, Meeting
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry

pytestmark = pytest.mark.django_db


def code_of(life, meeting: Meeting) -> str:
    _, code, left = life.do(presence.show_code, meeting_id=meeting.id)
    assert 0 < left <= proof.SECONDS
    return code


def sign(life, meeting: Meeting, at: int, code: str, **more):
    return presence.sign(
        member=life.members[at], meeting_id=meeting.id, code=code, **{"remote": False, **more}
    )


def test_a_member_signs_in_the_room_and_one_from_afar(life):
    meeting = life.open()
    code = code_of(life, meeting)
    assert not sign(life, meeting, 3, code).remote
    row = sign(life, meeting, 5, code, remote=True)
    assert (row.state, row.proof, row.remote) == ("present", "code", True)


def test_nothing_is_kept_of_where_somebody_was():
    names = {field.name for field in Attendee._meta.get_fields()}
    assert not names & {"lat", "lon", "ip", "address", "device", "accuracy", "photo", "position"}


def test_signing_twice_changes_nothing(life):
    meeting = life.open()
    code = code_of(life, meeting)
    first = sign(life, meeting, 3, code)
    with clock.freeze(NOW + timedelta(seconds=20)):
        again = sign(life, meeting, 3, code, remote=True)
    assert (again.at, again.remote) == (first.at, False)
    assert see(lambda: JournalEntry.objects.filter(action="meeting.signed").count()) == 1


def test_a_person_who_signs_leaves_no_fact_about_the_person(life):
    meeting = life.open()
    sign(life, meeting, 3, code_of(life, meeting))
    assert facts("activity.meeting.signed") == []


def test_a_wrong_or_old_code_is_refused(life):
    meeting = life.open()
    code = code_of(life, meeting)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with refusing() as caught:
        sign(life, meeting, 3, wrong)
    assert caught.value.id == "AV085"
    with clock.freeze(NOW + timedelta(seconds=3 * proof.SECONDS)), refusing() as caught:
        sign(life, meeting, 3, code)
    assert caught.value.id == "AV085"


def test_a_clock_set_back_makes_no_old_code_good_again(life):
    meeting = life.open()
    old = code_of(life, meeting)
    with clock.freeze(NOW + timedelta(minutes=10)):
        new = code_of(life, meeting)
    assert old != new
    # The clock is back at NOW: the code of ten minutes ahead is still the one that holds.
    assert code_of(life, meeting) == new
    with refusing() as caught:
        sign(life, meeting, 3, old)
    assert caught.value.id == "AV085"
    assert sign(life, meeting, 3, new).state == "present"


def test_guessing_is_stopped(life):
    meeting = life.open()
    code_of(life, meeting)
    ids = []
    for guess in range(12):
        # As on the page: what was counted stays, though the signing itself is undone.
        with pytest.raises(Refusal) as caught:
            sign(life, meeting, 3, f"{guess:06d}"[::-1] + "x9")
        ids.append(caught.value.id)
    assert ids[0] == "AV085"
    assert ids[-1] == "CO429"


def test_a_meeting_that_is_not_open_takes_no_signatures(life):
    meeting = life.call()
    with refusing() as caught:
        sign(life, meeting, 3, "123456")
    assert caught.value.id == "AV001"
    with refusing() as caught:
        life.do(presence.show_code, meeting_id=meeting.id)
    assert caught.value.id == "AV001"


def test_another_branchs_member_is_not_on_the_roll(life, cast):
    other = make_life(cast, "大耆老村第二党支部")
    meeting = life.open()
    code = code_of(life, meeting)
    with refusing() as caught:
        presence.sign(member=other.members[0], meeting_id=meeting.id, code=code, remote=False)
    assert caught.value.id == "CO404"


def test_a_committee_meeting_takes_only_the_committee(life):
    meeting = life.open("committee")
    code = code_of(life, meeting)
    assert sign(life, meeting, 0, code).state == "present"
    with refusing() as caught:
        sign(life, meeting, 3, code)
    assert caught.value.id == "AV086"


def test_leave_is_asked_for_with_a_reason(life):
    meeting = life.call()
    row = presence.ask_leave(member=life.members[4], meeting_id=meeting.id, why=" 厂里加班 ")
    assert (row.state, row.why) == ("leave", "厂里加班")
    with refusing() as caught:
        presence.ask_leave(member=life.members[4], meeting_id=meeting.id, why="")
    assert caught.value.id == "CO400"
    # Whoever comes after all signs like others.
    life.do(writing.begin, meeting_id=meeting.id)
    row = sign(life, meeting, 4, code_of(life, meeting), remote=True)
    assert (row.state, row.why) == ("present", "")
    with refusing() as caught:
        presence.ask_leave(member=life.members[4], meeting_id=meeting.id, why="走了")
    assert caught.value.id == "AV001"


def test_the_chair_confirms_and_takes_back(life, cast):
    meeting = life.open()
    row = life.row(meeting, 0)
    marked = life.do(presence.mark, meeting_id=meeting.id, attendee_id=row.id, state="present")
    assert (marked.state, marked.proof) == ("present", "chair")
    back = life.do(presence.mark, meeting_id=meeting.id, attendee_id=row.id, state="expected")
    assert (back.state, back.proof, back.at) == ("expected", "", None)
    for wrong in (
        {"state": "absent", "attendee_id": row.id},
        {"state": "present", "attendee_id": uuid4()},
    ):
        with refusing() as caught:
            life.do(presence.mark, meeting_id=meeting.id, **wrong)
        assert caught.value.id in {"CO400", "CO404"}
    with refusing() as caught:
        do(
            cast.outsider.actor,
            presence.mark,
            meeting_id=meeting.id,
            attendee_id=row.id,
            state="present",
        )
    assert caught.value.id == "CO404"
