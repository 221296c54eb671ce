"""The little in which the three engines differ. Everything else is SQL that all of them take.

Integers only: division is written so that it rounds down everywhere, and never divides by zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from zhijin.assessment.engine.evaluate import Rounding
from zhijin.assessment.engine.expressions import (
    Arithmetic,
    Call,
    Choice,
    Compare,
    Logic,
    Node,
    Number,
    Ref,
)


@dataclass(frozen=True)
class Dialect:
    """How one engine writes what the others write otherwise."""

    name: str
    slash: str
    array_open: str
    array_close: str
    backslash: bool = False

    def cut(self, top: str, bottom: str) -> str:
        """``top / bottom`` cut towards zero; equal to rounding down where neither is negative."""
        return f"({top} {self.slash} {bottom})"

    def floor(self, top: str, bottom: str, *, plain: bool = False) -> str:
        """``top // bottom`` rounded down, NULL for a bottom of zero. ``plain``: none is negative."""
        safe = f"NULLIF({bottom}, 0)"
        if plain:
            return self.cut(top, safe)
        rest = f"({top} % {safe})"
        return (
            f"({self.cut(top, safe)} - CASE WHEN {rest} <> 0 AND ({rest} < 0) <> ({bottom} < 0)"
            " THEN 1 ELSE 0 END)"
        )

    def text(self, value: str) -> str:
        """A text literal. Spark reads backslashes in it, the others do not."""
        escaped = value.replace("\\", "\\\\") if self.backslash else value
        if self.backslash:
            return "'" + escaped.replace("'", "\\'") + "'"
        return "'" + escaped.replace("'", "''") + "'"

    def array(self, items: Iterable[str]) -> str:
        """An array of expressions."""
        return f"{self.array_open}{', '.join(items)}{self.array_close}"

    def literal(self, value: str | int | bool) -> str:
        """A literal of the type that the value has."""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        return str(value) if isinstance(value, int) else self.text(value)


DUCKDB: Final = Dialect("duckdb", "//", "[", "]")
POSTGRES: Final = Dialect("postgres", "/", "ARRAY[", "]")
SPARK: Final = Dialect("spark", "DIV", "array(", ")", backslash=True)
DIALECTS: Final = {dialect.name: dialect for dialect in (DUCKDB, POSTGRES, SPARK)}


#: Rounding down repeats its operands, so a nested formula grows in SQL; longer ones are refused.
MAX_COMPILED: Final = 8_000


def formula(node: Node, dialect: Dialect, rounding: Rounding) -> str:
    """A formula as SQL over columns named like its measures."""
    if isinstance(node, Number):
        return f"CAST({node.value} AS BIGINT)"
    if isinstance(node, Ref):
        return node.name
    if isinstance(node, Choice):
        test, yes, no = (
            formula(part, dialect, rounding) for part in (node.test, node.yes, node.no)
        )
        return f"CASE WHEN {test} THEN {yes} ELSE {no} END"
    if isinstance(node, Logic):
        parts = [f"({formula(part, dialect, rounding)})" for part in node.parts]
        return f"NOT {parts[0]}" if node.op == "not" else f" {node.op.upper()} ".join(parts)
    if isinstance(node, Call):
        return _call(
            node, [formula(arg, dialect, rounding) for arg in node.args], dialect, rounding
        )
    return _two_sided(node, dialect, rounding)


def _two_sided(node: Arithmetic | Compare, dialect: Dialect, rounding: Rounding) -> str:
    left, right = (f"({formula(part, dialect, rounding)})" for part in (node.left, node.right))
    if node.op == "//":
        return dialect.floor(left, right)
    return f"({left} {node.op} {right})"


def _call(node: Call, args: list[str], dialect: Dialect, rounding: Rounding) -> str:
    if node.name == "pct":
        return percent(f"({args[0]})", f"({args[1]})", dialect, rounding)
    name = {"min": "LEAST", "max": "GREATEST", "coalesce": "COALESCE"}[node.name]
    return f"{name}({', '.join(args)})"


def percent(
    part: str, whole: str, dialect: Dialect, rounding: Rounding, *, plain: bool = False
) -> str:
    """``part`` of ``whole`` in basis points, rounded as the programme says. ``plain``: none negative."""
    if rounding == "half_up":
        return dialect.floor(f"(20000 * {part} + {whole})", f"(2 * {whole})", plain=plain)
    if rounding == "ceiling":
        if plain:
            return dialect.floor(f"(10000 * {part} + {whole} - 1)", whole, plain=True)
        return f"(- {dialect.floor(f'(-10000 * {part})', whole)})"
    return dialect.floor(f"(10000 * {part})", whole, plain=plain)
