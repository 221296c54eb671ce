"""四议两公开 as one line of steps: no step skipped, quorum and majority as the programme says, both publications."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.activities.deliberation.conftest import (
    COUNCIL,
    NAMES,
    NOW,
    SYSTEM,
    do,
    draft,
    facts,
    fresh,
    journalled,
    refusing,
    see,
)
from tests.cast import OTHER_VILLAGE, VILLAGE
from zhijin.activities.deliberation import balloting, hooks, proposing, stepping
from zhijin.activities.models import Matter, Passage, Proposal, Sitting
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


def document_of(matter):
    return see(lambda: Passage.objects.get(matter_id=matter.id, at=None))


def test_a_matter_goes_through_four_bodies_two_publications_and_its_carrying_out(village):
    matter = village.begin()
    for at, (step, state) in enumerate(
        [("propose", 1), ("consult", 2), ("review", 3), ("resolve", 4)]
    ):
        sitting = village.pass_step(matter, secret=at == 3)
        assert (sitting.step, sitting.state, fresh(matter).step) == (step, "passed", state)
    village.do(stepping.publish, matter_id=matter.id)
    with scoped(SYSTEM):
        assert stepping.published(document_of(matter).reference, NOW, SYSTEM)
    village.do(stepping.carry, matter_id=matter.id)
    with scoped(SYSTEM):
        assert stepping.case_ended(document_of(matter).reference, NOW, SYSTEM)
    village.do(stepping.publish, matter_id=matter.id, result="路修好了，三公里，验收合格。")
    with scoped(SYSTEM):
        assert stepping.published(document_of(matter).reference, NOW + timedelta(days=60), SYSTEM)
    done = fresh(matter)
    assert (done.state, done.step) == ("done", 7)
    passed = see(lambda: list(Passage.objects.filter(matter_id=matter.id).order_by("number")))
    assert [row.step for row in passed] == [
        "propose", "consult", "review", "resolve", "publish", "carry", "result",
    ]  # fmt: skip
    assert all(row.at is not None for row in passed)
    assert [fact.org_key for fact in facts("activity.deliberation.done")] == [village.org.key]
    assert {fact.attrs["stage"] for fact in facts("activity.deliberation.published")} == {
        "publish",
        "result",
    }


def test_what_is_published_says_every_count_and_no_name(village):
    matter = village.resolved()
    village.do(stepping.publish, matter_id=matter.id)
    (paper,) = village.published
    assert paper.board == "village"
    assert paper.title.endswith("修村道")
    assert [row[0] for row in paper.rows] == [
        "党支部提议",
        "村“两委”商议",
        "党员大会审议",
        "村民（代表）会议决议",
    ]
    assert paper.rows[3][3:] == ["7", "7", "7 / 0 / 0"]
    assert not any(name in str(paper) for name in NAMES)


@pytest.mark.parametrize("act", [stepping.publish, stepping.carry])
def test_no_step_can_be_skipped(village, act):
    matter = village.begin()
    with refusing() as refused:
        village.do(act, matter_id=matter.id)
    assert refused.value.id == "AV133"
    assert fresh(matter).step == 0


def test_after_the_vote_nobody_calls_a_meeting_for_a_publication(village):
    matter = village.resolved()
    with refusing() as refused:
        village.call(matter)
    assert refused.value.id == "AV133"


def test_only_whom_the_programme_names_holds_a_step(village):
    matter = village.begin()
    with refusing() as refused:
        village.call(matter, actor=village.staff)
    assert refused.value.id == "AV134"
    village.pass_step(matter)
    sitting, _slips = village.call(matter, actor=village.staff)
    assert sitting.step == "consult"


def test_a_failed_vote_ends_the_matter(village):
    matter = village.begin()
    sitting = village.count(village.vote(matter, "yyynnnn")[0])
    assert (sitting.state, sitting.yes, sitting.no) == ("failed", 3, 4)
    assert fresh(matter).state == "refused"
    with refusing() as refused:
        village.call(matter)
    assert refused.value.id == "AV001"


def test_below_quorum_the_resolution_is_refused_and_stays_open_for_another_meeting(village):
    matter = village.begin()
    sitting, _slips = village.vote(matter, "yyyy")  # 4 of 7: less than two thirds
    with refusing() as refused:
        village.count(sitting)
    assert refused.value.id == "AV139"
    assert "7" in str(refused.value)
    assert "4" in str(refused.value)
    assert fresh(sitting).state == "voting"
    assert fresh(matter).step == 0
    village.do(balloting.adjourn, sitting_id=sitting.id, why="下大雨，来的人少")
    assert fresh(matter).state == "running"
    again = village.pass_step(matter)
    assert again.state == "passed"
    assert fresh(matter).step == 1
    (fact,) = facts("activity.deliberation.adjourned")
    assert (fact.attrs["due"], fact.attrs["present"]) == (7, 4)


def test_only_one_sitting_of_a_step_at_a_time(village):
    matter = village.begin()
    village.call(matter)
    with refusing() as refused:
        village.call(matter)
    assert refused.value.id == "AV135"


def test_a_publication_waits_for_its_approval_once(village):
    matter = village.resolved()
    village.do(stepping.publish, matter_id=matter.id)
    with refusing() as refused:
        village.do(stepping.publish, matter_id=matter.id)
    assert refused.value.id == "AV001"
    assert fresh(matter).step == 4  # only drafted: not public yet


def test_a_document_of_something_else_moves_nothing(village):
    matter = village.resolved()
    village.do(stepping.publish, matter_id=matter.id)
    with scoped(SYSTEM):
        assert not stepping.published(matter.id, NOW, SYSTEM)
        assert not stepping.case_ended(matter.id, NOW, SYSTEM)
    assert fresh(matter).step == 4


def test_without_the_rooms_above_the_step_says_so(village, monkeypatch):
    monkeypatch.setattr(hooks, "_provided", {})
    matter = village.resolved()
    with refusing() as refused:
        village.do(stepping.publish, matter_id=matter.id)
    assert refused.value.id == "AV141"


def test_what_is_ordered_names_the_body_that_decided(village):
    matter = village.resolved()
    village.do(stepping.publish, matter_id=matter.id)
    with scoped(SYSTEM):
        stepping.published(document_of(matter).reference, NOW, SYSTEM)
    passage = village.do(stepping.carry, matter_id=matter.id)
    (order,) = village.ordered
    assert (order.playbook, order.decided_by) == ("resolution", "村民代表会议")
    assert order.org_key == village.org.key
    assert passage.code == "CASE1"


def test_a_matter_taken_from_a_proposal_answers_it(village):
    proposal = village.do(proposing.enter, place_code=VILLAGE, draft=draft())
    matter = village.begin(proposal_id=proposal.id)
    assert fresh(proposal).state == Proposal.State.TAKEN
    assert matter.proposal_id == proposal.id
    with refusing() as refused:
        village.begin(proposal_id=proposal.id)
    assert refused.value.id == "AV001"
    assert [fact.attrs for fact in facts("activity.proposal.answered")] == [{"taken": True}]


def test_what_was_passed_and_counted_never_changes(village):
    matter = village.begin()
    sitting = village.pass_step(matter)
    for query in (
        lambda: Sitting.objects.filter(id=sitting.id).update(yes=99),
        lambda: Passage.objects.filter(matter_id=matter.id).update(code="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
            query()


def test_the_council_needs_every_side_there(village):
    matter = village.begin("council")
    sitting, slips = village.call(matter, roll=COUNCIL)
    village.do(balloting.open_vote, sitting_id=sitting.id)
    for slip in slips:
        if slip.name != "孙物业":
            balloting.cast(code=slip.code, choice="yes")
    with refusing() as refused:
        village.count(sitting)
    assert refused.value.id == "AV137"
    assert "物业企业" in str(refused.value)
    (late,) = [slip for slip in slips if slip.name == "孙物业"]
    balloting.cast(code=late.code, choice="no")
    assert village.count(sitting).state == "passed"
    assert fresh(matter).step == 1


@pytest.mark.parametrize(
    "roll",
    [("王芳",), ("王芳 邻居",), ("居民",), ("李甲 社区", "李甲 居民"), (), ("王" * 70 + " 居民",)],
)
def test_a_councils_roll_names_the_sides(village, roll):
    with refusing() as refused:
        village.call(village.begin("council"), roll=roll)
    assert refused.value.id == "AV136"


def test_another_villages_secretary_reaches_nothing(village, cast):
    matter = village.begin()
    with refusing() as refused:
        do(cast.outsider.actor, stepping.publish, matter_id=matter.id)
    assert refused.value.id == "CO404"
    with refusing() as refused:
        village.do(
            stepping.begin,
            place_code=OTHER_VILLAGE,
            draft=stepping.Draft("four-two", "题目", "正文"),
        )
    assert refused.value.id == "CO403"
    with refusing() as refused:
        do(cast.grid_worker.actor, stepping.carry, matter_id=matter.id)
    assert refused.value.id in {"CO403", "CO404"}


def test_a_line_that_the_programme_does_not_know(village):
    with refusing() as refused:
        village.begin("by-decree")
    assert refused.value.id == "AV132"


def test_the_journal_tells_every_act_and_the_facts_carry_the_organisation(village):
    matter = village.begin()
    village.pass_step(matter)
    assert journalled("matter.begun")
    assert journalled("sitting.called")
    assert journalled("sitting.counted")
    (fact,) = facts("activity.deliberation.voted")
    assert (fact.org_key, fact.value, fact.record) == (village.org.key, 7, matter.record)
    assert fact.attrs["passed"] is True
    assert fact.attrs["stage"] == "propose"


def test_the_clock_set_back_makes_no_negative_days(village):
    matter = village.begin()
    with clock.freeze(NOW - timedelta(days=3)):
        village.pass_step(matter)
    assert all(fact.value >= 0 for fact in facts("activity.deliberation.voted"))
    assert see(lambda: Matter.objects.get(id=matter.id)).step == 1
