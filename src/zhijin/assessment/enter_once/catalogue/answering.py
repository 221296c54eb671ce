"""Counts: one query for all measures of one source, period and level, under the reader's own permissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet, Sum

from zhijin.assessment.enter_once.catalogue.model import (
    Answer,
    Field,
    Measure,
    Opened,
    Record,
    Source,
    met,
)
from zhijin.assessment.enter_once.catalogue.registry import source
from zhijin.assessment.enter_once.periods import Period
from zhijin.assessment.enter_once.subjects import Subject, covers, months_period
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.orgs import api as orgs

Wanted = tuple[Measure | Field, Period]
Answers = dict[tuple[str, Period], dict[str, Answer]]
#: Subjects whose spans are named one by one in a query; more are bounded by first and last.
_SPANS = 40
_SHOWN = 100


def answer_all(
    actor: Actor, office: str, wanted: Iterable[Wanted], subjects: Sequence[Subject]
) -> Answers:
    """Every wanted measure of every subject. Missing ones are answered too, with why."""
    out: Answers = {}
    plain = [s for s in subjects if s.kind != "month"]
    months = [s for s in subjects if s.kind == "month"]
    counts: dict[tuple[str, str, Period], list[Measure]] = defaultdict(list)
    for measure, period in dict.fromkeys(wanted):
        row = out[measure.id, period] = {}
        if isinstance(measure, Field):
            row |= _fields(actor, measure, plain, period)
            row |= {s.ref: Answer(None, why="grain") for s in months}
        else:
            counts[measure.source, _moment(measure), period].append(measure)
    for (key, at, period), group in counts.items():
        found = _counted(actor, source(key), at, period, group, plain)
        for one in months:
            found |= _of_month(actor, office, source(key), at, group, one)
        for (id_, ref), answer in found.items():
            out[id_, period][ref] = answer
    return out


def _moment(measure: Measure) -> str:
    return source(measure.source).at if measure.at is None else measure.at


def _fields(
    actor: Actor, measure: Field, subjects: Sequence[Subject], period: Period
) -> dict[str, Answer]:
    out: dict[str, Answer] = {}
    open_to: list[Subject] = []
    for one in subjects:
        why = _refused(actor, measure.permission, measure.public, one)
        if one.kind not in measure.grains:
            why = "grain"
        if why:
            out[one.ref] = Answer(None, why=why)
        else:
            open_to.append(one)
    values: Mapping[str, Any] = {}
    if open_to:
        of_period = measure.load_in
        values = of_period(actor, open_to, period) if of_period else measure.load(actor, open_to)
    for one in open_to:
        value = values.get(one.ref)
        out[one.ref] = Answer(value) if value not in {None, ""} else Answer(None, why=measure.blank)
    return out


def _refused(actor: Actor, permission: str, public: bool, one: Subject) -> str:
    """Why a reader may not have a figure; empty when they may."""
    if public:
        return ""
    if permission and not actor.can(permission):
        return "permission"
    if one.kind == "place" and not covers(actor, one.id):
        return "scope"
    return ""


Found = dict[tuple[str, str], Answer]


def _counted(
    actor: Actor, src: Source, at: str, period: Period, group: Sequence[Measure],
    subjects: Sequence[Subject],
) -> Found:  # fmt: skip
    out: Found = {}
    levels: dict[int, list[Subject]] = defaultdict(list)
    organisations: list[Subject] = []
    for one in subjects:
        why = _refused(actor, src.permission, src.public, one)
        if one.kind == "org" and not src.org:
            why = "grain"
        if why:
            out |= {(m.id, one.ref): Answer(None, why=why) for m in group}
        elif one.kind == "org":
            organisations.append(one)
        else:
            levels[len(one.id)].append(one)
    rows = _in_period(src.rows(actor), at, period)
    for level, these in levels.items():
        out |= _by_place(rows, src, group, level, these)
    if organisations:
        seen = orgs.by_keys(actor, [int(one.id) for one in organisations])
        own = [one for one in organisations if int(one.id) in seen]
        hidden = [one for one in organisations if int(one.id) not in seen]
        out |= {(m.id, one.ref): Answer(None, why="scope") for m in group for one in hidden}
        out |= _by_org(rows, src, group, own)
    return out


def _of_month(
    actor: Actor, office: str, src: Source, at: str, group: Sequence[Measure], one: Subject
) -> Found:
    """A row that is a month speaks of the office's own place; states are not kept by month."""
    if not at:
        return {(m.id, one.ref): Answer(None, why="past") for m in group}
    place = Subject("place", office, office)
    found = _counted(actor, src, at, months_period(one), group, [place])
    return {(id_, one.ref): answer for (id_, _ref), answer in found.items()}


def _in_period(rows: QuerySet[Any], at: str, period: Period) -> QuerySet[Any]:
    if not at:
        return rows
    lo, hi = (datetime.combine(day, time(), clock.TZ) for day in (period.start, period.end))
    return rows.filter(**{f"{at}__gte": lo, f"{at}__lt": hi})


