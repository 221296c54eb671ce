"""A demonstration's points: one village whose programmes run, made through the real services; all simulated."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import NamedTuple

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.ledger.models import Account, Award, Book
from zhijin.ledger.points import appeals, awards, cards, holders, lists, shop, starting
from zhijin.ledger.points.common import running
from zhijin.people.api import Household, Person
from zhijin.places import api as places

#: The hands of the demonstration.
STAFF, SECRETARY = Actor.system("村干部（模拟）"), Actor.system("村党支部书记（模拟）")
HOUSEHOLDS, MEMBERS = 24, 6


class Deed(NamedTuple):
    rule: str
    note: str


_DEEDS = (
    Deed("volunteer", "参加巾帼志愿服务队，帮空巢老人打扫屋子"),
    Deed("neighbour", "给独居老人送菜、量血压，一周三次"),
    Deed("volunteer", "清理三组到五组路边沟渠半天"),
    Deed("simple-wedding", "嫁女儿事先报备，酒席十五桌以内，不收外村礼"),
    Deed("led-others", "带动五户邻居种蓝莓，教修剪"),
    Deed("volunteer", "汛期巡河、劝导下河玩水的人"),
)
_SERVED = (
    "帮三户老人收玉米，群众签字确认",
    "入户讲解医疗缴费，走了二十户",
    "上门为行动不便的人代办社保认证",
)
_GOODS = (("洗衣液", 12, "瓶", 20), ("香皂", 4, "块", 60), ("毛巾", 5, "条", 40), ("食用盐", 2, "袋", 80),
          ("挂面", 6, "把", 30))  # fmt: skip
_HONOURS = (("示范户", "院落整洁，带头清理房前屋后，邻里照着做"),
            ("孝老爱亲家庭", "十年照顾婆婆，邻里都看在眼里"),
            ("致富带头户", "带动五户种蓝莓，统一卖果"))  # fmt: skip


def make(village: str, seed: int) -> int:
    """Points of the last two months in a village, once; returns how many awards there are."""
    with scoped(STAFF):
        if running(village, "village-points") is not None:
            return 0
        since = clock.today() - timedelta(days=75)
        book, members = (
            starting.start(
                actor=SECRETARY, place_code=village, programme=name, simulated=True, opened_on=since
            )
            for name in ("village-points", "member-points")
        )
        homes = list(
            Household.objects.filter(places.within_q(village, "place_key"), valid_to=None).order_by(
                "number"
            )[:HOUSEHOLDS]
        )
    if not homes:
        return 0
    rng = random.Random(f"{seed} points")
    _goods(book)
    _deeds(book, homes, rng)
    _members(members, village)
    _spend(book, homes)
    _listed(book, homes)
    with scoped(STAFF):
        return Award.objects.filter(book_id__in=[book.id, members.id]).count()


def _moment(days_ago: int, hour: int = 15) -> datetime:
    zone = clock.local(clock.now()).tzinfo
    return datetime.combine(clock.today() - timedelta(days=days_ago), time(hour, 20), zone)


def _goods(book: Book) -> None:
    with clock.freeze(_moment(70)), scoped(STAFF):
        for title, price, unit, count in _GOODS:
            item = shop.offer(actor=STAFF, book=book, title=title, price=price, unit=unit)
            shop.stock(
                actor=STAFF, book=book, item_id=item.id, delta=count, why="第一次进货，有发票"
            )


def _deeds(book: Book, homes: list[Household], rng: random.Random) -> None:
    """Deeds of two months, in order of time; the newest wait to be checked."""
    for days_ago in range(60, 0, -1):
        with clock.freeze(_moment(days_ago)), scoped(STAFF):
            deed, home = rng.choice(_DEEDS), rng.choice(homes)
            holder = holders.of_household(home, clock.today())
            if holder.minor:
                continue
            made = awards.enter(
                actor=STAFF, book=book, rule_id=deed.rule, holder=holder, day=clock.today(),
                note=deed.note,
            )  # fmt: skip
            if made.state == Award.State.PROPOSED and days_ago > 3:
                awards.check(actor=SECRETARY, award_id=made.id)


def _members(book: Book, village: str) -> None:
    with scoped(STAFF):
        found = Person.objects.filter(
            places.within_q(village, "place_key"), valid_to=None, party__in=holders.MEMBERS
        ).order_by("name_masked", "id")
        for number, person in enumerate(found[:MEMBERS]):
            holder = holders.member(village, person.id, clock.today())
            made = awards.enter(
                actor=STAFF, book=book, rule_id="service", holder=holder, day=clock.today(),
                note=_SERVED[number % len(_SERVED)],
            )  # fmt: skip
            if number:
                awards.check(actor=SECRETARY, award_id=made.id)


def _spend(book: Book, homes: list[Household]) -> None:
    """Cards for the first households; some redeem, one of them has yet to collect; one appeals."""
    with scoped(STAFF):
        names = [f"household:{home.id}" for home in homes]
        held = Account.objects.filter(county=book.county, book_id=book.id, holder__in=names)
        items = {line.item.title: line.item for line in shop.lines(book)}
        for number, account in enumerate(held.order_by("label", "id")[:8]):
            card = cards.issue(actor=STAFF, account=account, book=book)
            if account.balance >= items["香皂"].price:
                made = shop.redeem(
                    card=card, item_id=items["香皂"].id, quantity=1, key=f"demo-{number}"
                )
                if number:
                    shop.hand_out(actor=STAFF, book=book, code=shop.code_of(made))
            mine = Award.objects.filter(account_id=account.id, state=Award.State.POSTED).first()
            if number == 1 and mine is not None:
                appeals.say(
                    card=card, award_id=mine.id, text="那天去了两次，只记了一次，请核对登记。"
                )


def _listed(book: Book, homes: list[Household]) -> None:
    for number, (title, deed) in enumerate(_HONOURS):
        with clock.freeze(_moment(30 - 9 * number)), scoped(STAFF):
            holder = holders.of_household(homes[number * 3], clock.today())
            if holder.minor:
                continue
            row = lists.honour(
                actor=STAFF,
                book=book,
                holder=holder,
                title=title,
                deed=deed,
                consent="当面书面同意",
            )
            if number < len(_HONOURS) - 1:
                lists.approve(actor=SECRETARY, listing_id=row.id)
