"""Households and residents of a demonstration, sealed like real ones; neighbour leaders among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry import shape as as_shape

from zhijin.core import clock, crypto
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, uuid7
from zhijin.core.scope import scoped
from zhijin.home.demo import bulk, names
from zhijin.home.demo.cast import VILLAGE
from zhijin.home.demo.registry import Demo, Scale
from zhijin.orgs import api as orgs
from zhijin.people.api import Consent, Household, Membership, Person
from zhijin.places import api as places

#: 大耆老村 has 500 connected households (document 003); the other villages are made smaller.
HOUSEHOLDS, ELSEWHERE = 500, 60
#: One neighbour leader for about ten households (一中心一张网十联户, documents 000 and 001).
PER_LEADER = 10

_SYSTEM = Actor.system("demo")
_HOUSEHOLD = (
    "id", "place_code", "place_key", "group_code", "number", "head_masked", "address", "lon", "lat",
    "neighbour_leader_id", "simulated",
)  # fmt: skip
_PERSON = (
    "id", "place_code", "place_key", "name", "name_masked", "name_blind", "phone", "phone_masked",
    "phone_blind", "gender", "birth_year", "party", "branch_key", "floating", "valid_from",
    "simulated", "version",
)  # fmt: skip
_MEMBERSHIP = ("id", "household_id", "person_id", "place_key", "relation", "valid_from")
_CONSENT = ("id", "person_id", "place_key", "purpose", "how", "given_at")
_APPOINTMENT = (
    "id", "post_id", "place_code", "place_key", "person_id", "holder", "how", "valid_from",
    "concurrent", "ended_why", "simulated",
)  # fmt: skip


@dataclass
class Rows:
    """Rows ready to write, of one village."""

    households: list[tuple[Any, ...]] = field(default_factory=list)
    people: list[tuple[Any, ...]] = field(default_factory=list)
    memberships: list[tuple[Any, ...]] = field(default_factory=list)
    leaders: list[tuple[Any, ...]] = field(default_factory=list)
    consents: list[tuple[Any, ...]] = field(default_factory=list)


def make(demo: Demo) -> None:
    """Residents of the first village; at larger scales some in every village that has grids."""
    with scoped(_SYSTEM):
        wanted = list(places.demo_villages()) if demo.at_least(Scale.COUNTY) else [VILLAGE]
        plans = [_plan(code) for code in wanted if not _has_households(code)]
    # The posts are committed now: the rows go in through another connection.
    for plan in plans:
        _write(demo, _fill(demo, plan))


def _has_households(code: str) -> bool:
    return Household.objects.filter(places.within_q(code, "place_key")).exists()


@dataclass(frozen=True)
class _Plan:
    """What a village's households hang on: its grids with post and outline, groups, Party branch."""

    code: str
    grids: list[tuple[str, UUID, dict[str, Any] | None]]
    groups: list[str]
    branch: int | None


def _plan(code: str) -> _Plan:
    outlines = {o.place_id: o.geometry for o in places.outlines_in(code)}
    grids = []
    for grid in places.subtree(code, "grid"):
        post = orgs.ensure_post(
            actor=_SYSTEM, kind="neighbour_leader", place_code=grid.code, simulated=True,
            seats=orgs.POST_KINDS["neighbour_leader"].seats,
        )  # fmt: skip
        grids.append((grid.code, post.id, outlines.get(grid.code)))
    groups = [group.code for group in places.subtree(code, "group")]
    branch = orgs.Organisation.objects.filter(place_key=place_key(code)).order_by("key").first()
    return _Plan(code, grids, groups, branch.key if branch else None)


def _fill(demo: Demo, plan: _Plan) -> Rows:
    rows = Rows()
    count = HOUSEHOLDS if plan.code == VILLAGE else ELSEWHERE
    for number, (grid, post, outline) in enumerate(plan.grids, 1):
        rng = demo.rng("people", grid)
        spots = _spots(outline, rng)
        making = _Grid(demo, rng, grid, post, plan.branch, rows)
        share = count // len(plan.grids) + (number <= count % len(plan.grids))
        for index in range(1, share + 1):
            group = plan.groups[len(rows.households) % len(plan.groups)] if plan.groups else ""
            making.household(f"{number:02d}-{index:03d}", group, next(spots))
    return rows


