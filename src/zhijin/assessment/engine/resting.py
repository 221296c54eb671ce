"""What an indicator rests on."""

from __future__ import annotations

from zhijin.assessment.engine.expressions import names, parse
from zhijin.assessment.engine.measures_model import Measure
from zhijin.assessment.engine.model import Assessment, Indicator


def measures_of(programme: Assessment, indicator: Indicator) -> list[Measure]:
    """The measures that an indicator rests on, those in its formulas among them."""
    found: list[Measure] = []
    waiting = [side for side in (indicator.of, indicator.to) if side is not None]
    while waiting:
        one = waiting.pop()
        if one.formula is None:
            found.append(one)
        else:
            waiting += [programme.measures[ref.name] for ref in names(parse(one.formula))]
    return found
