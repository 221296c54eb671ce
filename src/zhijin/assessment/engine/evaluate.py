"""The exact evaluator: what a formula gives, in whole numbers, for the explanation beside a figure.

The SQL of every engine must give the same; the tests compare them on random formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from zhijin.assessment.engine.expressions import (
    Arithmetic,
    Call,
    Choice,
    Compare,
    Logic,
    Node,
    Number,
    Ref,
    Value,
    children,
)

Rounding = Literal["floor", "half_up", "ceiling"]


def evaluate(node: Node, values: Mapping[str, int | None], rounding: Rounding = "floor") -> Value:
    """The value of ``node``; None is “not there”, as NULL is in SQL."""
    if isinstance(node, Number | Ref):
        return node.value if isinstance(node, Number) else values[node.name]
    if isinstance(node, Choice):
        test = evaluate(node.test, values, rounding)
        return evaluate(node.yes if test is True else node.no, values, rounding)
    parts = [evaluate(part, values, rounding) for part in children(node)]
    if isinstance(node, Logic):
        return _logic(node.op, parts)
    if isinstance(node, Call):
        return _call(node.name, parts, rounding)
    left, right = parts
    if left is None or right is None:
        return None
    return _compare(node, left, right) if isinstance(node, Compare) else _apply(node, left, right)


def _apply(node: Arithmetic, left: int, right: int) -> int | None:
    if node.op == "+":
        return left + right
    if node.op == "-":
        return left - right
    if node.op == "*":
        return left * right
    return None if right == 0 else left // right


def _compare(node: Compare, left: int, right: int) -> bool:
    return {
        "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
        "=": left == right, "<>": left != right,
    }[node.op]  # fmt: skip


def _logic(op: str, parts: list[Value]) -> bool | None:
    """Three-valued, as in SQL: what is not known stays so unless the rest decides."""
    if op == "not":
        return None if parts[0] is None else not parts[0]
    decides = op == "or"
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _call(name: str, args: list[Value], rounding: Rounding) -> Value:
    if name == "pct":
        return percent(args[0], args[1], rounding)
    there = [arg for arg in args if arg is not None]
    if not there:
        return None
    if name == "coalesce":
        return there[0]
    return min(there) if name == "min" else max(there)


def percent(part: int | None, whole: int | None, rounding: Rounding) -> int | None:
    """``part`` of ``whole`` in basis points, rounded as the programme says; None for no whole."""
    if part is None or not whole:
        return None
    if rounding == "half_up":
        return (20_000 * part + whole) // (2 * whole)
    if rounding == "ceiling":
        return -(-10_000 * part // whole)
    return 10_000 * part // whole