def _spots(
    geometry: dict[str, Any] | None, rng: random.Random
) -> Iterator[tuple[float | None, float | None]]:
    """Positions inside the grid; none for a grid that is not drawn."""
    if geometry is None:
        while True:
            yield None, None
    shape = as_shape(geometry)
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    while True:
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(shape, lon, lat):
            yield round(lon, 6), round(lat, 6)


@dataclass
class _Grid:
    """Makes one grid's households. Every tenth has a neighbour leader at its head."""

    demo: Demo
    rng: random.Random
    code: str
    post: UUID
    branch: int | None
    rows: Rows
    leader: UUID | None = None
    since_leader: int = 0

    def household(self, number: str, group: str, spot: tuple[float | None, float | None]) -> None:
        home, key = uuid7(), place_key(self.code)
        family = list(self._family())
        head_id, head_name = None, family[0][1]
        for relation, name, gender, year in family:
            person = self._person(name, gender, year)
            head_id = head_id or person
            self.rows.memberships.append(
                (uuid7(), home, person, key, relation, self.demo.today - timedelta(days=900))
            )
        if self.leader is None or self.since_leader >= PER_LEADER:
            self._appoint(head_id, head_name)
        self.since_leader += 1
        address = crypto.seal("person.address", f"{number} 号（模拟）")
        self.rows.households.append((
            home, self.code, key, group, number, crypto.mask_name(head_name), address, *spot,
            self.leader, True,
        ))  # fmt: skip

    def _family(self) -> Iterator[tuple[str, str, str, int]]:
        """(relation, name, gender, birth year), the head first."""
        rng, year = self.rng, self.demo.today.year
        born = year - rng.randint(28, 72)
        head_male = rng.random() < 0.8
        head = names.person(rng)
        yield "户主", head, "m" if head_male else "f", born
        if rng.random() < 0.8:
            yield "配偶", names.person(rng), "f" if head_male else "m", born + rng.randint(-3, 4)
        for _child in range(rng.choice((0, 1, 1, 2, 2, 3))):
            age = born + rng.randint(21, 34)
            if age <= year:
                yield "子女", head[0] + names.person(rng)[1:], rng.choice("mf"), age
        if rng.random() < 0.25 and born > year - 60:
            yield "父母", names.person(rng), rng.choice("mf"), born - rng.randint(20, 30)

    def _person(self, name: str, gender: str, year: int) -> UUID:
        rng, person = self.rng, uuid7()
        adult = year <= self.demo.today.year - 18
        phone = names.phone(rng) if adult and rng.random() < 0.7 else ""
        party = "member" if adult and rng.random() < 0.045 else ""
        self.rows.people.append((
            person, self.code, place_key(self.code), crypto.seal("person.name", name),
            crypto.mask_name(name), crypto.blind("person.name", name),
            crypto.seal("person.phone", phone) if phone else None,
            crypto.mask_phone(phone) if phone else "",
            crypto.blind("person.phone", phone) if phone else None,
            gender, year, party, self.branch if party else None,
            bool(party) and rng.random() < 0.3, self.demo.today - timedelta(days=900), True, 1,
        ))  # fmt: skip
        given = clock.now() - timedelta(days=900)
        self.rows.consents += [
            (uuid7(), person, place_key(self.code), purpose, "入户走访时当面同意（模拟）", given)
            for purpose, held in (("phone", phone), ("party", party)) if held
        ]  # fmt: skip
        return person

    def _appoint(self, person: UUID | None, name: str) -> None:
        self.leader, self.since_leader = uuid7(), 0
        self.rows.leaders.append((
            self.leader, self.post, self.code, place_key(self.code), person, name, "elected",
            self.demo.today - timedelta(days=300), False, "", True,
        ))  # fmt: skip


def _write(demo: Demo, rows: Rows) -> None:
    demo.count("appointments", bulk.insert(orgs.Appointment, _APPOINTMENT, rows.leaders))
    demo.count("households", bulk.insert(Household, _HOUSEHOLD, rows.households))
    demo.count("people", bulk.insert(Person, _PERSON, rows.people))
    bulk.insert(Membership, _MEMBERSHIP, rows.memberships)
    bulk.insert(Consent, _CONSENT, rows.consents)
    with scoped(_SYSTEM):
        for post in {row[1] for row in rows.leaders}:
            held = orgs.Appointment.objects.filter(post_id=post, valid_to=None).count()
            orgs.Post.objects.filter(id=post).update(held=held)
