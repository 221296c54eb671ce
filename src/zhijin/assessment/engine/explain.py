"""A figure in words: what was counted, and how it became a score, by the exact evaluator."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from zhijin.assessment.engine.evaluate import percent
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.represent import FULL, STATES, Scored, represent


@dataclass(frozen=True)
class Explanation:
    """One cell: ``value`` in basis points (a ratio) or units; ``state`` as stored; ``score`` or None."""

    numerator: int | None
    denominator: int | None
    value: int | None
    state: int
    score: int | None
    zh: str
    en: str


def explain(
    programme: Assessment, indicator: str, numerator: int | None, denominator: int | None
) -> Explanation:
    """How ``numerator`` (and ``denominator``) became a score: “37 of 50 → 74.00% → 74.00 points”.

    KeyError for an indicator that the programme does not have.
    """
    book = represent(programme)
    item = {scored.id: scored for scored in book.indicators}[indicator]
    value = numerator
    if item.ratio:
        enough = denominator is not None and denominator >= item.least
        value = percent(numerator, denominator, book.rounding) if enough else None
    state = STATES[item.no_data] if value is None else 0
    result = score(item, value)
    zh, en = _words(item, (numerator, denominator, value, result))
    return Explanation(numerator, denominator, value, state, result, zh, en)


def score(item: Scored, value: int | None) -> int | None:
    """The score of a value, in basis points: what the SQL of every engine must give."""
    if value is None:
        return {"exempt": None, "full": FULL, "zero": 0}[item.no_data]
    if item.target is not None:
        return FULL if value <= item.target else item.target * FULL // value
    points = item.points
    if value <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if value <= x1:
            return y0 + (value - x0) * (y1 - y0) // (x1 - x0)
    return points[-1][1]


def _words(item: Scored, figures: tuple[int | None, ...]) -> tuple[str, str]:
    numerator, denominator, value, result = figures
    if value is None:
        zh = {"exempt": "不计入", "full": "按满分", "zero": "按零分"}[item.no_data]
        en = {"exempt": "not counted", "full": "full score", "zero": "zero"}[item.no_data]
        few_zh, few_en = "没有数据", "no data"
        if item.ratio and denominator:
            few_zh = f"分母 {denominator} 少于 {item.least}"
            few_en = f"a denominator of {denominator}, fewer than {item.least}"
        return f"{few_zh} → {zh}", f"{few_en} → {en}"
    points = _hundredths(result)
    if item.ratio:
        share = f"{_hundredths(value)}%"
        return (f"{denominator} 中的 {numerator} → {share} → {points} 分",
                f"{numerator} of {denominator} → {share} → {points} points")  # fmt: skip
    return f"{value} → {points} 分", f"{value} → {points} points"


def _hundredths(value: int | None) -> str:
    """Basis points with two decimals: 7400 as 74.00."""
    if value is None:
        return "–"
    sign, whole = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
