"""Several periods of one programme, computed side by side and written as Parquet.

One period keeps about one processor busy (98,000 organisations are few for DuckDB's way of sharing work
out), so several at once fill the machine. Marks come last and in order: they look at earlier periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from zhijin.assessment.engine.duckrun import DuckRun, Inputs
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.periods import Period

Tail = list[tuple[str, int]]


def compute_all(
    programme: Assessment,
    facts: Path,
    orgs: Path,
    periods: Sequence[Period],
    folder: Path,
    at_once: int = 2,
    threads: int = 1,
) -> None:
    """Write the results of ``periods``, which must follow each other, into ``folder``.

    Running rules look at the periods given, and at none before them. ``threads``: of each period.
    """
    folder.mkdir(exist_ok=True)

    def prepared(period: Period) -> DuckRun:
        run = DuckRun(programme, facts, orgs, period, Inputs(earlier=()), threads=threads)
        return run.prepare(folder, beside=at_once == 1)

    tails: list[Tail] = []
    with ThreadPoolExecutor(at_once) as pool:
        for made in pool.map(prepared, periods):
            with made as run:
                run.finish(earlier(tails, run.plan.representation.running), folder)
                tails.append(run.tail())


def earlier(tails: Sequence[Tail], running: int) -> list[tuple[str, int, int]]:
    """The last ``running`` of ``tails`` (oldest first) as :class:`Inputs` takes them."""
    last = list(reversed(tails))[:running]
    return [(mark, org, back) for back, tail in enumerate(last, 1) for mark, org in tail]
