"""The standing of a place: groups with their lines, places below, how scores are spread, who moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from zhijin.assessment.models import Appeal, Mark, Run, Score
from zhijin.assessment.pages import reading, words
from zhijin.assessment.pages.programme import About, about
from zhijin.assessment.pages.reading import ADVANCED, LAGGARD, PUBLIC, Past, Summary, Wanted
from zhijin.core.actor import Actor
from zhijin.places import api as places
from zhijin.ui.charts import Move, Point

#: Up to here all organisations' moves are read; above, only the places below are shown.
_MOST_MOVES = 2_000
#: Digits of the places that a standing is summed up by, by the digits of its own.
BELOW = {0: 2, 2: 4, 4: 6, 6: 9}


@dataclass(frozen=True)
class Line:
    """One organisation in a standing. ``score.name`` is empty when the reader may not know it."""

    score: Score
    past: Sequence[Past] = ()
    marks: Sequence[Mark] = ()
    before: Score | None = None
    own: bool = False
    #: How many of ``score.dims`` are dimensions.
    shown: int = 0

    @property
    def move(self) -> Move | None:
        """Its move since the period before; None when it had another group then."""
        if self.score.rank is None:
            return None
        then = self.before.rank if self.before is not None else None
        return Move(self.score.name or "—", then, self.score.rank, self.own)

    @property
    def regrouped(self) -> bool:
        """Ranked among others than in the period before, so that the two ranks do not compare."""
        return self.before is not None and self.before.group_key != self.score.group_key

    @property
    def dims(self) -> Sequence[int | None]:
        """The scores of its dimensions, without joined results."""
        return self.score.dims[: self.shown]

    @property
    def spark(self) -> list[int | None]:
        return [past.score.total for past in self.past]

    @property
    def laggard(self) -> bool:
        return any(mark.kind == LAGGARD for mark in self.marks)

    @property
    def advanced(self) -> bool:
        return any(mark.kind == ADVANCED for mark in self.marks)


@dataclass(frozen=True)
class Group:
    """Organisations that are ranked together, as far as they lie in the place shown."""

    key: str
    told: str
    lines: Sequence[Line]
    #: The place that is shown.
    place: str = ""

    @property
    def name(self) -> str:
        return words.group_name(self.lines[0].score)

    @property
    def of(self) -> int:
        return self.lines[0].score.of

    @property
    def wider(self) -> bool:
        return self.lines[0].score.wider

    @property
    def partly(self) -> bool:
        """Whether the group reaches beyond the place that is shown; a page or a mark shows less of it too."""
        return len(reading.group_place(self.lines[0].score)) < len(self.place)

    @property
    def tied(self) -> int:
        return sum(line.score.tied > 1 for line in self.lines)

    @property
    def moves(self) -> list[Move]:
        return [line.move for line in self.lines if line.move is not None and not line.regrouped]


@dataclass(frozen=True)
class Below:
    """A place one level down with its summary now and in the period before."""

    code: str
    name: str
    summary: Summary
    before: Summary | None
    marks: Mapping[str, int]

    @property
    def change(self) -> int | None:
        """By how much the middle score rose, in basis points."""
        if self.before is None or self.before.middle is None or self.summary.middle is None:
            return None
        return self.summary.middle - self.before.middle

    @property
    def change_down(self) -> int | None:
        """The fall, without its sign: the arrow has it."""
        return None if self.change is None else -self.change

    @property
    def laggards(self) -> int:
        return self.marks.get(LAGGARD, 0)

    @property
    def advanced(self) -> int:
        return self.marks.get(ADVANCED, 0)


@dataclass(frozen=True)
class Standing:
    """Everything that a standing's page, document and sheet are made of. Reads as it is asked."""

    actor: Actor
    wanted: Wanted
    runs: Sequence[Run]
    previous: date | None = None
    previous_runs: Sequence[Run] = field(default_factory=tuple)

    @cached_property
    def about(self) -> About:
        return about(self.runs[0])

    @property
    def public(self) -> bool:
        return all(run.state in PUBLIC for run in self.runs)

    @property
    def state(self) -> str:
        """``mixed`` when counties are not equally far."""
        states = {run.state for run in self.runs}
        return states.pop() if len(states) == 1 else "mixed"

    @cached_property
    def waiting(self) -> list[Run]:
        return reading.beside(self.runs)

    @cached_property
    def totals(self) -> list[int]:
        """Every score of the standing, whatever mark is looked at, without those that could not be
        assessed."""
        everybody = replace(self.wanted, mark="")
        rows = reading.scores(self.actor, self.runs, everybody).exclude(total=None)
        return [total for total in rows.values_list("total", flat=True) if total is not None]

    @cached_property
    def counts(self) -> dict[str, int]:
        rows = reading.marked(self.actor, self.runs, self.wanted)
        kinds = list(rows.values_list("kind", flat=True))
        return {kind: kinds.count(kind) for kind in words.MARKS}

    @cached_property
    def appeals(self) -> list[Appeal]:
        """Appeals about this standing that wait for an answer."""
        rows = Appeal.objects.filter(
            reading.seen(self.actor), reading.inside(self.wanted.place),
            run_id__in=[run.id for run in self.runs], state=Appeal.State.FILED,
        )  # fmt: skip
        return list(rows.order_by("due_at")[:200])

    @cached_property
    def below(self) -> list[Below]:
        """Places one level down, the best middle score first. They are not ranked."""
        digits = BELOW.get(len(self.wanted.place), 0)
        if not digits:
            return []
        now = reading.summaries(self.actor, self.runs, self.wanted, digits)
        then = {
            s.code: s
            for s in reading.summaries(self.actor, self.previous_runs, self.wanted, digits)
        } if self.previous_runs else {}  # fmt: skip
        marks = reading.marked_below(self.actor, self.runs, self.wanted, digits)
        named = places.get_many(s.code for s in now)
        return [
            Below(
                s.code, named[s.code].short if s.code in named else s.code, s,
                then.get(s.code), marks.get(s.code, {}),
            )
            for s in now
        ]  # fmt: skip

    @cached_property
    def pages(self) -> int:
        count = reading.scores(self.actor, self.runs, self.wanted).count()
        return max(-(-count // self.size), 1)

    @property
    def size(self) -> int:
        """Organisations on a page: of a township all groups as a whole, of more a part of the list."""
        return reading.WHOLE if len(self.wanted.place) >= 9 else reading.PAGE

    @cached_property
    def lines(self) -> list[Line]:
        """One page of organisations, best first; those of one township by group and rank."""
        rows = reading.scores(self.actor, self.runs, self.wanted)
        if len(self.wanted.place) >= 9:
            rows = rows.order_by("group_key", "rank", "name", "org_key")
        else:
            rows = rows.order_by("-total", "name", "org_key")
        start = (self.wanted.page - 1) * self.size
        return self._lines(list(rows[start : start + self.size]))

    @cached_property
    def everybody(self) -> list[Line]:
        """All organisations, group by group and best first, for a sheet."""
        rows = reading.scores(self.actor, self.runs, self.wanted)
        return self._lines(list(rows.order_by("group_key", "rank", "name", "org_key")))

    def _lines(self, rows: Sequence[Score], own: Iterable[int] = ()) -> list[Line]:
        return lines(self.actor, rows, self.runs, self.wanted, self.previous, own)

    @cached_property
    def groups(self) -> list[Group]:
        """The lines by group, in the order of groups."""
        out: dict[str, list[Line]] = {}
        for line in self.lines:
            out.setdefault(line.score.group_key, []).append(line)
        return [
            Group(key, words.group(self.about, held[0].score), held, self.wanted.place)
            for key, held in out.items()
        ]

    @cached_property
    def moves(self) -> list[Move]:
        """Everybody's moves; empty where there are too many to read, or nothing to compare."""
        if not self.previous_runs or len(self.totals) > _MOST_MOVES:
            return []
        rows = reading.scores(self.actor, self.runs, self.wanted).exclude(rank=None)
        now = list(rows.only("org_key", "name", "rank", "group_key", "county", "run_id"))
        then = _scores_before(self.actor, self.previous_runs, [row.org_key for row in now])
        out = []
        for row in now:
            old = then.get(row.org_key)
            if row.rank is not None and (old is None or old.group_key == row.group_key):
                out.append(Move(row.name, old.rank if old else None, row.rank))
        return out

    @property
    def risers(self) -> list[Move]:
        """Who gained the most places, at most five."""
        return sorted((m for m in self.moves if m.by > 0), key=lambda m: (-m.by, m.now))[:5]

    @property
    def fallers(self) -> list[Move]:
        """Who lost the most places, at most five."""
        return sorted((m for m in self.moves if m.by < 0), key=lambda m: (m.by, m.now))[:5]

    @property
    def period_name(self) -> str:
        return words.period(self.runs[0].period_kind, self.wanted.period)

    @property
    def previous_name(self) -> str:
        return words.period(self.runs[0].period_kind, self.previous) if self.previous else ""


def lines(
    actor: Actor,
    rows: Sequence[Score],
    runs: Sequence[Run],
    wanted: Wanted,
    previous: date | None,
    own: Iterable[int] = (),
) -> list[Line]:
    """Scores with their past, marks and moves: three queries, however many. ``rows`` must have been
    read under the reader's scope."""
    keys = [row.org_key for row in rows]
    past = reading.history(keys, wanted.programme, wanted.period)
    marks: dict[int, list[Mark]] = {}
    for mark in reading.marks_of(actor, runs).filter(org_key__in=keys):
        marks.setdefault(mark.org_key, []).append(mark)
    mine = set(own)
    shown = len(about(runs[0]).own) if runs else 0
    out = []
    for row in rows:
        before = next((p.score for p in past.get(row.org_key, []) if p.period == previous), None)
        out.append(
            Line(row, past.get(row.org_key, []), marks.get(row.org_key, []), before,
                 row.org_key in mine, shown)
        )  # fmt: skip
    return out


def _scores_before(actor: Actor, runs: Sequence[Run], keys: Sequence[int]) -> dict[int, Score]:
    rows = Score.objects.filter(
        reading.seen(actor), org_key__in=keys,
        run_id__in=[run.id for run in runs], county__in=[run.county for run in runs],
    )  # fmt: skip
    return {row.org_key: row for row in rows}


def read(actor: Actor, wanted: Wanted) -> Standing | None:
    """The standing; None when there is none."""
    runs = reading.standing_runs(wanted.programme, wanted.period, wanted.place)
    if not runs:
        return None
    previous = reading.before(wanted.programme, wanted.period, wanted.place)
    then = reading.standing_runs(wanted.programme, previous, wanted.place) if previous else []
    return Standing(actor, wanted, runs, previous, then)


def points(past: Sequence[Past], *, ranks: bool, marked: Iterable[date] = ()) -> list[Point]:
    """An organisation's months for a chart, with what happened to it between them."""
    red = set(marked)
    out, last = [], None
    for one in past:
        value = one.score.rank if ranks else one.score.total
        note = words.changed(last, one.score) if last is not None else ""
        out.append(Point(words.short_month(one.period), value, note, one.period in red))
        last = one.score
    return out
