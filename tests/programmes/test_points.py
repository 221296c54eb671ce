"""From a report on the portal to points on its reporter's account: nobody looks for who it was, its code tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cases.conftest import TUESDAY
from tests.cast import GRID, VILLAGE, Cast
from tests.ledger.points.conftest import publish
from tests.ledger.rules.support import SMALL
from tests.programmes.conftest import SYSTEM, closed
from zhijin.core import clock
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.ledger.models import Account, Award
from zhijin.ledger.points import awards, cards, holders, starting, sweep
from zhijin.people.households import register_household
from zhijin.people.services import register_person

pytestmark = pytest.mark.usefixtures("effects")


def test_whoever_holds_the_status_code_claims_what_the_matter_earned(cast: Cast) -> None:
    publish(SMALL.replace("积分-3", "村规民约-3"))
    with clock.freeze(TUESDAY), scoped(SYSTEM):
        book = starting.start(
            actor=SYSTEM, place_code=VILLAGE, programme="small",
            opened_on=(TUESDAY - timedelta(days=9)).date(),
        )  # fmt: skip
        home = register_household(actor=SYSTEM, place_code=GRID, number="7", head="张小满")
        register_person(
            actor=SYSTEM, place_code=GRID, name="张小满", birth_year=1970, household=home
        )
        account = holders.account(book, holders.of_household(home, clock.today()))
        card = cards.issue(actor=SYSTEM, account=account, book=book)
    made = closed(cast)
    assert sweep.take_facts() == 1
    with scoped(SYSTEM):
        award = Award.objects.get()
        assert (award.state, award.record) == ("unclaimed", f"case:{made.case_id}")
        assert award.holder == "", "the platform does not look for who reported it"
    own = f"/points/{show_receipt(cards.code_of(card))}/"
    resident = Client()
    wrong = resident.post(own, {"do": "claim", "status_code": "0123456789"})
    assert wrong.status_code == 404
    page = resident.post(own, {"do": "claim", "status_code": made.code}, follow=True)
    assert "已认领 1 笔" in page.content.decode()
    assert resident.post(own, {"do": "claim", "status_code": made.code}).status_code == 404
    with scoped(SYSTEM):
        award.refresh_from_db()
        assert (award.state, award.amount, award.holder) == ("proposed", 2, account.holder)
        awards.check(actor=SYSTEM, award_id=award.id)
        assert Account.objects.get(id=account.id).balance == 2


def test_a_matter_in_a_village_without_points_stays_a_fact(cast: Cast) -> None:
    closed(cast)
    assert sweep.take_facts() == 0
    with scoped(SYSTEM):
        assert not Award.objects.exists()
