"""From a figure down to its records: the same filter that was counted, over ``core_fact`` itself.

The predicate is run under the reader's own permissions (row-level security), with explicit ranges of
keys and times, so that rows always match the figure for whoever may see all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final, Literal
from uuid import UUID

from zhijin.assessment.engine.conditions import holds, kind_is, of_facts
from zhijin.assessment.engine.dialects import POSTGRES
from zhijin.assessment.engine.expressions import Node, names
from zhijin.assessment.engine.measures_model import Measure
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.periods import Period, micros, shifted
from zhijin.assessment.engine.represent import represent
from zhijin.assessment.engine.shared_model import LEVEL_DIGITS, LEVEL_SUB

Side = Literal["of", "to", "join"]
_SNAPSHOT = re.compile(r"[0-9]+:[0-9]+:[0-9,]*")


@dataclass(frozen=True)
class Whose:
    """The organisation as it was in each month of the period: where, and who was below it.

    ``places``: its place key by the first day of each month in which it existed. ``members``: itself
    and those below it by month, for measures of its tree (may stay empty when there are none).
    """

    org_key: int
    places: Mapping[date, int]
    members: Mapping[date, tuple[int, ...]] | None = None


@dataclass(frozen=True)
class Seen:
    """Which facts were there when a run was computed.

    ``months``: by the first day of a month, the snapshot (``pg_snapshot``) in which it was read; empty where
    that is not known. ``gone``: the facts that were corrected by then, where they were looked up before (see
    :func:`corrected`): for many organisations that is quicker than to ask for each fact.
    """

    months: Mapping[date, str]
    gone: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class Evidence:
    """The facts of one measure: ``SELECT … FROM core_fact f WHERE <predicate> [ORDER BY … LIMIT …]``.

    ``part``: numerator (``of``) or denominator (``to``). ``predicate`` holds no user's text unquoted.
    """

    part: Side
    form: str
    predicate: str
    order: str = "f.at, f.id"
    limit: int | None = None


#: Of an organisation, a key (or the first of a place and the first after it), and from when to when, in seconds.
Stretch = tuple[int, int, int, int, int]
LATEST: Final = "f.at DESC, f.value DESC"


@dataclass(frozen=True)
class Gathering:
    """The facts of one measure for many organisations: ``SELECT w.whose, … FROM w JOIN core_fact f ON <predicate>``.

    ``w`` (whose, low, high, since, until) is what :func:`stretches` of ``who`` and ``reach`` gives; ``latest``: only
    the last fact of each organisation, in the order of ``LATEST``.
    """

    part: Side
    who: str
    reach: int
    predicate: str
    latest: bool = False


def evidence(
    programme: Assessment, indicator: str, whose: Whose, period: Period, seen: Seen | None = None
) -> list[Evidence]:
    """What to look up for an indicator (or a joined fact) of one organisation in one period.

    With ``seen``, exactly the facts that were there when those snapshots were taken: none that came or were
    corrected since. KeyError for an indicator that the programme does not have; empty for typed-in figures.
    """
    return [
        _of(side, measure, whose, period, seen) for side, measure in _sides(programme, indicator)
    ]


def gatherings(
    programme: Assessment, indicator: str, period: Period, seen: Seen | None = None
) -> list[Gathering]:
    """The same as :func:`evidence`, for as many organisations as :func:`stretches` names."""
    return [
        _gathering(side, measure, period, seen) for side, measure in _sides(programme, indicator)
    ]


def stretches(who: str, reach: int, every: Iterable[Whose], period: Period) -> list[Stretch]:
    """Which keys were whose and when, for gatherings of ``who`` and ``reach``."""
    found: list[Stretch] = []
    for whose in every:
        for since, until, value in _held(who, whose, period, reach):
            begun, ended = micros(since) // 1_000_000, micros(until) // 1_000_000
            if who == "place":
                found.append((whose.org_key, *span(int(value)), begun, ended))
            else:
                keys = value if who == "tree" else (value,)
                found += [(whose.org_key, key, key, begun, ended) for key in keys]
    return found


def _sides(programme: Assessment, indicator: str) -> list[tuple[Side, Measure]]:
    """The measures of facts of an indicator or a joined fact, each with the side on which it counts."""
    book = represent(programme)
    for part in book.components:
        if part.id == indicator and part.joined:
            return [] if part.measure is None else [("join", book.measures[part.measure])]
    item = {scored.id: scored for scored in book.indicators}[indicator]
    sides: tuple[tuple[Side, Node | None], ...] = (("of", item.of), ("to", item.to))
    return [
        (side, measure)
        for side, node in sides
        for measure in _measures(node, book.measures)
        if measure.of_facts
    ]


def _measures(node: Node | None, every: tuple[Measure, ...]) -> list[Measure]:
    numbers = [int(ref.name[1:]) for ref in names(node)] if node is not None else []
    return [every[number] for number in dict.fromkeys(numbers)]


def _of(part: Side, measure: Measure, whose: Whose, period: Period, seen: Seen | None) -> Evidence:
    kind, *others = _tests(measure, period, seen)
    predicate = " AND ".join([kind, _mine(measure, whose, period, _reach(measure)), *others])
    if measure.latest is not None:
        return Evidence(part, measure.form, predicate, LATEST, 1)
    return Evidence(part, measure.form, predicate)


def _gathering(part: Side, measure: Measure, period: Period, seen: Seen | None) -> Gathering:
    reach = _reach(measure)
    inside = "f.place_key >= w.low AND f.place_key < w.high"
    # The whole span stands there too, as a constant, so that only its months are looked through.
    whole = _within(shifted(period.start, -reach), period.end)
    predicate = " AND ".join([
        *_tests(measure, period, seen), inside if measure.who == "place" else "f.org_key = w.low",
        whole, "f.at >= w.since AND f.at < w.until",
    ])  # fmt: skip
    return Gathering(part, _who(measure), reach, predicate, latest=measure.latest is not None)


def _who(measure: Measure) -> str:
    assert measure.who is not None  # a measure of facts says whose they are
    return measure.who


def _reach(measure: Measure) -> int:
    """How many months before the period the last fact may lie, where the last one counts."""
    return measure.reach if measure.latest is not None else 0


def _tests(measure: Measure, period: Period, seen: Seen | None) -> list[str]:
    """What a fact must be, whosever it is; its kind first."""
    kinds = (measure.elapsed.to,) if measure.elapsed is not None else measure.kinds
    tests = [kind_is(kinds, POSTGRES)]
    tests += [text] if (text := holds(measure.where, POSTGRES, of_facts)) else []
    if measure.elapsed is not None:
        tests += _paired(measure, period, " AND ".join(tests), seen)
    return [*tests, standing("f", seen)]


def standing(fact: str, seen: Seen | None) -> str:
    """The facts that stand: neither taken out nor replaced by one that is seen too."""
    gone = (
        f"NOT EXISTS (SELECT 1 FROM core_fact c WHERE c.county = {fact}.county AND c.at = {fact}.at"
        f" AND c.attrs->>'corrects' = {fact}.id::text{_there('c', seen)})"
    )
    if seen is not None and seen.gone is not None:
        listed = ",".join(str(one) for one in seen.gone)
        gone = f"{fact}.id <> ALL ('{{{listed}}}'::uuid[])"
    return f"coalesce({fact}.attrs->>'void' <> 'true', true) AND {gone}{_there(fact, seen)}"


def corrected(seen: Seen, months: Sequence[date]) -> str:
    """A query for the ids of all facts that others, seen in ``months``, take out or replace: ``Seen.gone``."""
    start, end = _stamp(micros(months[0])), _stamp(micros(shifted(months[-1], 1)))
    return (
        f"SELECT c.attrs->>'corrects' FROM core_fact c WHERE c.at >= {start} AND c.at < {end}"
        f" AND c.attrs->>'corrects' ~ '^[0-9a-f-]{{36}}$'{_there('c', seen)}"
    )


def _there(fact: str, seen: Seen | None) -> str:
    """That a fact was there when its month was read; a month that is not named had none."""
    if seen is None or not seen.months:
        return ""
    cases = ""
    for month, snapshot in sorted(seen.months.items()):
        if _SNAPSHOT.fullmatch(snapshot) is None:
            raise ValueError(f"no snapshot of a database: {snapshot!r}")
        until = _stamp(micros(shifted(month, 1)))
        cases += f" WHEN {fact}.at < {until} AND {fact}.at >= {_stamp(micros(month))}"
        cases += f" THEN '{snapshot}'::pg_snapshot"
    return f" AND pg_visible_in_snapshot({fact}.tx, CASE{cases} END)"


def _stamp(moment: int) -> str:
    return f"to_timestamp({moment // 1_000_000})"


def _mine(measure: Measure, whose: Whose, period: Period, reach: int) -> str:
    """The keys that are the organisation's, with the months in which they were."""
    parts = [
        f"({_keys(measure, value)} AND {_within(since, until)})"
        for since, until, value in _held(_who(measure), whose, period, reach)
    ]
    return " OR ".join(parts).join("()") if parts else "false"


