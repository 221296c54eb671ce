"""Runs a programme on each engine over the same world, and gives comparable results."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

from tests.assessment.engine.facts import World, by_month, fact, moment, org, village
from zhijin.assessment.engine import Assessment
from zhijin.assessment.engine.compile import RESULTS, compile  # noqa: A004
from zhijin.assessment.engine.duckrun import KEPT, DuckRun, Inputs
from zhijin.assessment.engine.months import columns
from zhijin.assessment.engine.periods import Period

Results = dict[str, list[tuple[Any, ...]]]
ATTRS = {
    "case": {"a_outcome": ["solved", "refused", None], "a_late": [True, False, None],
             "a_rating": [1, 2, 3, 4, 5, None], "a_raised_to": ["township", "nobody", None]},
    "activity": {"a_kind": ["term", "annual", "week"], "a_on_time": [True, False, None]},
}  # fmt: skip
KINDS = (
    "case.opened", "case.closed", "case.moved", "case.reopened", "case.escalated", "points.due",
    "activity.pledge.done", "activity.visit.held", "activity.visit.hosted", "org.changed",
    "post.created", "activity.review.scored", "activity.contest.scored", "case.late",
)  # fmt: skip
TOWNSHIPS = (520181001, 520181002, 520182101)


def random_world(folder: Path, seed: int, facts: int = 4000) -> World:
    """Fifty organisations in three townships of two counties, some moved or ended; facts of 8 months."""
    chance = random.Random(seed)
    world = World(folder)
    places = [village(town, n) for town in TOWNSHIPS for n in range(1, 7)]
    places += [town * 10**9 + 3 for town in TOWNSHIPS] + [520181 * 10**12 + 2]
    for key in range(1, 51):
        more = {"sector": chance.choice((1, 1, 2)), "size": chance.choice((None, 3, 20, 80)),
                "kind": chance.choice(("branch", "committee", "group")),
                "parent_key": chance.choice((None, chance.randint(1, 50)))}  # fmt: skip
        moved = chance.random() < 0.2
        day = date(2026, chance.randint(5, 9), chance.choice((1, 15)))
        first = org(key, chance.choice(places), **more)
        if moved:
            world.orgs += [
                first | {"valid_to": day},
                org(key, chance.choice(places), **more) | {"valid_from": day},
            ]
        else:
            ends = chance.random() < 0.1
            world.orgs.append(first | ({"valid_to": day} if ends else {}))
    for number in range(facts):
        world.facts.append(_fact(chance, number, places))
    return world.write()


def _fact(chance: random.Random, number: int, places: list[int]) -> dict[str, Any]:
    kind = chance.choice(KINDS)
    attrs = {
        name: chance.choice(values) for name, values in ATTRS.get(kind.split(".")[0], {}).items()
    }
    place = chance.choice(places)
    if place % 1_000_000 == 4 and chance.random() < 0.3:
        place += chance.choice((3_000 - 4, 100_300 - 4))  # a group, a grid
    value = chance.randint(0, 10_000) if kind.endswith("scored") else chance.randint(-9, 12)
    return fact(
        kind, moment(chance, date(2026, 3, 1), 8), place, chance.choice((None, *range(1, 51))),
        id=str(number), value=value, subject=f"s{chance.randint(1, 6)}",
        record=f"r{chance.randint(1, 400)}", playbook=chance.choice(("road-hazard", "dispute", "it's\\")),
        **attrs,
    )  # fmt: skip


def inputs(seed: int) -> Inputs:
    """Joined, adjusted and typed figures for some of the organisations; earlier tails."""
    chance = random.Random(seed)
    some = [key for key in range(1, 51) if chance.random() < 0.7]
    return Inputs(
        joined=[("last-year", key, chance.randint(-5, 10_500)) for key in some],
        adjusted=[(key, chance.randint(-400, 400)) for key in some],
        typed=[("m-manual", key, chance.randint(0, 9), chance.choice((None, 0, 9))) for key in some]
        + [("n-typed", key, chance.randint(0, 12), None) for key in some[::2]],
        earlier=[(mark, key, back) for mark in ("laggard", "advanced") for back in (1, 2)
                 for key in range(1, 51) if chance.random() < 0.8],
    )  # fmt: skip


def comparable(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows as sorted tuples; arrays as tuples."""
    plain = [
        tuple(tuple(v) if isinstance(v, list) else v for _, v in sorted(row.items()))
        for row in rows
    ]
    return sorted(plain, key=repr)


def on_duckdb(programme: Assessment, world: World, period: Period, given: Inputs) -> Results:
    with DuckRun(programme, world.folder, world.orgs_file, period, given) as run:
        run.compute()
        return {name: comparable(run.rows(name)) for name in RESULTS}


_SHAPES = {
    "orgs": "org_key bigint, kind text, sector int, industry int, parent_key bigint, place_key bigint,"
    " size bigint, valid_from date, valid_to date",
    "joined": "id text, org_key bigint, score bigint",
    "adjusted": "org_key bigint, amount bigint",
    "typed": "indicator text, org_key bigint, n bigint, d bigint",
    "earlier": "mark text, org_key bigint, back bigint",
}


def on_postgres(
    cursor: Any, programme: Assessment, world: World, period: Period, given: Inputs
) -> Results:
    """Temporary tables in the present transaction; everything is dropped again."""
    cursor.execute("SET LOCAL statement_timeout = '60s'")
    plan = compile(programme, "postgres", period)
    months = by_month(world.facts)
    back = period.back(plan.representation.reach)
    shape = ", ".join(f"{c.name} {c.type}" for c in columns())
    made = []
    for name, chosen in (("facts", period.months), ("facts_back", back)):
        rows = [row for month in chosen for row in months.get(month, [])]
        made.append(("TABLE", name))
        names = [c.name for c in columns()]
        _filled(cursor, name, shape, names, [[row.get(n) for n in names] for row in rows])
    for name, shape in _SHAPES.items():
        names = [part.split()[0] for part in shape.split(", ")]
        rows = (
            getattr(given, name)
            if name != "orgs"
            else [[row.get(n) for n in names] for row in world.orgs]
        )
        _filled(cursor, name, shape, names, list(rows))
        made.append(("TABLE", name))
    for step in plan.steps:
        kind = "TABLE" if step.name in KEPT else "VIEW"
        cursor.execute(f"CREATE TEMP {kind} {step.name} AS {step.sql}".replace("%", "%%"), [])
        made.append((kind, step.name))
    found = {}
    for name in RESULTS:
        cursor.execute(f"SELECT * FROM {name}")
        names = [column[0] for column in cursor.description]
        found[name] = comparable([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    for kind, name in reversed(made):
        cursor.execute(f"DROP {kind} {name} CASCADE")
    return found


def _filled(cursor: Any, name: str, shape: str, names: Any, rows: list[Any]) -> None:
    cursor.execute(f"CREATE TEMP TABLE {name} ({shape})")
    with cursor.copy(f"COPY {name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
