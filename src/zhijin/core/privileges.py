"""What the app role may do with each table: exactly what it needs. Knows tables by their shape only.

Append-only tables (those with an ``…_append_only`` trigger) are read and added to; parts of
partitioned tables are out of reach, since row-level security stands on the whole; the rest is read
and written. Nothing may be truncated, and nothing is owned.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from psycopg import sql

from zhijin.core import file_uses

_TABLES = """
SELECT c.relname,
       CASE WHEN c.relispartition THEN ''
            WHEN c.relname = 'django_migrations' THEN 'SELECT'
            WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid
                         AND t.tgname = left(c.relname || '_append_only', 63))
              THEN 'SELECT, INSERT'
            WHEN c.relkind IN ('v', 'm') THEN 'SELECT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE' END
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
  AND pg_has_role(c.relowner, 'USAGE')
ORDER BY c.relname
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(p.proowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def app_role() -> str:
    """The role that the pages and the worker connect as."""
    return str(connections["default"].settings_dict["USER"])


def grant_app(cursor: Any, role: str = "") -> dict[str, str]:
    """Grant the app role its rights; returns what each table got.

    Run as the owner after every migration. Does nothing where the app connects as the owner
    itself (then row-level security cannot hold: ``zhijin doctor`` says so).
    """
    role = role or app_role()
    cursor.execute("SELECT current_user, to_regrole(%s) IS NOT NULL", [role])
    owner, exists = cursor.fetchone()
    if owner == role or not exists:
        return {}
    to = sql.Identifier(role)
    cursor.execute(_TABLES)
    rights = dict(cursor.fetchall())
    for table, right in rights.items():
        name = sql.Identifier(table)
        _run(cursor, "REVOKE ALL ON {} FROM {}", name, to)
        if right:
            _run(cursor, "GRANT " + right + " ON {} TO {}", name, to)
    _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", to)
    _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", to)
    cursor.execute(_FUNCTIONS)
    for (signature,) in cursor.fetchall():
        _run(cursor, "GRANT EXECUTE ON FUNCTION {} TO {}", sql.SQL(signature), to)
    return rights


def _run(cursor: Any, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))


def after_migration(using: str, **_: Any) -> None:
    """``post_migrate`` of core: every table of every room is there by then."""
    with connections[using].cursor() as cursor:
        file_uses.install(cursor)
        grant_app(cursor)
