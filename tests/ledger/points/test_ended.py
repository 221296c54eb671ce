"""A programme of points that a county takes out of force: nothing new is given, what was given stays its holders'."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import VILLAGE, Cast
from tests.ledger.points.conftest import SYSTEM, Town, due, publish, refused
from tests.ledger.rules.support import SMALL
from zhijin.core import clock
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.ledger.models import Appeal, Award, Book
from zhijin.ledger.points import appeals, awards, cards, lists, shop, starting, sweep
from zhijin.playbooks import selectors, services
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.urls("zhijin.config.urls")


def retire(programme: str = "small") -> None:
    with scoped(SYSTEM):
        row = PlaybookRevision.objects.get(playbook=programme, form="points", state="in_force")
        services.retire(actor=SYSTEM, pk=row.pk, why="村民会议不再续")
    selectors.forget()


@pytest.fixture
def ended(town: Town) -> Town:
    """A household with points, a redeemed piece and an award that waits; then the programme ends."""
    town.give("7")
    town.grant("7", 20)
    town.item()
    retire()
    return town


def test_a_household_still_reads_appeals_and_spends(ended: Town):
    card = ended.card("7")
    page = f"/points/{show_receipt(cards.code_of(card))}/"
    answer = Client().get(page)
    assert answer.status_code == 200
    assert "庭院整洁" in answer.content.decode(), "by the rules under which it was given"
    with scoped(SYSTEM):
        award = Award.objects.get()
        assert award.told_at is not None, "the days of the appeal begin, by the same rules"
        appeals.say(card=card, award_id=award.id, text="应当多记一次，请核实")
        made = shop.redeem(
            card=card, item_id=shop.lines(ended.book)[0].item.id, quantity=1, key="k1"
        )
        shop.hand_out(actor=SYSTEM, book=ended.book, code=shop.code_of(made))
        assert Appeal.objects.get().due_at is not None
    assert ended.sound()


def test_nothing_new_is_given(ended: Town):
    holder = ended.home("7")
    told = {"book": ended.book, "holder": holder, "note": "院内外清扫", "day": clock.today()}
    assert refused(awards.enter, actor=SYSTEM, rule_id="yard", **told) == "PS001"
    assert (
        refused(lists.remind, actor=SYSTEM, book=ended.book, holder=holder, deed="垃圾乱倒")
        == "PS001"
    )
    due()
    with scoped(SYSTEM):
        assert sweep.take_facts() == 0
        assert not lists.reminders_on(ended.book)


def test_other_programmes_go_on(ended: Town):
    """The facts of the whole platform are taken up in one transaction: one village's end must not be everybody's."""
    publish(SMALL.replace("id: small", "id: other"))
    with scoped(SYSTEM):
        book = starting.start(actor=SYSTEM, place_code=VILLAGE, programme="other")
    due()
    with scoped(SYSTEM):
        assert sweep.take_facts() == 1
        assert Award.objects.filter(book_id=book.id).count() == 1
        assert Book.objects.count() == 2


@pytest.mark.parametrize("path", ["", "accounts/", "shop/", "lists/", "new/"])
def test_the_desk_stays_open(ended: Town, cast: Cast, path: str):
    assert cast.branch_secretary.client.get(f"/desk/points/{path}").status_code == 200
