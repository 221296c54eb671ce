"""One organisation's standing: dimensions, indicators with their figures, peers, history, what follows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from zhijin.assessment.models import Adjustment, Appeal, Follow, Mark, Run, Score, Value
from zhijin.assessment.pages import reading, words
from zhijin.assessment.pages.programme import About, Item, about
from zhijin.assessment.pages.reading import PUBLIC, Past
from zhijin.assessment.pages.standing import Line, lines
from zhijin.cases import api as cases
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_key


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator's figures. ``state`` 0 is a value; 1 to 3 say how its absence counted."""

    item: Item
    numerator: int | None
    denominator: int | None
    value: int | None
    score: int | None
    state: int

    @property
    def missing(self) -> bool:
        return self.state != Value.State.VALUE


@dataclass(frozen=True, slots=True)
class Part:
    """A dimension or a joined result with its score and its indicators."""

    item: Item
    score: int | None
    cells: Sequence[Cell]

    @property
    def joined(self) -> bool:
        return not self.cells


@dataclass(frozen=True)
class Page:
    """Everything on an organisation's page, read as it is asked for."""

    actor: Actor
    run: Run
    score: Score

    @cached_property
    def about(self) -> About:
        return about(self.run)

    @property
    def public(self) -> bool:
        return self.run.state in PUBLIC

    @cached_property
    def value(self) -> Value | None:
        found = Value.objects.filter(
            reading.seen(self.actor), county=self.run.county, run_id=self.run.id,
            org_key=self.score.org_key,
        )  # fmt: skip
        return found.first()

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The figures by indicator."""
        value = self.value
        if value is None:
            return {}
        arrays = zip(
            self.about.indicators, value.numerators, value.denominators, value.values,
            value.scores, value.states, strict=False,
        )  # fmt: skip
        return {item.id: Cell(item, *rest) for item, *rest in arrays}

    @cached_property
    def parts(self) -> list[Part]:
        """Dimensions in the programme's order, then joined results."""
        return [
            Part(
                item,
                score,
                [self.cells[i.id] for i in self.about.of_dimension(item.id) if i.id in self.cells],
            )
            for item, score in zip(self.about.dimensions, self.score.dims, strict=False)
        ]

    @cached_property
    def loose(self) -> list[Cell]:
        """Indicators of no dimension shown (the programme's file is gone)."""
        inside = {cell.item.id for part in self.parts for cell in part.cells}
        return [cell for name, cell in self.cells.items() if name not in inside]

    @cached_property
    def previous(self) -> date | None:
        return reading.before(self.run.programme, self.run.period_start, self.score.place_code)

    @cached_property
    def past(self) -> list[Past]:
        found = reading.history([self.score.org_key], self.run.programme, self.run.period_start)
        return found.get(self.score.org_key, [])

    @cached_property
    def peers(self) -> list[Line]:
        """The whole group, best first; others' names only of what has been published."""
        rows = reading.peers(self.score)
        known = {past.score.org_key: past for past in self.past if past.period == self.previous}
        own = self.score.org_key
        return [
            Line(row, before=known[own].score if row.org_key == own and own in known else None,
                 own=row.org_key == own)
            for row in rows
        ]  # fmt: skip

    @property
    def totals(self) -> list[int]:
        return [line.score.total for line in self.peers if line.score.total is not None]

    @cached_property
    def line(self) -> Line:
        """Its own line, with marks and the move since the period before."""
        wanted = reading.Wanted(self.run.programme, self.run.period_start, self.score.place_code)
        return lines(self.actor, [self.score], [self.run], wanted, self.previous)[0]

    @cached_property
    def marked(self) -> list[Mark]:
        """Its marks of the periods up to this one as they stand now, newest first."""
        return [mark for mark in self._standing_marks if mark.period_start <= self.run.period_start]

    @cached_property
    def _standing_marks(self) -> list[Mark]:
        """Not those of a result that a newer one has replaced, nor of one that waits beside."""
        rows = list(
            Mark.objects.filter(
                reading.seen(self.actor), org_key=self.score.org_key, programme=self.run.programme
            ).order_by("-period_start", "kind")
        )
        if not rows:
            return []
        speaking = reading.standing_ids(self.run.programme, (mark.county for mark in rows))
        standing = set(speaking.values_list("id", flat=True))
        return [mark for mark in rows if mark.run_id in standing]

    @cached_property
    def follows(self) -> list[Followed]:
        """What followed from its marks, newest first, with the case as far as the reader may see it."""
        rows = Follow.objects.filter(
            reading.seen(self.actor), org_key=self.score.org_key, programme=self.run.programme
        ).order_by("-period_start", "kind")
        named = {(mark.kind, mark.period_start) for mark in self._standing_marks}
        return followed(self.actor, rows, named)

    @cached_property
    def effects(self) -> list[tuple[Followed, Past | None, Past | None]]:
        """Each follow-up with the result that it followed from, and the newest there is."""
        if not self.follows:
            return []
        days = reading.periods(self.run.programme, self.score.place_code)
        key = self.score.org_key
        every = reading.history(
            [key], self.run.programme, days[0] if days else self.run.period_start
        )
        past = every.get(key, [])
        latest = past[-1] if past else None
        out = []
        for one in self.follows:
            then = next((p for p in past if p.period == one.follow.period_start), None)
            after = (
                latest
                if latest is not None and then is not None and latest.period > then.period
                else None
            )
            out.append((one, then, after))
        return out

    @cached_property
    def appeals(self) -> list[Appeal]:
        """Its appeals about this period, newest first."""
        rows = Appeal.objects.filter(
            reading.seen(self.actor), org_key=self.score.org_key, programme=self.run.programme,
            period_start=self.run.period_start,
        )  # fmt: skip
        return list(rows.order_by("-filed_at"))

    @cached_property
    def adjustments(self) -> list[Adjustment]:
        """Points added or taken in this period, or proposed, newest first."""
        rows = Adjustment.objects.filter(
            reading.seen(self.actor), org_key=self.score.org_key, programme=self.run.programme,
            period_start=self.run.period_start,
        )  # fmt: skip
        return list(rows.order_by("-proposed_at"))

    @cached_property
    def beside(self) -> tuple[Run, Score] | None:
        """The other result of the same period that is shown beside this one: what was computed anew and
        waits, or (of a result that names one) what had been published before."""
        rows = Run.objects.filter(
            county=self.run.county, programme=self.run.programme,
            period_kind=self.run.period_kind, period_start=self.run.period_start,
        ).defer("canonical", "signature")  # fmt: skip
        if self.run.names is not None:
            other = rows.filter(id=self.run.names).first()
        else:
            other = rows.filter(state=Run.State.READY).exclude(id=self.run.id).first()
        if other is None:
            return None
        score = Score.objects.filter(
            reading.seen(self.actor), run_id=other.id, county=other.county,
            org_key=self.score.org_key,
        ).first()  # fmt: skip
        return (other, score) if score is not None else None

    @property
    def group_told(self) -> str:
        return words.group(self.about, self.score)


