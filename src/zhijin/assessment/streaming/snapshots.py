"""What one computation reads: links to the months' files and the organisations, which nobody changes meanwhile."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from zhijin.assessment.models import Month
from zhijin.assessment.streaming import places, spells
from zhijin.assessment.streaming.months import lock

#: Begins the names of computations' directories; what a killed one left is removed when it is old.
PREFIX = "run-"
OLD_SECONDS = 6 * 3600


@dataclass(frozen=True)
class Snapshot:
    """``facts`` holds ``YYYYMM.parquet`` of every month asked for that has facts; ``orgs`` is a file.

    ``digest`` changes whenever any of it does. ``seen``: by month (``2026-07``), the snapshot in which its
    facts were read; a month without facts is not there.
    """

    facts: Path
    orgs: Path
    digest: str
    rows: int
    seen: dict[str, str]


@contextmanager
def snapshot(months: Iterable[date]) -> Iterator[Snapshot]:
    """A directory of its own for one computation; gone afterwards."""
    _clear_old()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=places.root()))
    try:
        kept = places.made(folder / "facts")
        with transaction.atomic():
            lock(shared=True)
            found = list(Month.objects.filter(month__in=list(months)).order_by("month"))
            for month in found:
                os.link(places.facts() / month.file, kept / f"{month.month:%Y%m}.parquet")
        spells.write(folder / "orgs.parquet")
        digest = hashlib.sha256((folder / "orgs.parquet").read_bytes())
        for month in found:
            digest.update(f"{month.month} {month.digest}\n".encode())
        rows = sum(month.rows for month in found)
        seen = {f"{month.month:%Y-%m}": month.seen for month in found if month.seen}
        yield Snapshot(kept, folder / "orgs.parquet", digest.hexdigest(), rows, seen)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_old() -> None:
    from time import time

    for path in places.root().glob(f"{PREFIX}*"):
        if time() - path.stat().st_mtime > OLD_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
