"""Indicators computed exactly over cases on a virtual clock, in integers.

The assessment room computes the same grammar over facts; this is the plain reference for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from zhijin.core.workcal import TZ
from zhijin.playbooks.engine.indicators import Elapsed, Indicator, Measure, Moment, Selector, holds
from zhijin.playbooks.engine.run import CaseRun


def evaluate(indicator: Indicator, cases: Sequence[CaseRun], period_minutes: int = 0) -> int | None:
    """The value of ``indicator`` over ``cases``: a count, minutes, a sum, or basis points.

    Ratios are rounded half up to a basis point. None when there is nothing to compute it from.
    """
    values = [measured(measure, cases, period_minutes) for _, measure in indicator.measures]
    if indicator.ratio is None:
        return None if values[0] is None else _rounded(values[0])
    of, to = values
    if of is None or not to:
        return None
    return _rounded(of * 10_000 / to)


def measured(
    measure: Measure, cases: Sequence[CaseRun], period_minutes: int = 0
) -> Fraction | None:
    """One quantity over ``cases``, exactly."""
    if measure.count is not None:
        return Fraction(sum(_times(measure.count, case) for case in cases))
    if measure.sum is not None:
        found = [case.data.get(measure.sum.field) for case in cases
                 if holds(measure.sum.where, case.data)]  # fmt: skip
        return sum((Fraction(str(value)) for value in found if _is_number(value)), Fraction(0))
    if measure.elapsed is not None:
        return _elapsed(measure.elapsed, cases)
    return Fraction(period_minutes)


def _times(selector: Selector, case: CaseRun) -> int:
    """How often what is counted happened in one case."""
    if not holds(selector.where, case.data):
        return 0
    return sum(
        happening.event == selector.event
        and selector.state in {None, happening.state}
        and selector.move in {None, happening.move}
        for happening in case.history
    )


def _elapsed(elapsed: Elapsed, cases: Iterable[CaseRun]) -> Fraction | None:
    spans = []
    for case in cases:
        start, end = _at(elapsed.from_, case), _at(elapsed.to, case)
        if start is None or end is None or end < start or not holds(elapsed.where, case.data):
            continue
        spans.append(Fraction(int((end - start).total_seconds()), 60))
    if not spans:
        return Fraction(0) if elapsed.take == "sum" else None
    spans.sort()
    if elapsed.take == "median":
        return (spans[(len(spans) - 1) // 2] + spans[len(spans) // 2]) / 2
    return {
        "sum": sum(spans, Fraction(0)),
        "mean": sum(spans, Fraction(0)) / len(spans),
        "p90": spans[-(-9 * len(spans) // 10) - 1],
        "max": spans[-1],
    }[elapsed.take]


def _at(moment: Moment, case: CaseRun) -> datetime | None:
    if moment.state is not None:
        return case.entered(moment.state)
    return _as_moment(case.data.get(moment.field or ""))


def _as_moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=TZ)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    try:
        Fraction(str(value))
    except ValueError:
        return False
    return True


def _rounded(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
