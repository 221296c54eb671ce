"""Whole dirty months of facts, streamed to Parquet. Never deltas: a rebuilt part cannot count anything twice.

Dirty months are found by the order of commits, not by the time of the events, so that a fact that
arrives late is found like any other. A file is written beside and put in place by one rename.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from zhijin.assessment.engine.months import ORDER, ROW_GROUP, filled_list, select_list
from zhijin.assessment.engine.periods import shifted
from zhijin.assessment.models import Month, Watermark
from zhijin.assessment.streaming import places
from zhijin.assessment.streaming.adbc import reading_as_of
from zhijin.core import clock, facts

#: Held while months are written; whoever comes second waits, and then finds nothing dirty.
LOCK = 0x5A48_4D01
#: Read while a month is written, and left out of the file.
CORRECTING = "attrs->>'corrects' AS corrects, coalesce(attrs->>'void' = 'true', false) AS void"
#: Rows that are held at a time while a month is streamed.
ROWS_A_GROUP = 131_072
MEMORY = "800MB"


@dataclass(frozen=True)
class Refreshed:
    """Months written anew, with how many facts each; and up to which transaction all are known."""

    months: dict[date, int]
    upto: int


def refresh() -> Refreshed:
    """Write anew every month that got facts since the last time."""
    with transaction.atomic():
        lock()
        mark = Watermark.objects.filter(pk=1).first()
        found = facts.changed_since(mark.upto if mark else 0)
        done = {month: _write(month, found.upto) for month in found.months}
        Watermark.objects.update_or_create(pk=1, defaults={"upto": found.upto, "at": clock.now()})
    with transaction.atomic():
        lock()
        _clear(Month.objects.values_list("file", flat=True))
    return Refreshed(done, found.upto)


def lock(*, shared: bool = False) -> None:
    """Keep others from writing (or, unless ``shared``, reading) the files until the transaction ends."""
    with connection.cursor() as cursor:
        form = "_shared" if shared else ""
        cursor.execute(f"SELECT pg_advisory_xact_lock{form}(%s)", [LOCK])


def _write(month: date, upto: int) -> int:
    name = f"{month:%Y%m}.{upto}.parquet"
    partial = places.facts() / f"{name}.part"
    stream = _Stream(partial)
    # A month's facts have few of all attributes: the others are neither asked for nor handed over.
    names = f"SELECT DISTINCT jsonb_object_keys(attrs) FROM {_facts_of(month)}"
    with reading_as_of(names, lambda held: _statement(month, held)) as read:
        for batch in read.reader:
            stream.take(batch)
    stream.close()
    rows = put_in_order(partial, read.names) if stream.rows else 0
    partial.replace(places.facts() / name)
    digest = hashlib.sha256((places.facts() / name).read_bytes()).hexdigest()
    Month.objects.update_or_create(
        month=month,
        defaults={
            "upto": upto, "rows": rows, "dropped": stream.rows - rows, "file": name,
            "seen": read.seen,
            "size": (places.facts() / name).stat().st_size, "digest": digest, "at": clock.now(),
        },
    )  # fmt: skip
    return rows


def _statement(month: date, held: Container[str]) -> str:
    return f"SELECT {select_list(held)}, {CORRECTING} FROM {_facts_of(month)}"


def _facts_of(month: date) -> str:
    start, end = (f"'{day}'::timestamp AT TIME ZONE 'Asia/Shanghai'" for day in _bounds(month))
    return f"core_fact WHERE at >= {start} AND at < {end}"


def _bounds(month: date) -> tuple[date, date]:
    return month, shifted(month, 1)


class _Stream:
    """Batches into one Parquet file, groups of rows at a time."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._waits = 0

    def take(self, batch: Any) -> None:
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, batch.schema, compression="lz4")
        self.rows += batch.num_rows
        self._waiting.append(batch)
        self._waits += batch.num_rows
        if self._waits >= ROWS_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
            self._waiting, self._waits = [], 0

    def close(self) -> None:
        if self._writer is not None:
            self._flush()
            self._writer.close()


def put_in_order(path: Path, held: Container[str]) -> int:
    """Order a month's rows as the engine reads them, without what a later fact corrects; how many stay.
    The columns of attributes that are not ``held`` come in, empty.

    A correction that only takes out is left out too. A chain holds: when a correction is itself
    corrected, only the last one stays.
    """
    import duckdb

    beside = path.with_suffix(".kept")
    with duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": str(places.root())}
    ) as db:
        db.execute(
            f"COPY (SELECT {filled_list(held)} FROM read_parquet('{path}') f WHERE NOT f.void"
            f" AND NOT EXISTS (SELECT 1 FROM read_parquet('{path}') c WHERE c.corrects = f.id)"
            f" ORDER BY {ORDER}, id) TO"
            f" '{beside}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
    beside.replace(path)
    return _rows_of(path)


def _rows_of(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _clear(kept: Iterable[str]) -> None:
    """Files that no month names any more; a computation under way has its own links to them."""
    names = set(kept)
    for path in places.facts().iterdir():
        if path.name not in names:
            path.unlink(missing_ok=True)
