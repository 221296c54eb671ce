"""What the standing benchmark stands on: the real tree of Guizhou, its organisations, a year of facts.

Facts are drawn in DuckDB from a fixed seed, so that the same options give the same files anywhere.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhijin.assessment.engine import Assessment, load
from zhijin.assessment.engine.months import ORDER, ROW_GROUP, columns
from zhijin.assessment.engine.periods import micros, shifted
from zhijin.core.ids import org_key, place_key

YEAR = [shifted(date(2026, 1, 1), n) for n in range(12)]
#: Kinds that carry a flag for half of the indicators; two indicators each.
FLAGGED = ("case.moved", "case.closed", "case.mustered", "activity.pledge.done",
           "activity.topic.done", "activity.mutual.handed_in", "activity.problem.rectified")  # fmt: skip
COUNTED = ("activity.visit.held", "activity.visit.hosted", "activity.contest.entered",
           "activity.review.reported", "activity.problem.found", "activity.problem.verified",
           "activity.pledge.published", "activity.topic.published", "case.opened", "case.reopened",
           "case.escalated", "case.published", "org.changed")  # fmt: skip
SUMMED = ("case.whistled", "activity.pledge.closed", "activity.topic.closed", "points.due",
          "activity.contest.scored", "activity.review.scored", "activity.mutual.scored")  # fmt: skip
#: Counted at the organisation's place and not by its own key.
OF_PLACE = {"case.opened", "case.reopened", "case.escalated", "case.published", "points.due"}
KINDS = (*FLAGGED, *COUNTED, *SUMMED)
INDICATORS = 40


def flag_of(kind: str) -> str:
    """The attribute that says whether it was late, or in time."""
    return "late" if kind.startswith("case.") else "on_time"


def who(kind: str) -> str:
    return "place" if kind in OF_PLACE else "org"


def _indicator(number: int) -> str:
    """Forty indicators: shares with a curve, numbers with a target, means."""
    title = f"title: {{zh: 指标{number}, en: Indicator {number}}}, weight: 10"
    if number < 14:
        kind = FLAGGED[number % 7]
        want = "true" if (number < 7) == (flag_of(kind) == "on_time") else "false"
        curve = (
            "[[0, 0], [6000, 6000], [9500, 10000]]" if number < 7 else "[[0, 1000], [8000, 10000]]"
        )
        return (
            f"{{id: i{number}, {title}, of: {{count: {kind}, where: {{attr: {flag_of(kind)},"
            f" is: {want}}}, who: {who(kind)}}}, to: {{count: {kind}, who: {who(kind)}}},"
            f" better: higher, curve: {curve}, no_data: {('exempt', 'zero')[number % 2]}}}"
        )
    if number < 27:
        kind = COUNTED[number - 14]
        return (
            f"{{id: i{number}, {title}, of: {{count: {kind}, who: {who(kind)}}}, better: higher,"
            f" target: {2 + number % 3}, cap: 10, no_data: zero}}"
        )
    if number < 34:
        kind = SUMMED[number - 27]
        return (
            f"{{id: i{number}, {title}, of: {{sum: {kind}, who: {who(kind)}}},"
            f" to: {{count: {kind}, who: {who(kind)}}}, better: lower,"
            f" curve: [[1000000, 10000], [40000000, 2000], [90000000, 0]],"
            f" no_data: {('exempt', 'full', 'zero')[number % 3]}}}"
        )
    kind, other = COUNTED[number - 34], COUNTED[number - 33]
    whose = "org"
    return (
        f"{{id: i{number}, {title}, of: {{count: [{kind}, {other}], who: {whose}}},"
        f" better: lower, target: 3, no_data: zero}}"
    )


TEXT = """\
assessment: 1
id: bench
title: {{zh: 基准, en: Benchmark}}
basis: 基准
period: month
rounding: floor
applies: {{kinds: [committee, general_branch, branch]}}
peers: {{by: [township, sector], least: 8, else: [county, prefecture], still_small: rank_only}}
ties: {{by: [d0], then: share}}
dimensions:
{dimensions}
marks:
  - {{id: laggard, title: {{zh: 后进, en: Laggard}}, end: last, proportion: 500, round: down, least: 1, ties: all,
     running: {{last: 3, of: [township], months: 3, least: 8, ties: all}}}}
  - {{id: advanced, title: {{zh: 先进, en: Advanced}}, end: first, proportion: 1000, round: down, least: 1, ties: none}}
