"""Sends the statements of the busiest paths: bound and prepared by the server, which then plans them once.

Django binds on the client, so PostgreSQL parses and plans every statement anew: for the statements of an
intake that is more than half of the database's work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def send(statement: LiteralString, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """Send ``statement`` on Django's connection, in its transaction if there is one; gives the cursor.

    Only for statements whose text never varies, since each is prepared and kept; the types of values
    must hold for server-side binding (``= ANY(%s)``, not ``IN %s``). Errors are Django's. Where
    somebody counts or wraps statements, they go through Django's own cursor.
    """
    # Taken once: every attribute of Django's stand-in for the connection is looked up anew.
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.execute_wrappers or ours.queries_logged:
        cursor = ours.cursor()
        cursor.execute(statement, values)
        return cursor
    ours.close_if_health_check_failed()
    ours.ensure_connection()
    ours.validate_no_broken_transaction()
    with ours.wrap_database_errors:
        server = cast("psycopg.Connection[Any]", ours.connection)
        return psycopg.Cursor(server).execute(statement, values, prepare=True)
