"""What a changed definition would do: the same records under two revisions, side by side. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhijin.assessment import forms, streaming
from zhijin.assessment.engine.compare import Moved, compare
from zhijin.assessment.engine.duckrun import DuckRun
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.preview import Preview, preview
from zhijin.assessment.services import inputs, storing
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

SYSTEM = Actor.system("assessment-simulation")
_MEMORY = "1GB"


@dataclass(frozen=True)
class Simulated:
    """Who moves, and how many would be named before and after."""

    moved: Sequence[Moved]
    before: Preview
    after: Preview


def simulate(current: forms.Programme, draft: forms.Programme, period: Period) -> Simulated:
    """Compute ``period`` by both revisions over the same months of facts.

    The marks of months running are computed from the facts for both, so that the draft's own rule is
    what counts in every month. Raises ValueError when the revisions have different periods.
    """
    if current.model.period != draft.model.period:
        raise ValueError("period")
    streaming.refresh()
    with scoped(SYSTEM):
        given = replace(inputs.collect(current, period), earlier=None)
    months = {*storing.months_of(current, period), *storing.months_of(draft, period)}
    with (
        scoped(SYSTEM),
        streaming.snapshot(sorted(months)) as held,
        DuckRun(current.model, held.facts, held.orgs, period, given, memory=_MEMORY,
                scratch=held.facts.parent) as old,
        DuckRun(draft.model, held.facts, held.orgs, period, given, memory=_MEMORY,
                scratch=held.facts.parent) as new,
    ):  # fmt: skip
        old.compute()
        new.compute()
        return Simulated(compare(old, new), preview(old), preview(new))
