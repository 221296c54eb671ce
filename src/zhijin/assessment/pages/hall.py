"""What of a standing may hang on a wall: organisations, of what was published, and nobody's person."""

from __future__ import annotations

from dataclasses import dataclass

from zhijin.assessment.models import Run, Score
from zhijin.assessment.pages import reading, words
from zhijin.core import clock
from zhijin.core.actor import Actor

#: Among so many of the newest published results one is looked for that concerns the place.
_BACK = 12


@dataclass(frozen=True, slots=True)
class Placed:
    """An organisation's rank among its peers; ``total`` in basis points."""

    name: str
    rank: int
    of: int
    total: int


@dataclass(frozen=True, slots=True)
class Hall:
    """The newest published result with organisations of a place, the best first."""

    period: str
    lines: tuple[Placed, ...]


def standing_at(actor: Actor, place: str, size: int = 3) -> Hall | None:
    """None when nothing published concerns the place; two queries."""
    runs = list(
        Run.objects.filter(
            reading.runs_in(place), state__in=reading.PUBLIC, period_end__lte=clock.today()
        )
        .only("id", "county", "period_kind", "period_start", "period_end")
        .order_by("-period_end", "-period_start", "id")[:_BACK]
    )
    by_id = {run.id: run for run in runs}
    rows = Score.objects.filter(
        reading.seen(actor), reading.inside(place), run_id__in=list(by_id), rank__isnull=False,
        county__in={run.county for run in runs},
    )  # fmt: skip
    found: dict[object, list[Score]] = {}
    for row in rows.order_by("rank", "-total", "org_key")[: 50 * _BACK]:
        found.setdefault(row.run_id, []).append(row)
    run = next((run for run in runs if run.id in found), None)
    if run is None:
        return None
    lines = tuple(
        Placed(row.name, row.rank or 0, row.of, row.total or 0) for row in found[run.id][:size]
    )
    return Hall(words.period(run.period_kind, run.period_start), lines)
