"""Checks the journal's chain against itself, and against heads of it that were written down elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from zhijin.core import clock
from zhijin.core.crypto import sm3
from zhijin.core.journal import FIELDS, GENESIS, canonical

#: The sealer runs every few seconds; an entry older than this without a seal is a finding.
SEALED_WITHIN = timedelta(minutes=15)
#: A head is written down when the chain has grown and the last line is this old.
HEAD_EVERY = timedelta(minutes=10)
_SEALS = (
    f"SELECT s.seq, s.digest, {FIELDS} FROM core_journal_seal s"
    " LEFT JOIN core_journal j ON j.id = s.entry_id ORDER BY s.seq"
)
_UNSEALED = (
    "SELECT count(*), count(*) FILTER (WHERE j.at < now() - make_interval(secs => %s)) FROM core_journal j"
    " WHERE NOT EXISTS (SELECT FROM core_journal_seal s WHERE s.entry_id = j.id)"
)


@dataclass(frozen=True)
class Head:
    """The end of the chain as it stood once: entry number ``seq`` had this digest."""

    at: str
    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.at} {self.seq} {self.digest}"


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found.

    ``broken_at``: the first seal whose entry was changed or removed, or which is missing;
    ``head_lost``: a head written down earlier that the chain no longer has (its end was cut off, or
    everything from there on was computed anew); ``overdue``: entries nobody sealed in time.
    """

    sealed: int
    unsealed: int
    overdue: int
    broken_at: int | None
    head_lost: Head | None
    heads: int
    head: str

    @property
    def whole(self) -> bool:
        return self.broken_at is None and self.head_lost is None and not self.overdue


def heads_file() -> Path:
    """Where this installation writes down the ends of its chain, one line each."""
    return Path(settings.HOME) / "journal-heads.txt"


def read_heads(path: Path) -> list[Head]:
    """The heads in a file; lines that are none are ignored (a copy may carry remarks)."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text().splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1].isdigit() and len(parts[2]) == 64:
            found.append(Head(parts[0], int(parts[1]), parts[2].lower()))
    return found


def present_head() -> Head | None:
    """The end of the chain as it stands now; None before the first seal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, digest FROM core_journal_seal ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    stamp = clock.now().isoformat(timespec="seconds")
    return Head(stamp, row[0], bytes(row[1]).hex()) if row else None


def note_head(path: Path | None = None) -> Head | None:
    """Write the end of the chain down when it has grown and the last line is ten minutes old."""
    file = path or heads_file()
    known = read_heads(file)
    if known and clock.now() - datetime.fromisoformat(known[-1].at) < HEAD_EVERY:
        return None
    head = present_head()
    if head is None or (known and known[-1].seq >= head.seq):
        return None
    with os.fdopen(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as out:
        out.write(f"{head}\n")
        out.flush()
        os.fsync(out.fileno())
    return head


def verify(heads: Iterable[Head] | None = None) -> Verdict:
    """Recompute the whole chain and hold it against ``heads`` (default: this installation's file).

    Reads through a cursor on the server: memory does not grow with the journal.
    """
    known = list(read_heads(heads_file()) if heads is None else heads)
    wanted = {head.seq for head in known}
    with transaction.atomic():
        sealed, broken, digest, found = _walk(wanted)
        with connection.cursor() as cursor:
            cursor.execute(_UNSEALED, [SEALED_WITHIN.total_seconds()])
            unsealed, overdue = cursor.fetchone()
    lost = next((h for h in known if found.get(h.seq) != h.digest), None)
    return Verdict(sealed, unsealed, overdue, broken, lost, len(known), digest.hex())


def _walk(wanted: set[int]) -> tuple[int, int | None, bytes, dict[int, str]]:
    """How many seals, the first broken one, the last digest, and the digests at ``wanted``."""
    digest, expected, sealed = GENESIS, 0, 0
    broken: int | None = None
    found: dict[int, str] = {}
    for seq, stored, *entry in _seals():
        expected, sealed = expected + 1, sealed + 1
        gone = seq != expected or entry[0] is None
        computed = b"" if gone else sm3(digest + canonical(tuple(entry)))
        if broken is None and computed != bytes(stored):
            broken = seq if seq == expected else expected
        # Go on from what is stored, so that one change is one finding.
        expected, digest = seq, bytes(stored)
        if seq in wanted:
            found[seq] = digest.hex()
    return sealed, broken, digest, found


def _seals() -> Iterator[Any]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_SEALS)
        while rows := cursor.fetchmany(2000):
            yield from rows
