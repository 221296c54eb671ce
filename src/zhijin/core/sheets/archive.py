"""Looks into an .xlsx before anything parses it: bombs and endless sheets are refused by their outside.

Readers build a dense table from the first cell to the last, so that a single cell in the last row and
column would ask for seventeen thousand million of them. The cells' own addresses are scanned first.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zhijin.core.sheets import errors
from zhijin.core.sheets.limits import MB, Limits

_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,9})["']""")
_ROW = re.compile(rb"""<(?:[A-Za-z0-9]+:)?row\s[^>]*?\br\s*=\s*["']([0-9]{1,9})["']""")
_CHUNK = 256 * 1024
_OVERLAP = 512


@dataclass(frozen=True, slots=True)
class Extent:
    """The last row and column that a sheet's cells name (both counted from 1)."""

    rows: int
    columns: int


def check(source: BinaryIO, name: str, limits: Limits) -> None:
    """Refuse an archive that is no workbook, too large unpacked, or holds a sheet beyond the limits.

    Raises SH002, SH004, SH005, SH009.
    """
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as archive:
            _check_sizes(archive, name, limits)
            names = set(archive.namelist())
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise errors.NOT_A_SHEET(name=name)
            for sheet in sorted(n for n in names if _is_sheet(n)):
                _check_extent(_extent(archive, sheet, limits, name), sheet, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise errors.DAMAGED(name=name) from error
    finally:
        source.seek(0)


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _check_sizes(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    members = archive.infolist()
    unpacked = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    too_dense = unpacked > limits.ratio_floor and unpacked / packed > limits.ratio
    if len(members) > limits.entries or unpacked > limits.unpacked or too_dense:
        raise errors.SUSPICIOUS(name=name, found=f"{unpacked // MB} MB")


def _extent(archive: zipfile.ZipFile, sheet: str, limits: Limits, name: str) -> Extent:
    rows = columns = 0
    for piece in _pieces(archive, sheet, limits, name):
        for letters, number in _CELL.findall(piece):
            rows = max(rows, int(number))
            columns = max(columns, _column_number(letters))
        for number in _ROW.findall(piece):
            rows = max(rows, int(number))
        if rows > limits.rows or columns > limits.columns:
            break
    return Extent(rows, columns)


def _pieces(archive: zipfile.ZipFile, sheet: str, limits: Limits, name: str) -> Iterator[bytes]:
    """The sheet in overlapping pieces, so that no address is cut in two; counts what really comes out."""
    total = 0
    tail = b""
    with archive.open(sheet) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > limits.unpacked:
                raise errors.SUSPICIOUS(name=name, found=f">{limits.unpacked // MB} MB")
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_extent(extent: Extent, sheet: str, limits: Limits) -> None:
    if extent.rows > limits.rows or extent.columns > limits.columns:
        raise errors.TOO_MANY_CELLS(
            sheet=sheet.rsplit("/", 1)[-1].removesuffix(".xml"),
            rows=extent.rows,
            columns=extent.columns,
            row_limit=limits.rows,
            column_limit=limits.columns,
        )
