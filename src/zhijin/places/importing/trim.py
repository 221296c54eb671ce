"""Writes the trimmed table that ships with Zhijin from a full one; run once for each new snapshot.

Usage: python -m zhijin.places.importing.trim SOURCE OUT.csv.gz
"""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

from zhijin.places.importing import checking, sources

#: All of Guizhou, Zhaotong in Yunnan, Haixi in Qinghai: where the documents' places lie.
COVERS = ("52", "5306", "6328")


def trim(source: sources.Source, covers: tuple[str, ...] = COVERS) -> bytes:
    """The rows of `covers` and their ancestors, in code order; the same bytes for the same rows."""
    checked = checking.check(source.rows(), only=covers)
    rows = [(row.code, row.name) for row in checked.rows.values()]
    lines = [
        f"# source: {source.label}",
        f"# as-of: {source.as_of.isoformat()}",
        f"# covers: {' '.join(covers)}",
        "code,name",
        *(f"{code},{name}" for code, name in sorted(rows)),
    ]
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as file:
        file.write(("\n".join(lines) + "\n").encode())
    return out.getvalue()


def main() -> None:
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.write_bytes(trim(sources.find(source, source)))


if __name__ == "__main__":
    main()