def _within(since: date, until: date) -> str:
    return f"at >= {_stamp(micros(since))} AND at < {_stamp(micros(until))}"


def _held(who: str, whose: Whose, period: Period, reach: int) -> Iterable[tuple[date, date, Any]]:
    """From when to when an organisation's own key, its place's or those of its tree were its."""
    start = shifted(period.start, -reach)
    if who == "org":
        return [(start, period.end, whose.org_key)]
    by_month: Mapping[date, Any] = whose.places if who == "place" else whose.members or {}
    if not reach:
        return _spells(by_month, period)
    last = by_month.get(period.months[-1])
    return [] if last is None else [(start, period.end, last)]


def _spells(by_month: Mapping[date, Any], period: Period) -> Iterable[tuple[date, date, Any]]:
    """Months in a row with the same value, as one stretch each."""
    months = [(month, by_month.get(month)) for month in period.months]
    for value, run in groupby(months, key=lambda pair: pair[1]):
        stretch = [month for month, _ in run]
        if value is not None:
            yield stretch[0], shifted(stretch[-1], 1), value


def _keys(measure: Measure, value: Any) -> str:
    if measure.who == "org":
        return f"org_key = {int(value)}"
    if measure.who == "tree":
        return f"org_key IN ({', '.join(str(int(key)) for key in value)})"
    low, high = span(int(value))
    return f"place_key >= {low} AND place_key < {high}"


