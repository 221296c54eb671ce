"""A village that deliberates: its programme in force, its secretary and staff, and doubles for the rooms above."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.cast import VILLAGE, Cast, Part, make_member
from tests.orgs.conftest import places, refusing, register
from zhijin.activities.deliberation import balloting, hooks, proposing, stepping
from zhijin.activities.deliberation.balloting import Call
from zhijin.activities.models import Matter, Seat, Sitting
from zhijin.activities.services.ballots import Slip
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.playbooks import shipping

__all__ = ["places", "refusing"]

SYSTEM = Actor.system("test")
CHECKOUT = Path(__file__).resolve().parents[3]
SHIPPED = CHECKOUT / "playbooks" / "village-deliberation" / "deliberation.yaml"
NOW = datetime(2030, 11, 15, 19, 0, tzinfo=clock.TZ)
NAMES = ("李春禾", "祁立春", "马雨水", "李星辰", "韩清明", "白谷雨", "赵小满")
COUNCIL = ("李社区 社区", "王居民 居民", "赵居民 居民", "钱业主 业主委员会", "孙物业 物业企业")


def ship(folder: Path) -> None:
    """Put the shipped programme of deliberation into force, and nothing else."""
    (folder / "village-deliberation").mkdir(parents=True, exist_ok=True)
    shutil.copy(SHIPPED, folder / "village-deliberation" / "deliberation.yaml")
    with scoped(SYSTEM):
        shipping.install_shipped(folder)


def do(actor: Actor, service: Callable[..., Any], **arguments: Any) -> Any:
    with scoped(actor):
        return service(actor=actor, **arguments)


def see(query: Callable[[], Any]) -> Any:
    """Read as the platform, which sees everything."""
    with scoped(SYSTEM):
        return query()


def facts(kind: str) -> list[Fact]:
    return see(lambda: list(Fact.objects.filter(kind=kind).order_by("at", "id")))


def journalled(action: str) -> list[JournalEntry]:
    return see(lambda: list(JournalEntry.objects.filter(action=action).order_by("id")))


def draft(
    title: str = "给文化广场装两盏太阳能灯",
    text: str = "晚上广场太黑，老人跳舞容易摔跤。",
    **more: str,
) -> Any:
    return proposing.Draft(title, text, **more)


@dataclass
class Village:
    """The cast's village: who holds what, and what the rooms above were asked for."""

    org: Organisation
    secretary: Actor
    staff: Actor
    published: list[hooks.Paper] = field(default_factory=list)
    ordered: list[hooks.Order] = field(default_factory=list)

    def do(self, service: Callable[..., Any], **arguments: Any) -> Any:
        """Call a service as the secretary's page would."""
        return do(self.secretary, service, **arguments)

    def begin(self, line: str = "four-two", **more: Any) -> Matter:
        wanted = stepping.Draft(
            line,
            "修村道",
            "三组到五组的机耕路硬化，集体出资，群众投工。",
            ["说明方案", "讨论", "表决"],
        )
        return self.do(stepping.begin, place_code=VILLAGE, draft=wanted, **more)

    def call(
        self, matter: Matter, *, roll: Sequence[str] = NAMES, secret: bool = False, actor: Actor | None = None
    ) -> tuple[Sitting, list[Slip]]:  # fmt: skip
        wanted = Call(clock.now(), roll, secret)
        return do(actor or self.secretary, balloting.call, matter_id=matter.id, wanted=wanted)

    def vote(
        self, matter: Matter, choices: str = "yyyyyyy", *, minutes: int = 0, **more: Any
    ) -> tuple[Sitting, list[Slip]]:
        """A sitting in which the first ``len(choices)`` names voted: y, n, a (abstained), - (did not)."""
        sitting, slips = self.call(matter, **more)
        self.do(balloting.open_vote, sitting_id=sitting.id, minutes=minutes)
        words = {"y": "yes", "n": "no", "a": "abstain"}
        for slip, mark in zip(slips, choices, strict=False):
            if mark in words:
                balloting.cast(code=slip.code, choice=words[mark])
        return sitting, slips

    def count(self, sitting: Sitting, **more: Any) -> Sitting:
        return self.do(balloting.count, sitting_id=sitting.id, **more)

    def pass_step(self, matter: Matter, **more: Any) -> Sitting:
        return self.count(self.vote(matter, **more)[0])

    def resolved(self) -> Matter:
        """A matter that all four bodies have agreed to."""
        matter = self.begin()
        for _step in range(4):
            self.pass_step(matter)
        return fresh(matter)

    def seat(self, sitting: Sitting, name: str) -> Seat:
        roll = see(lambda: list(Seat.objects.filter(sitting_id=sitting.id)))
        return next(seat for seat in roll if seat.name == name)


def fresh(row: Any) -> Any:
    return see(lambda: type(row).objects.get(id=row.id))


def connect(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubles for the rooms above that note what they were asked for."""

    def publish(actor: Actor, paper: hooks.Paper) -> tuple[UUID, str]:
        village.published.append(paper)
        return uuid4(), f"DOC{len(village.published)}"

    def carry(actor: Actor, order: hooks.Order) -> tuple[UUID, str]:
        village.ordered.append(order)
        return uuid4(), f"CASE{len(village.ordered)}"

    monkeypatch.setattr(hooks, "_provided", {"publish": publish, "carry": carry})


def make_village(cast: Cast) -> Village:
    staff = make_member("cunganbu", Part("邓国平", "village_staff", VILLAGE))
    org = register("大耆老村党总支", VILLAGE)
    return Village(org, cast.branch_secretary.actor, staff.actor)


@pytest.fixture
def village(
    places: None, tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Village]:
    """The village, with the clock held at :data:`NOW`."""
    ship(tmp_path)
    with clock.freeze(NOW):
        made = make_village(cast)
        connect(made, monkeypatch)
        yield made
