"""The shipped programme of cadres, organisations with their elected posts, and how one holds an election."""

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
from zhijin.activities.cadres import elections
from zhijin.activities.cadres.elections import Draft, Seat
from zhijin.activities.models import Election
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.models import Appointment, Organisation, Post
from zhijin.playbooks import shipping

__all__ = ["places", "refusing"]

SYSTEM = Actor.system("test")
CHECKOUT = Path(__file__).resolve().parents[3]
SHIPPED = CHECKOUT / "playbooks" / "cadre-teams" / "cadres.yaml"
#: A Friday (far ahead: accounts are made now), in China's morning.
NOW = datetime(2030, 11, 15, 9, 0, tzinfo=clock.TZ)
TODAY = NOW.date()


def ship(folder: Path) -> None:
    """Put the shipped programme of cadres into force, and nothing else."""
    (folder / "cadre-teams").mkdir(parents=True, exist_ok=True)
    shutil.copy(SHIPPED, folder / "cadre-teams" / "cadres.yaml")
    with scoped(SYSTEM):
        shipping.install_shipped(folder)


def do(actor: Actor, service: Callable[..., Any], **arguments: Any) -> Any:
    """Call a service as a page would: in a transaction of the actor's own scope."""
    with scoped(actor):
        return service(actor=actor, **arguments)


def facts(kind: str) -> list[Fact]:
    with scoped(SYSTEM):
        return list(Fact.objects.filter(kind=kind).order_by("at", "id"))


@pytest.fixture
def at_work(places: None, tmp_path: Path) -> Any:
    """The programme in force, and the clock at :data:`NOW`."""
    with clock.freeze(NOW):
        ship(tmp_path)
        yield


@dataclass
class Team:
    """A village's Party organisation (or committee) with its elected posts."""

    org: Organisation
    posts: dict[str, Post]
    actor: Actor

    def elect(
        self, *names: str, on: date = TODAY, kind: str = "secretary", **more: Any
    ) -> Election:
        """An election in which ``names`` were elected to posts of ``kind``, everybody having voted."""
        values = {"electors": 40, "voted": 36, **more}
        seats = tuple(Seat(self.posts[kind].id, name) for name in names)
        draft = Draft(held_on=on, seats=values.pop("seats", seats), **values)
        made: Election = do(self.actor, elections.hold, org_key=self.org.key, draft=draft)
        return made

    def holding(self, kind: str = "secretary") -> list[Appointment]:
        with scoped(SYSTEM):
            return list(Appointment.objects.filter(post=self.posts[kind], valid_to=None))


def team(actor: Actor, name: str = "大耆老村党总支", place: str = VILLAGE, **more: Any) -> Team:
    """An organisation with posts of its kind."""
    kinds = more.pop("kinds", {"secretary": 1, "deputy_secretary": 2, "committee_member": 5})
    org = register(name, place, **{"kind": "general_branch", **more})
    with scoped(SYSTEM):
        posts = {
            kind: orgs.create_post(actor=SYSTEM, kind=kind, org_key=org.key, seats=seats)
            for kind, seats in kinds.items()
        }
    return Team(org, posts, actor)


@pytest.fixture
def village(at_work: None, cast: Cast) -> Team:
    """大耆老村's Party organisation, as its township records it."""
    return team(cast.township_officer.actor)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)
