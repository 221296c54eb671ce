"""First part of a plan: who is assessed, and what was measured for each of them.

Counts and totals are taken in few passes: one query for a handful of kinds, grouped by organisation
or place, with a filter for each measure. What does not add up has a query of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from zhijin.assessment.engine.compile_special import special
from zhijin.assessment.engine.conditions import holds, kind_is
from zhijin.assessment.engine.dialects import Dialect
from zhijin.assessment.engine.measures_model import Measure
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.represent import Representation, measure_bound
from zhijin.assessment.engine.shared_model import LEVEL_DIGITS, LEVEL_SUB, SECTORS
from zhijin.assessment.engine.units import closure_steps, floored, month_of, place_step, valid_on

#: Kinds of fact that share one pass. More columns in a pass cost more than further passes do.
KINDS_IN_A_PASS: Final = 5
ADDITIVE: Final = ("count", "sum")


def measure_steps(book: Representation, how: Dialect, period: Period) -> Iterator[tuple[str, str]]:
    """``org`` (who is assessed, as they then were), what units need, and ``measure`` (``m0, m1 …``)."""
    yield "org", assessed(book, how, period.last_day)
    whose = {measure.who for measure in book.measures}
    if any(m.who == "place" and not _where_it_is(m, period) for m in book.measures):
        yield "place_unit", place_step(period)
    if "tree" in whose:
        yield from closure_steps(period)
    made = _made_of(book)
    passes = list(_passes(book, how, period, made))
    others = [
        (f"x{number}", special(measure, how, period, book.levels))
        for number, measure in enumerate(book.measures)
        if measure.of_facts and not _adds_up(measure)
    ]
    columns = ", ".join(
        f"{_assembled(number, book, made, passes, period)} AS m{number}"
        for number in range(len(book.measures))
    )
    keys = {name: ("unit", "place_key") for name, *_ in passes if name[0] == "p"}
    own = ("org_key", "org_key")
    joins = " ".join(
        "LEFT JOIN ({1}) {0} ON {0}.{2} = o.{3}".format(
            name, sql, *(keys.get(name, own) if period.count == 1 else own)
        )
        for name, sql in [*((name, sql) for name, sql, _ in passes), *others]
    )
    yield "measure", f"SELECT o.org_key, {columns or '0 AS none'} FROM org o {joins}"


def assessed(book: Representation, how: Dialect, day: date) -> str:
    """The organisations that the programme is about, as they were on ``day``."""
    where = [valid_on("s", day), f"kind IN ({', '.join(how.text(kind) for kind in book.kinds)})"]
    if book.sectors:
        where.append(f"sector IN ({', '.join(str(SECTORS[name]) for name in book.sectors)})")
    if book.industries:
        where.append(f"industry IN ({', '.join(map(str, book.industries))})")
    subs = ", ".join(str(LEVEL_SUB[level]) for level in book.levels)
    where.append(f"place_key % 1000000 IN ({subs})")
    codes = ", ".join(
        f"{how.cut('place_key', str(10 ** (18 - digits)))} AS {level}"
        for level, digits in LEVEL_DIGITS.items()
    )
    steps = " ".join(f"+ CASE WHEN size >= {limit} THEN 1 ELSE 0 END" for limit in book.sizes)
    return (
        "SELECT org_key, place_key, kind, sector, COALESCE(industry, 0) AS industry,"
        f" 0 {steps} AS size, {codes} FROM orgs s WHERE {' AND '.join(where)}"
    )


def _where_it_is(measure: Measure, period: Period) -> bool:
    """In one month an organisation is at one place, its own; over several its places add up."""
    return _adds_up(measure) and period.count == 1


def _adds_up(measure: Measure) -> bool:
    return measure.form in ADDITIVE or (measure.form == "exists" and measure.each == "period")


Pass = tuple[str, str, set[int]]
Made = dict[int, list[int]]


def _made_of(book: Representation) -> Made:
    """Counts of several kinds of fact that are the sum of other measures, each of one of the kinds."""
    found: Made = {}
    for number, measure in enumerate(book.measures):
        kinds = measure.kinds if measure.form == "count" else ()
        if len(set(kinds)) == len(kinds) > 1:
            wanted = [measure.model_copy(update={"count": [kind]}) for kind in kinds]
            if all(one in book.measures for one in wanted):
                found[number] = [book.measures.index(one) for one in wanted]
    return found


def _passes(book: Representation, how: Dialect, period: Period, made: Made) -> Iterator[Pass]:
    """(name, query, measures in it) for every handful of kinds of everyone's facts."""
    for who in ("org", "place", "tree"):
        mine = {
            number: measure
            for number, measure in enumerate(book.measures)
            if _adds_up(measure) and measure.who == who and number not in made
        }
        kinds = list(dict.fromkeys(kind for measure in mine.values() for kind in measure.kinds))
        for first in range(0, len(kinds), KINDS_IN_A_PASS):
            handful = kinds[first : first + KINDS_IN_A_PASS]
            here = {n: m for n, m in mine.items() if set(m.kinds) & set(handful)}
            query = _pass(here, handful, who, how, period, book.levels)
            yield f"{who[0]}{first // KINDS_IN_A_PASS}", query, set(here)


