"""The copy of one's own data holds the points: of one's own account, and of the household while one lived there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ledger.points.conftest import SYSTEM, Town, fresh, member_of, town
from zhijin.core import clock
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.ledger.models import Listing
from zhijin.ledger.points import appeals, awards, holders, shop
from zhijin.people import holding, moving
from zhijin.people.models import Household, Membership, Person
from zhijin.people.services import register_person

__all__ = ["fresh", "town"]


def copied(person: Person) -> dict[str, list[str]]:
    """What the ledger's part of the copy says, by title."""
    found: dict[str, list[str]] = {}
    with scoped(SYSTEM):
        (part,) = [one for one in holding.of(person) if one.room == "ledger"]
    for title, value in part.lines:
        found.setdefault(title, []).append(value)
    return found


def resident(number: str) -> Person:
    with scoped(SYSTEM):
        return Person.objects.get(memberships__household__number=number, memberships__valid_to=None)


def came_long_ago(person: Person) -> None:
    with scoped(SYSTEM):
        rows = Membership.objects.filter(person=person)
        rows.update(valid_from=clock.today() - timedelta(days=60))


def test_bookings_awards_and_redemptions_of_the_household(town: Town) -> None:
    given = town.give("01-001")
    town.give("02-002", note="别人家的院子")
    town.grant("01-001", 20)
    item = town.item()
    card = town.card("01-001")
    with scoped(SYSTEM):
        shop.redeem(card=card, item_id=item.id, quantity=1, key="once")
    found = copied(resident("01-001"))
    assert len(found["积分账"]) == 3
    assert f"{given.amount:+d}" in found["积分账"][0]
    assert found["积分账"][0].startswith("01-001 号户 · ")
    assert found["积分账"][-1].endswith(f"余额 {town.held('01-001')}")
    assert found["积分兑换"][0].startswith("01-001 号户 · 洗衣液 · × 1 · 待领取")
    assert "院内外清扫" in found["记分登记"][0]
    assert len(found["积分卡"]) == 1
    assert card.code.hex() not in str(found)
    assert "别人家的院子" not in str(found)


def test_what_was_refused_and_what_was_said_to_it_is_in_the_copy(town: Town) -> None:
    refused = town.enter("01-001")
    with scoped(SYSTEM):
        awards.refuse(actor=town.secretary, award_id=refused.id, why="照片看不清")
    posted = town.give("01-001")
    card = town.card("01-001")
    with scoped(SYSTEM):
        appeals.say(card=card, award_id=posted.id, text="少记了一次，请核对")
    found = copied(resident("01-001"))
    assert any("不予记分" in one and "照片看不清" in one for one in found["记分登记"])
    assert found["申辩和申诉"] == ["申诉 · 少记了一次，请核对 · 待答复"]


def test_a_household_is_told_of_for_the_days_one_lived_there(town: Town) -> None:
    home = town.home("01-001")
    person = resident("01-001")
    came_long_ago(person)
    day = clock.today()
    town.give("01-001", day=day - timedelta(days=30))
    with scoped(SYSTEM):
        other = register_person(
            actor=SYSTEM, place_code=person.place_code, name="李来得晚",
            household=Household.objects.get(number="01-001"), relation="配偶",
        )  # fmt: skip
    assert "记分登记" not in copied(other), "what was before they came is not theirs"
    with scoped(SYSTEM):
        moving.leave(actor=SYSTEM, person_id=person.id, on=day - timedelta(days=10))
        after = awards.enter(
            actor=SYSTEM, book=town.book, holder=home, rule_id="yard", note="走了以后的事", day=day
        )
    assert after.holder == home.record
    assert len(copied(person)["记分登记"]) == 1
    assert "走了以后的事" not in str(copied(person))
    assert "走了以后的事" in str(copied(other))


def test_a_members_own_points_and_a_list_are_in_the_copy(town: Town) -> None:
    person = member_of()
    with scoped(SYSTEM):
        holder = holders.member(person.place_code[:12], person.id, clock.today())
        awards.enter(
            actor=SYSTEM,
            book=town.book,
            holder=holder,
            rule_id="yard",
            note="带头清沟",
            day=clock.today(),
        )
        Listing.objects.create(
            county=530602, place_code=person.place_code[:12], place_key=place_key(person.place_code[:12]),
            book_id=town.book.id, kind="honour", holder=holder.record, shown_as="李**", deed="三年照看邻居",
            consent="本人书面同意", state="shown", drafted_by="x", drafted_at=clock.now(),
        )  # fmt: skip
    found = copied(person)
    assert found["记分登记"][0].startswith("本人 · ")
    assert "三年照看邻居" in found["光荣榜和提醒榜"][0]
    assert "本人书面同意" in found["光荣榜和提醒榜"][0]


def test_whoever_has_no_points_has_nothing_there(town: Town) -> None:
    with pytest.raises(KeyError):
        copied(member_of())["积分账"]


def test_nobody_elses_name_stands_in_it(town: Town) -> None:
    """A household's account bears the name of its head, which is another's."""
    town.give("01-001")
    with scoped(SYSTEM):
        other = register_person(
            actor=SYSTEM, place_code=town.book.place_code, name="李来得晚",
            household=Household.objects.get(number="01-001"), relation="配偶",
        )  # fmt: skip
    found = str(copied(other))
    assert "01-001 号户" in found
    assert "张" not in found
