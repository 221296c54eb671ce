"""Reads the text of one file in a process of its own: the file is standard input, pieces go out as JSON lines.

Runs as a script and imports nothing of the platform. A file that makes a parser crash, loop or eat memory ends this
process and no other. A line is a piece ``[where, text]``, what could not be read ``{"blind": why, "at": …}``, or
the end; a run without an end was cut off.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))


class TooMuch(Exception):
    """A bound was reached; what came out before it stands."""


class Teller:
    """Prints pieces until there were too many characters."""

    def __init__(self, chars: int) -> None:
        self.left = chars

    def piece(self, where: dict[str, Any], text: str) -> None:
        if not text.strip():
            return
        self.left -= len(text)
        if self.left < 0:
            raise TooMuch
        say([where, text])

    def blind(self, why: str, at: list[Any] | None = None) -> None:
        say({"blind": why, "at": at or []})


def say(what: Any) -> None:
    # A lone half of a character pair cannot be printed.
    line = json.dumps(what, ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")


def main() -> int:
    kind = sys.argv[1]
    memory, seconds, pages, chars, unpacked, entries = map(int, sys.argv[2:8])
    _bound(memory, seconds)
    teller = Teller(chars)
    try:
        if kind == "pdf":
            import_module("child_pdf").read(sys.stdin.buffer, teller, pages)
        elif kind in {"docx", "xlsx"}:
            office = import_module("child_office")
            office.read(sys.stdin.buffer, teller, kind, unpacked, entries)
        else:
            _plain(sys.stdin.buffer.read(), teller, kind)
    except TooMuch:
        teller.blind("large")
    except (MemoryError, RecursionError):
        teller.blind("large")
    except Exception:  # noqa: BLE001 - whatever a damaged file makes of a parser
        teller.blind("damaged")
    say({"end": True})
    return 0


def _bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows; the parent's clock holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def _plain(data: bytes, teller: Teller, kind: str) -> None:
    """Lines; of a CSV its cells behind tabs, under their row."""
    import csv
    import io

    text = _decoded(data)
    if text is None or "\0" in text:
        teller.blind("damaged")
        return
    if kind == "text":
        for number, line in enumerate(text.splitlines(), start=1):
            teller.piece({"row": number}, line)
        return
    head = text[:8192].split("\n", 1)[0]
    delimiter = max("\t;,", key=head.count)
    csv.field_size_limit(teller.left)
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        teller.piece({"row": number}, "\t".join(" ".join(cell.split()) for cell in cells))


def _decoded(data: bytes) -> str | None:
    """UTF-8 where the whole file is; else GB 18030, which Chinese Windows writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


if __name__ == "__main__":
    sys.exit(main())
