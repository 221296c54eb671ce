"""Calling, opening, closing, recording, cancelling: what stands afterwards, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from tests.activities.meetings.conftest import (
    NOW,
    SYSTEM,
    do,
    enrol,
    facts,
    make_life,
    minutes,
    refusing,
    see,
)
from tests.orgs.conftest import register
from zhijin.activities.meetings import presence, reading, writing
from zhijin.activities.meetings.writing import Call, Minutes
from zhijin.activities.models import Attendee, Branch, Meeting
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import api as people

pytestmark = pytest.mark.django_db


def test_a_called_meeting_has_its_members_on_the_roll(life):
    found = life.call()
    roll = see(lambda: reading.attendees(found))
    assert len(roll) == 7
    assert sum(row.votes for row in roll) == 6
    assert sum(row.floating for row in roll) == 2
    assert found.title == "2030年11月支部党员大会"
    assert found.agenda == ["传达学习上级精神", "讨论支部工作", "表决事项"]
    assert (found.place, found.link) == ("村委会", "https://meeting.example.com/1")
    (told,) = facts("activity.meeting.called")
    assert (told.org_key, told.record, told.attrs["kind"]) == (
        life.org.key,
        found.record,
        "assembly",
    )


def test_a_committee_meeting_is_for_the_committee(life):
    assert len(see(lambda: reading.attendees(life.call("committee")))) == 3


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (Call("no-such-kind", NOW), "AV082"),
        (Call("assembly", NOW + timedelta(days=400)), "AV084"),
        (Call("assembly", NOW - timedelta(days=500)), "AV084"),
        (Call("assembly", NOW, link="javascript:alert(1)"), "CO400"),
    ],
)
def test_what_cannot_be_called_is_refused(life, wanted, refusal):
    with refusing() as caught, scoped(life.secretary):
        writing.call(actor=life.secretary, org_key=life.org.key, wanted=wanted)
    assert caught.value.id == refusal


def test_without_calendar_or_members_nothing_is_called(life, cast):
    other = register("又一个党支部")
    with refusing() as caught:
        do(SYSTEM, writing.call, org_key=other.key, wanted=Call("assembly", NOW))
    assert caught.value.id == "AV080"
    do(SYSTEM, writing.take_up, org_key=other.key)
    with refusing() as caught:
        do(SYSTEM, writing.call, org_key=other.key, wanted=Call("assembly", NOW))
    assert caught.value.id == "AV083"
    with refusing() as caught:
        do(SYSTEM, writing.take_up, org_key=other.key)
    assert caught.value.id == "AV081"
    firm = register("示例公司", kind="firm", sector=7, industry=120)
    with refusing() as caught:
        do(SYSTEM, writing.take_up, org_key=firm.key)
    assert caught.value.id == "AV080"


def test_only_who_answers_for_the_branch_calls(life, cast):
    for member in (cast.grid_worker, cast.outsider):
        with refusing() as caught:
            do(member.actor, writing.call, org_key=life.org.key, wanted=Call("assembly", NOW))
        assert caught.value.id in {"CO403", "OR001"}


def test_a_meeting_from_notice_to_minutes(life):
    found = life.open()
    presence_of = life.row
    for at in (0, 1, 2):
        life.do(
            presence.mark,
            meeting_id=found.id,
            attendee_id=presence_of(found, at).id,
            state="present",
        )
    _, code, _ = life.do(presence.show_code, meeting_id=found.id)
    presence.sign(member=life.members[4], meeting_id=found.id, code=code, remote=True)
    presence.ask_leave(member=life.members[3], meeting_id=found.id, why="收玉米")
    held = life.do(
        writing.finish,
        meeting_id=found.id,
        minutes=minutes(law="《民法典》", first_topic="全会精神"),
    )
    assert (held.state, held.due, held.present, held.remote) == ("held", 7, 4, 1)
    states = [row.state for row in see(lambda: reading.attendees(held))]
    assert sorted(states) == ["absent", "absent", "leave", *["present"] * 4]
    (told,) = facts("activity.meeting.held")
    assert told.attrs == {
        "kind": "assembly", "due": 7, "present": 4, "remote": 1, "floating": 1, "late": False,
        "period": "2030Q4",
    }  # fmt: skip
    assert [one.attrs["kind"] for one in facts("activity.study.opening")] == ["law", "first-topic"]
    actions = see(lambda: set(JournalEntry.objects.values_list("action", flat=True)))
    assert {"meeting.called", "meeting.opened", "meeting.signed", "meeting.held"} <= actions


def test_nothing_of_a_held_meeting_changes(life):
    found = life.record()
    for change in ({"present": 99}, {"minutes": {}}, {"state": "open"}):
        with pytest.raises(ProgrammingError), transaction.atomic(), scoped(SYSTEM):
            Meeting.objects.filter(id=found.id).update(**change)
    with refusing() as caught:
        life.do(writing.cancel, meeting_id=found.id, why="重开")
    assert caught.value.id == "AV001"


def test_a_meeting_needs_somebody_and_a_line_of_minutes(life):
    found = life.open()
    with refusing() as caught:
        life.do(writing.finish, meeting_id=found.id, minutes=minutes())
    assert caught.value.id == "AV093"
    with refusing() as caught:
        life.do(writing.finish, meeting_id=found.id, minutes=Minutes({}))
    assert caught.value.id == "AV091"
    assert see(lambda: Meeting.objects.get(id=found.id)).state == "open"


def test_a_meeting_is_not_opened_long_before(life):
    found = life.call(starts=NOW + timedelta(days=2))
    with refusing() as caught:
        life.do(writing.begin, meeting_id=found.id)
    assert caught.value.id == "AV084"


def test_a_notice_is_changed_and_cancelled_with_a_reason(life):
    found = life.call(starts=NOW + timedelta(days=2))
    wanted = Call("assembly", NOW + timedelta(days=3), place="老槐树下", agenda=("只有一项",))
    changed = life.do(writing.change, meeting_id=found.id, wanted=wanted)
    assert (changed.place, changed.agenda, changed.held_on) == (
        "老槐树下",
        ["只有一项"],
        date(2030, 11, 18),
    )
    with refusing() as caught:
        life.do(writing.cancel, meeting_id=found.id, why=" ")
    assert caught.value.id == "CO400"
    assert life.do(writing.cancel, meeting_id=found.id, why="下大雪").state == "cancelled"
    assert len(facts("activity.meeting.cancelled")) == 1


def test_a_recorded_meeting_says_who_came_and_from_where(life):
    away, near = life.members[4].id, life.members[3].id
    present = [row.id for row in life.members if row.id != near]
    found = life.record(present=present, remote=[away])
    assert (found.due, found.present, found.remote, found.recorded) == (7, 6, 1, True)
    assert life.row(found, 4).remote
    assert life.row(found, 3).state == Attendee.State.ABSENT
    assert life.row(found, 0).proof == Attendee.Proof.CHAIR


def test_a_meeting_that_is_to_come_is_not_recorded(life):
    with refusing() as caught:
        life.record(on=NOW + timedelta(hours=1))
    assert caught.value.id == "AV084"


def test_recording_counts_in_the_period_of_the_meeting_and_says_when_late(life):
    october = life.record(on=NOW - timedelta(days=20))
    september = life.record(on=NOW - timedelta(days=50))
    in_grace = None
    with clock.freeze(datetime(2030, 11, 4, 9, 0, tzinfo=clock.TZ)):
        in_grace = life.record(on=datetime(2030, 10, 20, 9, 0, tzinfo=clock.TZ))
    assert (october.late, september.late, in_grace.late) == (True, True, False)
    periods = [(one.attrs["period"], one.attrs["late"]) for one in facts("activity.meeting.held")]
    assert periods == [("2030-09", True), ("2030-10", False), ("2030-10", True)]


def test_a_clock_set_back_does_not_end_a_meeting_before_it_began(life):
    found = life.open()
    life.do(presence.mark, meeting_id=found.id, attendee_id=life.row(found, 0).id, state="present")
    with clock.freeze(NOW - timedelta(hours=3)):
        held = life.do(writing.finish, meeting_id=found.id, minutes=minutes())
    assert held.closed_at == found.opened_at


# -- members who move -----------------------------------------------------------------------------


def test_a_member_who_moves_in_mid_quarter_keeps_the_past_where_it_was(life, cast):
    other = make_life(cast, "大耆老村第二党支部", mark="乙")
    before = life.record("assembly", on=NOW - timedelta(days=20))
    do(SYSTEM, people.move_member, member_id=life.members[3].id, to_org=other.org.key,
       on=(NOW - timedelta(days=10)).date())  # fmt: skip
    after = life.record("lesson")
    there = other.record("lesson")
    assert (before.due, after.due, there.due) == (7, 6, 8)
    past = see(lambda: list(Attendee.objects.filter(member_id=life.members[3].id)))
    assert [row.meeting_id for row in past] == [before.id]
    # A meeting before the move that is written down only now still has them on its roll, and as absent unless named.
    late = life.record("theme-day", on=NOW - timedelta(days=15), present=[life.members[0].id])
    assert (late.due, late.present) == (7, 1)
    assert life.row(late, 3).state == Attendee.State.ABSENT


def test_the_roll_of_a_called_meeting_follows_the_list(life, cast):
    found = life.call(starts=NOW + timedelta(hours=1))
    presence.ask_leave(member=life.members[1], meeting_id=found.id, why="出差")
    do(SYSTEM, people.end_member, member_id=life.members[2].id, why="转出")
    enrol(life.org, "杨小雪")
    life.do(writing.begin, meeting_id=found.id)
    roll = see(lambda: reading.attendees(found))
    ids = {row.member_id for row in roll}
    assert len(roll) == 7
    assert life.members[2].id not in ids
    assert life.row(found, 1).state == Attendee.State.LEAVE


def test_another_place_sees_nothing_of_it(life, cast):
    found = life.call()
    with scoped(cast.outsider.actor):
        assert not Meeting.objects.exists()
        assert not Attendee.objects.exists()
        assert not Branch.objects.exists()
        assert not reading.meetings(cast.outsider.actor).exists()
    with scoped(cast.township_officer.actor):
        assert reading.get(cast.township_officer.actor, found.id).id == found.id
