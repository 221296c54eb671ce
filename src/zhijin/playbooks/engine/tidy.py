"""Slips that a clerk's keyboard makes — full-width colons, tabs, a missing space — named and mended.

Works on lines before any YAML is parsed, and remembers every shift, so that columns stay true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from zhijin.playbooks.engine.findings import Mark

_KEY = r"[A-Za-z_][\w-]*"
_BAD_CHARACTER = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_FULL_COLON = re.compile(rf"^(\s*(?:-\s+)*{_KEY})：[ \t]*")
_FULL_COLON_IN_FLOW = re.compile(rf"(?<=[{{,\s])({_KEY})：[ \t]*")
_TIGHT_COLON = re.compile(rf"^(\s*(?:-\s+)*{_KEY}):(?=[^\s:/\d])")
_TIGHT_COLON_IN_FLOW = re.compile(rf"(?<=[{{,\s])({_KEY}):(?=[^\s:/\d,}}\]])")
_NO_COLON = re.compile(rf"^(\s*(?:-\s+)*{_KEY})(?=[ \t]+[{{\[])")
_FULL_COMMA = re.compile(rf"，(?=\s*{_KEY}\s*[:：])")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*\s*(#.*)?$")

Note = tuple[str, Mark, dict[str, Any]]


@dataclass
class Tidied:
    """The lines to parse, what was said about them, and where each column came from."""

    lines: list[str]
    notes: list[Note] = field(default_factory=list)
    shifts: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def original(self, mark: Mark) -> Mark:
        """The place in the file as written, for a place in the tidied lines."""
        moved = sum(delta for column, delta in self.shifts.get(mark.line, ())
                    if column < mark.column)  # fmt: skip
        return Mark(mark.line, max(1, mark.column - moved), mark.length)


def tidy(text: str) -> Tidied:
    """Mend what can be mended line by line. Block scalars (after ``|`` or ``>``) are left alone."""
    out = Tidied(text.split("\n"))
    literal: int | None = None
    for index, line in enumerate(out.lines):
        indent = len(line) - len(line.lstrip())
        if literal is not None and (not line.strip() or indent > literal):
            out.lines[index] = _cleaned(out, index, line)
            continue
        literal = None
        out.lines[index] = _mended(out, index, _cleaned(out, index, line))
        if _BLOCK_SCALAR.search(line) and ("#" not in line.split("|")[0].split(">")[0]):
            literal = indent
    return out


def _cleaned(out: Tidied, index: int, line: str) -> str:
    """Characters that no text file should hold become spaces."""
    for found in _BAD_CHARACTER.finditer(line):
        mark = Mark(index + 1, found.start() + 1)
        out.notes.append(("PB005", mark, {"code": f"U+{ord(found.group()):04X}"}))
    return _BAD_CHARACTER.sub(" ", line)


def _mended(out: Tidied, index: int, line: str) -> str:
    if line.lstrip().startswith("#"):
        return line
    line = _tabs(out, index, line)
    line = _replaced(out, index, line, _FULL_COLON, "PB018", "\\1: ", sign="：")
    line = _replaced(out, index, line, _TIGHT_COLON, "PB019", "\\1: ", sign=":")
    line = _replaced(out, index, line, _NO_COLON, "PB006", "\\1:", sign="")
    line = _closed(out, index, line)
    if "{" in line and not re.search("[\"']", line):
        line = _replaced(out, index, line, _FULL_COMMA, "PB018", ", ", sign="，")
        line = _replaced(out, index, line, _FULL_COLON_IN_FLOW, "PB018", "\\1: ", sign="：")
        line = _replaced(out, index, line, _TIGHT_COLON_IN_FLOW, "PB019", "\\1: ", sign=":")
    return line


def _tabs(out: Tidied, index: int, line: str) -> str:
    head = line[: len(line) - len(line.lstrip())]
    if "\t" not in head:
        return line
    out.notes.append(("PB004", Mark(index + 1, head.index("\t") + 1, head.count("\t")), {}))
    mended = " " * _meant(out.lines[:index], head)
    out.shifts.setdefault(index + 1, []).append((0, len(mended) - len(head)))
    return mended + line.lstrip()


def _meant(above: list[str], head: str) -> int:
    """How deep tabs were meant to indent: as the line above, if any usual width fits it."""
    line = next((item for item in reversed(above) if item.strip()), "")
    deep = len(line) - len(line.lstrip())
    if line.rstrip().endswith(":"):
        deep += 2
    fits = [len(head.replace("\t", " " * size)) for size in (2, 4, 8)]
    return deep if deep in fits else fits[0]


def _replaced(
    out: Tidied, index: int, line: str, found: re.Pattern[str], problem: str, by: str, *, sign: str
) -> str:
    """Replace every match, note it where the wrong sign stands, and remember the shift."""
    result, cursor = "", 0
    for match in found.finditer(line):
        new = match.expand(by)
        result += line[cursor : match.start()] + new
        at = match.start() + match.group().index(sign)
        place = out.original(Mark(index + 1, at + 1))
        out.notes.append((problem, place, {"sign": sign}))
        delta = len(new) - len(match.group())
        if delta:
            out.shifts.setdefault(index + 1, []).append((len(result) - 1, delta))
        cursor = match.end()
    return result + line[cursor:]


_QUOTED_VALUE = re.compile(rf"(?:^\s*(?:-\s+)*|[{{,]\s*){_KEY}:\s+([\"'])")


def _closed(out: Tidied, index: int, line: str) -> str:
    """Close a quotation mark that is still open when the next line begins something else."""
    last = next(iter(reversed(list(_QUOTED_VALUE.finditer(line)))), None)
    if last is None or line.count(last.group(1), last.start(1)) % 2 == 0:
        return line
    after = next((item for item in out.lines[index + 1 :] if item.strip()), "")
    if len(after) - len(after.lstrip()) > len(line) - len(line.lstrip()):
        return line
    out.notes.append(("PB007", out.original(Mark(index + 1, last.start(1) + 1)), {}))
    return mend(line) or line


_PAIRS = {"{": "}", "[": "]"}


def mend(line: str) -> str | None:
    """``line`` with its brackets and quotes closed, or None when nothing is left open on it."""
    stack: list[str] = []
    quote = ""
    kept: list[str] = []
    for char in line:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (not kept or kept[-1] in " {[,:"):
            quote = char
        elif char in _PAIRS:
            stack.append(_PAIRS[char])
        elif char in "}]":
            if not stack or stack[-1] != char:
                continue
            stack.pop()
        kept.append(char)
    mended = "".join(kept).rstrip() + quote + "".join(reversed(stack))
    return mended if mended != line.rstrip() else None
