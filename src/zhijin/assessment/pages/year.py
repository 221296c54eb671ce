"""A county's year: months × townships, who was marked how often, and what became of rectifications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import Left

from zhijin.assessment.models import Follow, Mark, Run, Score
from zhijin.assessment.pages import reading
from zhijin.assessment.pages.organisation import Followed, followed
from zhijin.assessment.pages.programme import About, about
from zhijin.assessment.pages.reading import LAGGARD, Middle
from zhijin.core.actor import Actor
from zhijin.places import api as places

#: Digits of the places that are the rows, by the digits of the place shown.
_ROWS = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a month: the middle score, how many are assessed and how many are laggards."""

    middle: int | None
    orgs: int
    laggards: int

    @property
    def step(self) -> int | None:
        """The shade: 0 below 60 points to 4 from 90."""
        if self.middle is None:
            return None
        return sum(self.middle >= edge for edge in places.STEPS)


@dataclass(frozen=True, slots=True)
class Row:
    """A place's twelve months, in order; None where nothing was computed."""

    code: str
    name: str
    cells: Sequence[Cell | None]


@dataclass(frozen=True, slots=True)
class Often:
    """An organisation that was marked, in how many months, and in which."""

    org_key: int
    name: str
    months: Sequence[date]


@dataclass(frozen=True)
class Year:
    """A calendar year of one programme at one place."""

    actor: Actor
    programme: str
    place: str
    year: int

    @cached_property
    def runs(self) -> dict[UUID, Run]:
        """The runs that stand, of every month and county concerned."""
        found: dict[tuple[int, date], Run] = {}
        rows = Run.objects.filter(
            reading.runs_in(self.place), programme=self.programme, state__in=reading.STANDING,
            period_start__year=self.year,
        ).defer("canonical", "signature")  # fmt: skip
        for run in sorted(rows, key=lambda run: run.state not in reading.PUBLIC):
            found.setdefault((run.county, run.period_start), run)
        return {run.id: run for run in found.values()}

    @property
    def about(self) -> About | None:
        latest = max(self.runs.values(), key=lambda run: run.period_start, default=None)
        return about(latest) if latest is not None else None

    @cached_property
    def months(self) -> list[date]:
        """The periods of the year that have a result, in order."""
        return sorted({run.period_start for run in self.runs.values()})

    def published(self, month: date) -> bool:
        return all(r.state in reading.PUBLIC for r in self.runs.values() if r.period_start == month)

    @cached_property
    def rows(self) -> list[Row]:
        """Places one level down with their months; two queries for the whole year."""
        digits = _ROWS.get(len(self.place), 12)
        keys = {"run_id__in": list(self.runs), "county__in": {r.county for r in self.runs.values()}}
        seen = Score.objects.filter(reading.seen(self.actor), reading.inside(self.place), **keys)
        counted = (
            seen.annotate(code=Left("place_code", digits))
            .values("code", "run_id")
            .annotate(orgs=Count("org_key"), middle=Middle("total"))
        )
        laggards = self._laggards(digits)
        cells: dict[str, dict[date, Cell]] = {}
        for row in counted:
            month = self.runs[row["run_id"]].period_start
            few = laggards.get((row["code"], month), 0)
            cells.setdefault(row["code"], {})[month] = Cell(row["middle"], row["orgs"], few)
        named = places.get_many(cells)
        return [
            Row(
                code,
                named[code].short if code in named else code,
                [by_month.get(month) for month in self.months],
            )
            for code, by_month in sorted(cells.items())
        ]

    def _laggards(self, digits: int) -> dict[tuple[str, date], int]:
        rows = (
            self._marks(LAGGARD)
            .annotate(code=Left("place_code", digits))
            .values("code", "period_start")
            .annotate(n=Count("org_key"))
        )
        return {(row["code"], row["period_start"]): row["n"] for row in rows}

    def _marks(self, kind: str) -> QuerySet[Mark]:
        return reading.marks_of(self.actor, self.runs.values()).filter(
            reading.inside(self.place), kind=kind
        )

    def often(self, kind: str, most: int = 12) -> list[Often]:
        """Who was marked as ``kind``, those most often first."""
        months: dict[int, list[date]] = {}
        for key, month in self._marks(kind).values_list("org_key", "period_start"):
            months.setdefault(key, []).append(month)
        first = sorted(months, key=lambda key: (-len(months[key]), key))[:most]
        rows = Score.objects.filter(
            reading.seen(self.actor), org_key__in=first, run_id__in=list(self.runs)
        )
        names = dict(rows.values_list("org_key", "name"))
        return [Often(key, names.get(key, ""), sorted(months[key])) for key in first]

    @cached_property
    def follows(self) -> list[Followed]:
        """Rectifications and learnable cases that this year's marks opened."""
        rows = Follow.objects.filter(
            reading.seen(self.actor), reading.inside(self.place), programme=self.programme,
            period_start__year=self.year,
        ).order_by("-period_start", "org_key")  # fmt: skip
        return followed(self.actor, rows[:500])

    @property
    def counts(self) -> dict[str, int]:
        """How many rectifications: in all, waiting to be opened, open, released."""
        laggards = [f for f in self.follows if f.follow.kind == LAGGARD]
        return {
            "all": len(laggards),
            "waiting": sum(f.follow.case_id is None for f in laggards),
            "open": sum(f.view is not None and f.view.case.is_open for f in laggards),
            "released": sum(f.view is not None and not f.view.case.is_open for f in laggards),
        }


def years(programme: str, place: str) -> list[int]:
    """The years that have a result, newest first."""
    return sorted({day.year for day in reading.periods(programme, place)}, reverse=True)
