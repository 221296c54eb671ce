"""Proposals: made without an account, likeness shown, supported once each, talked about, hidden with a reason."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connections

from tests.activities.deliberation.conftest import (
    NOW,
    do,
    draft,
    facts,
    fresh,
    journalled,
    make_village,
    refusing,
    see,
    ship,
)
from tests.cast import VILLAGE
from zhijin.activities.deliberation import demo, proposing, reading
from zhijin.activities.deliberation.common import CLERK
from zhijin.activities.models import Proposal, Remark, Support
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
ME, YOU = "a" * 32, "b" * 32


def proposed(key="k1", **more):
    pk = proposing.propose(place_code=VILLAGE, draft=draft(**more), key=key)
    return see(lambda: Proposal.objects.get(id=pk))


def alike(text):
    with scoped(CLERK):
        return [(one.row.title, one.percent) for one in reading.alike(VILLAGE, text)]


def test_a_resident_proposes_without_an_account_once_for_two_clicks(village):
    first, second = proposed(), proposed()
    assert first.id == second.id
    assert first.channel == "portal"
    assert first.made_by == "resident"
    assert see(Proposal.objects.count) == 1
    (fact,) = facts("activity.proposal.made")
    assert (fact.org_key, fact.attrs) == (village.org.key, {"channel": "portal", "yard": False})


def test_the_same_key_with_other_words_is_refused(village):
    proposed()
    with refusing() as refused:
        proposed(text="别的话，别的事情。")
    assert refused.value.id == "CO422"


def test_likeness_to_earlier_proposals_is_shown_before_sending(village):
    proposed()
    proposed("k2", title="修村口的水渠", text="水渠漏水，灌不到三组的田。")
    found = alike("广场晚上太黑了，装太阳能灯")
    assert [title for title, _percent in found] == ["给文化广场装两盏太阳能灯"]
    assert found[0][1] >= 45
    assert alike("请老师来教孩子下棋") == []
    assert alike("") == []


def test_another_reason_for_the_same_thing_is_alike_and_a_short_title_is_not_within_a_long_one(
    village,
):
    proposed(title="茶园要一条运肥的路", text="现在肥料靠人背上去，老人背不动。")
    with scoped(CLERK):
        (same,) = reading.alike(VILLAGE, "茶园要修一条运肥路", "雨天摩托车打滑，请年底前修好。")
        assert same.percent >= 60
        assert reading.alike(VILLAGE, "请人到茶园来讲一讲怎样种茶", "想学新的办法。") == []


def test_likeness_looks_at_this_place_and_not_at_what_is_hidden(village):
    row = proposed()
    with scoped(CLERK):
        assert reading.alike("530621100201", "给文化广场装两盏太阳能灯") == []
    village.do(proposing.hide, proposal_id=row.id, why="重复")
    assert alike("给文化广场装两盏太阳能灯") == []


@pytest.mark.parametrize("text", ["请打 13800138000 找我商量", "我的号 11010519491231002X 请查"])
def test_what_everybody_reads_holds_no_numbers_of_persons(village, text):
    for call in (
        lambda: proposed(text=text),
        lambda: proposing.remark(proposal_id=proposed("k9").id, said=text),
    ):
        with refusing() as refused:
            call()
        assert refused.value.id == "AV131"


@pytest.mark.parametrize("title", ["", "题" * 61, "  "])
def test_a_title_is_asked_for(village, title):
    with refusing() as refused:
        proposed(title=title)
    assert refused.value.id == "CO400"


def test_everybody_supports_once(village):
    row = proposed()
    assert proposing.support(who=ME, proposal_id=row.id) == 1
    assert proposing.support(who=YOU, proposal_id=row.id) == 2
    with refusing() as refused:
        proposing.support(who=ME, proposal_id=row.id)
    assert refused.value.id == "AV130"
    assert fresh(row).supporters == 2


def test_what_is_kept_of_a_supporter_differs_from_proposal_to_proposal(village):
    one, two = proposed(), proposed("k2", title="别的事情")
    for row in (one, two):
        proposing.support(who=ME, proposal_id=row.id)
    kept = see(lambda: [bytes(row.who) for row in Support.objects.all()])
    assert len(set(kept)) == 2
    assert not any(ME.encode() in who for who in kept)


@pytest.mark.django_db(transaction=True)
def test_racing_supporters_are_counted_exactly(places, cast, tmp_path):
    ship(tmp_path)
    make_village(cast)
    row = proposed()
    start, out = threading.Barrier(8), []

    def run(at: int) -> None:
        try:
            start.wait()
            proposing.support(who=f"{at % 4}" * 32, proposal_id=row.id)
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
    assert Counter(out) == {"in": 4, "AV130": 4}
    assert fresh(row).supporters == 4 == see(Support.objects.count)


def test_what_is_settled_takes_no_more_support(village):
    row = proposed()
    village.do(proposing.answer, proposal_id=row.id, said="已列入明年预算，开春动工。")
    with refusing() as refused:
        proposing.support(who=ME, proposal_id=row.id)
    assert refused.value.id == "AV001"
    assert [fact.attrs for fact in facts("activity.proposal.answered")] == [{"taken": False}]


def test_a_remark_is_hidden_with_a_reason_journalled_and_can_come_back(village):
    row = proposed()
    said = proposing.remark(proposal_id=row.id, said="早该装了")
    village.do(proposing.hide, proposal_id=row.id, remark_id=said.id, why="辱骂他人")
    hidden = see(lambda: Remark.objects.get(id=said.id))
    assert (hidden.hidden, hidden.hidden_why, hidden.text) == (True, "辱骂他人", "早该装了")
    (entry,) = journalled("proposal.hidden")
    assert entry.detail["why"] == "辱骂他人"
    assert entry.actor == village.secretary.label
    with scoped(CLERK):
        assert list(reading.remarks(row.id)) == []
    village.do(proposing.show_again, proposal_id=row.id, remark_id=said.id)
    with scoped(CLERK):
        assert [one.text for one in reading.remarks(row.id)] == ["早该装了"]


def test_hiding_needs_a_reason_and_the_place(village, cast):
    row = proposed()
    with refusing() as refused:
        village.do(proposing.hide, proposal_id=row.id, why=" ")
    assert refused.value.id == "CO400"
    for stranger in (cast.outsider, cast.grid_worker):
        with refusing() as refused:
            do(stranger.actor, proposing.hide, proposal_id=row.id, why="我不喜欢")
        assert refused.value.id in {"CO403", "CO404"}


def test_a_hidden_proposal_is_not_talked_about(village):
    row = proposed()
    village.do(proposing.hide, proposal_id=row.id, why="广告")
    for call in (
        lambda: proposing.remark(proposal_id=row.id, said="好"),
        lambda: proposing.support(who=ME, proposal_id=row.id),
    ):
        with refusing() as refused:
            call()
        assert refused.value.id == "CO404"


def test_the_village_answers_under_a_proposal_in_its_own_name(village):
    row = proposed()
    said = village.do(proposing.reply, proposal_id=row.id, said="下周去量一下。")
    assert said.official


def gathered(village, **more):
    values = {
        "kind": "yard",
        "title": "十一月星火夜话",
        "starts_at": NOW - timedelta(hours=2),
        "place": "文化广场",
    }
    return village.do(proposing.gather, place_code=VILLAGE, **(values | more))


def test_a_yard_meeting_with_what_was_suggested_there(village):
    meeting = gathered(village)
    for title in ("装灯", "修渠"):
        village.do(
            proposing.enter,
            place_code=VILLAGE,
            draft=draft(title=title, by="三组"),
            gathering_id=meeting.id,
        )
    done = village.do(proposing.held, gathering_id=meeting.id, came=46, notes="谈了灯和渠。")
    assert (done.state, done.came) == ("held", 46)
    (fact,) = facts("activity.gathering.held")
    assert (fact.value, fact.org_key) == (46, village.org.key)
    assert fact.attrs == {"kind": "yard", "suggestions": 2}
    assert {fact.attrs["yard"] for fact in facts("activity.proposal.made")} == {True}


@pytest.mark.parametrize(
    ("more", "error"),
    [({"kind": "rally"}, "AV132"), ({"link": "http://x"}, "CO400"), ({"title": ""}, "CO400")],
)
def test_a_gathering_that_makes_no_sense(village, more, error):
    with refusing() as refused:
        gathered(village, **more)
    assert refused.value.id == error


def test_a_gathering_is_told_after_it_was_held_and_once(village):
    meeting = gathered(village, starts_at=NOW + timedelta(hours=1))
    with refusing() as refused:
        village.do(proposing.held, gathering_id=meeting.id, came=9, notes="还没开")
    assert refused.value.id == "AV144"
    with clock.freeze(NOW + timedelta(hours=3)):
        village.do(proposing.held, gathering_id=meeting.id, came=9, notes="开了")
        with refusing() as refused:
            village.do(proposing.held, gathering_id=meeting.id, came=9, notes="又开了")
    assert refused.value.id == "AV001"


@pytest.mark.parametrize("came", [0, -1, 20_001])
def test_how_many_came_is_a_sensible_number(village, came):
    with refusing() as refused:
        village.do(proposing.held, gathering_id=gathered(village).id, came=came, notes="开了")
    assert refused.value.id == "CO400"


def test_a_place_that_is_no_village_takes_no_proposals(village):
    for code in ("530602", "999999999999", "x", place_key(VILLAGE)):
        with refusing() as refused:
            proposing.propose(place_code=str(code), draft=draft(), key="k")
        assert refused.value.id == "CO404"


def test_the_demonstration_meets_every_month_whatever_the_day():
    for number in range(800):
        today = date(2026, 1, 1) + timedelta(days=number)
        days, coming = demo.evenings(today)
        assert all(one.day == 20 for one in (*days, coming))
        assert all(25 < (after - before).days < 32 for before, after in pairwise([*days, coming]))
        assert days[-1] < today <= coming
