"""What would lift an organisation most: each indicator a step better, everything else as it is.

Every figure is computed by the engine's own evaluator; where today's total does not come out of it
exactly, nothing is shown rather than something nearly right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhijin.assessment.engine.explain import explain
from zhijin.assessment.engine.model import Indicator
from zhijin.assessment.engine.represent import FULL
from zhijin.assessment.pages.organisation import Cell, Page
from zhijin.assessment.pages.programme import Item

#: Minutes in a day: a mean time is shortened by days, not by minutes.
_DAY = 1_440


@dataclass(frozen=True, slots=True)
class Lift:
    """One indicator: what a step gives to the total, and what its full score would give, in basis points."""

    item: Item
    step: str
    gain: int
    most: int


def lifts(page: Page) -> list[Lift]:
    """Indicators by what one step gives, then by what is missing to the full score; five at most."""
    programme = page.about.programme
    if programme is None or page.score.total is None:
        return []
    scores = {name: cell.score for name, cell in page.cells.items()}
    if _total(page, scores) != page.score.total - page.score.adjusted:
        return []
    found = []
    for name, cell in page.cells.items():
        indicator = programme.indicators.get(name)
        if indicator is None or cell.score is None or cell.score >= FULL:
            continue
        most = _gain(page, scores, name, FULL)
        after, step = _stepped(page, indicator, cell)
        gain = 0 if after is None else _gain(page, scores, name, after)
        if most > 0:
            found.append(Lift(cell.item, step, max(gain, 0), most))
    return sorted(found, key=lambda lift: (-lift.gain, -lift.most))[:5]


def _gain(page: Page, scores: dict[str, int | None], name: str, score: int) -> int:
    now, then = _total(page, scores), _total(page, {**scores, name: score})
    return 0 if now is None or then is None else then - now


def _total(page: Page, scores: dict[str, int | None]) -> int | None:
    """The total by the rules of the programme: weighted means of what counts, rounded down."""
    parts: list[tuple[int, int]] = []
    for part in page.parts:
        if part.joined:
            got = part.score
        else:
            inside = [(c.item.weight, scores.get(c.item.id)) for c in part.cells]
            got = mean([(weight, score) for weight, score in inside if score is not None])
        if got is not None:
            parts.append((part.item.weight, got))
    return mean(parts)


def mean(parts: Sequence[tuple[int, int]]) -> int | None:
    """The weighted mean of (weight, score), rounded down; None of nothing."""
    whole = sum(weight for weight, _score in parts)
    return sum(weight * score for weight, score in parts) // whole if whole else None


def _stepped(page: Page, indicator: Indicator, cell: Cell) -> tuple[int | None, str]:
    """The score after one step in the right direction, and which step that is."""
    programme = page.about.programme
    assert programme is not None
    if cell.numerator is None:
        return None, ""
    numerator, denominator, kind = cell.numerator, cell.denominator, "more"
    if indicator.better == "higher":
        if denominator is not None and numerator >= denominator:
            return None, ""
        numerator += 1
    elif indicator.unit is not None and indicator.unit.zh == "分钟":
        numerator, kind = max(numerator - _DAY, 0), "day"
    else:
        numerator, kind = max(numerator - 1, 0), "less"
    if indicator.cap is not None and numerator > indicator.cap:
        return None, ""
    return explain(programme, indicator.id, numerator, denominator).score, kind
