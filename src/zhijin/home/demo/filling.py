"""Turns drafts into rows: organisations, their spells, a leader's post and its holder, all by bulk."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zhijin.core.ids import line_key, org_key, place_key, uuid7
from zhijin.home.demo import bulk, names
from zhijin.home.demo.orgs import Draft
from zhijin.home.demo.registry import Demo
from zhijin.orgs.api import Appointment, Kind, Organisation, Post, Spell

ORG = (
    "key", "place_code", "place_key", "name", "kind", "sector", "sector_key", "industry",
    "industry_key", "parent_id", "covered_by_id", "credit_code", "employees", "members", "led",
    "term_ends", "valid_from", "simulated", "version",
)  # fmt: skip
SPELL = (
    "id", "org_id", "name", "place_code", "place_key", "sector", "industry", "parent_key",
    "valid_from",
)  # fmt: skip
POST = (
    "id", "org_id", "place_code", "place_key", "sector_key", "industry_key", "kind", "title",
    "seats", "held", "grade", "simulated",
)  # fmt: skip
APPOINTMENT = (
    "id", "post_id", "org_id", "place_code", "place_key", "sector_key", "industry_key", "holder",
    "how", "valid_from", "term_ends", "term_no", "concurrent", "ended_why", "simulated",
)  # fmt: skip

_LEADER_OF = {
    Kind.VILLAGERS_COMMITTEE: "director",
    Kind.RESIDENTS_COMMITTEE: "director",
    Kind.OWNERS_COMMITTEE: "director",
    Kind.COOPERATIVE: "head",
    Kind.FIRM: "head",
    Kind.PROPERTY_FIRM: "head",
    Kind.SOCIAL_ORG: "head",
    Kind.AGENCY: "head",
    Kind.COURT: "head",
    Kind.HOSPITAL: "head",
    Kind.SCHOOL: "head",
    Kind.UNIVERSITY: "head",
}
_TITLES = {"secretary": "书记", "director": "主任", "head": "负责人"}
_TERM = timedelta(days=5 * 365)


@dataclass
class Rows:
    """Rows ready to write. Emptied by :func:`write`."""

    orgs: list[tuple[Any, ...]] = field(default_factory=list)
    spells: list[tuple[Any, ...]] = field(default_factory=list)
    posts: list[tuple[Any, ...]] = field(default_factory=list)
    appointments: list[tuple[Any, ...]] = field(default_factory=list)


def number(drafts: list[Draft], first: int = 1) -> None:
    """Give the drafts of one place their keys, counting from ``first``."""
    for seq, draft in enumerate(drafts, start=first):
        draft.key = org_key(draft.place, seq)


def fill(demo: Demo, groups: Iterable[list[Draft]]) -> Rows:
    """Rows for the numbered drafts of many places."""
    rows = Rows()
    for drafts in groups:
        if not drafts:
            continue
        rng = demo.rng("leaders", drafts[0].place, drafts[0].key)
        for draft in drafts:
            _one(demo, rng, draft, rows)
    return rows


def _one(demo: Demo, rng: random.Random, draft: Draft, rows: Rows) -> None:
    code = draft.place
    key, sector_key = place_key(code), line_key(draft.sector, code)
    industry_key = line_key(draft.industry, code) if draft.industry else None
    founded = demo.today - timedelta(days=rng.randint(400, 9000))
    begun, ends = _term(demo, rng, founded)
    led = rng.random() < 0.975
    party = draft.is_primary
    parent = draft.parent.key if draft.parent else None
    covered = draft.covered.key if draft.covered and not party else None
    rows.orgs.append((
        draft.key, code, key, draft.name, str(draft.kind), draft.sector, sector_key, draft.industry,
        industry_key, parent, covered, draft.credit_code, draft.employees, draft.members, led,
        ends if led and party else None, founded, True, 1,
    ))  # fmt: skip
    rows.spells.append((
        uuid7(), draft.key, draft.name, code, key, draft.sector, draft.industry, parent, founded,
    ))  # fmt: skip
    kind = "secretary" if party else _LEADER_OF[Kind(draft.kind)]
    post = uuid7()
    keys = (code, key, sector_key, industry_key)
    rows.posts.append((post, draft.key, *keys, kind, _TITLES[kind], 1, int(led), "", True))
    if led:
        how = "elected" if party or kind == "director" else "appointed"
        rows.appointments.append((
            uuid7(), post, draft.key, *keys, names.person(rng), how, begun,
            ends if how == "elected" else None, rng.randint(3, 11) if how == "elected" else None,
            rng.random() < 0.18, "", True,
        ))  # fmt: skip


def _term(demo: Demo, rng: random.Random, founded: date) -> tuple[date, date]:
    """A five-year term that began after the founding; about one in twenty has run out."""
    ago = rng.randint(1830, 2100) if rng.random() < 0.05 else rng.randint(60, 1790)
    begun = max(founded, demo.today - timedelta(days=ago))
    return begun, begun + _TERM


def write(demo: Demo, rows: Rows) -> None:
    """Put the rows into the tables."""
    demo.count("orgs", bulk.insert(Organisation, ORG, rows.orgs))
    bulk.insert(Spell, SPELL, rows.spells)
    demo.count("posts", bulk.insert(Post, POST, rows.posts))
    demo.count("appointments", bulk.insert(Appointment, APPOINTMENT, rows.appointments))


def existing() -> dict[str, int]:
    """The lowest key at each place that has organisations already: those places are left alone."""
    rows = bulk.query("SELECT place_code, min(key) FROM orgs_organisation GROUP BY place_code")
    return dict(rows)
