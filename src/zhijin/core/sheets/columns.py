"""What a column of an import is called and holds, and what is told about a row that was read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.core.sheets.reading import Cell

_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_BETWEEN = re.compile(r"[\s*:_\-/、,.]")
Text = str | Promise
Converter = Callable[[Cell], Any]


class BadCell(ValueError):
    """A cell that cannot be taken; ``warning`` keeps ``value`` and only tells about it."""

    def __init__(
        self,
        number: str,
        message: Text,
        advice: Text = "",
        *,
        value: Any = None,
        warning: bool = False,
    ) -> None:
        super().__init__(number)
        self.id, self.message, self.help = number, message, advice
        self.value, self.warning = value, warning


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``key`` names the value in :attr:`Row.values`; ``zh`` and ``en`` are its headers.

    ``synonyms`` are further headers found in the wild. ``convert`` makes the value or raises
    :class:`BadCell`. ``choices`` (shown → stored) make the drop-down of the template. ``personal``
    columns put a watermark on an export.
    """

    key: str
    zh: str
    en: str
    convert: Converter
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, Any] | None = None
    help: Text = ""
    example: str = ""
    width: int = 14
    personal: bool = False

    @property
    def names(self) -> frozenset[str]:
        return _plain((self.zh, self.en, self.key, *self.synonyms))


@lru_cache(maxsize=2048)
def _plain(names: tuple[str, ...]) -> frozenset[str]:
    """Asked for every row of a table, since a header may be repeated within it."""
    return frozenset(map(plain_header, names))


def plain_header(value: object) -> str:
    """A header as it is compared: narrow, small letters, without gaps, stars and bracketed remarks."""
    text = str(value)
    if text.isascii() and text.isalnum():
        return text.lower()  # a code or a number, as the first cell of most rows is
    text = unicodedata.normalize("NFKC", text)
    return _BETWEEN.sub("", _REMARK.sub("", text)).lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about one cell or row. ``level`` is ``error`` or ``warning``."""

    row: int
    column: str
    value: str
    id: str
    message: str
    help: str = ""
    level: str = "error"

    def __str__(self) -> str:
        where = f"{self.column}：" if self.column else ""
        return f"{where}{self.message}{self.help}（{self.id}）"


@dataclass(frozen=True, slots=True)
class Question:
    """What only whoever sends the table can decide about a row: its choices (stored → shown)."""

    text: str
    choices: Mapping[str, str]


@dataclass(slots=True)
class Row:
    """One row of data: its number in the file, what was written, what it means, what was found.

    ``decision`` is the sender's answer to ``question``; empty while they were not asked.
    """

    number: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    question: Question | None = None
    decision: str = ""

    @property
    def ok(self) -> bool:
        return not self.findings or all(f.level != "error" for f in self.findings)

    def refuse(self, number: str, message: Text, advice: Text = "", column: str = "") -> None:
        """Add an error that only the whole row, or the database, shows."""
        self.findings.append(Finding(self.number, column, "", number, str(message), str(advice)))

    def warn(self, number: str, message: Text, advice: Text = "", column: str = "") -> None:
        """Add a remark that does not keep the row out."""
        self.findings.append(
            Finding(self.number, column, "", number, str(message), str(advice), "warning")
        )

    def ask(self, number: str, text: Text, choices: Mapping[str, str]) -> None:
        """Keep the row out until its sender has decided; the words go into the answer file too."""
        self.question = Question(str(text), choices)
        told = _("请选择：{choices}。").format(choices="、".join(choices.values()))
        self.refuse(number, text, told)


def read_row(
    number: int, cells: list[Cell], places: Mapping[int, Column], all_: Sequence[Column]
) -> Row:
    """Convert one row. ``places`` maps a position to its column; columns not there are empty."""
    row = Row(number, cells)
    by_key = {column.key: position for position, column in places.items()}
    values, width = row.values, len(cells)
    for column in all_:
        position = by_key.get(column.key, width)
        raw = cells[position] if position < width else ""
        values[column.key] = _value(row, column, raw)
    return row


def _value(row: Row, column: Column, raw: Cell) -> Any:
    blank = isinstance(raw, str) and not raw.strip()
    if blank:
        if column.required:
            row.findings.append(
                Finding(
                    row.number,
                    column.zh,
                    "",
                    "SH101",
                    str(_("必填，但是空着。")),
                    str(_("请补上。")),
                )
            )
        return None
    try:
        return column.convert(raw)
    except BadCell as bad:
        level = "warning" if bad.warning else "error"
        row.findings.append(
            Finding(row.number, column.zh, str(raw), bad.id, str(bad.message), str(bad.help), level)
        )
        return bad.value
