"""The named cast of the tests: who they are and where they stand. Every test that needs a person takes one of
these, so that ``grid_worker`` means the same everywhere.

``def test_something(cast): cast.grid_worker.client.get("/desk/")``. Each member has an ``account`` (None for
the resident), an ``actor`` and a signed-in ``client``; members are made when first asked for. The places are
only codes here: a test that needs rows of places makes them with that room's own helpers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from django.test import Client

from zhijin.access.api import Account, actor_of, create_account, grant_role, issue_key
from zhijin.access.middleware import COOKIE
from zhijin.access.sign_ins import open_session
from zhijin.core.actor import Actor
from zhijin.core.ids import line_span

#: 大耆老村 with its grid, township, county and prefecture; and a county next to it.
VILLAGE = "530602105207"
GRID = VILLAGE + "001"
TOWNSHIP = "530602105"
COUNTY = "530602"
PREFECTURE = "5306"
OTHER_VILLAGE = "530621100201"
OTHER_COUNTY = "530621"
#: The department's industry line in the county.
LINE = 101
PASSWORD = "five-looms-9"


@dataclass(frozen=True)
class Part:
    """A member's post: the role and where it is held; ``line`` narrows it to a line of business."""

    name: str
    role: str
    place: str
    line: int | None = None


PARTS: dict[str, Part] = {
    "grid_worker": Part("罗小满", "grid_worker", GRID),
    "grid_leader": Part("陈守田", "grid_leader", GRID),
    "branch_secretary": Part("李春禾", "village_secretary", VILLAGE),
    "township_officer": Part("王立夏", "township_officer", TOWNSHIP),
    "county_officer": Part("周清明", "county_officer", COUNTY),
    "department_officer": Part("吴处暑", "department_officer", COUNTY, LINE),
    "outsider": Part("马白露", "county_officer", OTHER_COUNTY),
    "system_admin": Part("系统甲", "system_admin", ""),
    "security_officer": Part("安全乙", "security_officer", ""),
    "auditor": Part("审计丙", "auditor", ""),
    "api_client": Part("对接系统", "api_client", COUNTY),
}


@dataclass
class Member:
    """One of the cast."""

    key: str
    account: Account | None = None
    token: str = ""
    api_key: str = ""

    @property
    def actor(self) -> Actor:
        """The actor of the account as its grants stand now."""
        if self.account is None:
            return Actor.resident()
        found = actor_of(str(self.account.id))
        assert found is not None, f"{self.key} is stopped"
        return found

    @cached_property
    def client(self) -> Client:
        """A browser in which this member is signed in, or a program with its key."""
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        client = Client(headers=headers)
        if self.token:
            client.cookies[COOKIE] = self.token
        return client


@dataclass
class Cast:
    """Members by name; ``cast.resident`` has no account."""

    made: dict[str, Member] = field(default_factory=dict)

    def __getattr__(self, key: str) -> Member:
        if key.startswith("_") or (key not in PARTS and key != "resident"):
            raise AttributeError(key)
        if key not in self.made:
            self.made[key] = Member(key) if key == "resident" else make_member(key, PARTS[key])
        return self.made[key]

    def everybody(self) -> Iterator[Member]:
        for key in ("resident", *PARTS):
            yield getattr(self, key)


def make_account(username: str, *, name: str = "", **more: Any) -> Account:
    """An account with the cast's password that need not be changed first."""
    return create_account(
        actor=Actor.system("test"), username=username, name=name or username, password=PASSWORD,
        must_change_password=False, **more,
    )  # fmt: skip


def give(account: Account, role: str, place: str, *, line: int | None = None, **more: Any) -> None:
    """Grant a role over a place (or a line there), as the platform itself."""
    span = line_span(line, place) if line is not None else None
    grant_role(
        actor=Actor.system("test"), account=account, role=role, place_code=place, line=span, **more
    )


def make_member(key: str, part: Part) -> Member:
    """A member with any part: ``make_member("second", Part("丁", "grid_worker", GRID))``."""
    program = part.role == "api_client"
    account = make_account(key, name=part.name, is_program=program)
    give(account, part.role, part.place, line=part.line)
    if program:
        key_text = issue_key(
            actor=Actor.system("test"), account=account, label="test", ends_at=None
        )
        return Member(key, account, api_key=key_text)
    return Member(key, account, token=open_session(account, "tests"))


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast; members are made when first asked for."""
    return Cast()
