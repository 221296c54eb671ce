"""A list beside the database of what was erased: kinds and ids, no word of anybody.

A backup that is older than an erasure still holds what was erased. This file is no part of the database, so that a
restore does not take it back with it: whoever restores gives it to ``zhijin retention --again``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings


def path() -> Path:
    """Where the list stands; ``erased.jsonl`` in the state directory."""
    return Path(settings.ZHIJIN_ERASED)


def add(key: str, ids: Sequence[UUID], at: datetime) -> None:
    """Append a line, and wait until the disk has it. One write: lines of two processes do not mix."""
    line = json.dumps({"at": at.isoformat(), "kind": key, "ids": [str(one) for one in ids]}) + "\n"
    path().parent.mkdir(parents=True, exist_ok=True)
    out = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(out, line.encode())
        os.fsync(out)
    finally:
        os.close(out)


def read(source: Path) -> Iterator[tuple[str, UUID]]:
    """Every record that ``source`` names, with its kind. A last line that was cut off is passed over.

    Raises ValueError where another line is none.
    """
    lines = source.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            told = json.loads(line)
            found = [(str(told["kind"]), UUID(one)) for one in told["ids"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{source}:{number}") from error
        yield from found
