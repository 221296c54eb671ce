"""What a changed definition would do: the same records under two revisions, side by side. Stores nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from zhijin.assessment import forms, streaming
from zhijin.assessment.engine.compare import Moved, compare
from zhijin.assessment.engine.duckrun import DuckRun, Inputs
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.preview import EVERYWHERE, Preview, preview
from zhijin.assessment.services import inputs, storing
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped

SYSTEM = Actor.system("assessment-simulation")
_MEMORY = "1GB"
#: Parts that are looked at for why somebody moves.
_REASONS = 12


@dataclass(frozen=True)
class Simulated:
    """Who moves, how many would be named before and after; from how many facts, in how many seconds."""

    moved: Sequence[Moved]
    before: Preview
    after: Preview
    facts: int = 0
    seconds: float = 0.0


def simulate(
    current: forms.Programme, draft: forms.Programme, period: Period,
    begun: Callable[[], None] = lambda: None,
) -> Simulated:  # fmt: skip
    """Compute ``period`` by both revisions over the same months of facts.

    The marks of months running are computed from the facts for both, so that the draft's own rule is
    what counts in every month. ``begun`` is called when all facts have been read and the counting begins.
    Raises ValueError when the revisions have different periods.
    """
    if current.model.period != draft.model.period:
        raise ValueError("period")
    began = time.monotonic()
    streaming.refresh()
    with scoped(SYSTEM):
        given = replace(inputs.collect(current, period), earlier=None)
    begun()
    months = {*storing.months_of(current, period), *storing.months_of(draft, period)}
    with (
        scoped(SYSTEM),
        streaming.snapshot(sorted(months)) as held,
        _run(current, held, period, given) as old,
        _run(draft, held, period, given) as new,
    ):
        # Side by side: neither touches Django, and the engine lets go of the interpreter while it counts.
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(DuckRun.compute, (old, new)))
        moved = compare(old, new, _REASONS)
        seconds = time.monotonic() - began
        # A draft of a county would be in force there only, whoever its organisations are compared with.
        within = place_span(draft.place_code) if draft.place_code else EVERYWHERE
        return Simulated(moved, preview(old, within), preview(new, within), held.rows, seconds)


def _run(
    programme: forms.Programme, held: streaming.Snapshot, period: Period, given: Inputs
) -> DuckRun:
    return DuckRun(
        programme.model, held.facts, held.orgs, period, given, memory=_MEMORY, threads=1,
        scratch=held.facts.parent,
    )  # fmt: skip
