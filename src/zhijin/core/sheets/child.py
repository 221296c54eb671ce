"""Parses a workbook in a process of its own: takes the file as standard input, prints rows as JSON lines.

Runs as a script, so that it starts in a few hundredths of a second and imports nothing of the
platform. A workbook that makes the parser crash or eat memory ends this process and no other.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any


def main() -> int:
    memory, seconds, rows, columns = map(int, sys.argv[1:5])
    _bound(memory, seconds)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_filelike(sys.stdin.buffer) as book:
            chosen = _choose(book)
            if chosen is None:
                return _say({"problem": "empty"})
            sheet = book.get_sheet_by_name(chosen)
            height, width = (last + 1 for last in sheet.end or (0, 0))
            if height > rows or width > columns:
                size = {"rows": height, "columns": width}
                return _say({"problem": "large", "sheet": chosen, **size})
            _say({"sheet": chosen})
            _rows(sheet)
    except PasswordError:
        return _say({"problem": "password"})
    except (CalamineError, MemoryError, OSError, ValueError):
        return _say({"problem": "damaged"})
    return _say({"end": True})


def _bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def _choose(book: Any) -> str | None:
    """The first visible sheet that has cells."""
    names = [
        m.name
        for m in book.sheets_metadata
        if "WorkSheet" in str(m.typ) and "Visible" in str(m.visible)
    ]
    for name in names:
        if book.get_sheet_by_name(name).end is not None:
            return str(name)
    return None


def _rows(sheet: Any) -> None:
    start = sheet.start or (0, 0)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number - 1 < start[0] and not any(row):
            continue
        values = [_plain(v) for v in row]
        while values and values[-1] == "":
            values.pop()
        if values:
            _say([number, values])


def _plain(value: Any) -> Any:
    """JSON's own kinds, and dates and times under a key that says so."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def _say(what: Any) -> int:
    sys.stdout.write(json.dumps(what, ensure_ascii=False, separators=(",", ":")) + "\n")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
