"""How many a programme's rules would name, before anybody is named: by rule, group size and fallback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zhijin.assessment.engine.duckrun import DuckRun


@dataclass(frozen=True)
class Named:
    """What one mark does: how many by each rule, in how many groups of how many."""

    mark: str
    by_proportion: int
    by_running: int
    both: int
    groups: int
    groups_without: int

    @property
    def total(self) -> int:
        """How many organisations are named."""
        return self.by_proportion + self.by_running - self.both


@dataclass(frozen=True)
class Preview:
    """Over all who are assessed: ``used`` counts organisations by the group they are compared in
    (its own first, then the wider ones); ``small`` are still in too small a group.
    """

    assessed: int
    ranked: int
    used: list[int] = field(default_factory=list)
    small: int = 0
    tied: int = 0
    marks: list[Named] = field(default_factory=list)


#: The keys of all places.
EVERYWHERE: Final = (0, 2**62)
_WITHIN = "place_key >= ? AND place_key < ?"
_MINE = f"org_key IN (SELECT org_key FROM score WHERE {_WITHIN})"


def preview(run: DuckRun, within: tuple[int, int] = EVERYWHERE) -> Preview:
    """Look at a computed run: nothing is stored. ``within``: the keys of the place that is looked at."""
    book = run.plan.representation
    one = run.db.execute(
        "SELECT count(*), count(rank_no), count(*) FILTER (WHERE rank_of < ?),"
        f" count(*) FILTER (WHERE tied > 1) FROM score WHERE {_WITHIN}", [book.least, *within],
    ).fetchone()  # fmt: skip
    assert one is not None
    used = dict(
        run.db.execute(
            f"SELECT used, count(*) FROM score WHERE used IS NOT NULL AND {_WITHIN} GROUP BY used",
            list(within),
        ).fetchall()
    )
    groups = run.db.execute(
        f"SELECT count(DISTINCT group_key) FROM ranked WHERE {_MINE}", list(within)
    ).fetchone()
    assert groups is not None
    marks = [_named(run, mark.id, int(groups[0]), within) for mark in book.marks]
    return Preview(
        assessed=one[0], ranked=one[1], used=[used.get(j, 0) for j in range(len(book.groups))],
        small=one[2], tied=one[3], marks=marks,
    )  # fmt: skip


def _named(run: DuckRun, mark: str, groups: int, within: tuple[int, int]) -> Named:
    found = run.db.execute(
        "WITH m AS (SELECT org_key, bool_or(rule = 'proportion') AS p, bool_or(rule = 'running') AS r"
        f" FROM mark WHERE mark = ? AND {_MINE} GROUP BY org_key)"
        " SELECT count(*) FILTER (WHERE p), count(*) FILTER (WHERE r), count(*) FILTER (WHERE p AND r),"
        " (SELECT count(DISTINCT k.group_key) FROM ranked k JOIN m ON m.org_key = k.org_key) FROM m",
        [mark, *within],
    ).fetchone()  # fmt: skip
    assert found is not None
    return Named(mark, found[0], found[1], found[2], groups, groups - found[3])
