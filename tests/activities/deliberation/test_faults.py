"""What may go wrong with a vote, for whatever roll: too few there, a tie, the last second, a clock set back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.activities.deliberation.conftest import NOW, fresh, see
from zhijin.activities.deliberation import balloting, stepping
from zhijin.activities.models import Matter, Passage, Sitting
from zhijin.core import clock
from zhijin.core.errors import Refusal

pytestmark = pytest.mark.django_db
#: What each name on a roll does: for, against, abstains, is there without voting (by the chair's list), stays away.
ROLL = st.text("ynap-", min_size=1, max_size=9)


def held(village, matter, marks: str) -> Sitting:
    """A sitting at which each name did what its mark says."""
    names = tuple(f"代表{at}" for at in range(len(marks)))
    sitting, slips = village.call(matter, roll=names)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    words = {"y": "yes", "n": "no", "a": "abstain"}
    by_name = {slip.name: slip.code for slip in slips}
    for name, mark in zip(names, marks, strict=True):
        if mark in words:
            balloting.cast(code=by_name[name], choice=words[mark])
    here = [
        village.seat(sitting, name).id
        for name, mark in zip(names, marks, strict=True)
        if mark == "p"
    ]
    village.do(balloting.check_in, sitting_id=sitting.id, seat_ids=here)
    return sitting


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(marks=ROLL)
def test_whatever_the_roll_a_count_stands_or_changes_nothing(village, marks):
    """Below two thirds nothing is resolved; else more than half of those due pass it, anything less ends it."""
    with transaction.atomic():
        matter = village.begin()
        sitting = held(village, matter, marks)
        due, here, yes = len(marks), len(marks) - marks.count("-"), marks.count("y")
        if here * 10_000 < due * 6666:
            with pytest.raises(Refusal) as caught, transaction.atomic():
                village.count(sitting)
            assert caught.value.id == "AV139"
            after = fresh(matter)
            assert (after.state, after.step, fresh(sitting).state) == ("running", 0, "voting")
            assert not see(Passage.objects.filter(matter_id=matter.id).exists)
        else:
            row, after = village.count(sitting), fresh(matter)
            passed = yes * 2 > due
            assert (row.due, row.present, row.yes) == (due, here, yes)
            assert (row.no, row.abstained) == (marks.count("n"), marks.count("a"))
            assert len(row.papers) == row.yes + row.no + row.abstained
            assert (after.state, after.step) == (("running", 1) if passed else ("refused", 0))
            assert see(Passage.objects.filter(matter_id=matter.id).count) == int(passed)
        transaction.set_rollback(True)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rolls=st.lists(
        st.sampled_from(["yyyyyy-", "yyy----", "nnnnnnn", "yyynnn-"]), min_size=1, max_size=6
    )
)
def test_steps_only_go_on_one_by_one(village, rolls):
    """After any meetings: as many steps passed as bodies agreed, numbered without a gap, and never one too many."""
    with transaction.atomic():
        matter = village.begin()
        agreed = 0
        for marks in rolls:
            if fresh(matter).state != "running" or agreed == 4:
                break
            sitting = held(village, matter, marks)
            if marks == "yyy----":
                village.do(balloting.adjourn, sitting_id=sitting.id, why="人数不够")
            else:
                agreed += village.count(sitting).state == "passed"
            with pytest.raises(Refusal), transaction.atomic():
                village.do(stepping.carry, matter_id=matter.id)
        numbers = see(
            lambda: list(
                Passage.objects.filter(matter_id=matter.id)
                .order_by("number")
                .values_list("number", flat=True)
            )
        )
        assert numbers == list(range(agreed))
        assert fresh(matter).step == agreed
        transaction.set_rollback(True)


@pytest.mark.parametrize(("late", "counts"), [(-1, True), (0, False), (1, False)])
def test_hands_at_the_closing_second_are_as_late_as_papers(village, late, counts):
    sitting, _slips = village.call(village.begin())
    village.do(balloting.open_vote, sitting_id=sitting.id, minutes=10)
    seat = village.seat(sitting, "李春禾")
    with clock.freeze(NOW + timedelta(minutes=10, seconds=late)):
        if counts:
            assert (
                village.do(balloting.show_of_hands, sitting_id=sitting.id, choices={seat.id: "yes"})
                == 1
            )
        else:
            with pytest.raises(Refusal) as caught:
                village.do(balloting.show_of_hands, sitting_id=sitting.id, choices={seat.id: "yes"})
            assert caught.value.id == "AV088"


def test_at_the_closing_second_it_may_be_counted(village):
    sitting, _slips = village.vote(village.begin(), "yyyyy--", minutes=10)
    with clock.freeze(NOW + timedelta(minutes=10, seconds=-1)), pytest.raises(Refusal) as caught:
        village.count(sitting)
    assert caught.value.id == "AV138"
    with clock.freeze(NOW + timedelta(minutes=10)):
        assert village.count(sitting).state == "passed"


def test_a_clock_set_back_leaves_the_order_of_what_happened(village):
    matter = village.begin()
    sitting, _slips = village.vote(matter, "yyyyyyy", minutes=10)
    with clock.freeze(NOW - timedelta(days=2)):
        counted = village.count(sitting)  # all have voted, so nobody is cut off
    assert counted.closed_at >= counted.opened_at
    passage = see(lambda: Passage.objects.get(matter_id=matter.id))
    assert passage.at == counted.closed_at
    assert fresh(matter).step == 1


def test_two_sittings_of_one_step_never_both_pass_it(village):
    """One adjourned, one that passed: the step was passed once, by the second."""
    matter = village.begin()
    first, _slips = village.vote(matter, "yyy")
    village.do(balloting.adjourn, sitting_id=first.id, why="名册错了")
    second = village.pass_step(matter)
    with pytest.raises(Refusal):
        village.count(first)
    assert see(lambda: Passage.objects.get(matter_id=matter.id).reference) == second.id
    assert see(lambda: Matter.objects.get(id=matter.id).step) == 1
