"""Plain INSERTs of model instances for the busiest writes: no signals, no second query, a short statement.

A model's own save() builds its statement anew each time, which costs more than the database does. Columns that
are None are left to the database's default, so that the statement stays short enough for the driver's cache.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model

from zhijin.core.statements import send


def insert(row: Model) -> None:
    """Insert ``row`` in the current transaction.

    For models without generated columns or signals, whose fields hold what they name (a UUID, an aware
    datetime, a list of texts): the driver adapts those, and only JSON is put as Django puts it. Raises
    IntegrityError like save().
    """
    values: dict[str, Any] = {}
    for name, column, json in _fields(type(row)):
        value = getattr(row, name)
        if value is not None:
            values[column] = json.get_db_prep_save(value, connection) if json else value
    send(_statement(row._meta.db_table, tuple(values)), list(values.values()))
    row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=64)
def _fields(model: type[Model]) -> tuple[tuple[str, str, Any], ...]:
    """Attribute, column, and the field where it holds JSON (else None)."""
    return tuple(
        (f.attname, f.column or f.attname, f if isinstance(f, JSONField) else None)
        for f in model._meta.concrete_fields
    )


@lru_cache(maxsize=256)
def _statement(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})'
