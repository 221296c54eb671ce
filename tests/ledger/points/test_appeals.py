"""Notice, reply, appeal, answer: nothing is taken that was not told, and whoever had a hand in it does not judge it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.ledger.points.conftest import SYSTEM, Town, refused
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.ledger.models import Appeal, Award, Card
from zhijin.ledger.points import appeals, awards, cards, needing, sweep

TOWNSHIP_HAND = Actor.system("township")


def taken(town: Town) -> Award:
    """A deduction that was entered and checked, of a household that has six points."""
    town.give("7")
    town.give("7")
    return town.check(town.enter("7", rule_id="rubbish", note="把建筑垃圾倒在沟里"))


def say(card: Card, award: Award, text: str = "不是我家倒的，请核实") -> Appeal:
    with scoped(SYSTEM):
        return appeals.say(card=card, award_id=award.id, text=text)


def answer(appeal: Appeal, *, upheld: bool, hand: Actor = TOWNSHIP_HAND) -> Appeal:
    with scoped(hand):
        return appeals.answer(
            actor=hand, appeal_id=appeal.id, upheld=upheld, text="现场看过，情况属实"
        )


def later(days: float) -> Any:
    return clock.freeze(clock.now() + timedelta(days=days))


class TestDeductions:
    def test_nothing_is_taken_until_told_and_the_days_are_over(self, town: Town):
        award = taken(town)
        assert (award.state, town.held("7")) == ("checked", 6)
        with later(400):
            assert sweep.end_times() == 0, "nobody was told"
        with scoped(SYSTEM):
            awards.told(actor=SYSTEM, award_id=award.id, how="上门当面告知")
        with later(14.9):
            assert sweep.end_times() == 0
        with later(15.1):
            assert sweep.end_times() == 1
            assert town.award(award.id).state == "posted"
            assert town.held("7") == 4
            assert sweep.end_times() == 0
        assert town.sound()

    def test_opening_ones_page_is_notice(self, town: Town):
        award, card = taken(town), town.card("7")
        with scoped(SYSTEM):
            cards.opened(card)
        found = town.award(award.id)
        assert found.told_how == "portal"
        assert found.appeal_until == found.told_at + timedelta(days=15)
        first = found.told_at
        with later(1), scoped(SYSTEM):
            cards.opened(card)
        assert town.award(award.id).told_at == first

    def test_an_open_appeal_keeps_it_from_being_booked(self, town: Town):
        award, card = taken(town), town.card("7")
        with scoped(SYSTEM):
            cards.opened(card)
        appeal = say(card, award)
        with later(30):
            assert sweep.end_times() == 0
            answer(appeal, upheld=False)
            assert sweep.end_times() == 1
            assert town.held("7") == 4

    def test_an_appeal_that_is_right_lets_it_fall(self, town: Town):
        award, card = taken(town), town.card("7")
        answer(say(card, award), upheld=True)
        assert (town.award(award.id).state, town.held("7")) == ("refused", 6)
        with later(90):
            sweep.end_times()
        assert town.held("7") == 6

    def test_one_that_was_booked_is_given_back(self, town: Town):
        award, card = taken(town), town.card("7")
        with scoped(SYSTEM):
            awards.told(actor=SYSTEM, award_id=award.id, how="上门当面告知")
        appeal = say(card, award)
        with later(16):
            answer(appeal, upheld=False)
            sweep.end_times()
            assert town.held("7") == 4
        assert town.sound()

    def test_it_takes_no_more_than_there_is(self, town: Town):
        town.grant("8", 1)
        award = town.check(town.enter("8", rule_id="rubbish", note="把建筑垃圾倒在沟里"))
        with scoped(SYSTEM):
            awards.told(actor=SYSTEM, award_id=award.id, how="上门当面告知")
        with later(16):
            sweep.end_times()
        found = town.award(award.id)
        assert (found.amount, found.asked, town.held("8")) == (-1, -2, 0)
        empty = town.check(town.enter("9", rule_id="rubbish", note="把建筑垃圾倒在沟里"))
        with scoped(SYSTEM):
            awards.told(actor=SYSTEM, award_id=empty.id, how="上门当面告知")
        with later(16):
            sweep.end_times()
        assert (town.award(empty.id).state, town.award(empty.id).transfer_id) == ("posted", None)
        assert town.sound()

    def test_the_database_itself_refuses_a_deduction_without_notice(self, town: Town):
        award = taken(town)
        with scoped(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Award.objects.filter(id=award.id).update(state="posted", posted_at=clock.now())


class TestReplies:
    def test_before_it_is_decided_words_are_a_reply(self, town: Town):
        award, card = town.enter("7"), town.card("7")
        made = say(card, award)
        assert (made.kind, made.state, made.due_at) == ("reply", "noted", None)
        say(card, award, "再补充一句说明")
        town.check(award)
        assert say(card, award).kind == "appeal"

    def test_an_appeal_has_a_day_by_which_it_is_answered(self, town: Town):
        award, card = town.give("7"), town.card("7")
        made = say(card, award)
        assert made.due_at == calendar.current().add_workdays(made.made_at, 10)
        assert refused(appeals.say, card=card, award_id=award.id, text="再申诉一次") == "PS016"

    def test_after_the_days_it_is_too_late(self, town: Town):
        award, card = town.give("7"), town.card("7")
        with scoped(SYSTEM):
            cards.opened(card)
        with later(15.1):
            assert (
                refused(appeals.say, card=card, award_id=award.id, text="我不同意这笔") == "PS015"
            )

    def test_only_ones_own(self, town: Town):
        award = town.give("7")
        other = town.card("8")
        assert refused(appeals.say, card=other, award_id=award.id, text="我不同意这笔") == "CO404"

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [("不", "PS014"), ("打我电话13800138000说", "PS008"), ("长" * 501, "PS014")],
    )
    def test_its_words(self, town: Town, text: str, wanted: str):
        award, card = town.give("7"), town.card("7")
        assert refused(appeals.say, card=card, award_id=award.id, text=text) == wanted


class TestAnswers:
    def test_whoever_entered_or_checked_it_does_not_answer(self, staffed: Town, cast: Any):
        award, card = staffed.give("7"), staffed.card("7")
        made = say(card, award)
        secretary = staffed.secretary
        given = {"appeal_id": made.id, "upheld": True, "text": "情况属实，改正"}
        assert refused(appeals.answer, actor=secretary, **given) == "PS011"
        assert refused(appeals.answer, actor=staffed.staff, **given) == "CO403"
        assert refused(appeals.answer, actor=cast.outsider.actor, **given) == "CO404"
        done = answer(made, upheld=True, hand=cast.township_officer.actor)
        assert (done.state, done.answered_name) == ("upheld", "王立夏")
        assert staffed.award(award.id).state == "reversed"
        assert staffed.held("7") == 0
        assert refused(appeals.answer, actor=cast.township_officer.actor, **given) == "PS012"

    def test_points_refused_wrongly_are_proposed_anew_for_another_hand(self, town: Town):
        award, card = town.enter("7"), town.card("7")
        with scoped(town.secretary):
            awards.refuse(actor=town.secretary, award_id=award.id, why="没有打扫干净")
        answer(say(card, award), upheld=True)
        found = town.award(award.id)
        assert (found.state, found.amount, found.proposed_by) == (
            "proposed",
            3,
            TOWNSHIP_HAND.label,
        )
        assert refused(awards.check, actor=TOWNSHIP_HAND, award_id=award.id) == "PS011"
        town.check(award)
        assert town.held("7") == 3

    def test_what_the_cap_kept_back_stays_so_while_the_cap_is_full(self, town: Town):
        town.give("7")
        town.give("7")
        capped, card = town.enter("7"), town.card("7")
        answer(say(card, capped), upheld=True)
        assert (town.award(capped.id).state, town.held("7")) == ("capped", 6)

    def test_an_answer_has_words(self, town: Town):
        made = say(town.card("7"), town.give("7"))
        given = {"appeal_id": made.id, "upheld": False, "text": "否"}
        assert refused(appeals.answer, actor=TOWNSHIP_HAND, **given) == "PS013"


class TestCards:
    def test_a_code_opens_its_own_card_however_it_is_typed(self, town: Town):
        card = town.card("7")
        code = cards.code_of(card)
        assert len(code) == 10
        for typed in (code, code.lower(), f" {code[:5]}-{code[5:]} "):
            assert cards.find(typed).id == card.id
        for wrong in ("", "0000000000", code[:9], "*" * 10):
            assert refused(cards.find, wrong) == "PS017"

    def test_a_new_card_ends_the_old_one(self, town: Town):
        old = town.card("7")
        new = town.card("7")
        assert refused(cards.find, cards.code_of(old)) == "PS017"
        assert cards.find(cards.code_of(new)).holder == old.holder
        assert cards.code_of(old) != cards.code_of(new)

    def test_the_table_does_not_hold_the_code(self, town: Town):
        card = town.card("7")
        assert cards.code_of(card).encode() not in bytes(card.code)


class TestWhatAnAppealRestsOn:
    def test_the_record_stays_until_it_is_answered(self, town: Town):
        """A case whose period is over is not erased while somebody appeals about the points for it."""
        award = taken(town)
        pk, other = uuid7(), uuid7()
        with scoped(SYSTEM):
            Award.objects.filter(id=award.id).update(record=f"case:{pk}")
        rows = [SimpleNamespace(id=pk), SimpleNamespace(id=other)]

        def needed(kind: str = "case") -> set[Any]:
            with scoped(SYSTEM):
                return needing.needed(kind, rows)

        assert needed() == set()
        with scoped(SYSTEM):
            awards.told(actor=SYSTEM, award_id=award.id, how="上门当面告知")
            found = Award.objects.get(id=award.id)
            appeal = Appeal.objects.create(
                county=found.county, place_key=found.place_key, award_id=found.id, kind=Appeal.Kind.APPEAL,
                text="不是我家倒的", made_at=clock.now(), due_at=clock.now(), state=Appeal.State.OPEN,
            )  # fmt: skip
        assert needed() == {pk}
        assert needed("proxy") == set()
        with scoped(SYSTEM):
            Appeal.objects.filter(id=appeal.id).update(
                state=Appeal.State.KEPT, answered_at=clock.now()
            )
        assert needed() == set()
