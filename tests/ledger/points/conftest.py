"""A village whose points programme runs, with households, hands that enter and check, and cards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from tests.cases.conftest import add_place
from tests.cast import (
    COUNTY,
    GRID,
    OTHER_VILLAGE,
    PREFECTURE,
    TOWNSHIP,
    VILLAGE,
    Cast,
    Part,
    make_member,
)
from tests.ledger.rules.support import SMALL
from tests.support import shipped
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.ledger.models import Account, Award, Book, Card, Item
from zhijin.ledger.points import awards, cards, holders, shop, starting
from zhijin.ledger.selectors import verify
from zhijin.people.households import register_household
from zhijin.people.models import Person
from zhijin.people.services import register_person
from zhijin.places.models import Place
from zhijin.playbooks import selectors, services

SYSTEM = Actor.system("test")
SECRETARY = Actor.system("secretary")
YARD = {"rule_id": "yard", "note": "院内外清扫，物品摆放整齐"}


@dataclass
class Town:
    """The running programme and everybody in it; each call is a transaction of its own, as on the platform."""

    book: Book
    staff: Actor = SYSTEM
    secretary: Actor = SECRETARY
    homes: dict[str, Any] = field(default_factory=dict)

    def home(self, number: str, born: int | None = 1970) -> holders.Holder:
        if number not in self.homes:
            with scoped(SYSTEM):
                made = register_household(
                    actor=SYSTEM, place_code=GRID, number=number, head="张小满"
                )
                register_person(
                    actor=SYSTEM, place_code=GRID, name="张小满", birth_year=born, household=made
                )
                self.homes[number] = holders.household(VILLAGE, number, clock.today())
        return self.homes[number]

    def enter(self, number: str, **more: Any) -> Award:
        values = {**YARD, "day": clock.today(), **more}
        with scoped(self.staff):
            return awards.enter(
                actor=self.staff, book=self.book, holder=self.home(number), **values
            )

    def check(self, award: Award) -> Award:
        with scoped(self.secretary):
            return awards.check(actor=self.secretary, award_id=award.id)

    def give(self, number: str, **more: Any) -> Award:
        return self.check(self.enter(number, **more))

    def grant(self, number: str, points: int) -> None:
        """Points out of nothing, for what is about spending them."""
        from zhijin.ledger.posting import Leg, post
        from zhijin.ledger.services import ISSUE, own_account

        with scoped(SYSTEM):
            account = holders.account(self.book, self.home(number))
            legs = [Leg(own_account(self.book, ISSUE), -points), Leg(account.id, points)]
            key = f"grant {number} {clock.now()}"
            post(actor=SYSTEM, book=self.book, kind="test", legs=legs, key=key)

    def account(self, number: str) -> Account:
        with scoped(SYSTEM):
            return holders.account(self.book, self.home(number))

    def held(self, number: str) -> int:
        return self.account(number).balance

    def card(self, number: str) -> Card:
        account = self.account(number)
        with scoped(self.staff):
            return cards.issue(actor=self.staff, account=account, book=self.book)

    def item(self, title: str = "洗衣液", price: int = 5, stock: int = 3) -> Item:
        with scoped(self.staff):
            made = shop.offer(actor=self.staff, book=self.book, title=title, price=price, unit="瓶")
            if stock:
                made = shop.stock(
                    actor=self.staff, book=self.book, item_id=made.id, delta=stock, why="第一次进货"
                )
            return made

    def award(self, award_id: Any) -> Award:
        with scoped(SYSTEM):
            return Award.objects.get(id=award_id)

    def sound(self) -> bool:
        """The books agree with themselves and with the shop."""
        with scoped(SYSTEM):
            return not list(verify()) and not list(shop.wrong(self.book))


def refused(act: Any, *args: Any, **more: Any) -> str:
    """The id with which a service refuses; nothing that it began is left."""
    with pytest.raises(Refusal) as refusal, scoped(more.get("actor") or SYSTEM):
        act(*args, **more)
    return refusal.value.id


def at_once(acts: list[Any]) -> list[str]:
    """What threads that began together got: ``ok`` or the refusal's id."""
    start, got = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        try:
            start.wait(120)
            act()
            got.append("ok")
        except Refusal as refusal:
            got.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    return sorted(got)


def due(rule: str = "积分-3", *, value: int = 2, record: str = "case:1", place: str = GRID,
        at: datetime | None = None, **attrs: Any) -> None:  # fmt: skip
    """What programmes write when a matter that gives points is closed."""
    with scoped(SYSTEM):
        facts.record(
            "points.due", at=at or clock.now(), place_code=place, subject="hazard", actor=SYSTEM,
            record=record, value=value, attrs={"rule": rule, "to": "reporter", "state": "closed", **attrs},
        )  # fmt: skip


def publish(source: str, place: str = "530602") -> None:
    """Put a points programme into force in the county."""
    with scoped(SYSTEM):
        row = services.save_draft(actor=SYSTEM, source=source, scenarios="", place_code=place)
        services.publish(actor=Actor.system("second"), pk=row.pk)
    selectors.forget()


def make_town(programme: str = "small", source: str = SMALL, days: int = 90) -> Town:
    shipped.install()
    for code, name in (
        (PREFECTURE, "昭通市"), (COUNTY, "昭阳区"), (TOWNSHIP, "靖安镇"),
        (VILLAGE, "大耆老村村民委员会"), (GRID, "第一网格"), (OTHER_VILLAGE, "邻县村"),
    ):  # fmt: skip
        if not Place.objects.filter(code=code).exists():
            add_place(code, name)
    if source:
        publish(source)
    with scoped(SYSTEM):
        since: date = clock.today() - timedelta(days=days)
        return Town(
            starting.start(actor=SYSTEM, place_code=VILLAGE, programme=programme, opened_on=since)
        )


@pytest.fixture
def fresh() -> Iterator[None]:
    selectors.forget()
    yield
    selectors.forget()


@pytest.fixture
def town(db: None, fresh: None) -> Town:
    """The small programme, run by the platform's own hands."""
    return make_town()


@pytest.fixture
def staffed(town: Town, cast: Cast) -> Town:
    """The same, with a village's own people: one who enters, the secretary who checks."""
    town.staff = make_member("clerk", Part("文书甲", "village_staff", VILLAGE)).actor
    town.secretary = cast.branch_secretary.actor
    return town


def member_of(name: str = "李党员", born: int = 1980) -> Person:
    with scoped(SYSTEM):
        return register_person(
            actor=SYSTEM, place_code=GRID, name=name, birth_year=born, party="member",
            consents={"party": "书面"},
        )  # fmt: skip
