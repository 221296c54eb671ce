"""Plans of the database, read without leaving the choice between two cheap ways to its estimates."""

from __future__ import annotations

from typing import Any

from psycopg import sql


def leave_only(cursor: Any, index: str) -> None:
    """Drop, inside this transaction, every other index of the same table that no constraint needs.

    On the small tables of a test two indexes cost nearly the same, and which one is taken hangs on how many
    pages others left behind. What is left then tells whether this one *can* serve; it raises
    ``AssertionError`` where the index does not exist.
    """
    cursor.execute("SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index])
    table = cursor.fetchone()
    assert table is not None, f"there is no index {index}"
    cursor.execute(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE indrelid = %s AND relname <> %s"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [table[0], index],
    )
    for (other,) in cursor.fetchall():
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(other)))
    cursor.execute("SET LOCAL enable_seqscan = off")
