"""What the checks of the meaning share: the programme, its names, a way to say what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from zhijin.assessment.engine.model import Assessment
from zhijin.core.roles import LEVEL_ROLES, ROLES, resolve
from zhijin.playbooks.engine import Intact, Mark, Title, enumerated, hint

Path = tuple[str | int, ...]


class Checker:
    """One run over what is intact of a programme."""

    def __init__(self, draft: Intact[Assessment], today: date | None) -> None:
        self.draft, self.today = draft, today
        self.programme, self.document = draft.programme, draft.document

    def say(self, problem: str, path: Path, *, key: bool = False, **params: Any) -> None:
        """Report ``problem`` at the value (or key) at ``path``."""
        self.document.add(problem, self.document.at(path, key=key), path, **params)

    def say_inside(self, problem: str, path: Path, column: int, length: int, **params: Any) -> None:
        """Report at a place inside the text at ``path``; at the text where it spans lines."""
        mark = self.document.at(path)
        line = self.document.lines[mark.line - 1] if mark.line <= len(self.document.lines) else ""
        quoted = 1 if line[mark.column - 1 : mark.column] in {'"', "'"} else 0
        start = mark.column + quoted + column
        if start + length - 1 <= mark.column + mark.length:
            mark = Mark(mark.line, start, length)
        self.document.add(problem, mark, path, **params)

    def known(self, name: str, names: Iterable[str], path: Path, problem: str = "AS205") -> bool:
        """Whether ``name`` is among ``names``; reports when it is not."""
        names = list(names)
        if name in names or self.draft.ghost(name):
            return name in names
        self.say(problem, path, name=name, hint=hint(name, names), allowed=enumerated(names[:24]))
        return False

    def role(self, name: str, path: Path) -> None:
        """Reports a role that does not exist."""
        if resolve(name) is None and not self.draft.ghost(name):
            self.known(name, [*ROLES, *LEVEL_ROLES], path, "AS223")

    def unique(self, names: Iterable[tuple[str, Path]]) -> None:
        """Report every id that stands there twice."""
        first: dict[str, Path] = {}
        for name, path in names:
            if name in first and not self.draft.ghost(name):
                self.say("AS204", path, name=name, line=self.document.at(first[name]).line)
            first.setdefault(name, path)

    def titled(self, title: Title, path: Path) -> None:
        """A title should have its English."""
        if not title.en and not self.draft.ghost(title.zh):
            self.say("AS224", path, name=title.zh)