def _pass(
    here: dict[int, Measure],
    kinds: list[str],
    who: str,
    how: Dialect,
    period: Period,
    levels: tuple[str, ...],
) -> str:
    columns = ", ".join(f"{_column(m, kinds, how)} AS m{n}" for n, m in here.items())
    where = kind_is(kinds, how)
    if who == "org":
        return (
            f"SELECT org_key, {columns} FROM facts WHERE {where} AND org_key IS NOT NULL"
            " GROUP BY org_key"
        )
    mon = f"{month_of(period)} AS mon"
    if who == "tree":
        return _of_trees(list(here), mon, columns, where)
    units = _of_units(list(here), mon, columns, where, how, levels)
    return units if period.count == 1 else _of_places(list(here), units)


def _sums(numbers: list[int]) -> str:
    return ", ".join(f"CAST(SUM(m{n}) AS BIGINT) AS m{n}" for n in numbers)


def _of_trees(numbers: list[int], mon: str, columns: str, where: str) -> str:
    base = (
        f"SELECT {mon}, org_key AS member, {columns} FROM facts"
        f" WHERE {where} AND org_key IS NOT NULL GROUP BY 1, 2"
    )
    return (
        f"SELECT t.org_key, {_sums(numbers)} FROM ({base}) b JOIN below t"
        " ON t.mon = b.mon AND t.member = b.member GROUP BY t.org_key"
    )


def _of_units(
    numbers: list[int], mon: str, columns: str, where: str, how: Dialect, levels: tuple[str, ...]
) -> str:
    """Counted once at the lowest level; the wider levels add that up."""
    lowest = floored("place_key", levels[0], how)
    base = f"SELECT {mon}, {lowest} AS unit, {columns} FROM facts WHERE {where} GROUP BY 1, 2"
    if len(levels) == 1:
        return base
    wider = " UNION ALL ".join(
        f"SELECT mon, {floored('unit', level, how)} AS unit, {_sums(numbers)} FROM base GROUP BY 1, 2"
        for level in levels
    )
    return f"WITH base AS ({base}) {wider}"


def _of_places(numbers: list[int], units: str) -> str:
    """Over several months the places add up at which an organisation was."""
    return (
        f"SELECT p.org_key, {_sums(numbers)} FROM ({units}) b JOIN place_unit p"
        " ON p.mon = b.mon AND p.unit = b.unit GROUP BY p.org_key"
    )


def _column(measure: Measure, kinds: list[str], how: Dialect) -> str:
    """One measure's part of a pass: a filtered count or total."""
    mine = [kind for kind in kinds if kind in measure.kinds]
    tests = [] if len(mine) == len(kinds) else [kind_is(mine, how)]
    tests += [text] if (text := holds(measure.where, how)) else []
    what = "COUNT(*)"
    if measure.form == "sum":
        what = f"SUM({'a_' + measure.attr if measure.attr else 'value'})"
    chosen = f"{what} FILTER (WHERE {' AND '.join(tests)})" if tests else what
    return f"CAST({chosen} AS BIGINT)" if measure.form == "sum" else chosen


def _assembled(
    number: int, book: Representation, made: Made, passes: list[Pass], period: Period
) -> str:
    """The measure of one organisation out of the passes; nothing found is 0 where it is a number of
    things, and NULL where there is no such value.
    """
    measure = book.measures[number]
    if parts := made.get(number):
        return " + ".join(_assembled(part, book, made, passes, period) for part in parts)
    if measure.period is not None:
        return f"CAST({period.count if measure.period == 'months' else period.days} AS BIGINT)"
    if not _adds_up(measure):
        minutes = measure.elapsed is not None and measure.elapsed.take == "minutes"
        empty = measure.latest is None and not minutes
        return f"COALESCE(x{number}.v, 0)" if empty else f"x{number}.v"
    total = " + ".join(
        f"COALESCE({name}.m{number}, 0)" for name, _, here in passes if number in here
    )
    if measure.form == "exists":
        return f"CASE WHEN {total} > 0 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END"
    if measure.form == "sum":
        limit = measure_bound(measure)
        return f"LEAST(GREATEST({total}, -{limit}), {limit})"
    return total
