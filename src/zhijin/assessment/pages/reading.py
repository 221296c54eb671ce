"""Which runs stand, and their scores: every read within the reader's scope by place, line or organisation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import (
    Aggregate,
    Case,
    Count,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Left

from zhijin.assessment.engine.shared_model import LEVEL_DIGITS
from zhijin.assessment.models import Mark, Run, Score
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q, scoped

LINES = ("sector_key", "industry_key")
PUBLIC = (Run.State.PUBLISHED, Run.State.FROZEN)
#: What stands for a county and period: what was published, else what was computed last.
STANDING = (*PUBLIC, Run.State.READY)
PAGE = 100
#: Organisations of a township that are shown at once.
WHOLE = 400
#: The marks that the pages know by name.
LAGGARD, ADVANCED = "laggard", "advanced"
#: How many periods a history goes back, the present one included.
HISTORY = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a standing is asked for; empty values narrow nothing. ``mark``: laggard or advanced."""

    programme: str
    period: date
    place: str
    sector: int | None = None
    mark: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Past:
    """An organisation's score in a period that has passed, as it then was."""

    period: date
    score: Score


class Middle(Aggregate):
    """The middle one of ordered values (PostgreSQL's percentile_disc): always a value that exists."""

    function = "percentile_disc"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


def seen(actor: Actor) -> Q:
    """The explicit filter beside row-level security for rows about organisations."""
    return scope_q(actor, "place_key", orgs="org_key", lines=LINES)


def inside(place: str) -> Q:
    """Rows at or below a place."""
    if not place:
        return Q()
    lo, hi = place_span(place)
    return Q(place_key__gte=lo, place_key__lt=hi)


def runs_in(place: str) -> Q:
    """Runs of counties that a place lies in, holds or is."""
    if not place:
        return Q()
    lo, hi = place_span(place)
    return Q(place_key__lt=hi, place_end__gt=lo)


def programmes(place: str = "") -> list[str]:
    """Programmes with a standing at ``place``, by id."""
    found = Run.objects.filter(runs_in(place), state__in=STANDING)
    return sorted(set(found.values_list("programme", flat=True)))


def periods(programme: str, place: str = "") -> list[date]:
    """First days of the periods with a standing, newest first."""
    found = Run.objects.filter(runs_in(place), programme=programme, state__in=STANDING)
    return sorted(set(found.values_list("period_start", flat=True)), reverse=True)


def newest(programme: str, place: str, days: Sequence[date]) -> date:
    """The newest of ``days`` that has ended; what is computed nightly of a running period comes after it."""
    ended = Run.objects.filter(
        runs_in(place), programme=programme, state__in=STANDING, period_end__lte=clock.today()
    )
    found = ended.aggregate(last=Max("period_start"))["last"]
    return found if found in days else days[0]


def standing_runs(programme: str, period: date, place: str = "") -> list[Run]:
    """One run for each county concerned: the published or frozen one, else the ready one."""
    order = Case(When(state__in=PUBLIC, then=Value(0)), default=Value(1))
    found = Run.objects.filter(
        runs_in(place), programme=programme, period_start=period, state__in=STANDING
    ).order_by("county", order)
    out: dict[int, Run] = {}
    for run in found.defer("canonical", "signature"):
        out.setdefault(run.county, run)
    return list(out.values())


def beside(runs: Sequence[Run]) -> list[Run]:
    """Ready runs that were computed anew after one of ``runs`` was published, and wait."""
    public = {run.county for run in runs if run.state in PUBLIC}
    if not public:
        return []
    first = runs[0]
    found = Run.objects.filter(
        county__in=public, programme=first.programme, period_start=first.period_start,
        period_kind=first.period_kind, state=Run.State.READY,
    )  # fmt: skip
    return list(found.defer("canonical", "signature"))


def scores(actor: Actor, runs: Iterable[Run], wanted: Wanted) -> QuerySet[Score]:
    """The scores of a standing, unordered."""
    held = list(runs)
    rows = Score.objects.filter(
        seen(actor),
        inside(wanted.place),
        run_id__in=[run.id for run in held],
        county__in=[run.county for run in held],
    )
    if wanted.sector:
        rows = rows.filter(sector=wanted.sector)
    if wanted.mark:
        marked = marks_of(actor, held).filter(kind=wanted.mark)
        rows = rows.filter(org_key__in=marked.values("org_key"))
    return rows


def marks_of(actor: Actor, runs: Iterable[Run]) -> QuerySet[Mark]:
    """The marks of a standing."""
    held = list(runs)
    return Mark.objects.filter(
        seen(actor),
        run_id__in=[run.id for run in held],
        county__in=[run.county for run in held],
    )


def before(programme: str, period: date, place: str = "") -> date | None:
    """The period before ``period`` that has a standing."""
    return next((day for day in periods(programme, place) if day < period), None)


def peers(score: Score) -> list[Score]:
    """Everybody that ``score`` was ranked among, best first, in other counties too.

    Whoever may see one score of a group sees how the whole group is spread: that is what its rank
    means. The caller must have read ``score`` under the reader's own scope. Names of others are
    given only of what has been published. Those of a wider group who are ranked in a smaller one of
    their own have the place that their total gives them here, and none where it is shared.
    """
    with scoped(Actor.system("peers")):
        runs = _runs_of_group(score)
        rows = list(
            Score.objects.filter(
                _in_group(score),
                run_id__in=list(runs),
                county__in=[r.county for r in runs.values()],
            ).only("county", "run_id", "org_key", "name", "rank", "total", "group_key")
        )
    for row in rows:
        if row.org_key != score.org_key and runs[row.run_id].state not in PUBLIC:
            row.name = ""
    _place(rows, score)
    last = len(rows) + 1
    return sorted(
        rows, key=lambda row: (row.rank or last, -(row.total or -1), row.name, row.org_key)
    )


