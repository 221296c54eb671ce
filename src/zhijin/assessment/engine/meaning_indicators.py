"""Checks of measures, formulas and indicators: fed by facts, of like units, scored by a rule."""

from __future__ import annotations

from collections.abc import Iterator

from zhijin.assessment.engine import kinds
from zhijin.assessment.engine.checking import Checker, Path
from zhijin.assessment.engine.dialects import MAX_COMPILED, POSTGRES, formula
from zhijin.assessment.engine.expressions import (
    MAX_LENGTH,
    ExpressionError,
    bound,
    kind_of,
    names,
    parse,
)
from zhijin.assessment.engine.measures_model import Condition, Measure
from zhijin.assessment.engine.model import Indicator
from zhijin.assessment.engine.represent import measure_bound
from zhijin.playbooks.engine import enumerated, hint

_TYPES = {"text": ("文字", "a text"), "number": ("数字", "a number"), "flag": ("是否", "a flag")}


def placed(checker: Checker) -> Iterator[tuple[Path, Indicator]]:
    """Every indicator with its path."""
    for d, dimension in enumerate(checker.programme.dimensions):
        for i, item in enumerate(dimension.indicators):
            yield ("dimensions", d, "indicators", i), item


def ids(checker: Checker) -> None:
    """Dimensions, indicators and joined results have ids of their own; so that ties can name them."""
    book = checker.programme
    dims = [(d.id, ("dimensions", n, "id")) for n, d in enumerate(book.dimensions)]
    found = [(item.id, (*path, "id")) for path, item in placed(checker)]
    joins = [(j.id, ("joins", n, "id")) for n, j in enumerate(book.joins)]
    checker.unique([*dims, *found, *joins])


def weights(checker: Checker) -> None:
    """Weights make a whole: 100 or 10,000."""
    book = checker.programme
    if not checker.draft.lost(("dimensions",)) and not checker.draft.lost(("joins",)):
        total = sum(d.weight for d in book.dimensions) + sum(j.weight for j in book.joins)
        if total not in {100, 10_000}:
            checker.say("AS206", ("dimensions",), key=True, sum=total, wanted="100")
    for number, dimension in enumerate(book.dimensions):
        path: Path = ("dimensions", number, "indicators")
        total = sum(item.weight for item in dimension.indicators)
        if total not in {100, 10_000} and not checker.draft.lost(path):
            checker.say("AS206", path, key=True, sum=total, wanted="100")


def measures(checker: Checker) -> None:
    """Every measure reads facts that work leaves, and compares attributes as they are."""
    used: set[str] = set()
    for path, item in placed(checker):
        for part, measure in (("of", item.of), ("to", item.to)):
            if measure is None:
                continue
            if measure.formula is not None:
                used |= _formula(checker, measure.formula, (*path, part))
            elif measure.manual:
                _manual(checker, item, (*path, part))
            else:
                _facts(checker, measure, (*path, part))
    for name, measure in checker.programme.measures.items():
        place: Path = ("measures", name)
        if measure.form in {"formula", "manual"}:
            checker.say("AS249", place, key=True)
        else:
            _facts(checker, measure, place)
        if name not in used and not checker.draft.lost(("dimensions",)):
            checker.say("AS250", place, key=True, name=name)


def _facts(checker: Checker, measure: Measure, path: Path) -> None:
    for number, name in enumerate(measure.kinds):
        place = _kind_path(measure, path, number)
        if checker.draft.ghost(name):
            continue
        kind = kinds.kind(name)
        if kind is None:
            listed = [k for k in kinds.catalogue() if not k.endswith("*")]
            near = [k for k in listed if k.split(".")[0] == name.split(".")[0]] or listed
            checker.say("AS201", place, name=name, hint=hint(name, listed),
                        allowed=enumerated(near[:12]))  # fmt: skip
        elif kind.personal:
            checker.say("AS210", place, what=(kind.zh, kind.en), name=name)
    if measure.on == "actor":
        checker.say(
            "AS210", (*path, "on"), what=("按做事的人数", "counting who did it"), name="actor"
        )
    for number, condition in enumerate(measure.where):
        _condition(checker, measure, condition, (*path, "where", number))
    if measure.attr is not None:
        _attribute(checker, measure, measure.attr, (*path, "attr"), "number")


def _kind_path(measure: Measure, path: Path, number: int) -> Path:
    if measure.elapsed is not None:
        return (*path, "elapsed", ("to", "from")[number])
    if measure.latest is not None:
        return (*path, "latest", "kind")
    return (*path, measure.form, number)


