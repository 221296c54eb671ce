"""From the text of an assessment programme to the programme and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from zhijin.assessment.engine import meaning
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.problems import PROBLEMS
from zhijin.playbooks.engine import Finding, intact, ordered, read

#: Stands where a needed key is missing, so that the rest can still be checked.
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "assessment": 1, "title": "?", "basis": "?", "period": "month", "rounding": "floor",
    "applies": {"kinds": ["?"]}, "kinds": ["?"], "ties": {"then": "share"}, "then": "share",
    "peers": {"by": ["county"], "least": 2, "else": [], "still_small": "rank_only"},
    "by": ["county"], "least": 2, "else": [], "still_small": "rank_only", "weight": 1,
    "dimensions": [], "indicators": [], "of": {"count": ["?"], "who": "org"}, "better": "higher",
    "no_data": "exempt", "most": 0, "evidence": "required", "second_approval": "?", "end": "last",
    "reach": 0, "months": 2, "mark": "?", "open": "?", "indicator": "?", "owner": "?",
    "until": "2099-12-31", "why": "????", "attr": "?", "kind": "?", "from": "?", "to": "?",
    "take": "pairs", "zh": "?",
}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """``programme`` is None when there is any error; ``findings`` also hold the warnings."""

    programme: Assessment | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_error]


def load(text: str | bytes, source: str = "assessment.yaml", today: date | None = None) -> Loaded:
    """Read and check a programme. Never raises on bad input.

    ``source`` names the file in findings; ``today`` decides whether a typed-in indicator's time has
    ended (None: not checked).
    """
    document = read(text, source, PROBLEMS)
    draft = intact(document, Assessment, _PLACEHOLDERS)
    if draft is not None:
        meaning.check(draft, today)
    findings = ordered(document.findings)
    broken = draft is None or any(finding.is_error for finding in findings)
    return Loaded(None if broken or draft is None else draft.programme, findings)


def load_file(path: Path, today: date | None = None) -> Loaded:
    """:func:`load` of the file at ``path``; raises OSError when it cannot be opened."""
    return load(path.read_bytes(), str(path), today)


def is_assessment(text: str | bytes) -> bool:
    """Whether a programme file is an assessment: its first key that is no comment says so."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    lines = (line.strip() for line in text.removeprefix("﻿").splitlines())
    first = next((line for line in lines if line and not line.startswith(("#", "---"))), "")
    return first.startswith("assessment:")
