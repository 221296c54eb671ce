"""What joins the facts of a period: decisions of people and results of earlier runs, all by organisation."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Sum

from zhijin.assessment.engine.duckrun import Inputs
from zhijin.assessment.engine.marks_model import Join
from zhijin.assessment.engine.periods import Period, shifted
from zhijin.assessment.engine.represent import represent
from zhijin.assessment.forms import Programme
from zhijin.assessment.models import Adjustment, Manual, Run, Score

State = Run.State
#: Which of several runs of a period speaks for it: the first of these that there is.
OFFICIAL = (State.FROZEN, State.PUBLISHED, State.READY)


def official_runs(programme: str, kind: str, start: date) -> dict[int, Run]:
    """By county, the run that speaks for a period: frozen, else published, else ready."""
    found: dict[int, Run] = {}
    rows = Run.objects.filter(
        programme=programme, period_kind=kind, period_start=start, state__in=OFFICIAL
    ).defer("canonical", "signature")
    for run in rows:
        held = found.get(run.county)
        if held is None or OFFICIAL.index(State(run.state)) < OFFICIAL.index(State(held.state)):
            found[run.county] = run
    return found


def collect(programme: Programme, period: Period) -> Inputs:
    """Everything beside the facts. Runs under the platform's scope."""
    return Inputs(
        joined=sorted(_joined(programme, period)),
        adjusted=_adjusted(programme, period),
        typed=_typed(programme, period),
        earlier=_earlier(programme, period),
    )


def _adjusted(programme: Programme, period: Period) -> list[tuple[int, int]]:
    rows = (
        Adjustment.objects.filter(
            programme=programme.name, period_start=period.start, state=Adjustment.State.APPROVED
        )
        .values("org_key")
        .annotate(amount=Sum("amount"))
        .order_by("org_key")
    )
    return [(row["org_key"], row["amount"]) for row in rows]


def _typed(programme: Programme, period: Period) -> list[tuple[str, int, int, int | None]]:
    """The latest value entered for each organisation and indicator."""
    rows = Manual.objects.filter(programme=programme.name, period_start=period.start)
    latest: dict[tuple[str, int], tuple[int, int | None]] = {}
    for row in rows.order_by("entered_at", "id"):
        latest[row.indicator, row.org_key] = (row.numerator, row.denominator)
    return [(name, org, n, d) for (name, org), (n, d) in sorted(latest.items())]


def _joined(programme: Programme, period: Period) -> Iterator[tuple[str, int, int]]:
    """The totals of another programme, by join: the last frozen one, or the mean of those within the period."""
    for join in programme.model.joins:
        if join.of is None:
            continue
        if join.take == "mean":
            yield from _mean(join, join.of, period)
            continue
        runs = Run.objects.filter(
            programme=join.of, state=State.FROZEN, period_end__lte=period.start,
            period_end__gt=shifted(period.start, -join.reach),
        ).defer("canonical", "signature")  # fmt: skip
        latest: dict[int, int] = {}
        for run in runs.order_by("period_start"):
            scores = Score.objects.filter(run_id=run.id, total__isnull=False)
            latest.update(
                {
                    org: total
                    for org, total in scores.values_list("org_key", "total")
                    if total is not None
                }
            )
        yield from ((join.id, org, total) for org, total in latest.items())


def _mean(join: Join, of: str, period: Period) -> Iterator[tuple[str, int, int]]:
    """The mean of the totals published within the period (and ``reach`` months before), rounded down.

    A period in which an organisation was not assessed does not count for it.
    """
    runs = Run.objects.filter(
        programme=of, state__in=(State.PUBLISHED, State.FROZEN), period_end__lte=period.end,
        period_start__gte=shifted(period.start, -join.reach),
    )  # fmt: skip
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    rows = Score.objects.filter(
        run_id__in=runs.values("id"), county__in=runs.values("county"), total__isnull=False
    )
    for org, total in rows.values_list("org_key", "total"):
        if total is not None:
            sums[org][0] += total
            sums[org][1] += 1
    yield from ((join.id, org, total // count) for org, (total, count) in sums.items())


def _earlier(programme: Programme, period: Period) -> list[tuple[str, int, int]] | None:
    """Who was at the end in the periods before, as those were published.

    None when one of them has never been computed: then the engine computes it from the facts.
    """
    found: list[tuple[str, int, int]] = []
    for back in range(1, represent(programme.model).running + 1):
        before = period.before(back)
        runs = official_runs(programme.name, before.kind, before.start)
        if not runs:
            return None
        for run in runs.values():
            found += [(mark, row[0], back) for mark, rows in run.tails.items() for row in rows]
    return sorted(found)


def places_before(
    programme: str, period: Period, periods: int
) -> dict[tuple[str, int], list[list[object]]]:
    """(mark, organisation) → [period, place from the end, size] of the periods before, newest first."""
    from zhijin.assessment.periods import name_of

    found: dict[tuple[str, int], list[list[object]]] = defaultdict(list)
    for back in range(1, periods + 1):
        before = period.before(back)
        for run in official_runs(programme, before.kind, before.start).values():
            for mark, rows in run.tails.items():
                for org, place, of in rows:
                    found[mark, org].append([name_of(before.kind, before.start), place, of])
    return found


def fingerprint(programme: Programme, period: Period, facts: str, inputs: Inputs) -> str:
    """The digest of everything that goes into a computation: the same in, the same out."""
    parts = [
        programme.digest, period.kind, period.start.isoformat(), facts,
        [list(row) for row in inputs.joined], [list(row) for row in inputs.adjusted],
        [list(row) for row in inputs.typed],
        None if inputs.earlier is None else [list(row) for row in inputs.earlier],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
