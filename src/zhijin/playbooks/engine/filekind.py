"""One other kind of programme file than the playbooks: from its text to a room's own model, and to sentences.

A room brings what is its own: the first key, the usual file name, the shape, what stands where a key is missing,
its checks of meaning and its sentences. How a file is read, mended, checked to the end and told is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.engine.catalogue import PROBLEMS
from zhijin.playbooks.engine.findings import Finding, Problem, ordered
from zhijin.playbooks.engine.other_kinds import Told
from zhijin.playbooks.engine.parts import Part, Text
from zhijin.playbooks.engine.reader import read
from zhijin.playbooks.engine.structure import Intact, intact


class Programme(Protocol):
    """What a file of any kind says of itself; every one is a ``Part``."""

    id: str
    title: Text


M = TypeVar("M", bound=Programme)
Section = tuple[str, Sequence[str]]


class Reading(NamedTuple, Generic[M]):
    """``programme`` is None when there is any error; ``findings`` also hold the warnings."""

    programme: M | None
    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_error]


def _unchecked(_draft: Intact[Any], _today: date | None) -> None:
    """A kind whose shape says everything."""


def _untold(_programme: Any, _lang: str) -> Iterable[Section]:
    return ()


@dataclass(frozen=True)
class FileKind(Generic[M]):
    """How the files that begin with ``key`` are read, checked and told; ``file`` is their usual name.

    ``placeholders`` stand where a needed key is missing, so that the rest can still be checked. ``meaning`` adds
    findings to a draft's document; its day is None where days are not to be checked. ``problems`` are the sentences
    of the findings; ``sections`` gives titles and lines in a language.
    """

    key: str
    file: str
    model: type[M]
    placeholders: Mapping[str, Any]
    sections: Callable[[M, str], Iterable[Section]] = _untold
    meaning: Callable[[Intact[Any], date | None], None] = _unchecked
    problems: Mapping[str, Problem] = field(default_factory=lambda: PROBLEMS)

    def load(self, text: str | bytes, source: str = "", today: date | None = None) -> Reading[M]:
        """Read and check a text. Never raises on bad input.

        ``source`` names the file in findings (empty: its usual name); ``today`` is the day that decides whether
        something has come or ended (None: not checked).
        """
        document = read(text, source or self.file, self.problems)
        draft = intact(document, cast("Any", self.model), self.placeholders)
        if draft is not None:
            self.meaning(draft, today)
        findings = ordered(document.findings)
        broken = draft is None or any(finding.is_error for finding in findings)
        return Reading(None if broken or draft is None else draft.programme, findings)

    def load_file(self, path: Path, today: date | None = None) -> Reading[M]:
        """:meth:`load` of the file at ``path``; raises OSError when it cannot be opened."""
        return self.load(path.read_bytes(), str(path), today)

    def told(self, path: Path, today: date | None = None) -> Told:
        """What ``zhijin playbook check`` says of a file. Raises OSError when it cannot be opened."""
        found, findings = self.load_file(path, today)
        if found is None:
            return Told(findings)
        return Told(findings, found.id, found.title, digest(cast("Part", found)))

    def explain(self, source: str, lang: str) -> list[tuple[str, list[str]]]:
        """Sections of sentences; none for a text that does not load."""
        found = self.load(source).programme
        if found is None:
            return []
        return [(title, list(lines)) for title, lines in self.sections(found, lang)]
