"""Nothing vanishes: what fell silent in the middle is listed, sent again, and people are sent; and a stop is said
until it has been heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.broadcast.conftest import GRID_2, SYSTEM, heard, sent, tomorrow
from tests.broadcast.test_sending import Bus, say
from tests.cast import GRID
from zhijin.broadcast import receipts, selectors, tasks, wire
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.services import sending, stopping
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
Heard, State = Target.State, Broadcast.State
ONE, TWO, THREE = "村委会云喇叭", "一组云喇叭", "二组云喇叭"


def board(row: Broadcast) -> selectors.Board:
    with scoped(SYSTEM):
        return selectors.board(Broadcast.objects.get(pk=row.pk))


def state(row: Broadcast) -> str:
    with scoped(SYSTEM):
        return Broadcast.objects.get(pk=row.pk).state


@pytest.mark.parametrize("last", ["received", "verified", "queued", "playing", "interrupted"])
def test_who_fell_silent_on_the_way_is_listed_once_its_time_is_over(village, last):
    row = sent(SYSTEM)
    receipts.take_in([say(row, ONE, last, 5), say(row, TWO, "played", 5, ms=9000)])
    assert (board(row).played, board(row).listed) == (1, 1)  # the third has not answered at all
    with clock.freeze(clock.now() + timedelta(seconds=row.lasts) + timedelta(minutes=10)):
        found = board(row)
        assert (found.total, found.played, found.listed) == (3, 1, 2)
        assert sending.resend(actor=SYSTEM, pk=row.id) == 2
        assert heard(row)[ONE].state == Heard.LISTED


def test_the_sound_itself_is_waited_for_before_anybody_is_sent(village):
    """Begun in the last minute it may begin in, it still sounds when that minute is over."""
    row = sent(SYSTEM, level="orange")
    receipts.take_in([say(row, one, "playing", 5) for one in (ONE, TWO, THREE)])
    bus = Bus()
    end = clock.now() + timedelta(seconds=row.lasts)
    with clock.freeze(end + timedelta(seconds=10)):
        wire.tend(bus)
        assert (state(row), board(row).listed) == (State.OUT, 0)
        receipts.take_in([say(row, one, "played", 6, ms=9000) for one in (ONE, TWO)])
    with clock.freeze(end + timedelta(minutes=5)):
        wire.tend(bus)
        assert state(row) == State.ENDED
        tasks.knock(str(row.id))
        with scoped(SYSTEM):
            places = Case.objects.filter(playbook="knock-doors").values_list(
                "place_code", flat=True
            )
            assert list(places) == [GRID_2]
        assert heard(row)[THREE].case_id is not None


def test_a_planned_turn_is_not_listed_before_its_time(village):
    row = sent(SYSTEM, turns=[tomorrow(), tomorrow(days=2)], areas=[GRID])
    assert (board(row).total, board(row).listed) == (2, 0)
    with clock.freeze(tomorrow() + timedelta(minutes=1)):
        assert board(row).listed == 2


def test_the_page_says_of_whom_nothing_was_heard_since(village, cast):
    row = sent(cast.branch_secretary.actor)
    receipts.take_in([say(row, ONE, "verified", 5)])
    page = cast.branch_secretary.client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    assert "此后没有消息" not in page
    with scoped(SYSTEM):
        Target.objects.filter(broadcast_id=row.id).update(
            at=clock.now() - timedelta(hours=5), until=clock.now() - timedelta(hours=4)
        )
    page = cast.branch_secretary.client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    assert page.count("此后没有消息") == 1
    assert "3 台待补" in page


def test_what_an_earlier_try_brought_to_sound_counts(village):
    """Sent again while the first order was still on its way: the loudspeaker plays once and answers the first."""
    row = sent(SYSTEM)
    before = say(row, ONE, "played", 7, ms=9000)
    late = say(row, TWO, "failed", 7, why="cut")
    sending.resend(actor=SYSTEM, pk=row.id)
    receipts.take_in([before, late])
    found = heard(row)
    assert (found[ONE].state, found[ONE].millis) == (Heard.PLAYED, 9000)
    assert found[TWO].state == Heard.LISTED


def test_heard_in_an_earlier_try_and_failed_in_a_later_one_was_heard(village):
    row = sent(SYSTEM)
    earlier = say(row, ONE, "played", 3, ms=9000)
    sending.resend(actor=SYSTEM, pk=row.id)
    later = say(row, ONE, "failed", 9, why="sound")
    for batch in ([earlier, later], [later, earlier]):
        with scoped(SYSTEM):
            Target.objects.filter(broadcast_id=row.id).update(state=0, seq=0)
        receipts.take_in(batch)
        assert heard(row)[ONE].state == Heard.PLAYED


def test_a_loudspeaker_without_a_memory_is_told_what_it_had_taken_on(village):
    bus, row = Bus(), sent(SYSTEM)
    wire.tend(bus)
    found = heard(row)
    receipts.take_in([say(row, ONE, "verified", 5), say(row, TWO, "playing", 5)])
    bus.subjects()
    codes = {found[one].code for one in (ONE, TWO)}
    wire.answer_back(bus, codes)
    assert bus.subjects() == []
    wire.answer_back(bus, codes, codes)
    # What had begun to sound is never begun again by itself.
    assert bus.subjects() == [f"zj.d.{found[ONE].code}.in.play"]


def test_a_new_memory_is_told_apart_from_a_mere_return():
    def hello(why: str) -> receipts.Said:
        return receipts.Said("ABCDEFGH", f'{{"state": "hello", "at": 1{why}}}'.encode(), 1)

    taken = receipts.take_in([hello("")])
    assert (taken.hello, taken.new) == ({"ABCDEFGH"}, set())
    taken = receipts.take_in([hello(', "why": "new"')])
    assert (taken.hello, taken.new) == ({"ABCDEFGH"}, {"ABCDEFGH"})


def test_a_stop_is_said_until_everybody_has_heard_it(village):
    bus = Bus()
    row = sent(SYSTEM, turns=[tomorrow(), tomorrow(days=2)])
    receipts.take_in([say(row, one, "verified", 5) for one in (ONE, TWO)])
    began = clock.now()
    stopping.stop(actor=SYSTEM, pk=row.id)
    wire.tend(bus)
    assert [one for one in bus.subjects() if "stop" in one] == [
        f"zj.a.{row.place_code}.loudspeaker.stop"
    ]
    receipts.take_in([say(row, ONE, "stopped", 6)])
    with scoped(SYSTEM):
        second = f"zj.d.{heard(row)[TWO].code}.in.stop"
    said = []
    for minutes in range(1, 61):
        with clock.freeze(began + timedelta(minutes=minutes)):
            wire.tend(bus)
        said += bus.subjects()
    assert set(said) == {second}
    assert 4 <= len(said) <= 20
    receipts.take_in([say(row, TWO, "stopped", 7)])
    with clock.freeze(began + timedelta(hours=2)):
        wire.tend(bus)
    assert bus.subjects() == []


def test_a_stop_that_nobody_needs_any_more_is_not_said_for_ever(village):
    bus, row = Bus(), sent(SYSTEM)
    receipts.take_in([say(row, ONE, "verified", 5)])
    stopping.stop(actor=SYSTEM, pk=row.id)
    with clock.freeze(clock.now() + timedelta(seconds=row.lasts + 60)):
        wire.tend(bus)
        bus.subjects()
        with scoped(SYSTEM):
            assert Broadcast.objects.get(pk=row.pk).due_at is None