def span(place_key: int) -> tuple[int, int]:
    """Keys of the place and all below it, half-open, as the measures floor them."""
    levels = {sub: level for level, sub in LEVEL_SUB.items()}
    width = 10 ** (18 - LEVEL_DIGITS[levels[place_key % 1_000_000]])
    low = place_key // width * width
    return low, low + width


def _paired(measure: Measure, period: Period, same: str, seen: Seen | None) -> list[str]:
    """Only the last end of each record, and only where the beginning is found."""
    rule = measure.elapsed
    assert rule is not None
    since, start, end = (
        _stamp(micros(day))
        for day in (shifted(period.start, -rule.reach), period.start, period.end)
    )
    begun = (
        f"(SELECT min(b.at) FROM core_fact b WHERE b.record = f.record"
        f" AND {kind_is((rule.from_,), POSTGRES)}"
        f" AND b.at >= {since} AND b.at < {end}{_there('b', seen)})"
    )
    later = (
        f"NOT EXISTS (SELECT 1 FROM (SELECT * FROM core_fact z WHERE z.record = f.record"
        f" AND z.at >= {start} AND z.at < {end}{_there('z', seen)}) z WHERE {same}"
        " AND (z.at, coalesce(z.org_key, 0), z.place_key)"
        " > (f.at, coalesce(f.org_key, 0), f.place_key))"
    )
    tests = [f"{begun} <= f.at", later]
    if rule.within is not None:
        tests.append(
            f"trunc(extract(epoch FROM f.at - {begun}) * 1000000)::bigint / 60000000 <= {rule.within}"
        )
    return tests
