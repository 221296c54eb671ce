"""Other kinds of programme file that ``zhijin playbook check`` takes, added by whoever can read them.

A file's first key says which kind it is; the playbook of a case begins with ``playbook: 1``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.engine.findings import Finding
from zhijin.playbooks.engine.loading import Loaded
from zhijin.playbooks.engine.parts import Text

_FIRST = re.compile(r"^([a-z][a-z-]*)[ \t]*:", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What another kind's reader says of a file; ``title`` and ``digest`` only where it is sound."""

    findings: Sequence[Finding]
    id: str = ""
    title: Text | None = None
    digest: str = ""


#: First key → usual file name and reader.
_kinds: dict[str, tuple[str, Callable[[Path], Told]]] = {}


def register_kind(key: str, file: str, read: Callable[[Path], Told]) -> None:
    """Let ``zhijin playbook check`` read files that begin with ``key``."""
    _kinds[key] = (file, read)


def first_key(text: str) -> str:
    """The first key of a file, which says its kind; empty where there is none."""
    found = _FIRST.search(text)
    return found.group(1) if found else ""


def told(path: Path) -> Told | None:
    """What the reader of its kind says of ``path``; None where it is a playbook, or cannot be read."""
    if path.is_dir():
        names = [file for file, _ in _kinds.values() if (path / file).exists()]
        if (path / "playbook.yaml").exists() or not names:
            return None
        path /= names[0]
    try:
        kind = _kinds.get(first_key(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return None
    return kind[1](path) if kind is not None else None


def line(found: Loaded | Told | None, lang: str) -> str:
    """The line that says that a file is sound; empty where it is not."""
    if isinstance(found, Told):
        title = found.title.in_(lang) if found.title else ""
        return f"{found.id}  {title}  {found.digest[:12]}" if found.id else ""
    if found is None or found.playbook is None:
        return ""
    return f"{found.playbook.id}  {found.playbook.title.in_(lang)}  {digest(found.playbook)[:12]}"
