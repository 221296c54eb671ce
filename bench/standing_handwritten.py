"""The same standing by hand: one script for one programme, the best of several that were tried.

Tried on a month of 1.67 million facts (2 cores): one pass with 80 filters 1.24 s; a long table of
(organisation, kind) 0.44 s and its pivot 0.7–1.9 s; a pass for each kind joined 0.6–0.7 s; a pass for
a handful of kinds joined 0.55–0.7 s, which is what stands here. Knows the benchmark's programme by
heart: no empty inputs, no fallback that is not used, no column that is not asked for.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb

from bench.standing_ground import COUNTED, FLAGGED, OF_PLACE, SUMMED, flag_of

_ORDER = "ORDER BY total DESC, coalesce(c0, -1) DESC"
_LEVELS = {4: 10**6, 3: 10**9, 2: 10**12, 1: 10**14, 0: 10**16}


def _wanted() -> dict[str, list[str]]:
    """For each kind the columns that are counted: all of it, its flagged part, its total."""
    found: dict[str, list[str]] = {}
    for n, kind in enumerate(FLAGGED):
        found[kind] = [f"count(*) {{0}} AS f{n}", f"count(*) {{1}}a_{flag_of(kind)}) AS g{n}"]
    for n, kind in enumerate(COUNTED):
        found[kind] = [f"count(*) {{0}} AS c{n}"]
    for n, kind in enumerate(SUMMED):
        found[kind] = [f"count(*) {{0}} AS n{n}", f"sum(value) {{0}}::BIGINT AS t{n}"]
    return found


def _pass(kinds: list[str]) -> tuple[str, list[str]]:
    columns, names = [], []
    for kind in kinds:
        for text in _wanted()[kind]:
            filled = text.format(
                f"FILTER (WHERE kind = '{kind}')", f"FILTER (WHERE kind = '{kind}' AND "
            )
            columns.append(filled)
            names.append(text.split(" AS ")[1])
    return ", ".join(columns), names


def _measures(facts: str) -> str:
    mine = [kind for kind in (*FLAGGED, *COUNTED, *SUMMED) if kind not in OF_PLACE]
    there = [kind for kind in (*COUNTED, *SUMMED) if kind in OF_PLACE]
    own = [kind for kind in COUNTED[:7] if kind in mine]
    assert own == list(COUNTED[:7])
    joins, chosen = [], ["o.org_key"]
    for first in range(0, len(mine), 5):
        kinds = mine[first : first + 5]
        columns, names = _pass(kinds)
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        joins.append(f"LEFT JOIN (SELECT org_key, {columns} FROM {facts} WHERE kind IN ({listed})"
                     f" GROUP BY org_key) p{first} ON p{first}.org_key = o.org_key")  # fmt: skip
        chosen += [f"coalesce({name}, 0) AS {name}" for name in names]
    columns, names = _pass(there)
    listed = ", ".join(f"'{kind}'" for kind in there)
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in names)
    levels = " UNION ALL ".join(
        f"SELECT place_key // {width} * {width} + {sub} AS unit, {sums} FROM base GROUP BY 1"
        for sub, width in _LEVELS.items()
    )
    joins.append(
        f"LEFT JOIN (WITH base AS (SELECT place_key // 1000000 * 1000000 + 4 AS place_key, {columns}"
        f" FROM {facts} WHERE kind IN ({listed}) GROUP BY 1) {levels}) w ON w.unit = o.place_key"
    )
    chosen += [f"coalesce({name}, 0) AS {name}" for name in names]
    return f"SELECT {', '.join(chosen)} FROM org o {' '.join(joins)}"


def _curve(value: str, points: list[tuple[int, int]]) -> str:
    cases = [f"WHEN {value} <= {points[0][0]} THEN {points[0][1]}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        along = f"({value} - {x0})"
        part = (
            f"{y0} + {along} * {y1 - y0} // {x1 - x0}" if y1 > y0
            else f"{y0} - ({along} * {y0 - y1} + {x1 - x0 - 1}) // {x1 - x0}"
        )  # fmt: skip
        cases.append(f"WHEN {value} <= {x1} THEN {part}")
    return f"CASE {' '.join(cases)} ELSE {points[-1][1]} END"


def _indicators() -> list[tuple[str, str, str, str, str, int]]:
    """(numerator, denominator, value, score, what missing data scores, its state) of the forty."""
    found = []
    rule = {"exempt": ("NULL", 1), "full": ("10000", 2), "zero": ("0", 3)}
    for i in range(14):
        n = i % 7
        hit = f"g{n}" if (i < 7) == (flag_of(FLAGGED[n]) == "on_time") else f"f{n} - g{n}"
        points = [(0, 0), (6000, 6000), (9500, 10000)] if i < 7 else [(0, 1000), (8000, 10000)]
        value = f"10000 * ({hit}) // nullif(f{n}, 0)"
        found.append(
            (hit, f"f{n}", value, _curve(f"v{i}", points), *rule[("exempt", "zero")[i % 2]])
        )
    for i in range(14, 27):
        target = 2 + i % 3
        found.append((f"least(c{i - 14}, 10)", "1", f"least(c{i - 14}, 10)",
                      _curve(f"v{i}", [(0, 0), (target, 10000)]), *rule["zero"]))  # fmt: skip
    for i in range(27, 34):
        n = i - 27
        points = [(1000000, 10000), (40000000, 2000), (90000000, 0)]
        found.append((f"t{n}", f"n{n}", f"10000 * t{n} // nullif(n{n}, 0)", _curve(f"v{i}", points),
                      *rule[("exempt", "full", "zero")[i % 3]]))  # fmt: skip
    for i in range(34, 40):
        both = f"c{i - 34} + c{i - 33}"
        found.append((both, "1", both, f"CASE WHEN v{i} <= 3 THEN 10000 ELSE 30000 // v{i} END",
                      *rule["zero"]))  # fmt: skip
    return found


def _dimension(d: int) -> str:
    numbers = range(d * 10, d * 10 + 10)
    top = " + ".join(f"coalesce(s{i}, 0)" for i in numbers)
    return f"({top}) * 10 // nullif(({' + '.join(f'(s{i} IS NOT NULL)::BIGINT' for i in numbers)}) * 10, 0)"


class Handwritten:
    """One connection for the whole year; ``month`` leaves the tables value, score, mark and tail."""

    def __init__(self, folder: Path, orgs: Path) -> None:
        self.folder = folder
        self.db = duckdb.connect(config={
            "threads": 2, "memory_limit": "2GB", "preserve_insertion_order": False,
            "autoload_known_extensions": False, "autoinstall_known_extensions": False,
        })  # fmt: skip
        self.db.execute("SET enable_progress_bar = false")
        self.db.execute(
            "CREATE TABLE org AS SELECT org_key, place_key, kind, sector, coalesce(industry, 0) AS industry,"
            " place_key // 1000000000 AS township, place_key // 1000000000000 AS county,"
            f" place_key // 100000000000000 AS prefecture FROM read_parquet('{orgs}')"
        )
        self.db.execute("CREATE TABLE earlier (org_key BIGINT, back INTEGER)")

    def month(self, month: date) -> None:
        """Compute one month; months must be computed in order."""
        run = self.db.execute
        facts = f"read_parquet('{self.folder / f'{month:%Y%m}.parquet'}')"
        every = list(enumerate(_indicators()))
        run(f"CREATE OR REPLACE TEMP TABLE measure AS {_measures(facts)}")
        figures = ", ".join(f"{n} AS n{i}_, {d} AS d{i}, {v} AS v{i}" for i, (n, d, v, *_) in every)
        scores = ", ".join(
            f"CASE WHEN v{i} IS NULL THEN {missing} ELSE {score} END AS s{i}"
            for i, (_, _, _, score, missing, _) in every
        )
        run(
            f"CREATE OR REPLACE TEMP TABLE scored AS SELECT *, {scores} FROM"
            f" (SELECT org_key, {figures} FROM measure)"
        )
        arrays = ", ".join(
            f"[{', '.join(f'{a}{i}{b}' for i, _ in every)}] AS {name}"
            for a, b, name in (("n", "_", "numerators"), ("d", "", "denominators"), ("v", "", "vals"),
                               ("s", "", "scores"))
        )  # fmt: skip
        states = ", ".join(f"(v{i} IS NULL)::SMALLINT * {state}" for i, (*_, state) in every)
        run(
            f"CREATE OR REPLACE TEMP TABLE value AS SELECT org_key, {arrays}, [{states}] AS states FROM scored"
        )
        self._totals()
        self._ranks()
        self._marks()

    def _totals(self) -> None:
        run = self.db.execute
        dims = ", ".join(f"{_dimension(d)} AS c{d}" for d in range(4))
        run(
            "CREATE OR REPLACE TEMP TABLE total AS SELECT *, (coalesce(c0, 0) + coalesce(c1, 0)"
            " + coalesce(c2, 0) + coalesce(c3, 0)) * 25 // nullif(((c0 IS NOT NULL)::BIGINT"
            " + (c1 IS NOT NULL)::BIGINT + (c2 IS NOT NULL)::BIGINT + (c3 IS NOT NULL)::BIGINT) * 25, 0)"
            f" AS total FROM org JOIN (SELECT org_key, {dims} FROM scored) USING (org_key)"
        )

    def _ranks(self) -> None:
        run = self.db.execute
        groups = {0: "township", 1: "county", 2: "prefecture"}
        windows = ", ".join(
            f"count(*) OVER (PARTITION BY {g}, sector) AS of{j}, rank() OVER g{j} AS first{j},"
            f" count(*) OVER g{j} AS last{j}"
            for j, g in groups.items()
        )
        named = ", ".join(f"g{j} AS (PARTITION BY {g}, sector {_ORDER})" for j, g in groups.items())
        pick = "CASE WHEN of0 >= 8 THEN {0} WHEN of1 >= 8 THEN {1} ELSE {2} END"
        run(
            f"CREATE OR REPLACE TEMP TABLE ranked AS SELECT *, {pick.format(0, 1, 2)} AS used,"
            f" {pick.format('first0', 'first1', 'first2')} AS rank_no,"
            f" {pick.format('of0', 'of1', 'of2')} AS rank_of,"
            f" {pick.format('last0 - first0 + 1', 'last1 - first1 + 1', 'last2 - first2 + 1')} AS tied,"
            f" concat({pick.format('township', 'county', 'prefecture')}, '/', sector) AS group_key"
            f" FROM (SELECT *, {windows} FROM total WHERE total IS NOT NULL WINDOW {named})"
        )
        run(
            "CREATE OR REPLACE TEMP TABLE score AS SELECT t.org_key, t.place_key, t.kind, t.sector,"
            " t.industry, t.total, 0::BIGINT AS adjusted, [t.c0, t.c1, t.c2, t.c3] AS dims, rank_no,"
            " rank_of, tied, group_key, used FROM total t LEFT JOIN ranked USING (org_key)"
        )

    def _marks(self) -> None:
        run = self.db.execute
        run(
            "CREATE OR REPLACE TEMP TABLE tail AS SELECT org_key, 'laggard' AS mark, k - r - t + 2 AS place_no,"
            " k AS rank_of, concat(township) AS group_key FROM (SELECT org_key, township,"
            f" count(*) OVER (PARTITION BY township) AS k, rank() OVER w AS r, count(*) OVER w - rank() OVER w"
            f" + 1 AS t FROM total WHERE total IS NOT NULL WINDOW w AS (PARTITION BY township {_ORDER}))"
            " WHERE k >= 8 AND k - r - t + 2 <= 3 AND t < k"
        )
        last, first = "greatest(500 * rank_of // 10000, 1)", "greatest(1000 * rank_of // 10000, 1)"
        run(
            "CREATE OR REPLACE TEMP TABLE mark AS"
            " SELECT org_key, 'laggard' AS mark, 'proportion' AS rule, rank_of - rank_no - tied + 2 AS place_no,"
            f" {last} AS line, rank_of, group_key FROM ranked"
            f" WHERE rank_of >= 8 AND rank_of - rank_no - tied + 2 <= {last} AND tied < rank_of"
            " UNION ALL SELECT t.org_key, t.mark, 'running', t.place_no, 3, t.rank_of, t.group_key FROM tail t"
            " JOIN (SELECT org_key FROM earlier WHERE back <= 2 GROUP BY org_key HAVING count(*) = 2) USING (org_key)"
            f" UNION ALL SELECT org_key, 'advanced', 'proportion', rank_no, {first}, rank_of, group_key"
            f" FROM ranked WHERE rank_of >= 8 AND rank_no + tied - 1 <= {first} AND tied < rank_of"
        )
        run("UPDATE earlier SET back = back + 1")
        run("INSERT INTO earlier SELECT org_key, 1 FROM tail")