"""


def programme() -> Assessment:
    """Four dimensions of ten indicators each."""
    dims = "\n".join(
        f"  - {{id: d{d}, title: {{zh: 维度{d}, en: Dimension {d}}}, weight: 25, indicators: ["
        + ", ".join(_indicator(n) for n in range(d * 10, d * 10 + 10))
        + "]}"
        for d in range(4)
    )
    loaded = load(TEXT.format(dimensions=dims))
    if loaded.programme is None:
        raise ValueError([finding.render("en") for finding in loaded.findings])
    return loaded.programme


def places() -> list[str]:
    """Codes of every division of Guizhou at and below the county, from the shipped table."""
    import zhijin.places

    path = Path(next(iter(zhijin.places.__path__))) / "data" / "divisions.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = csv.reader(io.StringIO("".join(line for line in file if not line.startswith("#"))))
        return [code for code, *_ in rows if code.startswith("52") and len(code) >= 6]


def write_orgs(path: Path, count: int) -> None:
    """``count`` organisations: one at every place, the rest at places drawn, a tenth above villages."""
    chance = random.Random(52)
    codes = places()
    at = codes + chance.choices(codes, k=max(count - len(codes), 0))
    seen: dict[str, int] = {}
    rows = []
    for code in at[:count]:
        seen[code] = seen.get(code, 0) + 1
        rows.append(
            {
                "org_key": org_key(code, seen[code]), "kind": chance.choice(("branch", "general_branch", "committee")),
                "sector": chance.choices((1, 2, 3, 4, 5, 6, 7), (60, 15, 8, 4, 1, 2, 10))[0],
                "industry": None, "parent_key": None, "place_key": place_key(code),
                "size": chance.randint(3, 120), "valid_from": None, "valid_to": None,
            }
        )  # fmt: skip
    schema = pa.schema([
        ("org_key", pa.int64()), ("kind", pa.string()), ("sector", pa.int32()), ("industry", pa.int32()),
        ("parent_key", pa.int64()), ("place_key", pa.int64()), ("size", pa.int64()),
        ("valid_from", pa.date32()), ("valid_to", pa.date32()),
    ])  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema), path)


def write_month(folder: Path, orgs: Path, month: date, rows: int, name: str = "") -> Path:
    """One month of ``rows`` facts, in the order and with the columns of the export."""
    path = folder / (name or f"{month:%Y%m}.parquet")
    seed = month.month + (1000 if name else 0)
    start, end = micros(month), micros(shifted(month, 1))
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    flags = {"a_late": "case.", "a_on_time": "activity."}
    drawn = {
        "id": "uuid()::VARCHAR", "at_us": f"{start} + (r.h1 % {end - start})::BIGINT",
        "county": "(o.place_key // 1000000000000)::INTEGER", "org_key": "o.org_key",
        "place_key": "o.place_key", "kind": "k.kind", "subject": "'s' || (r.h2 % 5000)",
        "actor": "'a' || (r.h2 % 900)", "value": "(r.h2 % 12000)::BIGINT", "record": "'case:' || r.i",
        "playbook": "'p' || (r.h2 % 8)", "revision": "1::INTEGER",
    }  # fmt: skip
    for flag, prefix in flags.items():
        drawn[flag] = f"CASE WHEN k.kind LIKE '{prefix}%' THEN (r.h3 % 100) < 30 + o.skill END"
    listed = ", ".join(
        f"{drawn.get(c.name, f'CAST(NULL AS {c.type})')} AS {c.name}" for c in columns()
    )
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as db:
        db.execute(
            f"CREATE TABLE o AS SELECT row_number() OVER (ORDER BY org_key) - 1 AS n, org_key, place_key,"
            f" (hash(org_key) % 60)::BIGINT AS skill FROM read_parquet('{orgs}')"
        )
        db.execute(
            f"CREATE TABLE k AS SELECT unnest([{kinds}]) AS kind, unnest(range({len(KINDS)})) AS n"
        )
        total = db.execute("SELECT count(*) FROM o").fetchone()
        assert total is not None
        db.execute(
            f"COPY (SELECT {listed} FROM (SELECT i, hash(i * 4 + {seed}) AS h1, hash(i * 4 + 1 + {seed}) AS h2,"
            f" hash(i * 4 + 2 + {seed}) AS h3 FROM range({rows}) t(i)) r"
            f" JOIN o ON o.n = (r.h1 % {total[0]})::BIGINT JOIN k ON k.n = (r.h3 // 128 % {len(KINDS)})::BIGINT"
            f" ORDER BY {ORDER}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
    return path
