"""Do the parts of a programme make sense together, and keep the promises? All findings at once."""

from __future__ import annotations

from datetime import date

from zhijin.assessment.engine import meaning_indicators, meaning_rules
from zhijin.assessment.engine.checking import Checker
from zhijin.assessment.engine.model import Assessment
from zhijin.playbooks.engine import Intact


def check(draft: Intact[Assessment], today: date | None = None) -> None:
    """Run every check over what is intact; findings go into the document."""
    checker = Checker(draft, today)
    for one in (*meaning_indicators.CHECKS, *meaning_rules.CHECKS):
        one(checker)
