"""One real PostgreSQL for a test run: started by the first process that needs it, migrated once as the owner,
cloned for every worker, and stopped by the process that began the run."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from zhijin.config.postgres import ADMIN, APP, OWNER, Cluster, set_up_database

TEMPLATE = "zhijin_template"
#: Tables whose rows belong to the schema, not to a test.
KEPT = {"django_migrations"}

#: Deleting the few rows of a test costs a fraction of TRUNCATE, which makes every file of a table and of its
#: indexes anew; only what has grown is truncated.
EMPTY = """
DO $$
DECLARE leaf record;
BEGIN
    FOR leaf IN
        SELECT oid::regclass AS name, pg_relation_size(oid) AS size FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'django_migrations'
          AND pg_relation_size(oid) > 0
    LOOP
        IF leaf.size > 1048576 THEN
            EXECUTE format('TRUNCATE %s CASCADE', leaf.name);
        ELSE
            EXECUTE format('DELETE FROM %s', leaf.name);
        END IF;
    END LOOP;
END $$
"""


class TestDatabase:
    """The cluster of this run and the database of this worker."""

    __test__ = False

    def __init__(self, run: Path, worker: str) -> None:
        self.run = run
        self.name = f"test_{worker}"
        self.cluster = Cluster(run / "pg", durable=False)
        self._seeds: dict[str, list[bytes]] = {}

    def prepare(self) -> None:
        """Point Django at a fresh clone of the migrated template."""
        with self._locked():
            self.cluster.start()
            if not self._exists(TEMPLATE):
                self._make_template()
            self._admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
            self._admin("CREATE DATABASE {} TEMPLATE {} OWNER {}", self.name, TEMPLATE, OWNER)
        set_up_database(self.cluster.url(ADMIN, self.name))
        self._connect_django(self.name)
        self._remember_seeds()

    def environment(self) -> dict[str, str]:
        """For processes that a test starts: the same database, the same state directory."""
        return {
            "DATABASE_URL": self.cluster.url(APP, self.name),
            "DATABASE_OWNER_URL": self.cluster.url(OWNER, self.name),
        }

    def empty(self) -> None:
        """After a test that committed: remove its rows, put back those that migrations had made.

        The app role may not truncate and append-only tables refuse deletion; the cluster's
        administrator, with triggers off, may.
        """
        with psycopg.connect(self.cluster.url(ADMIN, self.name)) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(EMPTY)
            for table, rows in self._seeds.items():
                copy = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                with connection.cursor().copy(copy) as target:
                    for row in rows:
                        target.write(row)

    # -- how --------------------------------------------------------------------------------

    def _make_template(self) -> None:
        building = f"{TEMPLATE}_building"
        self._admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", building)
        self._admin("CREATE DATABASE {} OWNER {}", building, OWNER)
        set_up_database(self.cluster.url(ADMIN, building))
        self._connect_django(building)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        connections.close_all()
        self._admin("ALTER DATABASE {} RENAME TO {}", building, TEMPLATE)

    def _connect_django(self, name: str) -> None:
        for alias, role in (("default", APP), ("owner", OWNER)):
            connection = connections[alias]
            connection.close()
            connection.settings_dict.update(
                NAME=name,
                USER=role,
                PASSWORD=self.cluster.info.passwords[role],
                HOST="127.0.0.1",
                PORT=str(self.cluster.info.port),
            )

    def _remember_seeds(self) -> None:
        with psycopg.connect(self.cluster.url(ADMIN, self.name)) as connection:
            for table in _tables(connection):
                if table in KEPT or not _has_rows(connection, table):
                    continue
                copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
                with connection.cursor().copy(copy) as source:
                    self._seeds[table] = [bytes(row) for row in source]

    def _exists(self, name: str) -> bool:
        with psycopg.connect(self.cluster.url(ADMIN, "postgres")) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            return found.fetchone() is not None

    def _admin(self, statement: str, *names: str) -> None:
        url = self.cluster.url(ADMIN, "postgres")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.run / "database.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Ordinary tables and the heads of partitioned ones."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY oid"
    )
    return [str(name) for (name,) in rows]


def _has_rows(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def begin_run(run: Path) -> None:
    """Mark the run as ours, and remove what killed runs left behind."""
    run.chmod(0o711)
    me = psutil.Process()
    (run / "owner").write_text(f"{me.pid} {me.create_time()}")
    for left in Path(tempfile.gettempdir()).glob("zhijin-test-*"):
        if left != run and _abandoned(left):
            end_run(left)


def end_run(run: Path) -> None:
    """Stop the cluster of ``run`` and remove its directory."""
    cluster = Cluster(run / "pg", durable=False)
    if cluster.exists:
        with suppress(Exception):
            cluster.stop(immediate=True)
    shutil.rmtree(run, ignore_errors=True)


def _abandoned(run: Path) -> bool:
    try:
        pid, created = (run / "owner").read_text().split()
        return abs(psutil.Process(int(pid)).create_time() - float(created)) > 1
    except psutil.NoSuchProcess:
        return True
    except (OSError, ValueError):
        # A run that ended before it could say whose it is.
        with suppress(OSError):
            return time.time() - run.stat().st_mtime > 3600
        return False


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