def _by_place(
    rows: QuerySet[Any], src: Source, group: Sequence[Measure], level: int,
    subjects: Sequence[Subject],
) -> Found:  # fmt: skip
    if level > 12:
        out: Found = {}
        for one in subjects:
            found = rows.filter(_spans([one], src.place)).aggregate(**_aggregates(src, group))
            out |= _read(group, src, one, found)
        return out
    step = 10 ** (18 - level)
    part = ExpressionWrapper(F(src.place) / step, output_field=BigIntegerField())
    grouped = (
        rows.filter(_spans(subjects, src.place)).order_by().annotate(part=part)
        .values("part").annotate(**_aggregates(src, group))
    )  # fmt: skip
    by_code = {f"{row['part']:0{level}d}": row for row in grouped}
    out = {}
    for one in subjects:
        out |= _read(group, src, one, by_code.get(one.id, {}))
    return out


def _by_org(
    rows: QuerySet[Any], src: Source, group: Sequence[Measure], subjects: Sequence[Subject]
) -> Found:
    keys = [int(one.id) for one in subjects]
    grouped = (
        rows.filter(**{f"{src.org}__in": keys}).order_by()
        .values(src.org).annotate(**_aggregates(src, group))
    )  # fmt: skip
    by_key = {row[src.org]: row for row in grouped}
    out: Found = {}
    for one in subjects:
        out |= _read(group, src, one, by_key.get(int(one.id), {}))
    return out


def _spans(subjects: Sequence[Subject], column: str) -> Q:
    spans = sorted(place_span(one.id) for one in subjects)
    if len(spans) > _SPANS:
        spans = [(spans[0][0], max(hi for _lo, hi in spans))]
    return reduce(or_, (Q(**{f"{column}__gte": lo, f"{column}__lt": hi}) for lo, hi in spans))


def _aggregates(src: Source, group: Sequence[Measure]) -> dict[str, Any]:
    day = clock.today()
    out: dict[str, Any] = {"all": Count(src.id)}
    for number, one in enumerate(group):
        where = met(one.where, day)
        if one.of is not None:
            of = met(one.of, day)
            out[f"d{number}"] = Count(src.id, filter=of) if of else Count(src.id)
            where = where & of
        out[f"n{number}"] = Count(src.id, filter=where) if where else Count(src.id)
        if one.total:
            out[f"s{number}"] = Sum(one.total, filter=where) if where else Sum(one.total)
    return out


def _read(group: Sequence[Measure], src: Source, one: Subject, row: dict[str, Any]) -> Found:
    return {
        (measure.id, one.ref): _answer(measure, src, number, row)
        for number, measure in enumerate(group)
    }


def _answer(measure: Measure, src: Source, number: int, row: dict[str, Any]) -> Answer:
    count = row.get(f"n{number}", 0)
    if measure.is_rate and (row.get("all") or src.counts_zero):
        of = row.get(f"d{number}", 0)
        return Answer(count * 10_000 // of, count, of) if of else Answer(None, 0, 0, "zero")
    total = row.get(f"s{number}")
    nobody = not row.get("all") and not src.counts_zero
    if nobody or (not count and not measure.zero) or (measure.total and count and total is None):
        return Answer(None, why="unrecorded")
    return Answer(int(total or 0) if measure.total else count, count)


def opened(
    actor: Actor, office: str, measure: Measure | Field, period: Period, one: Subject
) -> Opened:
    """A cell's value and records as they are now, under ``actor``'s permissions."""
    if one.kind == "month":
        period, place = months_period(one), Subject("place", office, one.name)
        answers = answer_all(actor, office, [(measure, period)], [one])
        answer, one = answers[measure.id, period][one.ref], place
    else:
        answers = answer_all(actor, office, [(measure, period)], [one])
        answer = answers[measure.id, period][one.ref]
    closed = answer.why in {"scope", "permission", "grain", "past"}
    if isinstance(measure, Field) and measure.listed is not None and not closed:
        return Opened(answer, measure.listed(actor, one, period), 0, [], 0, listable=True)
    if isinstance(measure, Field) or closed:
        return Opened(answer, [], 0, [], 0, listable=False)
    return _listed(actor, measure, period, one, answer)


def _listed(actor: Actor, measure: Measure, period: Period, one: Subject, answer: Answer) -> Opened:
    src, day = source(measure.source), clock.today()
    if src.listed is None:
        return Opened(answer, [], 0, [], 0, listable=False)
    rows = _in_period(src.rows(actor), _moment(measure), period)
    narrowed = Q(**{src.org: int(one.id)}) if one.kind == "org" else _spans([one], src.place)
    rows = rows.filter(narrowed).order_by(*src.order)
    where = met(measure.where, day)
    others: list[Record] = []
    others_more = 0
    if measure.of is not None:
        rows = rows.filter(met(measure.of, day))
        rest = rows.exclude(**{f"{src.id}__in": rows.filter(where).order_by().values(src.id)})
        others, others_more = _page(src, rest)
    counted, counted_more = _page(src, rows.filter(where))
    return Opened(answer, counted, counted_more, others, others_more, listable=True)


def _page(src: Source, rows: QuerySet[Any]) -> tuple[list[Record], int]:
    assert src.listed is not None
    shown = list(rows[:_SHOWN])
    more = rows.count() - len(shown) if len(shown) == _SHOWN else 0
    return src.listed(shown), more
