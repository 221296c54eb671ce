"""Looks for words in every column of every table, for tests of what must be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

#: Tables that are not parts of others, with each column that can hold words.
_COLUMNS = """
SELECT c.relname, a.attname, t.typname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND t.typname IN ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', '_text', '_varchar', 'xml', 'tsvector')
ORDER BY 1, 2
"""
SYSTEM = Actor.system("test")


def columns() -> list[tuple[str, str, str]]:
    """Table, column and type of everything that can hold words."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return list(cursor.fetchall())


def traces(*words: str, sealed: Iterable[bytes] = ()) -> dict[str, set[str]]:
    """Which ``table.column`` holds which of ``words``, as text or bytes; or a value that they were ``sealed`` into."""
    found: dict[str, set[str]] = {}
    wanted = [(word, word.encode()) for word in words]
    wanted += [(f"sealed {number}", blob) for number, blob in enumerate(sealed)]
    with scoped(SYSTEM), connection.cursor() as cursor:
        for table, column, kind in columns():
            for word, data in wanted:
                if _holds(cursor, table, column, kind, word, data):
                    found.setdefault(f"{table}.{column}", set()).add(word)
    return found


def _holds(cursor: Any, table: str, column: str, kind: str, word: str, data: bytes) -> bool:
    if kind == "bytea":
        sql, value = (
            f'SELECT EXISTS (SELECT FROM {table} WHERE position(%s IN "{column}") > 0)',
            data,
        )
    elif word.startswith("sealed "):
        return False
    else:
        # Of JSON its text: what stands in it as an escape is read as the character.
        read = f'"{column}"::jsonb' if kind == "json" else f'"{column}"'
        sql, value = f"SELECT EXISTS (SELECT FROM {table} WHERE strpos({read}::text, %s) > 0)", word
    cursor.execute(sql, [value])
    return bool(cursor.fetchone()[0])


class Sealing:
    """Remembers every value into which one of ``words`` was sealed or blinded; the real functions do the work."""

    def __init__(self, monkeypatch: Any, *words: str) -> None:
        from zhijin.core import crypto

        self.blobs: set[bytes] = set()
        for name in ("seal", "blind"):
            monkeypatch.setattr(crypto, name, self._watched(getattr(crypto, name), words))

    def _watched(self, real: Any, words: tuple[str, ...]) -> Any:
        def watched(purpose: str, plain: str) -> bytes:
            blob: bytes = real(purpose, plain)
            if any(word in plain for word in words):
                self.blobs.add(blob)
            return blob

        return watched
