"""Units directly under a prefecture (市直机关), each with a secretary's account, and whoever leads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.cast import PREFECTURE, Cast, Member, Part, give, make_account, make_member
from tests.orgs.conftest import places, refusing, register
from zhijin.access.sign_ins import open_session
from zhijin.activities.models import Event
from zhijin.activities.scoring import Criterion
from zhijin.activities.services import contests, events, mutual, reviews
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation

__all__ = ["places", "refusing"]

SYSTEM = Actor.system("test")
CRITERIA = [Criterion("party", "党建", 60, 100), Criterion("service", "服务", 40, 50)]


@dataclass
class Units:
    """The prefecture's officer, another of the same office, and units whose secretaries sign in."""

    officer: Member
    second: Member
    orgs: list[Organisation] = field(default_factory=list)
    secretaries: dict[int, Member] = field(default_factory=dict)

    @property
    def keys(self) -> list[int]:
        return [org.key for org in self.orgs]

    def actor(self, at: int) -> Actor:
        return self.secretary(at).actor

    def secretary(self, at: int) -> Member:
        """The secretary of unit number ``at``, made when first asked for."""
        org = self.orgs[at]
        if org.key not in self.secretaries:
            account = make_account(f"unit{at}", name=f"书记{at}")
            give(account, "unit_secretary", PREFECTURE, org_key=org.key)
            member = Member(f"unit{at}", account, token=open_session(account, "tests"))
            self.secretaries[org.key] = member
        return self.secretaries[org.key]


@pytest.fixture
def units(places: None, cast: Cast) -> Callable[[int], Units]:
    """``units(5)``: so many units under the prefecture."""

    def make(number: int) -> Units:
        made = Units(
            make_member("shi", Part("郑白露", "prefecture_officer", PREFECTURE)),
            make_member("shi2", Part("冯霜降", "prefecture_officer", PREFECTURE)),
        )
        made.orgs = [
            register(
                f"市直单位{n}党组织",
                PREFECTURE,
                kind="branch",
                sector=3,
                valid_from=date(2025, 1, 1),
            )
            for n in range(number)
        ]
        # A few are signed in at once, so that an expected refusal does not undo their accounts.
        for at in range(min(number, 10)):
            made.secretary(at)
        return made

    return make


def plan(kind: str, **more: Any) -> events.Plan:
    values = {"title": "市直机关活动", "place_code": PREFECTURE, "year": 2026, **more}
    return events.Plan(kind, **values)


def do(actor: Actor, service: Callable[..., Any], **arguments: Any) -> Any:
    """Call a service as a page would: in a transaction of the actor's own scope."""
    with scoped(actor):
        return service(actor=actor, **arguments)


def contest(units: Units, **more: Any) -> Event:
    officer = units.officer.actor
    event = do(officer, contests.make, plan=plan("contest", **more), criteria=CRITERIA, trim=1)
    do(officer, events.invite, event_id=event.id, org_keys=units.keys)
    return event


def mutual_round(units: Units, each: int = 2, **more: Any) -> Event:
    officer = units.officer.actor
    event = do(
        officer,
        mutual.make,
        plan=plan("mutual", period="2026H1", **more),
        criteria=CRITERIA,
        each=each,
    )
    do(officer, events.invite, event_id=event.id, org_keys=units.keys)
    return event


def review(units: Units, **more: Any) -> Event:
    officer = units.officer.actor
    event = do(officer, reviews.make, plan=plan("review"), **more)
    do(officer, events.invite, event_id=event.id, org_keys=units.keys)
    do(officer, reviews.start, event_id=event.id)
    return event


def facts(kind: str) -> list[Fact]:
    """Facts of a kind, in the order in which they were written."""
    with scoped(SYSTEM):
        return list(Fact.objects.filter(kind=kind).order_by("at", "id"))


def as_system(query: Callable[[], Any]) -> Any:
    """Read as the platform, which sees everything."""
    with scoped(SYSTEM):
        return query()


def soon(days: int = 10) -> datetime:
    return clock.now() + timedelta(days=days)


def day(days: int = 0) -> date:
    return clock.today() + timedelta(days=days)
