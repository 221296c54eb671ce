"""From the text of a points programme to the programme and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from zhijin.ledger.rules import meaning
from zhijin.ledger.rules.model import Points
from zhijin.ledger.rules.problems import PROBLEMS
from zhijin.playbooks.engine import Finding, intact, ordered, read

#: Stands where a needed key is missing, so that the rest can still be checked.
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "points": 1, "title": "?", "basis": "?", "number": "?", "passed_on": "2020-01-01",
    "by": "villagers_assembly", "due": 3, "present": 3, "agreed": 3, "holder": "household",
    "appeal_days": 15, "answer_days": 10, "article": "?", "from": "?", "per": "month",
    "most_each": 1, "keep_days": 30, "titles": ["?"], "days": 15, "rule": "?", "who": "?",
    "on": "2020-01-01", "name": "?", "expect": {}, "steps": [], "scenarios": [], "rules": [],
    "zh": "?",
    "resolution": {"number": "?", "title": "?", "passed_on": "2020-01-01", "by": "villagers_assembly",
                   "due": 3, "present": 3, "agreed": 3},
}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """``programme`` is None when there is any error; ``findings`` also hold the warnings."""

    programme: Points | None
    findings: list[Finding] = field(default_factory=list)


def load(text: str | bytes, source: str = "points.yaml", today: date | None = None) -> Loaded:
    """Read and check a programme. Never raises on bad input.

    ``source`` names the file in findings; ``today`` decides whether the resolution's day has come
    (None: not checked).
    """
    document = read(text, source, PROBLEMS)
    draft = intact(document, Points, _PLACEHOLDERS)
    if draft is not None:
        meaning.check(draft, today)
    findings = ordered(document.findings)
    broken = draft is None or any(finding.is_error for finding in findings)
    return Loaded(None if broken or draft is None else draft.programme, findings)


def load_file(path: Path, today: date | None = None) -> Loaded:
    """:func:`load` of the file at ``path``; raises OSError when it cannot be opened."""
    return load(path.read_bytes(), str(path), today)
