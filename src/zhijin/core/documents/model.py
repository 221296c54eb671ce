"""What a document consists of. Plain data; how it looks is not said here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Align = Literal["start", "center", "end"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 4. The numbers 一、（一）1.（1） are counted by the writer."""

    text: str
    level: int = 1
    numbered: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 4:
            raise ValueError(f"headings have levels 1 to 4, not {self.level}")


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph of the body; ``addressee`` stands at the margin instead of two characters in."""

    text: str
    addressee: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: where figures come from, what a rule says."""

    text: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who issues the document and when (发文机关署名、成文日期)."""

    issuer: str
    on: date


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads, which stand again on every page.

    ``widths`` are shares of the page's width (default: equal), ``aligns`` one for each column.
    A ``wide`` table lies on pages turned on their side. Cells are text or integers; None is a dash.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str | int | None]]
    widths: Sequence[int] = ()
    aligns: Sequence[Align] = ()
    caption: str = ""
    wide: bool = False

    def __post_init__(self) -> None:
        columns = len(self.heads)
        if not columns:
            raise ValueError("a table needs at least one column")
        for named, values in (("widths", self.widths), ("aligns", self.aligns)):
            if values and len(values) != columns:
                raise ValueError(f"{columns} columns but {len(values)} {named}")
        if any(len(row) != columns for row in self.rows):
            raise ValueError(f"every row needs {columns} cells")
        if any(share < 1 for share in self.widths):
            raise ValueError("a column's share is at least 1")


Block = Heading | Text | Note | PageBreak | Signature | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. ``taken`` (who took it out, and when) stands small at the foot of each page.

    ``at`` is the moment that the file's properties tell; it must be aware.
    """

    title: str
    at: datetime
    blocks: Sequence[Block] = field(default_factory=tuple)
    subtitle: str = ""
    taken: str = ""
    language: Literal["zh-CN", "en-US"] = "zh-CN"
