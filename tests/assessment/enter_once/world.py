"""Real villages of 清镇市 with made-up registers and cases, in numbers that can be worked out by hand.

Village ``i`` (from 1) has i%3+1 groups, 2 grids, a branch of 10+i members, …: see :func:`expected`.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import zhijin.places
from tests.cast import Member, Part, make_member
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import level_of, line_key, org_key, parent_code, place_key, uuid7
from zhijin.core.scope import scoped
from zhijin.orgs.models import Appointment, Organisation, Post
from zhijin.people.models import Household, Person
from zhijin.places.models import Place
from zhijin.places.names import kind_of

SYSTEM = Actor.system("test")
CITY, WEICHENG, WANGZHUANG = "520181", "520181102", "520181203"
#: The day on which the tests stand, and the month that their sheets ask for.
TODAY = datetime(2026, 8, 5, 9, 0, tzinfo=clock.TZ)
JULY = datetime(2026, 7, 10, 9, 0, tzinfo=clock.TZ)
DATA = Path(zhijin.places.__file__).with_name("data") / "divisions.csv.gz"


@cache
def divisions() -> dict[str, str]:
    """Codes and names of 清镇市 as shipped, with what lies above it."""
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if len(row) >= 2]
    wanted = {"52", "5201"}
    return {row[0]: row[1] for row in rows if row[0] in wanted or row[0].startswith(CITY)}


@cache
def villages() -> list[tuple[str, str]]:
    """25 villages: 14 of 卫城镇, all 11 of 王庄乡, in the order of codes."""
    known = {code: name for code, name in divisions().items() if len(code) == 12}
    first = [pair for pair in sorted(known.items()) if pair[0].startswith(WEICHENG)][:14]
    return first + [pair for pair in sorted(known.items()) if pair[0].startswith(WANGZHUANG)][:11]


def build() -> None:
    """The city's places, and what each of the villages has."""
    names = divisions()
    below = [
        (f"{code}{number:0{width}d}", f"{number}{word}")
        for i, (code, _name) in enumerate(villages(), 1)
        for width, word, count in ((2, "组", i % 3 + 1), (3, "号网格", 2))
        for number in range(1, count + 1)
    ]
    with scoped(SYSTEM):
        Place.objects.bulk_create(_place(code, name) for code, name in [*names.items(), *below])
        made: dict[Any, list[Any]] = {}
        for i, (code, _name) in enumerate(villages(), 1):
            for row in _village(i, code):
                made.setdefault(type(row), []).append(row)
        for model, rows in made.items():
            model.objects.bulk_create(rows)


def _place(code: str, name: str) -> Place:
    return Place(
        code=code, key=place_key(code), name=name, level=level_of(code), kind=kind_of(code),
        parent_id=parent_code(code),
    )  # fmt: skip


def _village(i: int, code: str) -> Iterator[Any]:
    branch = _org(code, 1, f"{code}党支部", "branch", 1, members=10 + i, led=True)
    yield from (
        branch,
        _org(code, 2, "党小组", "group", 1),
        _org(code, 3, "合作社", "cooperative", 1),
    )
    if i % 2:
        yield _org(code, 4, "甲公司", "firm", 7, covered_by_id=branch.key, employees=20)
        yield _org(code, 5, "乙公司", "firm", 7, employees=i)
    lead = _post(code, "secretary", 1, 1, org=branch)
    yield from (lead, _post(code, "grid_worker", 3, 2), _post(code, "neighbour_leader", 5, 5))
    yield Appointment(
        post=lead, org=branch, place_key=branch.place_key, sector_key=branch.sector_key,
        holder=f"书记{i:02d}", valid_from=date(2024, 1, 1),
    )  # fmt: skip
    yield from (_home(code, number) for number in range(3))
    yield from (_person(i, code, number) for number in range(4))
    yield from _cases(i, code)


def _org(code: str, seq: int, name: str, kind: str, sector: int, **more: Any) -> Organisation:
    return Organisation(
        key=org_key(code, seq), place_code=code, place_key=place_key(code), name=name, kind=kind,
        sector=sector, sector_key=line_key(sector, code), **more,
    )  # fmt: skip


def _post(code: str, kind: str, seats: int, held: int, org: Organisation | None = None) -> Post:
    return Post(
        org=org, place_code=code, place_key=place_key(code), kind=kind, title=kind, seats=seats,
        held=held, sector_key=org.sector_key if org else None,
    )  # fmt: skip


def _home(code: str, number: int) -> Household:
    grid = f"{code}001"
    return Household(place_code=grid, place_key=place_key(grid), number=f"{number}")


def _person(i: int, code: str, number: int) -> Person:
    blind = uuid7().bytes
    return Person(
        place_code=code, place_key=place_key(code), name=b"x", name_masked="示*", name_blind=blind,
        gender="f" if number % 2 else "m", birth_year=(1950, 1985, 1990, 2015)[number],
        party="member" if number == 1 else "", floating=number == 1 and i % 2 == 0,
    )  # fmt: skip


def _cases(i: int, code: str) -> list[Case]:
    """``i % 4`` reports in July, one in May; of July's, the first is closed, solved and rated well."""
    opened = [JULY + timedelta(days=n) for n in range(i % 4)]
    cases = [_case(code, at, n == 0) for n, at in enumerate(opened)]
    return [*cases, _case(code, datetime(2026, 5, 3, 9, 0, tzinfo=clock.TZ), True, rating=2)]


def _case(code: str, at: datetime, done: bool, rating: int = 5) -> Case:
    return Case(
        county=int(code[:6]), number=uuid7().hex[:20], receipt=uuid7().bytes, playbook="road-hazard",
        revision_id=uuid7(), title="道路隐患", place_code=code, place_key=place_key(code),
        channel="portal", state="closed" if done else "handling", is_open=not done,
        due_at=None if done else TODAY - timedelta(days=1), state_since=at, opened_at=at,
        responded_at=at + timedelta(hours=1), closed_at=at + timedelta(days=2) if done else None,
        resolved=True if done else None, rating=rating if done else None, changed_at=at,
    )  # fmt: skip


def expected(i: int) -> dict[str, int | str]:
    """What a sheet for July must say of village ``i``."""
    firms = 2 * (i % 2)
    return {
        "groups": i % 3 + 1, "grids": 2, "households": 3, "people": 4, "women": 2, "elders": 1,
        "minors": 1, "branches": 1, "party_groups": 1, "members": 10 + i, "firms": firms,
        "floating": int(i % 2 == 0), "secretary": f"书记{i:02d}", "worker_seats": 3,
        "worker_held": 2, "worker_vacant": 1, "leaders": 5, "opened": i % 4,
        "opened_year": i % 4 + 1, "closed": min(i % 4, 1), "open": max(i % 4 - 1, 0),
    }  # fmt: skip


def acting(role: str, place: str, key: str, line: int | None = None) -> Actor:
    """Somebody's actor, also when the clock is frozen: grants begin by the database's own clock."""
    with clock.freeze(datetime.now(UTC) + timedelta(minutes=1)):
        return make_member(key, Part(key, role, place, line)).actor


def officer(place: str = CITY, role: str = "county_officer", key: str = "clerk") -> Member:
    """Somebody who fills sheets in. Grants go by the wall's clock: take the actor before freezing."""
    return make_member(key, Part("周小暑", role, place))
