"""What a loudspeaker must not forget: what it was told, what it played, and receipts that nobody has acknowledged.

SQLite with full synchronisation: that a playing begins is on the disk before the first sound, so that nothing is
ever played twice, whenever the power goes.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhijin.broadcast.orders import Order

log = logging.getLogger("zhijin.speaker")
_TABLES = """
CREATE TABLE IF NOT EXISTS task (
  id TEXT NOT NULL, turn INTEGER NOT NULL, attempt INTEGER NOT NULL, rank INTEGER NOT NULL,
  title TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, digest TEXT NOT NULL,
  media TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, times INTEGER NOT NULL,
  gap INTEGER NOT NULL, volume INTEGER NOT NULL, quiet TEXT NOT NULL, fetch_at INTEGER NOT NULL,
  state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', played INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (id, turn)
);
CREATE TABLE IF NOT EXISTS receipt (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
#: States after which nothing more happens to a task of this attempt.
ENDED = ("played", "failed", "expired", "stopped")
#: What has ended is remembered this long after it could have begun, so that a replay finds it.
KEPT_MS = 40 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Task:
    """One turn of one order. ``played``: milliseconds that have sounded."""

    id: str
    turn: int
    attempt: int
    rank: int
    title: str
    at: int
    until: int
    digest: str
    media: str
    path: str
    size: int
    times: int
    gap: int
    volume: int
    quiet: tuple[int, int] | None
    fetch_at: int
    state: str
    why: str
    played: int

    @property
    def key(self) -> tuple[str, int]:
        return self.id, self.turn


class Store:
    """One file; one process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "speaker.db"
        try:
            self._db = _opened(path)
        except sqlite3.OperationalError:
            # Another process has it, or the disk is full: nothing is wrong with the file.
            raise
        except sqlite3.DatabaseError as error:
            log.warning("%s cannot be read and is put aside: %s", path, error)
            _put_aside(path)
            self._db = _opened(path)
        if self._db.execute("SELECT count(*) FROM sqlite_sequence").fetchone()[0] == 0:
            # Numbers grow even when the card with this file is replaced.
            self._db.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('receipt', ?)",
                [int(time.time() * 1000)],
            )
            # The platform says again what this device has been told and no longer knows.
            self.say({"state": "hello", "why": "new"})

    def close(self) -> None:
        self._db.close()

    def take(self, order: Order, now: int, delay: int) -> list[Task]:
        """Enter the turns of an order; returns those that are new, or tried anew after they had failed.

        One that was played is never entered again, whatever the order says.
        """
        fresh = []
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for turn in order.turns:
                if turn.until < now:
                    continue
                known = self.find(order.id, turn.number)
                if known is not None and not _tries_anew(known, order.attempt):
                    self._belongs_to(known, order.attempt)
                    continue
                row = (
                    order.id, turn.number, order.attempt, order.rank, order.title, turn.at, turn.until,
                    order.digest, order.media, order.path, order.size, order.times, order.gap, order.volume,
                    json.dumps(order.quiet), now + delay, "received", "", 0,
                )  # fmt: skip
                self._db.execute(
                    f"INSERT OR REPLACE INTO task VALUES ({','.join('?' * len(row))})", row
                )
                fresh.append(self._must(order.id, turn.number))
                self._add_receipt(fresh[-1], now)
        return fresh

    def _belongs_to(self, task: Task, attempt: int) -> None:
        """People asked again for what is under way (or was played): its receipts answer them."""
        self._db.execute(
            "UPDATE task SET attempt = max(attempt, ?) WHERE id = ? AND turn = ?",
            [attempt, task.id, task.turn],
        )

    def mark(
        self, task: Task, state: str, now: int, *, why: str = "", played: int | None = None
    ) -> Task:
        """Change a task and note the receipt, together and durably."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "UPDATE task SET state = ?, why = ?, played = ? WHERE id = ? AND turn = ?",
                [state, why, task.played if played is None else played, task.id, task.turn],
            )
            changed = self._must(*task.key)
            self._add_receipt(changed, now)
        return changed

    def progress(self, task: Task, played: int) -> None:
        """How far a playing has come; told with its next receipt."""
        self._db.execute(
            "UPDATE task SET played = ? WHERE id = ? AND turn = ?", [played, task.id, task.turn]
        )

    def fetch_later(self, task: Task, at: int) -> None:
        self._db.execute(
            "UPDATE task SET fetch_at = ? WHERE id = ? AND turn = ?", [at, task.id, task.turn]
        )

    def find(self, id_: str, turn: int) -> Task | None:
        rows = self._tasks("id = ? AND turn = ?", [id_, turn])
        return rows[0] if rows else None

    def in_state(self, *states: str) -> list[Task]:
        """The highest level first, then the earliest."""
        return self._tasks(f"state IN ({','.join('?' * len(states))})", states)

    def of_order(self, id_: str) -> list[Task]:
        return self._tasks("id = ?", [id_])

    def say(self, body: dict[str, Any]) -> None:
        """A receipt that belongs to no task (an order that was refused, a greeting)."""
        self._db.execute("INSERT INTO receipt (body) VALUES (?)", [json.dumps(body)])

    def repeat(self, task: Task, now: int) -> None:
        """Tell again how a task stands: somebody asked again."""
        self._add_receipt(task, now)

    def receipts(self, after: int = 0, most: int = 50) -> list[tuple[int, dict[str, Any]]]:
        rows = self._db.execute(
            "SELECT seq, body FROM receipt WHERE seq > ? ORDER BY seq LIMIT ?", [after, most]
        )
        return [(seq, json.loads(text)) for seq, text in rows]

    def told(self, seqs: Iterable[int]) -> None:
        """The broker has these receipts."""
        self._db.executemany("DELETE FROM receipt WHERE seq = ?", [[seq] for seq in seqs])

    def latest(self, name: str, value: int) -> int:
        """The highest value ever seen under a name (a clock that went back is not believed)."""
        self._db.execute(
            "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
            [name, value],
        )
        return int(self._db.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()[0])

    def believe(self, name: str, value: int) -> None:
        """Put a value in place of the highest one."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", [name, value])

    def count(self, name: str, first: int) -> int:
        """The next number under a name; the first one is ``first``."""
        self._db.execute(
            "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1",
            [name, first],
        )
        return int(self._db.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()[0])

    def reopen(self, now: int) -> None:
        """What was called expired by a clock that was wrong, and is not."""
        for task in self.in_state("expired"):
            if task.until > now:
                self.mark(task, "received", now)

    def forget(self, now: int) -> None:
        self._db.execute(
            f"DELETE FROM task WHERE until < ? AND state IN ({','.join('?' * len(ENDED))})",
            [now - KEPT_MS, *ENDED],
        )

    def _add_receipt(self, task: Task, now: int) -> None:
        body = {
            "order": task.id, "turn": task.turn, "attempt": task.attempt, "state": task.state,
            "why": task.why, "ms": task.played, "at": now,
        }  # fmt: skip
        self.say({key: value for key, value in body.items() if value != ""})

    def _tasks(self, where: str, values: Any) -> list[Task]:
        rows = self._db.execute(
            f"SELECT * FROM task WHERE {where} ORDER BY rank DESC, at, id, turn", values
        )
        return [_task(row) for row in rows]

    def _must(self, id_: str, turn: int) -> Task:
        found = self.find(id_, turn)
        assert found is not None
        return found


def _opened(path: Path) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError when the file is no sound database."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        db.executescript(_TABLES)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _put_aside(path: Path) -> None:
    """Keep one spoilt file for whoever wants to look; cards are small."""
    path.replace(path.with_name("speaker.spoilt"))
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _task(row: tuple[Any, ...]) -> Task:
    quiet = json.loads(row[14])
    return Task(*(*row[:14], tuple(quiet) if quiet else None, *row[15:]))


def _tries_anew(known: Task, attempt: int) -> bool:
    return known.state in {"failed", "expired", "stopped"} and attempt > known.attempt
