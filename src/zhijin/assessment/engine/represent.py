"""The representation between the file and the engines: flat, small, without YAML and without SQL."""

from __future__ import annotations

from zhijin.assessment.engine.expressions import COUNT_BOUND, TOTAL_BOUND
from zhijin.assessment.engine.measures_model import Measure


def measure_bound(measure: Measure) -> int:
    """The greatest magnitude of a measure; larger results are cut to it on every engine."""
    counts = measure.form in {"count", "distinct", "exists", "period"} or (
        measure.elapsed is not None and measure.elapsed.take != "minutes"
    )
    return COUNT_BOUND if counts else TOTAL_BOUND
