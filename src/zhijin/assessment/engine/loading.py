"""From the text of an assessment programme to the programme and everything that is wrong with it."""

from __future__ import annotations

from typing import Any, Final

from zhijin.assessment.engine import meaning
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.problems import PROBLEMS
from zhijin.playbooks.engine import FileKind

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

#: The day given to ``load`` decides whether a typed-in indicator's time has ended.
FORMAT: Final = FileKind(
    "assessment", "assessment.yaml", Assessment, _PLACEHOLDERS,
    meaning=meaning.check, problems=PROBLEMS,
)  # fmt: skip
load, load_file = FORMAT.load, FORMAT.load_file
