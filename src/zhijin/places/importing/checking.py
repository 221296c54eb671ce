"""Checks rows of a divisions table, all findings at once, and turns good rows into table rows.

It must not know the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhijin.core.ids import LEVELS
from zhijin.places.importing.sources import Row
from zhijin.places.names import kind_of

NAME_LIMIT = 64
_BAD_CODE = gettext_noop("代码应为 2、4、6、9 或 12 位数字：{code}")
_BAD_PARENT = gettext_noop("上级代码 {parent} 与本代码的前几位不符")
_BLANK = {"Zs", "Zl", "Zp", "Cc", "Cf"}
_PARENT = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}
# What makes a key of a code: zeros up to twelve digits, then the level (core.ids.place_key).
_REST = {size: "0" * (12 - size) + f"{n:06d}" for n, size in enumerate(_PARENT)}
_LEVEL = {length: LEVELS[length].value for length in _PARENT}


class Finding(NamedTuple):
    """Something about one row; `level` is "error" (row left out) or "warning" (row taken)."""

    id: str
    level: str
    file: str
    line: int
    code: str
    message: str


class Division(NamedTuple):
    """A checked row, ready for the table; `key` is the place key in digits."""

    code: str
    key: str
    name: str
    level: str
    parent: str
    kind: str


@dataclass
class Checked:
    """Good rows by code, and every finding."""

    rows: dict[str, Division] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> list[str]:
        """Codes whose rows were left out: their places are not missing, only badly written."""
        return [f.code for f in self.findings if f.level == "error" and f.code not in self.rows]


def check(
    rows: Iterable[Row],
    only: tuple[str, ...] = (),
    known: Container[str] = (),
    allowed: tuple[str, ...] = ("",),
) -> Checked:
    """Check every row. `only` keeps these subtrees and their ancestors; `known` codes may be parents.

    Outside the subtrees `allowed` nothing is taken; their ancestors may stand in the table. What the
    ids of findings mean is in docs/how-to/import-divisions.md.
    """
    out = Checked()
    good, say = out.rows, out.findings.append
    lines: dict[str, Row] = {}
    for row in rows:
        _file, _line, code, name, parent = row
        size = len(code)
        if size not in _PARENT or not code.isdecimal() or not code.isascii() or code[0] == "0":
            say(_finding(row, "PI01", _(_BAD_CODE).format(code=code)))
            continue
        if only and not code.startswith(only) and not any(o.startswith(code) for o in only):
            continue
        if not code.startswith(allowed):
            _outside(row, allowed, say)
            continue
        if not name.isprintable() or " " in name:
            name = _cleaned(row, say)
        above = code[: _PARENT[size]]
        if not name or len(name) > NAME_LIMIT:
            say(_bad_name(row, name))
        elif parent is not None and parent != above:
            say(_finding(row, "PI05", _(_BAD_PARENT).format(parent=parent)))
        elif code in good:
            say(_twice(row, name, good[code].name, lines[code].line))
        else:
            kind = kind_of(code) if size >= 9 else ""
            good[code] = Division(code, code + _REST[size], name, _LEVEL[size], above, kind)
            lines[code] = row
    _check_parents(out, lines, known)
    return out


def _bad_name(row: Row, name: str) -> Finding:
    if not name:
        return _finding(row, "PI02", _("名称是空的"))
    return _finding(row, "PI03", _("名称超过 {n} 个字").format(n=NAME_LIMIT))


def _outside(row: Row, allowed: tuple[str, ...], say: Callable[[Finding], None]) -> None:
    """A row that may not be taken is told, unless it only leads to the places that may."""
    if not any(code.startswith(row.code) for code in allowed):
        say(_finding(row, "PI07", _("不在您的管辖范围内，没有导入")))


def _cleaned(row: Row, say: Callable[[Finding], None]) -> str:
    """The name without blanks and control characters; private characters stay, with a warning."""
    name = "".join(c for c in row.name if unicodedata.category(c) not in _BLANK)
    if name and name != row.name:
        say(_finding(row, "PI11", _("名称里的空白已去掉：{name}").format(name=name), "warning"))
    if any(unicodedata.category(c) == "Co" for c in name):
        say(
            _finding(
                row, "PI13", _("名称里有字体显示不出的字：{name}").format(name=name), "warning"
            )
        )
    return name


def _check_parents(out: Checked, lines: dict[str, Row], known: Container[str]) -> None:
    """Leave out rows whose parent is neither in the table nor known, widest level first."""
    good = out.rows
    for code in sorted(good, key=len):
        parent = good[code].parent
        if parent and parent not in good and parent not in known:
            del good[code]
            out.findings.append(
                _finding(lines[code], "PI06", _("没有上级 {parent}").format(parent=parent))
            )


def _finding(row: Row, number: str, message: str, level: str = "error") -> Finding:
    return Finding(number, level, row.file, row.line, row.code, message)


def _twice(row: Row, name: str, first: str, line: int) -> Finding:
    if name == first:
        return _finding(row, "PI12", _("与第 {line} 行重复").format(line=line), "warning")
    return _finding(
        row,
        "PI04",
        _("代码重复：第 {line} 行是{first}，这里是{name}").format(
            line=line, first=first, name=name
        ),
    )
