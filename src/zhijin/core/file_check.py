"""Holds the rows of stored files against the bytes in the folder: missing, damaged, strays, unknown. Reads only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from zhijin.core import file_uses, files
from zhijin.core.file_care import tops
from zhijin.core.models import StoredFile

_FILES = (
    "SELECT f.digest, f.size, f.media_type, f.idle_since, u.names FROM core_file f LEFT JOIN ("
    " SELECT file_digest, array_agg(DISTINCT used_in ORDER BY used_in) AS names"
    f" FROM {file_uses.FUNCTION}() GROUP BY file_digest) u ON u.file_digest = f.digest ORDER BY f.digest"
)
_UNKNOWN = (
    f"SELECT DISTINCT used_in, file_digest FROM {file_uses.FUNCTION}() u"
    " WHERE NOT EXISTS (SELECT FROM core_file f WHERE f.digest = u.file_digest) ORDER BY 1, 2"
)
_DIGEST = re.compile(r"([0-9a-f]{64})(\.thumb)?")


@dataclass(frozen=True)
class Fault:
    """A file that is named and cannot be read as it was stored; ``used_in`` are the columns that name it."""

    digest: str
    used_in: tuple[str, ...]
    variant: str = ""


@dataclass
class Report:
    """What was found. ``faults`` is true when something that a row names cannot be read."""

    files: int = 0
    bytes: int = 0
    missing: list[Fault] = field(default_factory=list)
    damaged: list[Fault] = field(default_factory=list)
    unknown: list[Fault] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    idle: int = 0
    idle_bytes: int = 0

    @property
    def faults(self) -> bool:
        return bool(self.missing or self.damaged or self.unknown)


def check(*, quick: bool = False) -> Report:
    """Look at every stored file. ``quick`` compares lengths only and does not read the bytes.

    What nobody names may be missing: its deletion was cut off and is ended by the next sweep.
    """
    report = Report()
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_FILES)
        for digest, size, media, since, names in cursor:
            _look(report, digest, size, media, since, tuple(names or ()), quick=quick)
    report.missing = _still(report.missing)
    report.damaged = _still(report.damaged)
    with connection.cursor() as plain:
        plain.execute(_UNKNOWN)
        report.unknown = [Fault(digest, (name,)) for name, digest in plain.fetchall()]
    report.strays = sorted({digest for top in tops() for digest in _strays(top)})
    return report


def _look(
    report: Report, digest: str, size: int, media: str, since: datetime | None,
    names: tuple[str, ...], *, quick: bool,
) -> None:  # fmt: skip
    report.files += 1
    report.bytes += size
    if since is not None:
        report.idle += 1
        report.idle_bytes += size
    if not names:
        return
    path = files.path_of(digest)
    if not path.is_file():
        report.missing.append(Fault(digest, names))
    elif path.stat().st_size != size or not (quick or _sound(path, digest)):
        report.damaged.append(Fault(digest, names))
    elif media == "image/jpeg" and not files.path_of(digest, "thumb").is_file():
        report.missing.append(Fault(digest, names, "thumb"))


def _sound(path: Path, digest: str) -> bool:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() == digest


def _still(found: list[Fault]) -> list[Fault]:
    """Without those whose row went while this was looking."""
    there = set(
        StoredFile.objects.filter(digest__in=[one.digest for one in found]).values_list(
            "digest", flat=True
        )
    )
    return [one for one in found if one.digest in there]


def _strays(top: Path) -> Iterator[str]:
    """Digests of which bytes lie in this folder and no row is there."""
    names = {found[1] for p in top.glob("*/*") if (found := _DIGEST.fullmatch(p.name))}
    known = set(StoredFile.objects.filter(digest__in=names).values_list("digest", flat=True))
    yield from names - known
