"""What the checker says: a finding with its place in the file, its line, and help in a clerk's words.

Knows nothing of playbooks themselves; the sentences are in ``catalogue``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps a playbook from being put into force; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the error catalogue. Sentences may hold ``{names}`` filled by the finding."""

    id: str
    severity: Severity
    zh: str
    en: str
    help_zh: str
    help_en: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file: line and column from 1, and how many characters it covers."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or doubtful, in one place of one file."""

    problem: Problem
    source: str
    mark: Mark
    text: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    path: tuple[str | int, ...] = ()

    @property
    def id(self) -> str:
        return self.problem.id

    @property
    def severity(self) -> Severity:
        return self.problem.severity

    @property
    def line(self) -> int:
        return self.mark.line

    @property
    def column(self) -> int:
        return self.mark.column

    @property
    def where(self) -> str:
        """``file:line:column``, as editors understand it."""
        return f"{self.source}:{self.line}:{self.column}"

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def message(self, lang: str = "zh") -> str:
        return _filled(self.problem.en if is_english(lang) else self.problem.zh, self.params, lang)

    def help(self, lang: str = "zh") -> str:
        text = self.problem.help_en if is_english(lang) else self.problem.help_zh
        return _filled(text, self.params, lang)

    @property
    def caret(self) -> str:
        """Spaces and carets that stand under the place when set in a fixed-width font."""
        return caret(self.text, self.column, self.mark.length)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: id, severity, file, line, column, text, and both languages."""
        return {
            "id": self.id,
            "severity": str(self.severity),
            "file": self.source,
            "line": self.line,
            "column": self.column,
            "text": self.text,
            "path": list(self.path),
            "message": {"zh": self.message("zh"), "en": self.message("en")},
            "help": {"zh": self.help("zh"), "en": self.help("en")},
        }

    def render(self, lang: str = "zh") -> str:
        """The finding as a terminal shows it, without colour: five short lines at most."""
        gutter = str(self.line)
        head = f"{self.where} {self.severity} {self.id}  {self.message(lang)}"
        lines = [head]
        if self.text.strip():
            lines.append(f"  {gutter} | {_flat(self.text)}")
            lines.append(f"  {' ' * len(gutter)} | {self.caret}")
        word = "help" if is_english(lang) else "怎么办"
        lines.append(f"  {' ' * len(gutter)} = {word}: {self.help(lang)}")
        return "\n".join(lines)


def is_english(lang: str) -> bool:
    """Whether a language tag asks for English; everything else is answered in Chinese."""
    return lang.lower().startswith("en")


def width(text: str) -> int:
    """Columns that ``text`` takes in a fixed-width font: 2 for wide and full-width characters.

    Source: Unicode Standard Annex 11 (East Asian Width); combining marks take none.
    """
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def caret(text: str, column: int, length: int) -> str:
    """``^^^`` under ``length`` characters from ``column`` (from 1) of ``text``, by their width."""
    text = _flat(text)
    before = text[: column - 1]
    under = text[column - 1 : column - 1 + max(length, 1)]
    return " " * width(before) + "^" * max(width(under), 1)


def _flat(text: str) -> str:
    """Control characters (a tab, a stray escape) shown as one space each."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _filled(text: str, params: Mapping[str, Any], lang: str) -> str:
    """Fill ``{names}``. A value that is a pair (zh, en) is chosen by language."""
    english = is_english(lang)
    chosen = {
        key: (value[1] if english else value[0]) if isinstance(value, tuple) else value
        for key, value in params.items()
    }
    return text.format_map(_Lenient(chosen))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """By place in the file, errors before warnings in the same place, without repetitions."""
    seen: set[tuple[object, ...]] = set()
    out = []
    for item in sorted(
        findings, key=lambda f: (f.source, f.line, f.column, f.severity != Severity.ERROR, f.id)
    ):
        key = (item.source, item.id, item.line, item.column, item.message("zh"))
        if key not in seen:
            seen.add(key)
            out.append(item)
    return out
