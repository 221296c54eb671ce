"""Rows of a query as Arrow batches, streamed by ADBC as the application's role under the platform's scope.

Row-level security holds here too: the connection is the application's own, not the owner's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import connections

from zhijin.core.actor import EVERYTHING
from zhijin.core.scope import multirange

if TYPE_CHECKING:
    import pyarrow as pa

#: About how many bytes of rows the driver hands over at a time.
BATCH_BYTES = 4 * 1024 * 1024


def address() -> str:
    """The address of the application's database for libpq."""
    given = connections["default"].settings_dict
    host, port = quote(given["HOST"] or "", safe=""), given["PORT"] or "5432"
    who = quote(given["USER"] or "", safe="")
    if given["PASSWORD"]:
        who += ":" + quote(given["PASSWORD"], safe="")
    return f"postgresql://{who}@{host}:{port}/{quote(given['NAME'], safe='')}"


#: One transaction sees one state of the database, so that its snapshot says what was read.
_ONE_STATE = "?options=" + quote("-c default_transaction_isolation=repeatable\\ read", safe="")


@contextmanager
def reading_as_of(statement: str) -> Iterator[tuple[pa.RecordBatchReader, str]]:
    """As :func:`reading`, with the snapshot (``pg_snapshot`` as text) in which it was read."""
    with _connected() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (seen,) = cursor.fetchone()
        cursor.execute(statement)
        yield cursor.fetch_record_batch(), str(seen)


@contextmanager
def reading(statement: str) -> Iterator[pa.RecordBatchReader]:
    """The result of ``statement`` (constants of ours only), batch by batch, in one transaction."""
    with _connected() as cursor:
        cursor.execute(statement)
        reader: Any = cursor.fetch_record_batch()
        yield reader


@contextmanager
def _connected() -> Iterator[Any]:
    """A cursor in one transaction under the platform's scope, undone at the end."""
    from adbc_driver_postgresql import dbapi

    scope = multirange(EVERYTHING.places)
    with dbapi.connect(address() + _ONE_STATE) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('app.scope', '{scope}', true)")
        cursor.fetchall()
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
        )
        yield cursor
        connection.rollback()
