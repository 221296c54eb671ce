"""Layer three: do the parts make sense together? Runs over whatever layer two left intact.

Each check is a function that looks at one thing; none of them stops another.
"""

from __future__ import annotations

from collections.abc import Collection

from zhijin.playbooks.engine import (
    meaning_clocks,
    meaning_effects,
    meaning_fields,
    meaning_sensing,
    meaning_states,
)
from zhijin.playbooks.engine.checker import Checker
from zhijin.playbooks.engine.structure import Draft


def check(draft: Draft, known: Collection[str] | None = None) -> None:
    """Run every check; findings go into the document. ``known``: ids of playbooks in force."""
    checker = Checker(draft, known)
    for layer in (
        meaning_states, meaning_clocks, meaning_fields, meaning_effects, meaning_sensing,
    ):  # fmt: skip
        for one in layer.CHECKS:
            one(checker)
