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


@contextmanager
def reading(statement: str) -> Iterator[pa.RecordBatchReader]:
    """The result of ``statement`` (constants of ours only), batch by batch, in one transaction."""
    from adbc_driver_postgresql import dbapi

    scope = multirange(EVERYTHING.places)
    with dbapi.connect(address()) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('app.scope', '{scope}', true)")
        cursor.fetchall()
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
        )
        cursor.execute(statement)
        reader: Any = cursor.fetch_record_batch()
        yield reader
        connection.rollback()
