"""Which database this installation uses: PostgreSQL of its own, or the one that DATABASE_URL names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from zhijin.config.home import Home, say
from zhijin.config.postgres import APP, OWNER, Cluster, PostgresError

OLDEST = 16


def external() -> bool:
    """True when DATABASE_URL points to a server that is not ours to start or stop."""
    return bool(os.environ.get("DATABASE_URL"))


def cluster(home: Home) -> Cluster:
    return Cluster(home.root)


def start(home: Home) -> dict[str, str]:
    """Make sure that the database answers; returns DATABASE_URL and DATABASE_OWNER_URL.

    Raises PostgresError with what to do.
    """
    if external():
        app = os.environ["DATABASE_URL"]
        owner = os.environ.get("DATABASE_OWNER_URL", app)
        for url in {app, owner}:
            check_server(url)
        return {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}
    own = cluster(home)
    own.start()
    return {"DATABASE_URL": own.url(APP), "DATABASE_OWNER_URL": own.url(OWNER)}


def check_server(url: str) -> int:
    """The server's major version; PostgresError when it does not answer or is too old."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            major = connection.info.server_version // 10000
    except (psycopg.Error, ValueError) as error:
        raise PostgresError(
            say(
                f"连不上 DATABASE_URL 指向的数据库：{error}",
                f"The database that DATABASE_URL names does not answer: {error}",
            )
        ) from error
    if major < OLDEST:
        raise PostgresError(
            say(
                f"数据库是 PostgreSQL {major}，至少需要 {OLDEST}。",
                f"The database is PostgreSQL {major}; {OLDEST} or newer is needed.",
            )
        )
    return major


@contextmanager
def available(home: Home) -> Iterator[dict[str, str]]:
    """For one command: the database is there during it, and is stopped again if it was not running."""
    own = None if external() else cluster(home)
    was_running = own is None or own.pid() is not None
    home.make()
    urls = start(home)
    os.environ.update(urls)
    try:
        yield urls
    finally:
        if own is not None and not was_running and not home.read_running():
            own.stop()
