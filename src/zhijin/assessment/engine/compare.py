"""Who would move if a definition changed, and why: two computed runs of the same period, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhijin.assessment.engine.represent import Representation

if TYPE_CHECKING:
    from zhijin.assessment.engine.duckrun import DuckRun


@dataclass(frozen=True)
class Reason:
    """One part of the total that differs: its score, and the basis points that it gives to the total,
    before and after (None: not counted, or not in that revision).
    """

    part: str
    before: int | None
    after: int | None
    gave: int
    gives: int


@dataclass(frozen=True)
class Moved:
    """One organisation whose total, rank or marks differ. ``reasons``: the parts that changed most."""

    org_key: int
    total: tuple[int | None, int | None]
    rank: tuple[int | None, int | None]
    of: tuple[int | None, int | None]
    marks: tuple[tuple[str, ...], tuple[str, ...]]
    reasons: tuple[Reason, ...]

    @property
    def climbed(self) -> int:
        """Places won (positive) or lost; 0 where it was not ranked in one of the two."""
        before, after = self.rank
        return before - after if before is not None and after is not None else 0


def compare(old: DuckRun, new: DuckRun, most_reasons: int = 3) -> list[Moved]:
    """Everybody who moves, those whose marks change first, then by places moved.

    Both runs must be of the same period; they may be of different revisions.
    """
    if old.period != new.period:
        raise ValueError("only runs of the same period can be compared")
    before, after = _standing(old), _standing(new)
    found = []
    for key in sorted({*before, *after}):
        one, two = before.get(key, _NOBODY), after.get(key, _NOBODY)
        if any(one[name] != two[name] for name in ("total", "rank_no", "rank_of", "marks")):
            found.append(_moved(key, one, two, most_reasons))
    return sorted(found, key=lambda m: (m.marks[0] == m.marks[1], -abs(m.climbed), m.org_key))


_NOBODY: dict[str, Any] = {
    "total": None, "rank_no": None, "rank_of": None, "marks": (), "parts": {},
}  # fmt: skip


def _standing(run: DuckRun) -> dict[int, dict[str, Any]]:
    marks: dict[int, list[str]] = {}
    for key, mark in run.db.execute(
        "SELECT DISTINCT org_key, mark FROM mark ORDER BY 1, 2"
    ).fetchall():
        marks.setdefault(key, []).append(mark)
    query = (
        "SELECT s.org_key, s.total, s.rank_no, s.rank_of, s.dims, v.scores"
        " FROM score s JOIN value v ON v.org_key = s.org_key"
    )
    found = {}
    for key, total, rank, of, dims, scores in run.db.execute(query).fetchall():
        found[key] = {
            "total": total, "rank_no": rank, "rank_of": of, "marks": tuple(marks.get(key, ())),
            "parts": contributions(run.plan.representation, dims, scores),
        }  # fmt: skip
    return found


def contributions(
    book: Representation, dims: list[int | None], scores: list[int | None]
) -> dict[str, tuple[int | None, int]]:
    """Of every component and indicator: its score, and what it gives to the total (rounded down)."""
    whole = sum(
        part.weight for part, got in zip(book.components, dims, strict=True) if got is not None
    )
    found: dict[str, tuple[int | None, int]] = {}
    for k, (part, got) in enumerate(zip(book.components, dims, strict=True)):
        found[part.id] = (got, 0 if got is None else got * part.weight // whole)
        inside = [
            (item, score)
            for item, score in zip(book.indicators, scores, strict=True)
            if item.dimension == k
        ]
        counted = sum(item.weight for item, score in inside if score is not None)
        for item, score in inside:
            gives = 0 if score is None else score * item.weight * part.weight // (counted * whole)
            found[item.id] = (score, gives)
    return found


def _moved(key: int, one: dict[str, Any], two: dict[str, Any], most: int) -> Moved:
    nothing = (None, 0)
    reasons = []
    for name in dict.fromkeys([*one["parts"], *two["parts"]]):
        old, new = one["parts"].get(name, nothing), two["parts"].get(name, nothing)
        if old != new:
            reasons.append(Reason(name, old[0], new[0], old[1], new[1]))
    reasons.sort(key=lambda reason: -abs(reason.gives - reason.gave))
    return Moved(
        key, (one["total"], two["total"]), (one["rank_no"], two["rank_no"]),
        (one["rank_of"], two["rank_of"]), (one["marks"], two["marks"]), tuple(reasons[:most]),
    )  # fmt: skip
