"""A branch that keeps its calendar here, with members near and away, and the shipped programme in force."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import VILLAGE, Cast
from tests.orgs.conftest import places, refusing, register
from zhijin.activities.meetings import writing
from zhijin.activities.meetings.writing import Call, Minutes
from zhijin.activities.models import Attendee, Branch, Meeting
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
CHECKOUT = Path(__file__).resolve().parents[3]
SHIPPED = CHECKOUT / "playbooks" / "branch-life" / "life.yaml"
#: A Friday (far ahead: accounts are made now) in the middle of a quarter, in China's morning.
NOW = datetime(2030, 11, 15, 9, 0, tzinfo=clock.TZ)
NAMES = ("李春禾", "祁立春", "马雨水", "李星辰", "韩清明", "白谷雨", "赵小满")
HOW = "2026-01-01 书面同意"


def ship(folder: Path) -> None:
    """Put the shipped programme of organisational life into force, and nothing else."""
    (folder / "branch-life").mkdir(parents=True, exist_ok=True)
    shutil.copy(SHIPPED, folder / "branch-life" / "life.yaml")
    with scoped(SYSTEM):
        shipping.install_shipped(folder)


@dataclass
class Life:
    """A branch of the cast's village. Members 0–2 are its committee, 4 and 5 work away, 6 is probationary."""

    org: Organisation
    branch: Branch
    members: list[BranchMember]
    secretary: Actor

    def do(self, service: Callable[..., Any], **arguments: Any) -> Any:
        """Call a service as the secretary's page would."""
        return do(self.secretary, service, **arguments)

    def call(
        self, kind: str = "assembly", *, starts: datetime | None = None, **more: Any
    ) -> Meeting:
        wanted = Call(kind, starts or clock.now() + timedelta(minutes=10), **more)
        return self.do(writing.call, org_key=self.org.key, wanted=wanted)

    def open(self, kind: str = "assembly") -> Meeting:
        """A meeting that has just begun."""
        return self.do(writing.begin, meeting_id=self.call(kind).id)

    def record(
        self, kind: str = "theme-day", *, on: datetime | None = None, **more: Any
    ) -> Meeting:
        wanted = Call(kind, on or clock.now() - timedelta(hours=1))
        return self.do(
            writing.record, org_key=self.org.key, wanted=wanted, minutes=minutes(), **more
        )

    def row(self, meeting: Meeting, at: int) -> Attendee:
        found = see(
            lambda: Attendee.objects.get(meeting_id=meeting.id, member_id=self.members[at].id)
        )
        assert isinstance(found, Attendee)
        return found


def do(actor: Actor, service: Callable[..., Any], **arguments: Any) -> Any:
    with scoped(actor):
        return service(actor=actor, **arguments)


def see(query: Callable[[], Any]) -> Any:
    """Read as the platform, which sees everything."""
    with scoped(SYSTEM):
        return query()


def minutes(text: str = "学了文件，清了村道。", **more: Any) -> Minutes:
    """The same words under every section that a shipped kind may ask for."""
    titles = (
        "会议议程",
        "研究事项",
        "学习内容",
        "主讲人和题目",
        "活动主题",
        "会前准备",
        "评议情况",
    )
    return Minutes(dict.fromkeys(titles, text), **more)


def enrol(org: Organisation, name: str, **more: Any) -> BranchMember:
    draft = MemberDraft(
        name, HOW, since=min(date(2030, 1, 1), clock.today() - timedelta(days=60)), **more
    )
    return do(SYSTEM, people.enrol_member, org_key=org.key, draft=draft)


def facts(kind: str) -> list[Fact]:
    return see(lambda: list(Fact.objects.filter(kind=kind).order_by("at", "id")))


@pytest.fixture
def shipped(db: None, tmp_path: Path) -> None:
    ship(tmp_path)


def make_life(
    cast: Cast, name: str = "大耆老村党支部", begins: date = date(2030, 1, 1), mark: str = ""
) -> Life:
    org = register(name, VILLAGE)
    return enrol_life(org, cast.branch_secretary.actor, begins, mark)


def enrol_life(
    org: Organisation, secretary: Actor = SYSTEM, begins: date = date(2026, 1, 1), mark: str = ""
) -> Life:
    """An organisation that takes up its calendar and gets seven members."""
    branch = do(
        secretary, writing.take_up, org_key=org.key, begins=begins, place="村委会",
        link="https://meeting.example.com/1",
    )  # fmt: skip
    members = [
        enrol(
            org, name + mark, committee=at < 3, floating=at in {4, 5},
            whereabouts="浙江义乌" if at in {4, 5} else "",
            standing="probationary" if at == 6 else "full",
        )
        for at, name in enumerate(NAMES)
    ]  # fmt: skip
    return Life(org, branch, members, secretary)


@pytest.fixture
def life(places: None, shipped: None, cast: Cast) -> Any:
    """The branch, with the clock held at :data:`NOW`."""
    with clock.freeze(NOW):
        yield make_life(cast)
