"""A community that asks, a unit under the prefecture whose members live there, a volunteer team of the village."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cast import PREFECTURE, VILLAGE, Cast, Member, give, make_account
from tests.orgs.conftest import places, refusing, register
from zhijin.access.sign_ins import open_session
from zhijin.activities.models import Claim, Need, Team
from zhijin.activities.service import claiming, teams
from zhijin.activities.service.claiming import Done, Wanted
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.people import api as people
from zhijin.people.api import BranchMember, MemberDraft
from zhijin.playbooks import shipping

__all__ = ["places", "refusing"]

SYSTEM = Actor.system("test")
HOW = "2026-01-01 书面同意"
PROXIES = Path(__file__).resolve().parents[3] / "playbooks" / "proxy-service" / "proxy.yaml"


def ship(folder: Path) -> None:
    """Put the shipped programme of applications on another's behalf into force, and nothing else."""
    (folder / "proxy-service").mkdir(parents=True, exist_ok=True)
    shutil.copy(PROXIES, folder / "proxy-service" / "proxy.yaml")
    with scoped(SYSTEM):
        shipping.install_shipped(folder)


def do(actor: Actor, service: Callable[..., Any], **arguments: Any) -> Any:
    """Call a service as a page would: in a transaction of the actor's own scope."""
    with scoped(actor):
        return service(actor=actor, **arguments)


def see(query: Callable[[], Any]) -> Any:
    """Read as the platform, which sees everything."""
    with scoped(SYSTEM):
        return query()


def facts(kind: str) -> list[Fact]:
    return see(lambda: list(Fact.objects.filter(kind=kind).order_by("at", "id")))


def enrol(org: Organisation, name: str, **more: Any) -> BranchMember:
    draft = MemberDraft(name, HOW, since=date(2026, 1, 1), **more)
    return do(SYSTEM, people.enrol_member, org_key=org.key, draft=draft)


def photo() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "JPEG")
    out.seek(0)
    out.name = "done.jpg"
    return out


DONE = Done(90, "清了两条巷子")


@dataclass
class World:
    """``village`` asks (its secretary answers for it); ``unit`` serves (its secretary holds that organisation only)."""

    village: Organisation
    secretary: Actor
    second: Actor
    unit: Organisation
    leader: Member
    members: list[BranchMember]
    locals: list[BranchMember]

    def need(self, seats: int = 3, **more: Any) -> Need:
        """A need that is going on now."""
        now = clock.now()
        values = {
            "kind": "clean", "title": "清理排水沟", "what": "带铁锹和手套", "where": "村委会门口",
            "starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=2), "seats": seats, **more,
        }  # fmt: skip
        return do(
            self.secretary, claiming.publish, org_key=self.village.key, wanted=Wanted(**values)
        )

    def claim(self, need: Need, people: int = 1) -> Claim:
        return do(
            self.leader.actor,
            claiming.claim_unit,
            need_id=need.id,
            org_key=self.unit.key,
            people=people,
        )

    def done(self, people: int = 2, minutes: int = 90) -> Claim:
        """Something that the unit did, not confirmed yet."""
        claim = self.claim(self.need(), people)
        return do(
            self.leader.actor,
            claiming.report_done,
            claim_id=claim.id,
            done=Done(minutes, "清了两条巷子"),
        )

    def confirmed(self, people: int = 2, minutes: int = 90) -> Claim:
        return do(
            self.secretary, claiming.confirm, claim_id=self.done(people, minutes).id, satisfied=True
        )

    def team(self, name: str = "南关小红") -> Team:
        return do(self.secretary, teams.found, org_key=self.village.key, name=name)

    def fresh(self, row: Any) -> Any:
        return see(lambda: type(row).objects.get(id=row.id))


def make_world(cast: Cast) -> World:
    village = register("大耆老村党总支", VILLAGE, kind="general_branch")
    unit = register("市人社局机关党支部", PREFECTURE, sector=3)
    account = make_account("danwei", name="高小满")
    give(account, "unit_secretary", PREFECTURE, org_key=unit.key)
    other = make_account("shuji2", name="副书记")
    give(other, "village_secretary", VILLAGE)
    leader = Member("danwei", account, token=open_session(account, "tests"))
    second = Member("shuji2", other)
    return World(
        village, cast.branch_secretary.actor, second.actor, unit, leader,
        [enrol(unit, name) for name in ("周立夏", "吴小满", "郑大暑")],
        [enrol(village, name, committee=at == 0) for at, name in enumerate(("李春禾", "王芒种", "马白露"))],
    )  # fmt: skip


@pytest.fixture
def world(places: None, cast: Cast) -> World:
    return make_world(cast)
