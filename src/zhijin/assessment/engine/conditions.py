"""Conditions on a fact's attributes as SQL: over the months' columns, or over ``core_fact`` itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from zhijin.assessment.engine.dialects import Dialect
from zhijin.assessment.engine.kinds import COLUMNS, attribute_types
from zhijin.assessment.engine.measures_model import Condition
from zhijin.assessment.engine.months import attribute_source

#: Gives the expression of an attribute by its name.
Source = Callable[[str], str]


def of_months(name: str) -> str:
    """An attribute where facts are in the months' columns."""
    return name if name in COLUMNS else f"a_{name}"


def of_facts(name: str) -> str:
    """An attribute where facts are in ``core_fact``: the same reading as the export's."""
    return name if name in COLUMNS else attribute_source(name, attribute_types()[name])


def kind_is(kinds: Iterable[str], dialect: Dialect) -> str:
    """The fact is of one of ``kinds``."""
    names = [dialect.text(name) for name in kinds]
    return f"kind = {names[0]}" if len(names) == 1 else f"kind IN ({', '.join(names)})"


def holds(conditions: Iterable[Condition], dialect: Dialect, source: Source = of_months) -> str:
    """All of ``conditions``, ANDed; empty when there is none."""
    return " AND ".join(_one(condition, dialect, source) for condition in conditions)


def _one(condition: Condition, dialect: Dialect, source: Source) -> str:
    """A fact without the attribute satisfies only ``not`` and ``given: false``."""
    column = source(condition.attr)

    def literal(value: Any) -> str:
        return dialect.literal(value)

    if condition.given is not None:
        return f"{column} IS {'NOT ' if condition.given else ''}NULL"
    if condition.not_ is not None:
        return f"({column} IS NULL OR {column} <> {literal(condition.not_)})"
    if condition.in_ is not None:
        return f"{column} IN ({', '.join(literal(value) for value in condition.in_)})"
    if condition.is_ is not None:
        return f"{column} = {literal(condition.is_)}"
    if condition.above is not None:
        return f"{column} > {condition.above}"
    return f"{column} < {condition.below}"
