"""Fixed-window rate limits kept in PostgreSQL, so that every web process shares them."""

from __future__ import annotations

import hashlib
import time

from django.db import connection

from zhijin.core.errors import TOO_MANY
from zhijin.core.statements import send

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HIT = (
    'INSERT INTO core_rate_window AS w (key, "window", count, ends) VALUES (%s, %s, 1, %s)'
    ' ON CONFLICT (key) DO UPDATE SET count = CASE WHEN w."window" = excluded."window"'
    ' THEN w.count + 1 ELSE 1 END, "window" = excluded."window", ends = excluded.ends RETURNING count'
)


def parse(rate: str) -> tuple[int, int]:
    """``"30/m"`` → (30, 60): so many in so many seconds; ``"5/10m"`` → (5, 600)."""
    count, _, period = rate.partition("/")
    number = period[:-1]
    return int(count), int(number or 1) * _UNITS[period[-1]]


def hit(key: str, rate: str) -> None:
    """Count one use of ``key``; raises CO429 with the seconds to wait when over ``rate``."""
    allowed, seconds = parse(rate)
    if count(key, seconds) > allowed:
        raise TOO_MANY(seconds=seconds - int(time.time()) % seconds)


def count(key: str, seconds: int) -> int:
    """Count one use of ``key`` in the present window of ``seconds``; returns how many there are."""
    window = int(time.time()) // seconds
    (used,) = send(_HIT, [_short(key), window, (window + 1) * seconds]).fetchone()
    return int(used)


def hold(key: str, seconds: int) -> None:
    """Bar ``key`` for so long from now; see :func:`held`."""
    until = int(time.time()) + seconds
    with connection.cursor() as cursor:
        cursor.execute(_HIT, [_short(key), until, until])


def held(key: str) -> int:
    """The seconds that ``key`` is barred still; 0 when it is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ends FROM core_rate_window WHERE key = %s", [_short(key)])
        row = cursor.fetchone()
    return max(0, int(row[0]) - int(time.time())) if row else 0


def _short(key: str) -> str:
    return key if len(key) <= 96 else key[:31] + ":" + hashlib.sha256(key.encode()).hexdigest()


def purge() -> int:
    """Forget windows that have ended (they hold callers' addresses); returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_rate_window WHERE ends < %s", [int(time.time())])
        return int(cursor.rowcount)
