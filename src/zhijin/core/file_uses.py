"""Which columns name stored files, and the database's function that reads all of them whoever asks.

Every room says for each of its tables where digests stand. The function belongs to the owner of the tables, so that
row-level security can hide no use from the sweep: a hidden use would be a deleted file. It is made anew after every
migration and carries a fingerprint, so that nobody sweeps with a list that is older than the code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

#: ``one``: a digest, empty for none; ``list``: an array of them; ``json``: strings anywhere in it.
Form = Literal["one", "list", "json"]
FUNCTION = "core_file_uses"


@dataclass(frozen=True, order=True)
class Use:
    """One column that names files."""

    table: str
    column: str
    form: Form = "one"

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def select(self) -> str:
        """SQL for its digests (``d``)."""
        source = {
            "one": f"(SELECT t.{self.column}::text AS d FROM {self.table} t)",
            "list": f"(SELECT unnest(t.{self.column})::text AS d FROM {self.table} t)",
            "json": (
                "(SELECT j #>> '{}' AS d FROM " + self.table + " t,"
                f" jsonb_path_query(t.{self.column}, '$.** ? (@.type() == \"string\")') AS j)"
            ),
        }[self.form]
        return (
            f"SELECT '{self.name}'::text, u.d FROM {source} u"
            " WHERE u.d ~ '^[0-9a-f]{64}$' AND (wanted IS NULL OR u.d = ANY (wanted))"
        )


_uses: set[Use] = set()


def register(table: str, column: str, form: Form = "one") -> None:
    """Say that ``column`` names stored files: as long as a row does, its file stays. Called when a room is ready."""
    _uses.add(Use(table, column, form))


def registered() -> list[Use]:
    return sorted(_uses)


def definition() -> str:
    """The function over all that is registered: rows of (column, digest), a digest once for every row that names it."""
    parts = "".join(f"  RETURN QUERY {use.select};\n" for use in registered())
    return (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}(wanted text[] DEFAULT NULL)\n"
        "RETURNS TABLE (used_in text, file_digest text)\n"
        "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$\n"
        f"BEGIN\n{parts}END $$"
    )


def fingerprint() -> str:
    return hashlib.sha256(definition().encode()).hexdigest()[:16]


def install(cursor: Any) -> None:
    """Make the function; run as the owner of the tables after every migration."""
    cursor.execute(definition())
    cursor.execute(f"COMMENT ON FUNCTION {FUNCTION}(text[]) IS '{fingerprint()}'")


def is_current(cursor: Any) -> bool:
    """Whether the database's function is the one that this code would make."""
    cursor.execute(
        "SELECT obj_description(p.oid, 'pg_proc') FROM pg_proc p WHERE p.proname = %s"
        " AND p.pronamespace = 'public'::regnamespace",
        [FUNCTION],
    )
    row = cursor.fetchone()
    return row is not None and row[0] == fingerprint()