@dataclass(frozen=True, slots=True)
class Followed:
    """A case that a mark opened; ``view`` is None before it is opened, or out of the reader's sight."""

    follow: Follow
    view: cases.CaseView | None
    #: Whether the result that stands now still names it.
    stands: bool = True


def followed(
    actor: Actor, rows: Iterable[Follow], named: Container[tuple[str, date]] | None = None
) -> list[Followed]:
    """Follow-ups with their cases, in one reading. ``named``: marks that stand, by kind and period; all do
    where it is not looked up."""
    held = list(rows)
    views = cases.by_ids(actor, [row.case_id for row in held if row.case_id])
    return [
        Followed(
            row, views.get(row.case_id) if row.case_id else None,
            named is None or (row.kind, row.period_start) in named,
        )
        for row in held
    ]  # fmt: skip


def read(actor: Actor, key: int, programme: str = "", period: date | None = None) -> Page:
    """An organisation's page of a period (the last one without it). Raises CO404, also out of scope."""
    mine = Q(org_key=key)
    rows = Score.objects.filter(reading.seen(actor), mine)
    runs = Run.objects.filter(state__in=reading.STANDING)
    if programme:
        runs = runs.filter(programme=programme)
    if period is not None:
        runs = runs.filter(period_start=period)
    candidates = {
        run.id: run
        for run in runs.filter(id__in=rows.values("run_id")).defer("canonical", "signature")
    }
    run = max(candidates.values(), key=_standing_first, default=None)
    if run is None:
        raise NOT_FOUND()
    score = rows.filter(run_id=run.id, county=run.county).first()
    if score is None:
        raise NOT_FOUND()
    return Page(actor, run, score)


def _standing_first(run: Run) -> tuple[date, bool]:
    return run.period_start, run.state in PUBLIC


def names(score: Score) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Where an organisation lies, for a permission: place key, organisation keys, line keys."""
    keys = tuple(key for key in (score.sector_key, score.industry_key) if key is not None)
    return place_key(score.place_code), (score.org_key,), keys
