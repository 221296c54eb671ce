"""The demonstration's points: made through the real services, simulated to the last row, and once."""

from __future__ import annotations

from tests.cast import GRID, VILLAGE
from tests.ledger.points.conftest import SYSTEM, make_town
from zhijin.core.scope import scoped
from zhijin.ledger import demo
from zhijin.ledger.models import Appeal, Award, Book, Card, Listing, Redemption
from zhijin.ledger.points import lists, shop
from zhijin.ledger.selectors import verify
from zhijin.people.models import Household, Person


def _people() -> None:
    from zhijin.people.households import register_household
    from zhijin.people.services import register_person

    with scoped(SYSTEM):
        for number in range(1, 13):
            home = register_household(
                actor=SYSTEM, place_code=GRID, number=f"01-{number:03d}", head="张小满"
            )
            register_person(
                actor=SYSTEM, place_code=GRID, name="张小满", birth_year=1960 + number, household=home,
                party="member" if number < 4 else "", consents={"party": "书面"},
            )  # fmt: skip


def test_it_is_made_once_and_agrees(db: None, fresh: None) -> None:
    make_town()
    _people()
    made = demo.make(VILLAGE, 7)
    assert made >= 30
    assert demo.make(VILLAGE, 7) == 0
    with scoped(SYSTEM):
        books = list(Book.objects.filter(simulated=True))
        assert {book.programme for book in books} == {"village-points", "member-points"}
        rows = Award.objects.filter(book_id__in=[book.id for book in books])
        assert rows.count() == made
        assert not rows.filter(simulated=False).exists()
        assert {"posted", "proposed"} <= set(rows.values_list("state", flat=True))
        assert Listing.objects.filter(simulated=False).count() == 0
        assert len(lists.public(VILLAGE, "honour")) == 2
        assert Card.objects.exists()
        assert Redemption.objects.filter(state="handed").exists() or Redemption.objects.exists()
        assert Appeal.objects.count() <= 1
        for book in books:
            assert list(shop.wrong(book)) == []
        assert list(verify()) == []


def test_a_village_without_people_has_none(db: None, fresh: None) -> None:
    make_town()
    with scoped(SYSTEM):
        assert not Household.objects.exists()
        assert not Person.objects.exists()
    assert demo.make(VILLAGE, 7) == 0