def _runs_of_group(score: Score) -> dict[UUID, Run]:
    """The run of ``score``, and those of other counties where its group reaches beyond the county."""
    own = Run.objects.defer("canonical", "signature").get(id=score.run_id, county=score.county)
    place = group_place(score)
    if len(place) >= len(own.place_code):
        return {own.id: own}
    others = standing_runs(own.programme, own.period_start, place)
    kept = [run for run in others if run.county != own.county]
    return {run.id: run for run in (own, *kept) if run.period_kind == own.period_kind}


def attributes(score: Score) -> list[str]:
    """By what the group of ``score`` was made: ``["township", "sector"]``."""
    return re.findall(r"[a-z]+", score.group_by)


def group_place(score: Score) -> str:
    """The place that the group of ``score`` lies in; empty for a group of no place."""
    digits = [LEVEL_DIGITS[name] for name in attributes(score) if name in LEVEL_DIGITS]
    return score.place_code[: max(digits)] if digits else ""


def _in_group(score: Score) -> Q:
    names = set(attributes(score))
    if not score.wider or "size" in names:
        return Q(group_key=score.group_key)
    same = {name: getattr(score, name) for name in ("sector", "industry", "kind") if name in names}
    return inside(group_place(score)) & Q(**same)


def _place(rows: Sequence[Score], score: Score) -> None:
    """Places in the group of ``score`` for those whose rank is that of another group."""
    totals = sorted((row.total for row in rows if row.total is not None), reverse=True)
    first = {total: place for place, total in reversed(list(enumerate(totals, 1)))}
    alone = {total for total, count in Counter(totals).items() if count == 1}
    for row in rows:
        if row.group_key != score.group_key:
            row.rank = first[row.total] if row.total in alone else None


def history(orgs: Iterable[int], programme: str, upto: date) -> dict[int, list[Past]]:
    """The scores of organisations in the last twelve periods that stand, oldest first.

    An organisation that moved has its past where it then was, perhaps in another county; whoever may
    see its present may see its own past. The caller must have read the organisations under the
    reader's own scope.
    """
    keys = list(orgs)
    if not keys:
        return {}
    with scoped(Actor.system("history")):
        rows = list(Score.objects.filter(org_key__in=keys, run_id__in=_past_runs(programme, upto)))
        starts = dict(
            Run.objects.filter(
                id__in={row.run_id for row in rows}, county__in={row.county for row in rows}
            ).values_list("id", "period_start")
        )
    out: dict[int, list[Past]] = {key: [] for key in keys}
    for row in sorted(rows, key=lambda row: starts[row.run_id]):
        out[row.org_key].append(Past(starts[row.run_id], row))
    return out


def _past_runs(programme: str, upto: date) -> QuerySet[Run]:
    """The ids of the runs that stand, one for each county and period."""
    first = date(upto.year - 1, upto.month, 1)
    order = Case(When(state__in=PUBLIC, then=Value(0)), default=Value(1))
    return (
        Run.objects.filter(
            programme=programme,
            period_start__gt=first,
            period_start__lte=upto,
            state__in=STANDING,
        )
        .order_by("county", "period_start", order)
        .distinct("county", "period_start")
        .values("id")  # type: ignore[return-value]
    )


def standing_ids(programme: str, counties: Iterable[int]) -> QuerySet[Run]:
    """The ids of the runs that speak for each period of some counties, whatever the period."""
    order = Case(When(state__in=PUBLIC, then=Value(0)), default=Value(1))
    found = Run.objects.filter(
        programme=programme, county__in=set(counties), state__in=STANDING
    ).order_by("county", "period_kind", "period_start", order)
    return found.distinct("county", "period_kind", "period_start").values("id")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a place one level down has: how many are assessed, the middle and extreme scores, marks."""

    code: str
    orgs: int
    scored: int
    middle: int | None
    low: int | None
    high: int | None


def summaries(actor: Actor, runs: Sequence[Run], wanted: Wanted, digits: int) -> list[Summary]:
    """One line for each place of ``digits`` digits, the best middle first; one query."""
    rows = (
        scores(actor, runs, wanted)
        .annotate(code=Left("place_code", digits))
        .values("code")
        .annotate(
            orgs=Count("org_key"), scored=Count("total"), middle=Middle("total"),
            low=Min("total"), high=Max("total"),
        )
    )  # fmt: skip
    found = [Summary(**row) for row in rows]
    return sorted(found, key=lambda s: (-(s.middle or -1), s.code))


def marked(actor: Actor, runs: Iterable[Run], wanted: Wanted) -> QuerySet[Mark]:
    """The marks of a standing in a place and sector, of whatever kind."""
    rows = marks_of(actor, runs).filter(inside(wanted.place))
    if wanted.sector:
        lo = wanted.sector * 10**12
        rows = rows.filter(sector_key__gte=lo, sector_key__lt=lo + 10**12)
    return rows


def marked_below(
    actor: Actor, runs: Sequence[Run], wanted: Wanted, digits: int
) -> dict[str, dict[str, int]]:
    """How many are marked in each place of ``digits`` digits: ``{code: {laggard: n, …}}``."""
    counted = (
        marked(actor, runs, wanted)
        .annotate(code=Left("place_code", digits))
        .values("code", "kind")
        .annotate(n=Count("org_key"))
    )
    out: dict[str, dict[str, int]] = {}
    for row in counted:
        out.setdefault(row["code"], {})[row["kind"]] = row["n"]
    return out
