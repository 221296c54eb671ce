"""Organisations by some characters of their names: keys from a function that may use the indexes, rows under the
policies."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection

from zhijin.core.actor import Actor
from zhijin.core.scope import multirange
from zhijin.places.api import bigrams

_NAMED = (
    "SELECT orgs_named(%s::text[], %s::text[], %s, %s, %s::text[], %s::int8multirange,"
    " %s::int8multirange, %s::int8multirange, %s)"
)


def escaped(text: str) -> str:
    """For LIKE: as it stands."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def keys_named(
    actor: Actor, parts: Iterable[str], text: str, kinds: Collection[str], most: int
) -> list[int]:
    """Keys of existing organisations, seen by ``actor`` in this transaction, whose names hold all ``parts``: the name
    ``text`` itself first, then those that begin so, then shorter ones. One statement."""
    words, scope = list(parts), actor.scope
    likes = [f"%{escaped(word)}%" for word in words]
    pairs = sorted({pair for word in words for pair in bigrams(word)})
    values: list[Any] = [
        likes, pairs, text, f"{escaped(text)}%", sorted(kinds), multirange(scope.places),
        multirange(scope.orgs), multirange(scope.lines), most,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, values)
        return [row[0] for row in cursor.fetchall()]
