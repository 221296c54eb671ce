"""Writes facts. Readers (assessment, wall, open data) use the table; nothing here reads a room."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, uuid7

_COLUMNS = (
    "id, at, county, org_key, place_code, place_key, kind, subject, actor, value, attrs,"
    " playbook, revision, record"
)
_INSERT = f"INSERT INTO core_fact ({_COLUMNS}) VALUES ({', '.join(['%s'] * 14)})"


@dataclass(frozen=True, slots=True)
class NewFact:
    """One line to write; ``value`` is an integer in the unit that ``kind`` fixes (fen, minutes, 1)."""

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


def record(
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
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row(fact))


def row(fact: NewFact) -> tuple[Any, ...]:
    """The fact's values in column order, for an INSERT or COPY."""
    return (
        uuid7(), fact.at, county_of(fact.place_code), fact.org_key, fact.place_code,
        place_key(fact.place_code), fact.kind, fact.subject, fact.actor, fact.value,
        json.dumps(fact.attrs, ensure_ascii=False), fact.playbook, fact.revision, fact.record,
    )  # fmt: skip


def record_many(facts: Iterable[NewFact], using: Any = None) -> int:
    """COPY facts in bulk on ``using`` (a Django connection; default: the app's). Returns the count."""
    conn = using or connection
    count = 0
    with conn.cursor() as cursor, cursor.copy(f"COPY core_fact ({_COLUMNS}) FROM STDIN") as copy:
        for fact in facts:
            copy.write_row(row(fact))
            count += 1
    return count
