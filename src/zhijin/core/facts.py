"""Writes facts. Readers (assessment, wall, open data) use the table; nothing here reads a room."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, uuid7
from zhijin.core.statements import send

_COLUMNS = (
    "id, at, county, org_key, place_code, place_key, kind, subject, actor, value, attrs,"
    " playbook, revision, record"
)
_STAGE = "CREATE TEMPORARY TABLE core_fact_in (LIKE core_fact INCLUDING DEFAULTS) ON COMMIT DROP"
_INSERT = f"INSERT INTO core_fact ({_COLUMNS}) VALUES ({', '.join(['%s'] * 14)})"


@dataclass(frozen=True, slots=True)
class NewFact:
    """One line to write; ``value`` is an integer in the unit of ``kind`` (fen, minutes, 1)."""

    kind: str
    at: datetime
    place_code: str
    subject: str
    actor: str
    record: str
    value: int = 1
    org_key: int | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict)
    playbook: str = ""
    revision: int = 0


def county_of(code: str) -> int:
    """The six-digit county that a fact is stored (and one day distributed) by."""
    return int(code[:6].ljust(6, "0"))


def record(  # noqa: PLR0913 - a fact has that many columns
    kind: str,
    *,
    at: datetime,
    place_code: str,
    subject: str,
    actor: Actor,
    record: str,
    value: int = 1,
    org_key: int | None = None,
    attrs: Mapping[str, Any] | None = None,
    playbook: str = "",
    revision: int = 0,
) -> None:
    """Write one fact in the current transaction.

    Raises RuntimeError outside a transaction: a fact must stand or fall with its change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a fact is written in the transaction of the change it tells of")
    fact = NewFact(
        kind, at, place_code, subject, actor.label, record, value, org_key, attrs or {},
        playbook, revision,
    )  # fmt: skip
    send(_INSERT, row(fact))


def row(fact: NewFact) -> tuple[Any, ...]:
    """The fact's values in column order, for an INSERT or COPY."""
    return (
        uuid7(), fact.at, county_of(fact.place_code), fact.org_key, fact.place_code,
        place_key(fact.place_code), fact.kind, fact.subject, fact.actor, fact.value,
        json.dumps(fact.attrs, ensure_ascii=False) if fact.attrs else "{}", fact.playbook, fact.revision, fact.record,
    )  # fmt: skip


def record_many(facts: Iterable[NewFact], using: Any = None) -> int:
    """COPY facts in bulk on ``using`` (a Django connection; default: the app's). Returns the count.

    PostgreSQL refuses COPY into a table with row-level security, so the rows go through a
    temporary table; they are in the present transaction, which this opens if there is none.
    """
    conn = using or connection
    with transaction.atomic(using=conn.alias, savepoint=False), conn.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY core_fact_in ({_COLUMNS}) FROM STDIN") as copy:
            for fact in facts:
                copy.write_row(row(fact))
        cursor.execute(f"INSERT INTO core_fact ({_COLUMNS}) SELECT {_COLUMNS} FROM core_fact_in")
        count = int(cursor.rowcount)
        cursor.execute("DROP TABLE core_fact_in")
    return count


@dataclass(frozen=True, slots=True)
class Changed:
    """Months that got facts, and up to which transaction that is known.

    Every fact of a transaction below ``upto`` is in sight; facts of later ones may be, and are
    reported again the next time, so that a slow transaction's are never missed.
    """

    upto: int
    months: Mapping[date, int]


def changed_since(upto: int) -> Changed:
    """What was committed since ``upto`` (the mark of an earlier call; 0: everything), by month."""
    with connection.cursor() as cursor:
        # First the mark, then the look: what is committed between the two is merely seen twice.
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        mark = int(cursor.fetchone()[0])
        cursor.execute("SELECT month, facts FROM core_fact_changed(%s)", [upto])
        return Changed(mark, dict(cursor.fetchall()))


def any_between(start: datetime, end: datetime) -> bool:
    """Whether anything happened from ``start`` to before ``end``, within the transaction's scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM core_fact WHERE at >= %s AND at < %s)", [start, end]
        )
        return bool(cursor.fetchone()[0])
