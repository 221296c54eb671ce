"""Rows of a query as Arrow batches, streamed by ADBC as the application's role under the platform's scope.

Row-level security holds here too: the connection is the application's own, not the owner's.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import connections

from zhijin.core.actor import EVERYTHING
from zhijin.core.scope import multirange

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger("zhijin.assessment")
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


@dataclass(frozen=True)
class AsOf:
    """What was read, the names it was asked by, and the snapshot (``pg_snapshot`` as text) of both."""

    reader: pa.RecordBatchReader
    names: frozenset[str]
    seen: str


@contextmanager
def reading_as_of(names: str, statement: Callable[[Container[str]], str]) -> Iterator[AsOf]:
    """As :func:`reading`, in two steps that see one state: ``names`` gives the names that ``statement`` asks by."""
    with _connected() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (seen,) = cursor.fetchone()
        cursor.execute(names)
        found = frozenset(str(name) for (name,) in cursor.fetchall())
        cursor.execute(statement(found))
        yield AsOf(cursor.fetch_record_batch(), found, str(seen))


@contextmanager
def reading(statement: str) -> Iterator[pa.RecordBatchReader]:
    """The result of ``statement`` (constants of ours only), batch by batch, in one transaction."""
    with _connected() as cursor:
        cursor.execute(statement)
        reader: Any = cursor.fetch_record_batch()
        yield reader


class _Kept:
    """A connection between two readings; closed when its thread ends."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.pid, self.address = connection, os.getpid(), address()

    def taken(self) -> Any:
        """It again, in a new transaction; None when it is gone or leads to another database."""
        from adbc_driver_manager import Error

        connection, self.connection = self.connection, None
        if self.pid != os.getpid():
            return None  # what a parent opened is the parent's
        try:
            if self.address == address():
                return _begun(connection)
        except Error as error:
            log.info("the kept connection is gone: %s", error)
        connection.close()
        return None

    def __del__(self) -> None:
        if self.connection is not None and self.pid == os.getpid():
            self.connection.close()


#: Connecting reads every type that the database has: 40 ms on an idle machine, and the server's as much again.
#: So a thread keeps the connection of its last reading for the next.
_thread = threading.local()


@contextmanager
def _connected() -> Iterator[Any]:
    """A cursor in one transaction under the platform's scope, undone at the end."""
    kept: _Kept | None = _thread.__dict__.pop("kept", None)
    connection = (kept and kept.taken()) or _begun(_opened())
    try:
        with connection.cursor() as cursor:
            cursor.adbc_statement.set_options(
                **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
            )
            yield cursor
        connection.rollback()
    except BaseException:
        # In what state it is now, nobody knows.
        connection.close()
        raise
    _thread.kept = _Kept(connection)


def _opened() -> Any:
    from adbc_driver_postgresql import dbapi

    return dbapi.connect(address() + _ONE_STATE)


def _begun(connection: Any) -> Any:
    """A transaction under the platform's scope, which the server's end of it has answered."""
    scope = multirange(EVERYTHING.places)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('app.scope', '{scope}', true)")
        cursor.fetchall()
    return connection
