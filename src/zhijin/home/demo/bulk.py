"""Writes rows in bulk through the owner's connection.

PostgreSQL refuses COPY into a table under forced row-level security, so that rows are copied into a
temporary table and inserted from there: no lock, no policy switched off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connections, models, transaction

ALIAS = "owner"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_CHUNK = 2000


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (values in the order of ``columns``) into the model's table; returns how many."""
    table = model._meta.db_table
    names = ", ".join(f'"{name}"' for name in columns)
    count = 0
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE bulk_{table} ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"
        )
        with cursor.copy(f"COPY bulk_{table} ({names}) FROM STDIN") as copy:
            lines: list[str] = []
            for row in rows:
                lines.append("\t".join(map(_text, row)))
                count += 1
                if len(lines) >= _CHUNK:
                    copy.write("\n".join(lines) + "\n")
                    lines.clear()
            if lines:
                copy.write("\n".join(lines) + "\n")
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM bulk_{table}")
        cursor.execute(f"DROP TABLE bulk_{table}")
    return count


def _text(value: Any) -> str:
    """A value as COPY's text format has it."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if not value.isalnum() else value
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, date | datetime | UUID | int | float):
        return str(value)
    raise TypeError(f"no text for {type(value).__name__}")


def query(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows of a query through the owner's connection."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def analyze(*model_types: type[models.Model]) -> None:
    """Tell the planner about many new rows."""
    with connections[ALIAS].cursor() as cursor:
        for model in model_types:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
