"""The text of a Word file or a workbook, hidden sheets, notes and struck text too. Part of the child (child.py)."""

import io
import re
import zipfile
from typing import Any, BinaryIO
from xml.parsers import expat

_CHUNK = 256 * 1024
#: Text that readers see, by element, in whatever part of the archive.
_SHOWN = frozenset({
    "t", "delText", "instrText", "v", "text", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader",
    "firstFooter", "formula1", "formula2", "title", "subject", "description", "keywords", "creator", "lastModifiedBy",
    "category", "lpwstr", "lpstr", "author",
})  # fmt: skip
#: After these a line ends; after a cell stands a tab.
_LINES = frozenset({
    "p", "tr", "si", "comment", "row", "title", "subject", "description", "keywords", "creator", "lpwstr", "author",
})  # fmt: skip
_SKIP = re.compile(
    r"(word|xl)/(styles|settings|webSettings|fontTable|numbering|calcChain|sharedStrings|metadata)\.xml"
    r"|.*/theme/.*|\[Content_Types\]\.xml|docProps/app\.xml"
)
_PLACES = (
    (re.compile(r"word/document\.xml"), "text"),
    (re.compile(r".*/(header|footer)\d*\.xml"), "margins"),
    (re.compile(r".*comment.*"), "notes"),
    (re.compile(r".*/(foot|end)notes\.xml"), "notes"),
    (re.compile(r"docProps/.*|customXml/.*"), "properties"),
    (re.compile(r".*\.rels"), "links"),
)
_XML = (".xml", ".rels", ".vml")
_PICTURE = re.compile(r".*\.(jpe?g|png|gif|bmp|tiff?|wmf|emf|webp|heic|svg)", re.IGNORECASE)
#: Parts that are no XML and hold no words.
_WORDLESS = re.compile(r".*/|.*\.odttf|.*/printerSettings\d*\.bin", re.IGNORECASE)


class Bomb(Exception):
    """More comes out than may."""


def read(source: BinaryIO, teller: Any, kind: str, unpacked: int, entries: int) -> None:
    data = io.BytesIO(source.read())
    with zipfile.ZipFile(data) as archive:
        members = archive.infolist()
        if any(one.flag_bits & 1 for one in members):
            teller.blind("password")
            return
        if len(members) > entries or sum(one.file_size for one in members) > unpacked:
            teller.blind("large")
            return
        if kind == "xlsx":
            data.seek(0)
            _cells(data, teller)
        names = [one.filename for one in members]
        for name in names:
            if name.endswith(_XML) and not _SKIP.fullmatch(name):
                _part(archive, name, teller, unpacked)
    others = [one for one in names if not one.endswith(_XML) and not _WORDLESS.fullmatch(one)]
    pictures = sum(bool(_PICTURE.fullmatch(name)) for name in others)
    inside = len(others) - pictures
    if pictures:
        teller.blind("pictures", [pictures])
    if inside:
        teller.blind("inside", [inside])


def _cells(data: io.BytesIO, teller: Any) -> None:
    """Every sheet, hidden ones too, row by row, cells behind tabs."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(data) as book:
        for meta in book.sheets_metadata:
            if "WorkSheet" not in str(meta.typ):
                continue
            sheet = book.get_sheet_by_name(meta.name)
            teller.piece({"in": "properties"}, meta.name)
            height, width = (last + 1 for last in sheet.end or (0, 0))
            if height * width > 5_000_000:
                teller.blind("large", [meta.name])
                continue
            for number, row in enumerate(sheet.iter_rows(), start=1):
                cells = [_shown(cell) for cell in row]
                teller.piece({"sheet": meta.name, "row": number}, "\t".join(cells).rstrip())


def _shown(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    return " ".join(str(cell).split())


def _part(archive: zipfile.ZipFile, name: str, teller: Any, most: int) -> None:
    place = next((word for pattern, word in _PLACES if pattern.fullmatch(name)), "parts")
    reader = Part(teller, place, name)
    total = 0
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > most:
                raise Bomb
            reader.parser.Parse(chunk, False)
    reader.parser.Parse(b"", True)
    reader.end()


class Part:
    """One XML part: its shown text, a line a paragraph; what pivot tables remember stands in attributes."""

    def __init__(self, teller: Any, place: str, name: str) -> None:
        self.teller, self.place = teller, place
        self.sheet = name.startswith("xl/worksheets/")
        self.pivot = "pivotCache" in name
        self.number = 0
        self.text: list[str] = []
        self.depth = self.rows = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _doctype(self, *_: Any) -> None:
        # Office writes none; entities that unfold into gigabytes stand in them.
        raise Bomb

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(":", 1)[-1]
        if name in _SHOWN and not (self.sheet and name in {"t", "v"}):
            self.depth += 1
        self.rows += name == "tr"
        if name in {"tab", "tc"}:
            self.text.append("\t")
        elif name in {"br", "cr"}:
            self.text.append(" ")
        if self.pivot and "v" in attributes:
            self._line(attributes["v"])
        if name == "Relationship" and attributes.get("TargetMode") == "External":
            self._line(attributes.get("Target", ""))
        for key in ("descr", "title", "tooltip", "alt"):
            if value := attributes.get(key):
                self._line(value)

    def _end(self, tag: str) -> None:
        name = tag.rsplit(":", 1)[-1]
        if name in _SHOWN and not (self.sheet and name in {"t", "v"}):
            self.depth -= 1
        self.rows -= name == "tr"
        if name in _LINES:
            # A row of a table is one line: who is meant by a number stands in the cell beside it.
            self.text.append(" ") if self.rows else self.end()

    def _data(self, text: str) -> None:
        if self.depth:
            self.text.append(text)

    def _line(self, text: str) -> None:
        self.teller.piece({"in": self.place}, text)

    def end(self) -> None:
        """A line is whole."""
        line, self.text = "".join(self.text), []
        if not line.strip():
            return
        self.number += 1
        where = {"paragraph": self.number} if self.place == "text" else {"in": self.place}
        self.teller.piece(where, line)
