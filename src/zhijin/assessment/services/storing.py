"""Puts a computation's result into the tables: a run in every county, all in the present transaction.

What was published stays as it is: a result that differs becomes a ready run that names it. A result
that says the same as what stands already makes nothing new.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from zhijin.assessment import forms
from zhijin.assessment.engine.duckrun import DuckRun
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.represent import Representation, represent
from zhijin.assessment.engine.units import valid_on
from zhijin.assessment.models import Appeal, Batch, Mark, Run, Score, Value
from zhijin.assessment.services import inputs
from zhijin.assessment.services.bulk import copy_rows
from zhijin.assessment.services.keeping import Holds
from zhijin.assessment.services.requesting import request_following
from zhijin.core import clock
from zhijin.core.facts import county_of
from zhijin.core.ids import line_key, place_span, uuid7

State = Run.State
SCORE = (
    "county", "run_id", "org_key", "place_code", "place_key", "sector_key", "industry_key", "name",
    "kind", "sector", "industry", "parent_key", "total", "adjusted", "dims", "rank", "of", "tied",
    "group_key", "group_by", "wider",
)  # fmt: skip
VALUE = (
    "county", "run_id", "org_key", "place_code", "place_key", "sector_key", "industry_key",
    "numerators", "denominators", "values", "scores", "states",
)  # fmt: skip
_ARRAYS = ("numerators", "denominators", "vals", "scores", "states")
#: One row an organisation: who it was, what it got, what was counted. Arrays come as PostgreSQL writes
#: them: 20 million numbers of a province would otherwise pass through Python one by one.
RESULT = """
SELECT s.org_key, o.place_code, o.place_key, o.name, o.kind, o.sector, o.industry, o.parent_key,
       s.total, s.adjusted, {dims}, s.rank_no, s.rank_of, s.tied, s.group_key, s.used, {arrays}
FROM score s JOIN orgs o ON o.org_key = s.org_key AND {valid} JOIN value v ON v.org_key = s.org_key
ORDER BY s.org_key
"""


@dataclass
class County:
    """What a computation says about one county."""

    code: str
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    marks: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    tails: dict[str, list[list[int]]] = field(default_factory=lambda: defaultdict(list))

    def digest(self) -> str:
        """Over everything that is told about the county's organisations."""
        told = [self.rows, sorted((m, o, d["rules"]) for (m, o), d in self.marks.items())]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def months_of(programme: forms.Programme, period: Period) -> list[date]:
    """Every month that a computation may read, the earlier periods of running rules among them."""
    book = represent(programme.model)
    first = period.before(book.running)
    reach = first.back(book.reach)[0]
    months, month = [], reach
    from zhijin.assessment.engine.periods import shifted

    while month < period.end:
        months.append(month)
        month = shifted(month, 1)
    return months


def store(
    batch: Batch, programme: forms.Programme, period: Period, run: DuckRun, seen: dict[str, str]
) -> None:
    """A run in every county that the request concerns, where the result is new."""
    book = run.plan.representation
    counties = _counties(batch, programme, run, period)
    _take_marks(programme, period, run, counties)
    batch.orgs = sum(len(county.rows) for county in counties.values())
    waiting = _unpublished(programme.name, period)
    made = [
        _put(batch, programme, period, book, number, county, seen)
        for number, county in sorted(counties.items())
    ]
    batch.runs += sum(run is not None for run in made)
    if any(run is not None and run.names is None and run.county in waiting for run in made):
        # The result that speaks for this period is another one now.
        request_following(programme, period, batch.place_code)


def _unpublished(programme: str, period: Period) -> set[int]:
    """Counties of which the period's result waits to be published."""
    rows = Run.objects.filter(
        programme=programme, period_kind=period.kind, period_start=period.start, state=State.READY
    )
    return set(rows.values_list("county", flat=True))


def _counties(
    batch: Batch, programme: forms.Programme, run: DuckRun, period: Period
) -> dict[int, County]:
    """The result by county, without places where another revision holds or was kept."""
    holds = Holds(programme, period, asked=batch.reason == Batch.Reason.ASKED)
    found: dict[int, County] = {}
    arrays = ", ".join(_literal(f"v.{name}") for name in _ARRAYS)
    query = RESULT.format(
        valid=valid_on("o", period.last_day), dims=_literal("s.dims"), arrays=arrays
    )
    cursor = run.db.execute(query)
    while rows := cursor.fetchmany(5000):
        for row in rows:
            code = row[1]
            if not code.startswith(batch.place_code or programme.place_code):
                continue
            if not holds(code):
                continue
            number = county_of(code)
            if number not in found:
                found[number] = County(code[: min(len(code), 6)])
            found[number].rows.append(row)
    return found


def _literal(array: str) -> str:
    """DuckDB writes ``[1, NULL]`` where PostgreSQL writes ``{1, NULL}``."""
    return f"translate(CAST({array} AS VARCHAR), '[]', '{{}}')"


