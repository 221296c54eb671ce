"""Second part of a plan: figures, values, indicator scores, dimensions and totals.

A value is a whole number; a percentage is basis points, rounded as the programme says. Missing data
has its own state and never looks like a zero that was measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from zhijin.assessment.engine.dialects import Dialect, formula, percent
from zhijin.assessment.engine.expressions import (
    Arithmetic,
    Choice,
    Node,
    Number,
    Ref,
    bound,
    children,
)
from zhijin.assessment.engine.represent import (
    FULL,
    STATES,
    Representation,
    Scored,
    measure_bound,
)

#: The greatest magnitude of a 32-bit column.
NARROW: Final = 2**31 - 1


def score_steps(book: Representation, how: Dialect) -> Iterator[tuple[str, str]]:
    """``scored`` (n, d, v and s of each indicator), ``value`` (the same as arrays), ``total``.

    ``scored`` has what says something: no d and v where the value is the number itself, and columns
    as narrow as the bounds of their formulas allow.
    """
    every = list(enumerate(book.indicators))
    values = (
        f"n{i}, d{i}, {_value(book, item, i, how)} AS v{i}" if item.ratio else f"n{i}"
        for i, item in every
    )
    valued = f"SELECT org_key, {', '.join(values)} FROM ({_figures(book, how)}) figure"
    columns = ", ".join(_scored(book, item, i, how) for i, item in every)
    yield "scored", f"SELECT org_key, {columns} FROM ({valued}) valued"
    yield "value", _arrays(book, how)
    yield "total", _total(book, how)


def value_column(item: Scored, i: int) -> str:
    """The column that holds the value of indicator ``i``."""
    return f"v{i}" if item.ratio else f"n{i}"


def _scored(book: Representation, item: Scored, i: int, how: Dialect) -> str:
    """Numerator, denominator, value and score of one indicator, each once."""
    parts = [f"CAST(n{i} AS {_width(book, item.of, item.cap)}) AS n{i}"]
    if item.ratio:
        parts += [f"CAST(d{i} AS {_width(book, item.to)}) AS d{i}", f"v{i}"]
    score = score_sql(item, value_column(item, i), how)
    return ", ".join([*parts, f"CAST({score} AS SMALLINT) AS s{i}"])


def _width(book: Representation, node: Node | None, cap: int | None = None) -> str:
    """The type of a figure: 32 bits where nothing greater can come out of its formula."""
    if node is None:
        return "BIGINT"
    most = bound(node, {f"m{n}": measure_bound(one) for n, one in enumerate(book.measures)})
    if cap is not None and never_negative(node, book):
        most = min(most, cap)
    return "INTEGER" if most <= NARROW else "BIGINT"


def _figures(book: Representation, how: Dialect) -> str:
    columns, joins = [], ""
    for i, item in enumerate(book.indicators):
        if item.of is None:
            joins += (
                f" LEFT JOIN (SELECT org_key, n, d FROM typed WHERE indicator = {how.text(item.id)})"
                f" y{i} ON y{i}.org_key = m.org_key"
            )
        top = f"y{i}.n" if item.of is None else formula(item.of, how, book.rounding)
        if item.cap is not None:
            top = f"CASE WHEN {top} > {item.cap} THEN {item.cap} ELSE {top} END"
        columns.append(f"CAST({top} AS BIGINT) AS n{i}")
        if item.ratio:
            bottom = f"y{i}.d" if item.to is None else formula(item.to, how, book.rounding)
            columns.append(f"CAST({bottom} AS BIGINT) AS d{i}")
    return f"SELECT m.org_key, {', '.join(columns)} FROM measure m{joins}"


def _value(book: Representation, item: Scored, i: int, how: Dialect) -> str:
    plain = item.of is not None and never_negative(item.of, book)
    if item.least == 1 and item.to is not None and never_negative(item.to, book):
        # Said without a choice, which costs more than the division.
        return percent(f"n{i}", f"NULLIF(d{i}, 0)", how, book.rounding, plain=plain)
    share = percent(f"n{i}", f"d{i}", how, book.rounding, plain=plain)
    return f"CASE WHEN d{i} >= {item.least} THEN {share} END"


def never_negative(node: Node, book: Representation) -> bool:
    """Whether no value of ``node`` can be below zero, so that cutting and rounding down agree."""
    if isinstance(node, Number):
        return node.value >= 0
    if isinstance(node, Ref):
        return book.measures[int(node.name[1:])].form not in {"sum", "latest"}
    if isinstance(node, Arithmetic) and node.op == "-":
        return False
    parts = children(node)[1:] if isinstance(node, Choice) else children(node)
    return all(never_negative(part, book) for part in parts)


def score_sql(item: Scored, value: str, how: Dialect) -> str:
    """The score of a value in basis points: the curve, rounded down; the rule for missing data."""
    missing = {"exempt": "CAST(NULL AS BIGINT)", "full": str(FULL), "zero": "0"}[item.no_data]
    cases = [f"WHEN {value} IS NULL THEN {missing}"]
    if item.target is not None:
        cases.append(f"WHEN {value} <= {item.target} THEN {FULL}")
        last = how.cut(str(item.target * FULL), value)
        return f"CASE {' '.join(cases)} ELSE {last} END"
    cases.append(f"WHEN {value} <= {item.points[0][0]} THEN {item.points[0][1]}")
    for left, right in zip(item.points, item.points[1:], strict=False):
        cases.append(f"WHEN {value} <= {right[0]} THEN {_segment(value, left, right, how)}")
    return f"CASE {' '.join(cases)} ELSE {item.points[-1][1]} END"


def _segment(value: str, left: tuple[int, int], right: tuple[int, int], how: Dialect) -> str:
    """Between two points, rounded down; written so that nothing negative is divided."""
    run, rise = right[0] - left[0], right[1] - left[1]
    along = value if left[0] == 0 else f"({value} - {left[0]})"
    if rise == 0:
        return str(left[1])
    start = f"{left[1]} + " if left[1] else ""
    if rise % run == 0:
        # Nothing to round, and a division costs as much as ten multiplications.
        return f"{start}{along} * ({rise // run})"
    if rise > 0:
        return f"{start}{how.cut(f'({along} * {rise})', str(run))}"
    return f"{left[1]} - {how.cut(f'({along} * {-rise} + {run - 1})', str(run))}"


def _arrays(book: Representation, how: Dialect) -> str:
    """One row an organisation: arrays in the order of the indicators."""
    every = list(enumerate(book.indicators))
    states = [
        f"CAST(CASE WHEN {value_column(item, i)} IS NULL THEN {STATES[item.no_data]} ELSE 0 END AS SMALLINT)"
        for i, item in every
    ]
    figures = {
        "numerators": [f"n{i}" for i, _ in every],
        "denominators": [f"d{i}" if item.ratio else "1" for i, item in every],
        "vals": [value_column(item, i) for i, item in every],
        "scores": [f"s{i}" for i, _ in every],
    }
    columns = [
        f"{how.array(f'CAST({column} AS BIGINT)' for column in listed)} AS {name}"
        for name, listed in figures.items()
    ]
    return f"SELECT org_key, {', '.join(columns)}, {how.array(states)} AS states FROM scored"


def _weighted(parts: list[tuple[str, int, bool]], how: Dialect) -> str:
    """The weighted mean, rounded down, of those that are there; NULL when none is."""
    by_weight: dict[int, list[str]] = {}
    for name, weight, gap in parts:
        by_weight.setdefault(weight, []).append(f"COALESCE({name}, 0)" if gap else name)
    top = " + ".join(f"{weight} * ({' + '.join(names)})" for weight, names in by_weight.items())
    always = sum(weight for _, weight, gap in parts if not gap)
    if not any(gap for _, _, gap in parts):
        return how.cut(f"({top})", str(always))
    bottom = " + ".join(
        [f"CASE WHEN {name} IS NULL THEN 0 ELSE {weight} END" for name, weight, gap in parts if gap]
        + [str(always)]
    )
    return how.cut(f"({top})", f"NULLIF({bottom}, 0)")


def _components(book: Representation, how: Dialect) -> str:
    columns, joins = [], ""
    for k, part in enumerate(book.components):
        if not part.joined:
            inside = [
                (f"CAST(s.s{i} AS BIGINT)", item.weight, item.no_data == "exempt")
                for i, item in enumerate(book.indicators)
                if item.dimension == k
            ]
            columns.append(f"{_weighted(inside, how)} AS c{k}")
            continue
        source = f"m.m{part.measure}" if part.measure is not None else f"j{k}.score"
        if part.measure is None:
            joins += (
                f" LEFT JOIN (SELECT org_key, score FROM joined WHERE id = {how.text(part.id)})"
                f" j{k} ON j{k}.org_key = s.org_key"
            )
        missing = {"exempt": "CAST(NULL AS BIGINT)", "full": str(FULL), "zero": "0"}[part.no_data]
        columns.append(
            f"CASE WHEN {source} IS NULL THEN {missing}"
            f" ELSE LEAST(GREATEST({source}, 0), {FULL}) END AS c{k}"
        )
    ties = [f"s.s{i} AS tie_{i}" for i, item in enumerate(book.indicators) if item.id in book.ties]
    if any(part.measure is not None for part in book.components):
        joins += " JOIN measure m ON m.org_key = s.org_key"
    return f"SELECT s.org_key, {', '.join([*columns, *ties])} FROM scored s{joins}"


def tie_columns(book: Representation) -> list[str]:
    """The columns of ``total`` that decide between equals, in order."""
    components = {part.id: f"c{k}" for k, part in enumerate(book.components)}
    indicators = {item.id: f"tie_{i}" for i, item in enumerate(book.indicators)}
    return [components.get(name) or indicators[name] for name in book.ties]


def _total(book: Representation, how: Dialect) -> str:
    parts = [(f"c{k}", part.weight, True) for k, part in enumerate(book.components)]
    mean = _weighted([(f"k.{name}", weight, gap) for name, weight, gap in parts], how)
    columns = "".join(f", k.{name}" for name in tie_columns(book) if name.startswith("tie_"))
    columns += f", {_adjusted(book)} AS adjusted, {_adjust(book, mean)} AS total"
    query = (
        f"SELECT o.*, {', '.join(f'k.{name}' for name, _, _ in parts)}{columns}"
        f" FROM org o JOIN ({_components(book, how)}) k ON k.org_key = o.org_key"
    )
    if not book.most_adjusted:
        return query
    return f"{query} LEFT JOIN adjusted a ON a.org_key = o.org_key"


def _adjusted(book: Representation) -> str:
    """What people took off or added, within what the programme lets them."""
    most = book.most_adjusted
    if not most:
        return "CAST(0 AS BIGINT)"
    return f"LEAST(GREATEST(COALESCE(a.amount, 0), -{most}), {most})"


def _adjust(book: Representation, mean: str) -> str:
    if not book.most_adjusted:
        return mean
    whole = f"LEAST(GREATEST({mean} + {_adjusted(book)}, 0), {FULL})"
    return f"CASE WHEN {mean} IS NOT NULL THEN {whole} END"
