"""From the text of a file to a playbook and everything that is wrong with it, all at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from zhijin.playbooks.engine import meaning
from zhijin.playbooks.engine.findings import Finding, ordered
from zhijin.playbooks.engine.model import Playbook
from zhijin.playbooks.engine.reader import read
from zhijin.playbooks.engine.structure import shape


@dataclass(frozen=True)
class Loaded:
    """``playbook`` is None when there is any error; ``findings`` also hold the warnings."""

    playbook: Playbook | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_error]


def load(
    text: str | bytes, source: str = "playbook.yaml", known: Collection[str] | None = None
) -> Loaded:
    """Read and check a playbook. Never raises on bad input.

    ``source`` names the file in findings; ``known`` are the ids of playbooks that a follow-up may
    open (None: not checked).
    """
    document = read(text, source)
    draft = shape(document)
    if draft is not None:
        meaning.check(draft, known)
    findings = ordered(document.findings)
    broken = draft is None or any(finding.is_error for finding in findings)
    return Loaded(None if broken or draft is None else draft.playbook, findings)


def load_file(path: Path, known: Collection[str] | None = None) -> Loaded:
    """:func:`load` of the file at ``path``; raises OSError when it cannot be opened."""
    return load(path.read_bytes(), str(path), known)
