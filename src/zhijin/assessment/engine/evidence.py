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
from typing import Any, Literal
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


def evidence(
    programme: Assessment, indicator: str, whose: Whose, period: Period, seen: Seen | None = None
) -> list[Evidence]:
    """What to look up for an indicator (or a joined fact) of one organisation in one period.

    With ``seen``, exactly the facts that were there when those snapshots were taken: none that came or were
    corrected since. KeyError for an indicator that the programme does not have; empty for typed-in figures.
    """
    book = represent(programme)
    found: list[Evidence] = []
    for part in book.components:
        if part.id == indicator and part.joined:
            measures = [] if part.measure is None else [book.measures[part.measure]]
            return [_of("join", measure, whose, period, seen) for measure in measures]
    item = {scored.id: scored for scored in book.indicators}[indicator]
    sides: tuple[tuple[Side, Node | None], ...] = (("of", item.of), ("to", item.to))
    for side, node in sides:
        facts = [measure for measure in _measures(node, book.measures) if measure.of_facts]
        found += [_of(side, measure, whose, period, seen) for measure in facts]
    return found


def _measures(node: Node | None, every: tuple[Measure, ...]) -> list[Measure]:
    numbers = [int(ref.name[1:]) for ref in names(node)] if node is not None else []
    return [every[number] for number in dict.fromkeys(numbers)]


def _of(part: Side, measure: Measure, whose: Whose, period: Period, seen: Seen | None) -> Evidence:
    kinds = (measure.elapsed.to,) if measure.elapsed is not None else measure.kinds
    reach = measure.reach if measure.latest is not None else 0
    tests = [kind_is(kinds, POSTGRES), _mine(measure, whose, period, reach)]
    tests += [text] if (text := holds(measure.where, POSTGRES, of_facts)) else []
    if measure.elapsed is not None:
        tests += _paired(measure, period, " AND ".join([tests[0], *tests[2:]]), seen)
    predicate = " AND ".join([*tests, standing("f", seen)])
    if measure.latest is not None:
        return Evidence(part, measure.form, predicate, "f.at DESC, f.value DESC", 1)
    return Evidence(part, measure.form, predicate)


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
    start = shifted(period.start, -reach)
    whole = f"at >= {_stamp(micros(start))} AND at < {_stamp(micros(period.end))}"
    if measure.who == "org":
        return f"org_key = {whose.org_key} AND {whole}"
    by_month: Mapping[date, Any] = whose.places if measure.who == "place" else whose.members or {}
    if reach:
        last = by_month.get(period.months[-1])
        spells: Iterable[tuple[date, date, Any]] = (
            [] if last is None else [(start, period.end, last)]
        )
    else:
        spells = _spells(by_month, period)
    parts = [
        f"({_keys(measure, value)} AND at >= {_stamp(micros(since))} AND at < {_stamp(micros(until))})"
        for since, until, value in spells
    ]
    return " OR ".join(parts).join("()") if parts else "false"


def _spells(by_month: Mapping[date, Any], period: Period) -> Iterable[tuple[date, date, Any]]:
    """Months in a row with the same value, as one stretch each."""
    months = [(month, by_month.get(month)) for month in period.months]
    for value, run in groupby(months, key=lambda pair: pair[1]):
        stretch = [month for month, _ in run]
        if value is not None:
            yield stretch[0], shifted(stretch[-1], 1), value


def _keys(measure: Measure, value: Any) -> str:
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
