"""From the text of a points programme to the programme and everything that is wrong with it."""

from __future__ import annotations

from typing import Any, Final

from zhijin.ledger.rules import meaning
from zhijin.ledger.rules.model import Points
from zhijin.ledger.rules.problems import PROBLEMS
from zhijin.ledger.rules.telling import explain
from zhijin.playbooks.engine import FileKind

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

#: The day given to ``load`` decides whether the resolution's day has come.
FORMAT: Final = FileKind(
    "points", "points.yaml", Points, _PLACEHOLDERS, explain, meaning.check, PROBLEMS
)
load, load_file = FORMAT.load, FORMAT.load_file
