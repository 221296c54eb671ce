"""Fetches audio by its digest and keeps it; what does not fit its digest never gets a name under which it is found."""

from __future__ import annotations

import hashlib
import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024
TIMEOUT = 10.0
LEAST_FREE = 1024 * 1024


class Unfit(ValueError):
    """The bytes are not those that the order names."""


def have(folder: Path, digest: str) -> Path | None:
    """The audio, when it is here and sound. A card may have spoilt it meanwhile, so it is read again."""
    path = folder / digest
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
    if found != digest:
        path.unlink(missing_ok=True)
        return None
    return path


def fetch(site: str, path: str, digest: str, size: int, folder: Path) -> Path:
    """Get it from the platform. Raises Unfit, OSError (the network, a refusal)."""
    if not path.startswith("/") or path.startswith("//"):
        raise Unfit("an address elsewhere")
    folder.mkdir(parents=True, exist_ok=True)
    request = urllib.request.Request(site.rstrip("/") + path, headers={"Accept": "audio/*"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - the setup names the site
        data = answer.read(min(size, MOST_BYTES) + 1)
    if len(data) != size or hashlib.sha256(data).hexdigest() != digest:
        raise Unfit("the digest differs")
    partial = folder / f"{digest}.part"
    with partial.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(folder / digest)
    return folder / digest


def tidy(folder: Path, wanted: set[str], most: int = 200) -> None:
    """Keep what is still to be played, and the newest of the rest."""
    if not folder.exists():
        return
    rest = sorted(
        (one for one in folder.iterdir() if one.name.partition(".")[0] not in wanted),
        key=lambda one: one.stat().st_mtime,
    )
    for one in rest[: max(0, len(rest) - most)]:
        one.unlink(missing_ok=True)


def crowded(folder: Path) -> bool:
    """Whether the card is full."""
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False