def _take_marks(
    programme: forms.Programme, period: Period, run: DuckRun, counties: dict[int, County]
) -> None:
    """Marks with the figures that they rest on, and who was at the end for running rules."""
    where = {row[0]: (county, row) for county in counties.values() for row in county.rows}
    book = run.plan.representation
    before = inputs.places_before(programme.name, period, book.running)
    for org, mark, place, of in run.db.execute(
        "SELECT org_key, mark, place_no, rank_of FROM tail ORDER BY mark, org_key"
    ).fetchall():
        if org in where:
            where[org][0].tails[mark].append([org, place, of])
    from zhijin.assessment.periods import name_of

    present = name_of(period.kind, period.start)
    for org, mark, rule, place, line, of in run.db.execute(
        "SELECT org_key, mark, rule, place_no, line, rank_of FROM mark ORDER BY org_key, mark, rule"
    ).fetchall():
        if org not in where:
            continue
        county, row = where[org]
        found = county.marks.setdefault((mark, org), _reason(book, row))
        found["rules"].append(rule)
        if rule == "running":
            found["reason"]["running"] = [[present, place, of], *before.get((mark, org), [])]
        else:
            found["reason"]["quota"] = line


def _reason(book: Representation, row: tuple[Any, ...]) -> dict[str, Any]:
    used = row[15] or 0
    return {
        "rules": [],
        "reason": {
            "total": row[8], "rank": row[11], "of": row[12], "group_key": row[14],
            "group_by": " ".join(book.groups[used]), "wider": used > 0,
        },
    }  # fmt: skip


def _put(
    batch: Batch, programme: forms.Programme, period: Period, book: Representation, number: int,
    county: County, seen: dict[str, str],
) -> Run | None:  # fmt: skip
    """One county's run; None when what stands there says the same."""
    digest = county.digest()
    of_period = Run.objects.filter(
        county=number, programme=programme.name, period_kind=period.kind,
        period_start=period.start,
    )  # fmt: skip
    # Locked: one that is published at this moment is the public one, and is not set aside.
    ready = of_period.filter(state=State.READY).select_for_update(no_key=True).first()
    public = of_period.filter(state__in=(State.PUBLISHED, State.FROZEN)).first()
    standing = ready or public
    if standing is not None and (standing.digest, standing.revision_id) == (digest, programme.id):
        _closed(ready, batch)
        _show_beside(public, standing)
        return None
    if ready is not None:
        _set_aside(ready)
    if ready is not None and public is not None and public.digest == digest:
        _show_beside(public, public, instead=ready)
        # What was found meanwhile has been taken back: the published result stands alone again.
        return None
    lo, hi = place_span(county.code)
    run = Run.objects.create(
        county=number, place_code=county.code, place_key=lo, place_end=hi, batch=batch.id,
        programme=programme.name, revision_id=programme.id, period_kind=period.kind,
        period_start=period.start, period_end=period.end, reason=batch.reason,
        names=public.id if public else None, facts_upto=batch.facts_upto, seen=seen,
        indicators=[item.id for item in book.indicators],
        dimensions=[part.id for part in book.components], tails=dict(county.tails),
        orgs=len(county.rows), digest=digest, ready_at=clock.now(),
    )  # fmt: skip
    _fill(run, book, county.rows)
    _mark(run, county)
    _show_beside(public, run, instead=ready)
    return run


def _closed(ready: Run | None, batch: Batch) -> None:
    """What was computed while its period ran and is the same at the end: from now on it is the result."""
    if ready is not None and ready.reason == Batch.Reason.OPEN != batch.reason:
        ready.reason = batch.reason
        ready.save(update_fields=["reason"])


def _show_beside(public: Run | None, run: Run, instead: Run | None = None) -> None:
    """Accepted appeals against ``public`` show ``run`` beside it, also when nothing came of them; those that
    showed ``instead``, which is gone now, too."""
    if public is None:
        return
    shown = [one.id for one in (public, instead) if one is not None]
    Appeal.objects.filter(
        Q(new_run=None) | Q(new_run__in=shown), run_id=public.id, county=public.county,
        state=Appeal.State.ACCEPTED,
    ).update(new_run=run.id)  # fmt: skip


def _set_aside(ready: Run) -> None:
    """A result that was never published gives way; only that it was there is kept."""
    for model in (Score, Value, Mark):
        model.objects.filter(run_id=ready.id, county=ready.county).delete()
    ready.state, ready.superseded_at = State.SUPERSEDED, clock.now()
    ready.save(update_fields=["state", "superseded_at"])


def _fill(run: Run, book: Representation, rows: Iterable[tuple[Any, ...]]) -> None:
    scores, values = [], []
    for row in rows:
        (org, code, key, name, kind, sector, industry, parent, total, adjusted, dims, rank, of,
         tied, group, used, numerators, denominators, found, points, states) = row  # fmt: skip
        whose = (
            run.county, run.id, org, code, key, line_key(sector, code),
            line_key(industry, code) if industry else None,
        )  # fmt: skip
        by = " ".join(book.groups[used or 0])
        scores.append((
            *whose, name, kind, sector, industry, parent, total, adjusted, dims, rank, of or 0,
            tied or 0, group or "", by, bool(used),
        ))  # fmt: skip
        values.append((*whose, numerators, denominators, found, points, states))
    copy_rows(Score, SCORE, scores)
    copy_rows(Value, VALUE, values)


def _mark(run: Run, county: County) -> None:
    whose = {row[0]: row for row in county.rows}
    Mark.objects.bulk_create(
        Mark(
            id=uuid7(), run_id=run.id, programme=run.programme, period_start=run.period_start,
            kind=mark, rules=found["rules"], reason=found["reason"], county=run.county,
            org_key=org, place_code=whose[org][1], place_key=whose[org][2],
            sector_key=line_key(whose[org][5], whose[org][1]),
            industry_key=line_key(whose[org][6], whose[org][1]) if whose[org][6] else None,
        )
        for (mark, org), found in sorted(county.marks.items())
    )  # fmt: skip
