"""Looks through a stored file for what may be personal, once for its bytes: the result stands in the file's row.

A file is named by what is in it, so that what was found once holds for good; only a new way of looking (``VERSION``)
looks again. Of what was found its kind and place are kept, and a mask by which whoever opens the file knows it again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from zhijin.core import files, identifiers, pii
from zhijin.core.file_texts import reading
from zhijin.core.file_texts.limits import DEFAULT, Limits
from zhijin.core.models import StoredFile

#: Raised when the patterns or the readers find more than before.
VERSION: Final = 2
#: So many are told of one file; more of them say no more.
MOST: Final = 40
#: Long texts are looked through in pieces that overlap: patterns take the square of what they are given.
_WIDE, _OVERLAP = 300, 60
_SPREAD = re.compile(r"(?<![0-9Xx] )(?<!\d)(?:\d ){6,}[\dXx](?![\dXx])")
_WRAPPED = re.compile(r"(?<!\d)\d{3,17}\s*\n\s*\d{0,17}[\dXx](?![\dXx])")
_CARD = re.compile(
    r"[3-6](?:\d{15,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{5}[ -]\d{13})"
)
_NAMED = re.compile(
    r".{0,8}(?:姓名|户主|当事人|联系人|村民|居民|业主|租户|负责人|申请人|受益人)\s*(?:[（(].*)?"
)
_ID_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that may be personal: its kind, where it stands, and how it begins and ends."""

    kind: str
    where: Mapping[str, Any]
    mask: str


@dataclass(frozen=True, slots=True)
class Blind:
    """What could not be searched, and why: ``picture``, ``scan`` (pages), ``password``, ``damaged``, ``large``, …"""

    why: str
    at: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What looking through one file told. ``blind`` empty: all of it was searched."""

    found: Sequence[Piece] = ()
    blind: Sequence[Blind] = ()

    @property
    def kinds(self) -> list[str]:
        return sorted({piece.kind for piece in self.found})


def look(stored: StoredFile, limits: Limits = DEFAULT) -> Look:
    """What was found in a file; it is read when nobody did before."""
    return looks([stored], limits)[stored.digest]


def looks(stored: Iterable[StoredFile], limits: Limits = DEFAULT) -> dict[str, Look]:
    """The same of several, by digest."""
    rows = StoredFile.objects.filter(digest__in=[one.digest for one in stored])
    return {row.digest: _read_from(row) or _looked(row, limits) for row in rows}


def _read_from(row: StoredFile) -> Look | None:
    told = row.looked
    if not told or told.get("version") != VERSION:
        return None
    return Look([Piece(**one) for one in told["found"]], [Blind(**one) for one in told["blind"]])


def _looked(row: StoredFile, limits: Limits) -> Look:
    path = files.path_of(row.digest)
    if not path.is_file():
        # Nothing is remembered: the file may come back with a restored folder.
        return Look(blind=[Blind("damaged")])
    found = search(reading.pieces(path, row.media_type, limits), limits)
    told = {
        "version": VERSION,
        "found": [asdict(piece) for piece in found.found],
        "blind": [asdict(one) for one in found.blind],
    }
    StoredFile.objects.filter(digest=row.digest).update(looked=told)
    return found


def search(pieces: Iterable[reading.Text | reading.Unread], limits: Limits = DEFAULT) -> Look:
    """Look through what was read. Of the same at the same place one is told; every kind is told at least once."""
    until = time.monotonic() + limits.searching
    found: dict[tuple[str, str, str], Piece] = {}
    blind: list[Blind] = []
    heads = _Heads()
    for piece in pieces:
        if isinstance(piece, reading.Unread):
            blind.append(Blind(piece.why, list(piece.at)))
            continue
        if time.monotonic() > until:
            blind.append(Blind("slow"))
            break
        in_table = "row" in piece.where
        for said, text in _in(heads.named(piece)):
            kind = pii.in_table([said])[0] if in_table else said
            one = Piece(kind, dict(piece.where), mask(kind, text))
            if len(found) < MOST or kind not in {known.kind for known in found.values()}:
                found.setdefault((kind, str(piece.where), one.mask), one)
    return Look(list(found.values()), blind)


class _Heads:
    """The heads of a table's columns: a name in a roster stands under its announcement, not behind it."""

    def __init__(self) -> None:
        self.sheet: Any = None
        self.heads: set[int] = set()

    def named(self, piece: reading.Text) -> str:
        """The text of a row, each cell behind the head that announces a name."""
        if "row" not in piece.where or "\t" not in piece.text:
            return piece.text
        if piece.where.get("sheet") != self.sheet:
            self.sheet, self.heads = piece.where.get("sheet"), set()
        cells = piece.text.split("\t")
        new = {
            at for at, cell in enumerate(cells) if len(cell) < 24 and _NAMED.fullmatch(cell.strip())
        }
        if new:
            self.heads = new
            return piece.text
        return "\t".join(
            f"姓名：{cell}" if at in self.heads and cell else cell for at, cell in enumerate(cells)
        )


def _in(text: str) -> Iterator[tuple[str, str]]:
    """Kinds and what was found, also of numbers that are spread out or broken over two lines."""
    plain = _SPREAD.sub(lambda match: match[0].replace(" ", ""), text)
    for part in _parts(plain):
        for one in pii.find(part):
            said = part[one.start : one.end]
            if one.kind != "bank_card" or _CARD.fullmatch(said):
                yield one.kind, said
    for match in _WRAPPED.finditer(plain):
        joined = "".join(match[0].split())
        if len(joined) == _ID_DIGITS and isinstance(
            identifiers.read_id_card(joined), identifiers.IdCard
        ):
            yield "id_number", joined


def _parts(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for start in range(0, max(len(line), 1), _WIDE - _OVERLAP):
            yield line[start : start + _WIDE]
            if start + _WIDE >= len(line):
                break


def mask(kind: str, text: str) -> str:
    """The beginning of what was found, and the end of a number: enough to find it again, too little to use it."""
    if kind in {"id_number", "bank_card", "phone"}:
        return f"{text[:3]}***{text[-2:]}"
    return f"{text[:1]}***"
