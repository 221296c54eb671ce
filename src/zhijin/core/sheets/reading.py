"""Reads the first filled sheet of an .xlsx, .xls or .csv file as numbered rows, within limits.

Formulas are read as the values they last showed. Nothing of a file is believed: not its suffix, not
its sizes; parsing happens in a process of its own (child.py).
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from zhijin.core.sheets import archive, errors
from zhijin.core.sheets.limits import DEFAULT, MB, Limits

#: A cell as read: text, number, truth value, day or moment.
Cell = str | float | int | bool | date | datetime
NumberedRow = tuple[int, list[Cell]]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHILD = Path(__file__).with_name("child.py")
_LINE = 1 * MB


def read_sheet(
    source: BinaryIO, name: str, limits: Limits = DEFAULT
) -> Generator[NumberedRow, None, None]:
    """Yield (row number from 1, cells) of the first visible sheet that holds anything.

    Empty rows are left out. Raises SH001–SH007 and SH009; those about the file as a whole come
    with the first row at the latest.
    """
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if size > limits.bytes:
        raise errors.TOO_LARGE(name=name, limit=limits.bytes // MB)
    if size == 0:
        raise errors.EMPTY(name=name)
    kind = sniff(source, name)
    _check_suffix(name, kind)
    if kind == "csv":
        yield from _csv_rows(source, name, limits)
        return
    if kind == "xlsx":
        archive.check(source, name, limits)
    yield from _workbook_rows(source, name, limits)


def sniff(source: BinaryIO, name: str) -> str:
    """``xlsx``, ``xls`` or ``csv`` by the first bytes. Raises SH002."""
    head = source.read(4096)
    source.seek(0)
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLE):
        return "xls"
    textual = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head
    if textual and not head.lstrip().startswith((b"<", b"%PDF", b"{", b"\x89PNG")):
        return "csv"
    raise errors.NOT_A_SHEET(name=name)


def _check_suffix(name: str, kind: str) -> None:
    """A file that is not what it is called is refused: its sender believes to have sent another."""
    suffix = Path(name).suffix.lower().lstrip(".")
    allowed = {"xlsx": {"xlsx", "xlsm"}, "xls": {"xls"}, "csv": {"csv", "txt"}}
    if suffix in allowed[kind]:
        return
    if suffix in {"xlsx", "xlsm", "xls", "csv", "txt"}:
        raise errors.WRONG_NAME(name=name, found=kind.upper())
    raise errors.NOT_A_SHEET(name=name)


def _workbook_rows(
    source: BinaryIO, name: str, limits: Limits
) -> Generator[NumberedRow, None, None]:
    bounds = (limits.memory, limits.seconds, limits.rows, limits.columns)
    command = [sys.executable, "-I", str(_CHILD), *map(str, bounds)]
    with tempfile.TemporaryFile(prefix="zhijin-sheet-") as book:
        shutil.copyfileobj(source, book)
        book.seek(0)
        pipe, silent = subprocess.PIPE, subprocess.DEVNULL
        with subprocess.Popen(command, stdin=book, stdout=pipe, stderr=silent) as child:
            try:
                assert child.stdout is not None
                yield from _told(child.stdout, name, limits)
            finally:
                child.kill()


def _told(lines: Iterable[bytes], name: str, limits: Limits) -> Iterator[NumberedRow]:
    """What the child says. A child that stops in the middle has met a damaged file or a limit."""
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError as error:
            raise errors.DAMAGED(name=name) from error
        if isinstance(message, list):
            number, cells = message
            yield number, [_cell(value) for value in cells]
        elif "problem" in message:
            raise _refusal(message, name, limits)
        elif "end" in message:
            return
    raise errors.DAMAGED(name=name)


def _refusal(message: dict[str, Any], name: str, limits: Limits) -> Exception:
    problem = message["problem"]
    if problem == "large":
        return errors.TOO_MANY_CELLS(
            sheet=message["sheet"], rows=message["rows"], columns=message["columns"],
            row_limit=limits.rows, column_limit=limits.columns,
        )  # fmt: skip
    if problem == "password":
        return errors.ENCRYPTED(name=name)
    return (errors.EMPTY if problem == "empty" else errors.DAMAGED)(name=name)


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        if "t" in value:
            return datetime.fromisoformat(value["t"])
        return date.fromisoformat(value["d"])
    return value  # type: ignore[no-any-return]


def _csv_rows(source: BinaryIO, name: str, limits: Limits) -> Generator[NumberedRow, None, None]:
    text = io.TextIOWrapper(source, encoding=_encoding(source, name), newline="")
    try:
        head = text.read(8192)
        text.seek(0)
        delimiter = max("\t;,", key=head.split("\n", 1)[0].count)
        reader = csv.reader(_lines(text, name), delimiter=delimiter)
        for number, cells in enumerate(reader, start=1):
            if number > limits.rows or len(cells) > limits.columns:
                raise errors.TOO_MANY_CELLS(
                    sheet=name, rows=number, columns=len(cells),
                    row_limit=limits.rows, column_limit=limits.columns,
                )  # fmt: skip
            if any(cell.strip() for cell in cells):
                yield number, list(cells)
    except csv.Error as error:
        raise errors.DAMAGED(name=name) from error
    finally:
        text.detach()


def _encoding(source: BinaryIO, name: str) -> str:
    """UTF-8 where the whole file is; else GB 18030, which Chinese Excel writes."""
    raw = source.read()
    source.seek(0)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise errors.NOT_A_SHEET(name=name)


def _lines(text: Iterable[str], name: str) -> Iterator[str]:
    for line in text:
        if len(line) > _LINE:
            raise errors.DAMAGED(name=name)
        yield line
