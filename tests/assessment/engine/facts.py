"""Small worlds for the engine: organisations with their spells, facts, and their Parquet files."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhijin.assessment.engine.months import columns
from zhijin.assessment.engine.periods import Period, micros, shifted

JULY = Period(date(2026, 7, 1))
_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
}
FACT_SCHEMA = pa.schema([(column.name, _ARROW[column.type]) for column in columns()])
ORG_SCHEMA = pa.schema(
    [
        ("org_key", pa.int64()), ("kind", pa.string()), ("sector", pa.int32()),
        ("industry", pa.int32()), ("parent_key", pa.int64()), ("place_key", pa.int64()),
        ("size", pa.int64()), ("valid_from", pa.date32()), ("valid_to", pa.date32()),
    ]
)  # fmt: skip


def village(township: int, number: int) -> int:
    """The place key of a village: 520181002 and 18 give 东山社区's."""
    return (township * 1000 + number) * 1_000_000 + 4


def org(key: int, place: int, **more: Any) -> dict[str, Any]:
    """One spell of an organisation."""
    return {"org_key": key, "kind": "branch", "sector": 1, "place_key": place} | more


def fact(
    kind: str, at: date | int, place: int, org_key: int | None = None, **more: Any
) -> dict[str, Any]:
    """One fact; further attributes are given as ``a_<name>``."""
    moment = at if isinstance(at, int) else micros(at) + 1
    base = {"kind": kind, "at_us": moment, "place_key": place, "org_key": org_key, "value": 1}
    return base | {"subject": "s", "actor": "a", "record": "r", "playbook": "", "revision": 0,
                   "county": place // 10**12, "id": ""} | more  # fmt: skip


@dataclass
class World:
    """Facts and organisations, and where they are written."""

    folder: Path
    orgs: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> World:
        """Write ``orgs.parquet`` and one file for each month, sorted as the export sorts."""
        pq.write_table(pa.Table.from_pylist(self.orgs, ORG_SCHEMA), self.orgs_file)
        for old in self.folder.glob("2*.parquet"):
            old.unlink()
        for month, rows in by_month(self.facts).items():
            rows.sort(key=lambda row: (row["kind"], row["org_key"] or 0))
            path = self.folder / f"{month:%Y%m}.parquet"
            pq.write_table(pa.Table.from_pylist(rows, FACT_SCHEMA), path)
        return self

    @property
    def orgs_file(self) -> Path:
        return self.folder / "orgs.parquet"


def by_month(facts: Iterable[dict[str, Any]]) -> dict[date, list[dict[str, Any]]]:
    """The facts by the month (of the time of China) in which they lie."""
    found: dict[date, list[dict[str, Any]]] = defaultdict(list)
    months = [shifted(date(2024, 1, 1), n) for n in range(48)]
    for row in facts:
        month = max(m for m in months if micros(m) <= row["at_us"])
        found[month].append(dict(row))
    return found


def moment(chance: random.Random, first: date, months: int) -> int:
    """A moment within ``months`` months from ``first``."""
    return chance.randrange(micros(first), micros(shifted(first, months)))