def _attribute(
    checker: Checker, measure: Measure, name: str, path: Path, wanted: str = ""
) -> str | None:
    """The type of an attribute that every kind of the measure has; reports one that has it not."""
    if name in kinds.COLUMNS and not wanted:
        return kinds.COLUMNS[name]
    found: str | None = None
    read = measure.kinds[:1] if measure.elapsed is not None else measure.kinds
    for kind in filter(None, (kinds.kind(k) for k in read)):
        found = kind.attrs.get(name)
        if found is None and not checker.draft.ghost(name):
            allowed = [*kind.attrs, *(() if wanted else kinds.COLUMNS)]
            checker.say("AS202", path, kind=kind.id, name=name, hint=hint(name, allowed),
                        allowed=enumerated(allowed))  # fmt: skip
            return None
    if found and wanted and found != wanted:
        checker.say("AS203", path, name=name, type=_TYPES[found])
    return found


def _condition(checker: Checker, measure: Measure, condition: Condition, path: Path) -> None:
    found = _attribute(checker, measure, condition.attr, (*path, "attr"))
    if found is None:
        return
    wanted: type = {"text": str, "number": int, "flag": bool}[found]
    ordered = condition.above is not None or condition.below is not None
    unlike = any(type(value) is not wanted for value in condition.values)
    if unlike or (ordered and found != "number"):
        checker.say("AS203", path, name=condition.attr, type=_TYPES[found])


def _formula(checker: Checker, text: str, path: Path) -> set[str]:
    """Check one formula; returns the measures that it names."""
    if checker.document.node((*path, "formula")) is not None:
        path = (*path, "formula")
    given = checker.programme.measures
    try:
        tree = parse(text)
    except ExpressionError as error:
        checker.say_inside(error.reason, path, error.column, error.length, **error.params)
        return set(given)  # what it meant to name is not known
    refs = names(tree)
    for ref in refs:
        if ref.name not in given and not checker.draft.lost(("measures",)):
            checker.say_inside("AS248", path, ref.column, len(ref.name), name=ref.name,
                               hint=hint(ref.name, given), allowed=enumerated(given))  # fmt: skip
    try:
        if kind_of(tree) != "number":
            checker.say("AS245", path)
        bound(tree, {name: measure_bound(measure) for name, measure in given.items()})
        if len(formula(tree, POSTGRES, checker.programme.rounding)) > MAX_COMPILED:
            checker.say("AS240", path, limit=MAX_LENGTH)
    except ExpressionError as error:
        checker.say(error.reason, path)
    return {ref.name for ref in refs}


def _manual(checker: Checker, item: Indicator, path: Path) -> None:
    if item.id not in {entry.indicator for entry in checker.programme.manual}:
        checker.say("AS212", path, name=item.id)


def scoring(checker: Checker) -> None:
    """Every indicator says what earns the full mark; curves rise along their values."""
    for path, item in placed(checker):
        checker.titled(item.title, (*path, "title"))
        if item.to is None and item.curve is None and item.target is None:
            checker.say("AS207", (*path, "id"), name=item.id)
        if item.to is None and item.least > 1:
            checker.say("AS225", (*path, "least"), what=("没有分母", "there is no denominator"))
        if item.to is not None and item.unit is not None:
            checker.say("AS227", (*path, "unit"), unit=(item.unit.zh, item.unit.en or item.unit.zh))
        _curve(checker, item, path)
        _units(checker, item, path)


def _curve(checker: Checker, item: Indicator, path: Path) -> None:
    points = item.curve or []
    for number, (value, score) in enumerate(points):
        rising = number == 0 or value > points[number - 1][0]
        if not rising or not 0 <= score <= 10_000 or abs(value) > 2**40:
            checker.say("AS208", (*path, "curve", number), number=number + 1)
            return
    if points and (points[-1][1] - points[0][1]) * (1 if item.better == "higher" else -1) < 0:
        word = ("高", "higher") if item.better == "higher" else ("低", "lower")
        checker.say("AS209", (*path, "curve"), key=True, better=word)


def _units(checker: Checker, item: Indicator, path: Path) -> None:
    """Like is divided by like, or anything by a number of things."""
    if item.to is None or item.of.form in {"formula", "manual"} or item.to.form == "formula":
        return
    of, to = _unit(item.of), _unit(item.to)
    if of != to and to not in {"count", "months", "days"} and "?" not in {of, to}:
        checker.say("AS211", (*path, "to"), key=True, of=of, to=to)


def _unit(measure: Measure) -> str:
    if measure.form in {"count", "distinct", "exists"}:
        return "count"
    if measure.elapsed is not None:
        return "minutes" if measure.elapsed.take == "minutes" else "count"
    if measure.period is not None:
        return measure.period
    if measure.form in {"manual", "formula"} or measure.attr is not None:
        return "?"
    found = {kind.value for kind in map(kinds.kind, measure.kinds) if kind is not None}
    return found.pop() if len(found) == 1 else "?"


CHECKS = (ids, weights, measures, scoring)
