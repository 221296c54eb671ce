"""Bulk writes of the demonstration, through the owner's connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models

from zhijin.core import copying

ALIAS = "owner"


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (values in the order of ``columns``) into the model's table; returns how many."""
    return copying.insert(model, columns, rows, using=ALIAS)


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
