"""The parts of an .xlsx that matter here: which sheets there are, shared strings, styles."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property

from zhijin.core.sheets import archive, errors
from zhijin.core.sheets.limits import MB, Limits
from zhijin.core.sheets.original.grid import Grid, read_grid
from zhijin.core.sheets.original.markup import Element, Unreadable, elements, walk
from zhijin.core.sheets.reading import sniff

#: A sheet to fill in is read in this process, so its bounds are narrower than an import's.
LIMITS = Limits(bytes=5 * MB, unpacked=60 * MB, rows=20_000, columns=200, entries=500)
CELLS = 250_000
#: Built-in number formats that show a percentage (ECMA-376 part 1, 18.8.30).
_PERCENT = frozenset({9, 10})


@dataclass(frozen=True, slots=True)
class SheetRef:
    """One worksheet of the workbook."""

    name: str
    part: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Style:
    """What a cell's style says that matters to a value written into it."""

    percent: bool = False
    locked: bool = True


@dataclass
class Original:
    """A workbook as it came. ``parts`` holds every member by its name, in order."""

    name: str
    parts: dict[str, bytes]
    grids: dict[str, Grid] = field(default_factory=dict)

    @cached_property
    def sheets(self) -> list[SheetRef]:
        """Worksheets in the workbook's order (charts and macro sheets are left out)."""
        targets = relations(self.parts, "xl/workbook.xml")
        out = []
        for one in elements(self.parts["xl/workbook.xml"], ["sheet"]):
            part = targets.get(one.get("id"), ("", ""))[1]
            if part.startswith("xl/worksheets/") and part in self.parts:
                out.append(SheetRef(one.get("name"), part, one.get("state") in {"", "visible"}))
        return out

    def grid(self, sheet: SheetRef) -> Grid:
        """The sheet's cells. Raises SH005, SH009."""
        if sheet.part not in self.grids:
            try:
                self.grids[sheet.part] = read_grid(self.parts[sheet.part], self._strings, CELLS)
            except OverflowError as error:
                raise errors.TOO_MANY_CELLS(
                    sheet=sheet.name, rows="?", columns="?", row_limit=LIMITS.rows,
                    column_limit=LIMITS.columns,
                ) from error  # fmt: skip
            except Unreadable as error:
                raise errors.DAMAGED(name=self.name) from error
        return self.grids[sheet.part]

    def style(self, number: int) -> Style:
        return self._styles[number] if 0 <= number < len(self._styles) else Style()

    @cached_property
    def _strings(self) -> list[str]:
        data = self.parts.get("xl/sharedStrings.xml")
        out: list[str] = []
        piece: list[str] = []

        def took(element: Element, around: list[Element]) -> None:
            if element.name == "t" and not any(one.name == "rPh" for one in around):
                piece.append(element.text)
            elif element.name == "si":
                out.append("".join(piece))
                piece.clear()

        if data is not None:
            walk(data, took)
        return out

    @cached_property
    def _styles(self) -> list[Style]:
        data = self.parts.get("xl/styles.xml")
        if data is None:
            return []
        formats: dict[int, bool] = {}
        out: list[Style] = []
        unlocked = False

        def took(element: Element, around: list[Element]) -> None:
            nonlocal unlocked
            above = around[-1].name if around else ""
            if element.name == "numFmt":
                formats[int(element.get("numFmtId") or 0)] = "%" in element.get("formatCode")
            elif element.name == "protection" and above == "xf":
                unlocked = element.get("locked") in {"0", "false"}
            elif element.name == "xf":
                if above == "cellXfs":
                    number = int(element.get("numFmtId") or 0)
                    percent = number in _PERCENT or formats.get(number, False)
                    out.append(Style(percent, not unlocked))
                unlocked = False

        walk(data, took)
        return out


def open_original(body: bytes, name: str, limits: Limits = LIMITS) -> Original:
    """Open an .xlsx. Raises SH001–SH007, SH009, SH010 (another kind of file), SH006 (a password)."""
    if len(body) > limits.bytes:
        raise errors.TOO_LARGE(name=name, limit=limits.bytes // MB)
    if not body:
        raise errors.EMPTY(name=name)
    source = io.BytesIO(body)
    kind = sniff(source, name)
    if kind == "xls" and b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0" in body:
        raise errors.ENCRYPTED(name=name)
    if kind != "xlsx" or not name.lower().endswith((".xlsx", ".xlsm")):
        raise errors.ONLY_XLSX(name=name)
    archive.check(source, name, limits)
    original = Original(name, _parts(source, name, limits))
    try:
        if not any(sheet.visible for sheet in original.sheets):
            raise errors.EMPTY(name=name)
        original._strings, original._styles  # noqa: B018 - read now, so that damage is told now
    except (Unreadable, ValueError, KeyError) as error:
        raise errors.DAMAGED(name=name) from error
    return original


def _parts(source: io.BytesIO, name: str, limits: Limits) -> dict[str, bytes]:
    """Every member, counted as it really comes out: a header may lie about its size."""
    out: dict[str, bytes] = {}
    left = limits.unpacked
    try:
        with zipfile.ZipFile(source) as packed:
            for member in packed.infolist():
                if member.is_dir():
                    continue
                with packed.open(member) as stream:
                    data = stream.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise errors.SUSPICIOUS(name=name, found=f">{limits.unpacked // MB} MB")
                if member.filename in out:
                    raise errors.DAMAGED(name=name)
                out[member.filename] = data
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise errors.DAMAGED(name=name) from error
    return out


def relations_name(part: str) -> str:
    """Where the relations of ``part`` stand."""
    folder, file = posixpath.split(part)
    return f"{folder}/_rels/{file}.rels"


def relations(parts: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Relations of a part by id: the last word of their type, and the part they name."""
    data = parts.get(relations_name(part))
    if data is None:
        return {}
    out = {}
    for one in elements(data, ["Relationship"]):
        target = one.get("Target")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(
            posixpath.join(posixpath.dirname(part), target)
        )  # fmt: skip
        out[one.get("Id")] = (one.get("Type").rpartition("/")[2], full)
    return out
