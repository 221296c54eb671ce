"""Scores of contests and mutual reviews in whole basis points: weights, trimmed means, ranks. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FULL = 10_000


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is judged: 0 to ``most`` points, counting ``weight`` parts of all weights."""

    key: str
    title: str
    weight: int
    most: int = 100


def criteria_of(rules: Mapping[str, object]) -> list[Criterion]:
    """The criteria as an event's rules keep them."""
    rows = rules.get("criteria", [])
    assert isinstance(rows, list)
    return [Criterion(**row) for row in rows]


def total(criteria: Sequence[Criterion], marks: Mapping[str, int]) -> int:
    """One sheet in basis points: floor of the weighted share of the points that can be had.

    Raises KeyError when a mark is missing and ValueError when one is out of range.
    """
    for one in criteria:
        if not 0 <= marks[one.key] <= one.most:
            raise ValueError(one.key)
    weights = sum(one.weight for one in criteria)
    if weights <= 0:
        raise ValueError("weights")
    # One division at the end, so that nothing is rounded twice.
    scale = 1
    for one in criteria:
        scale *= one.most
    parts = sum(one.weight * marks[one.key] * (scale // one.most) for one in criteria)
    return FULL * parts // (scale * weights)


def trimmed(totals: Sequence[int], trim: int) -> int | None:
    """The mean without the ``trim`` highest and lowest sheets, rounded down; None without sheets.

    When that would leave fewer than two sheets, nothing is left out: a mean of one is one judge's word.
    """
    if not totals:
        return None
    row = sorted(totals)
    if trim and len(row) - 2 * trim >= 2:
        row = row[trim:-trim]
    return sum(row) // len(row)


def ranks(scores: Mapping[int, int | None]) -> dict[int, tuple[int, bool]]:
    """(rank, tied) of those with a score: equal scores share a rank, and the next rank is skipped."""
    given = {key: score for key, score in scores.items() if score is not None}
    values = list(given.values())
    return {
        key: (1 + sum(other > score for other in values), values.count(score) > 1)
        for key, score in given.items()
    }
