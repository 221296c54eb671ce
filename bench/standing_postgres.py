"""The same standing in PostgreSQL: typed analytics tables by month, and the same compiled steps.

Also the records behind a figure: July's facts in the real ``core_fact``, looked up as the pages do.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

from bench import standing_ground as ground
from zhijin.assessment.engine.compile import compile  # noqa: A004
from zhijin.assessment.engine.duckrun import KEPT
from zhijin.assessment.engine.periods import Period
from zhijin.config.home import Home
from zhijin.config.postgres import ADMIN, Cluster

_COLUMNS = ("at_us", "org_key", "place_key", "kind", "value", "record", "a_late", "a_on_time")
_TYPES = (
    "at_us bigint, org_key bigint, place_key bigint, kind text, value bigint, record text,"
    " a_late boolean, a_on_time boolean"
)
_ORGS = (
    "org_key bigint, kind text, sector int, industry int, parent_key bigint, place_key bigint,"
    " size bigint, valid_from date, valid_to date"
)
JULY = date(2026, 7, 1)


def measure(root: Path) -> dict[str, Any]:
    """``postgres_s``: analytics tables built and the year computed, as its parts; ``evidence_ms``."""
    url = Cluster(Home(Path(os.environ["ZHIJIN_HOME"])).root).url(ADMIN)
    load_s = _load(url, root)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET search_path TO standing")
        db.execute("SET work_mem = '256MB'")
        db.execute("SET maintenance_work_mem = '256MB'")
        build_s = _build(db)
        compute_s = _compute(db, url, root)
        db.execute("DROP SCHEMA standing CASCADE")
    evidence = _evidence(url, root)
    return {
        "postgres_load_s": round(load_s, 2), "postgres_build_s": round(build_s, 2),
        "postgres_compute_s": round(compute_s, 2), "postgres_s": round(build_s + compute_s, 2), **evidence,
    }  # fmt: skip


def _load(url: str, root: Path) -> float:
    """The facts as they lie: one table, as they came. Not part of what is compared."""
    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("DROP SCHEMA IF EXISTS standing CASCADE")
        db.execute("CREATE SCHEMA standing")
        db.execute(f"CREATE UNLOGGED TABLE standing.orgs ({_ORGS})")
        for month in ground.YEAR:
            db.execute(f"CREATE UNLOGGED TABLE standing.raw_{month:%Y%m} ({_TYPES})")
    with dbapi.connect(url) as ingest, ingest.cursor() as cursor:
        table = pq.read_table(root / "orgs.parquet")
        cursor.adbc_ingest("orgs", table, mode="append", db_schema_name="standing")
        for month in ground.YEAR:
            file = pq.ParquetFile(root / "facts" / f"{month:%Y%m}.parquet")
            for batch in file.iter_batches(200_000, columns=list(_COLUMNS)):
                cursor.adbc_ingest(
                    f"raw_{month:%Y%m}", batch, mode="append", db_schema_name="standing"
                )
        ingest.commit()
    return time.monotonic() - began


def _build(db: psycopg.Connection[Any]) -> float:
    """One table a month, ordered and indexed by what is counted, and analysed: as DHIS2 does it."""
    began = time.monotonic()
    for month in ground.YEAR:
        name = f"analytics_{month:%Y%m}"
        db.execute(
            f"CREATE UNLOGGED TABLE {name} AS SELECT * FROM raw_{month:%Y%m} ORDER BY kind, org_key"
        )
        db.execute(f"CREATE INDEX ON {name} (kind, org_key)")
        db.execute(f"ANALYZE {name}")
    db.execute("ANALYZE orgs")
    return time.monotonic() - began


_SHAPES = {
    "joined": "id text, org_key bigint, score bigint", "adjusted": "org_key bigint, amount bigint",
    "typed": "indicator text, org_key bigint, n bigint, d bigint",
    "earlier": "mark text, org_key bigint, back bigint",
}  # fmt: skip


def _compute(db: psycopg.Connection[Any], url: str, root: Path) -> float:
    programme, seconds = ground.programme(), 0.0
    for name, shape in _SHAPES.items():
        db.execute(f"CREATE UNLOGGED TABLE {name} ({shape})")
    for month in ground.YEAR:
        began = time.monotonic()
        for view in ("facts", "facts_back"):
            db.execute(f"CREATE VIEW {view} AS SELECT * FROM analytics_{month:%Y%m}")
        made = []
        for step in compile(programme, "postgres", Period(month)).steps:
            kind = "UNLOGGED TABLE" if step.name in KEPT else "VIEW"
            db.execute(f"CREATE {kind} {step.name} AS {step.sql}")
            if kind != "VIEW":
                db.execute(f"ANALYZE {step.name}")
            made.append((kind.rsplit(maxsplit=1)[-1], step.name))
        db.execute("UPDATE earlier SET back = back + 1")
        db.execute("INSERT INTO earlier SELECT mark, org_key, 1 FROM tail")
        db.execute("DELETE FROM earlier WHERE back > 2")
        seconds += time.monotonic() - began
        _fetch(url, root / "postgres", month)
        for kind, name in reversed(made):
            db.execute(f"DROP {kind} {name}")
        db.execute("DROP VIEW facts, facts_back")
    return seconds


def _fetch(url: str, folder: Path, month: date) -> None:
    """The results as Parquet, to be compared; not timed."""
    folder.mkdir(exist_ok=True)
    with dbapi.connect(url) as db, db.cursor() as cursor:
        for name in ("scored", "score", "mark", "tail"):
            cursor.execute(f"SELECT * FROM standing.{name}")
            pq.write_table(cursor.fetch_arrow_table(), folder / f"{name}-{month:%Y%m}.parquet")


def _evidence(url: str, root: Path) -> dict[str, Any]:
    """Milliseconds, at the server, to the records behind a figure, over July in ``core_fact``."""
    from zhijin.assessment.engine.evidence import Whose, evidence

    rows = _fill(url, root)
    table = pq.read_table(root / "orgs.parquet", columns=["org_key", "place_key"]).to_pylist()
    chance, programme, took = random.Random(7), ground.programme(), []
    names = list(programme.indicators)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET plan_cache_mode = force_custom_plan")
        for number in range(300):
            org = chance.choice(table)
            whose = Whose(org["org_key"], {JULY: org["place_key"]})
            for part in evidence(programme, chance.choice(names), whose, Period(JULY)):
                began = time.monotonic()
                db.execute(
                    "SELECT f.id, f.at, f.kind, f.record, f.value FROM core_fact f"
                    f" WHERE {part.predicate} ORDER BY {part.order} LIMIT 200"
                ).fetchall()
                if number >= 20:
                    took.append((time.monotonic() - began) * 1000)
    took.sort()
    return {
        "evidence_rows": rows, "evidence_ms": round(statistics.median(took), 2),
        "evidence_p95_ms": round(took[int(len(took) * 0.95)], 2), "evidence_max_ms": round(took[-1], 2),
    }  # fmt: skip


_INTO_FACTS = """
INSERT INTO core_fact (id, at, county, org_key, place_code, place_key, kind, subject, actor, value,
  attrs, playbook, revision, record)
SELECT gen_random_uuid(), to_timestamp(at_us / 1000000), (place_key / 1000000000000)::int, org_key,
  left((place_key / 1000000)::text, CASE place_key % 1000000 WHEN 4 THEN 12 WHEN 3 THEN 9 ELSE 6 END), place_key, kind,
  's', 'system:bench', value, jsonb_strip_nulls(jsonb_build_object('late', a_late, 'on_time', a_on_time)),
  '', 0, record
FROM raw
"""


def _fill(url: str, root: Path) -> int:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE UNLOGGED TABLE raw ({_TYPES})")
        with dbapi.connect(url) as ingest, ingest.cursor() as cursor:
            file = pq.ParquetFile(root / "facts" / f"{JULY:%Y%m}.parquet")
            for batch in file.iter_batches(200_000, columns=list(_COLUMNS)):
                cursor.adbc_ingest("raw", batch, mode="append")
            ingest.commit()
        rows = db.execute(_INTO_FACTS).rowcount
        db.execute("DROP TABLE raw")
        db.execute("VACUUM ANALYZE core_fact")
    return int(rows)
