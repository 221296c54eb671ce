"""The small language of an assessment's formulas: whole numbers, a few operators, nothing that runs.

Read with Python's own parser, but only the node types named here are let in. Every formula has a
type (number or condition) and a bound on every value that can occur on the way, so that 64-bit
integers are enough on every engine. Knows nothing of SQL; see ``dialects``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

MAX_LENGTH: Final = 400
MAX_NODES: Final = 60
#: No value may exceed this on the way: products and sums stay inside 64 bits.
LIMIT: Final = 2**62
#: What a measure can be at most: numbers of facts, and totals (fen, minutes).
COUNT_BOUND: Final = 2**30
TOTAL_BOUND: Final = 2**40

Kind = Literal["number", "condition"]
Value = int | bool | None

_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//",
}  # fmt: skip
_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "<>",
}  # fmt: skip
#: name → (least, most) number of arguments.
FUNCTIONS: Final = {"min": (2, 8), "max": (2, 8), "coalesce": (2, 8), "pct": (2, 2)}


class ExpressionError(ValueError):
    """What is wrong with a formula: ``reason`` names a finding, ``column`` counts from 0."""

    def __init__(self, reason: str, column: int = 0, length: int = 1, **params: str) -> None:
        super().__init__(reason)
        self.reason, self.column, self.length, self.params = reason, column, length, params


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number written in the formula."""

    value: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A measure by its name."""

    name: str
    column: int = 0


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left op right``; ``//`` rounds down and gives nothing when divided by zero."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right`` as a condition; nothing compared with anything is neither true nor false."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or`` over conditions, or ``not`` over one."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """``yes if test else no``; a test that is neither true nor false takes ``no``."""

    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Call:
    """``min``, ``max`` (over what is there), ``coalesce`` (the first that is there), ``pct``."""

    name: str
    args: tuple[Node, ...]


Node = Number | Ref | Arithmetic | Compare | Logic | Choice | Call


def parse(text: str) -> Node:
    """The formula as a tree. Raises :class:`ExpressionError` with the place in the text."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("AS240", limit=str(MAX_LENGTH))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError("AS241", max((getattr(error, "offset", 1) or 1) - 1, 0)) from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES * 2:
        raise ExpressionError("AS240", limit=str(MAX_LENGTH))
    return _Reader().read(tree)


class _Reader:
    """Takes over what is allowed; everything else is an error with its place."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, node: ast.expr) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            raise _at(node, "AS240", limit=str(MAX_LENGTH))
        name = f"_{type(node).__name__.lower()}"
        reader = getattr(self, name, None)
        if reader is None:
            raise _at(node, "AS242")
        found: Node = reader(node)
        return found

    def _constant(self, node: ast.Constant) -> Node:
        if type(node.value) is not int:
            raise _at(node, "AS243")
        if abs(node.value) > TOTAL_BOUND:
            raise _at(node, "AS246")
        return Number(node.value)

    def _name(self, node: ast.Name) -> Node:
        return Ref(node.id, node.col_offset)

    def _unaryop(self, node: ast.UnaryOp) -> Node:
        if isinstance(node.op, ast.Not):
            return Logic("not", (self.read(node.operand),))
        if isinstance(node.op, ast.USub):
            inner = self.read(node.operand)
            if isinstance(inner, Number):
                return Number(-inner.value)
            return Arithmetic("-", Number(0), inner)
        raise _at(node, "AS242")

    def _binop(self, node: ast.BinOp) -> Node:
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            raise _at(node, "AS244" if isinstance(node.op, ast.Div) else "AS242")
        return Arithmetic(op, self.read(node.left), self.read(node.right))

    def _compare(self, node: ast.Compare) -> Node:
        sides = [self.read(side) for side in (node.left, *node.comparators)]
        parts: list[Node] = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if type(op) not in _COMPARISONS:
                raise _at(node, "AS242")
            parts.append(Compare(_COMPARISONS[type(op)], left, right))
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def _boolop(self, node: ast.BoolOp) -> Node:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(op, tuple(self.read(value) for value in node.values))

    def _ifexp(self, node: ast.IfExp) -> Node:
        return Choice(self.read(node.test), self.read(node.body), self.read(node.orelse))

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or node.keywords:
            raise _at(node, "AS242")
        least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            raise _at(node, "AS247", name=name, least=str(least), most=str(most))
        return Call(name, tuple(self.read(arg) for arg in node.args))


def _at(node: ast.expr, reason: str, **params: str) -> ExpressionError:
    length = max((node.end_col_offset or node.col_offset + 1) - node.col_offset, 1)
    return ExpressionError(reason, node.col_offset, length, **params)


def names(node: Node) -> list[Ref]:
    """The measures that a formula speaks of, in order, with repetitions."""
    if isinstance(node, Ref):
        return [node]
    return [ref for child in children(node) for ref in names(child)]


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node."""
    if isinstance(node, Arithmetic | Compare):
        return (node.left, node.right)
    if isinstance(node, Logic):
        return node.parts
    if isinstance(node, Choice):
        return (node.test, node.yes, node.no)
    return node.args if isinstance(node, Call) else ()


def rebuilt(node: Node, parts: Sequence[Node]) -> Node:
    """The same node over other parts."""
    if isinstance(node, Arithmetic):
        return Arithmetic(node.op, *parts)
    if isinstance(node, Compare):
        return Compare(node.op, *parts)
    if isinstance(node, Logic):
        return Logic(node.op, tuple(parts))
    if isinstance(node, Choice):
        return Choice(*parts)
    return Call(node.name, tuple(parts)) if isinstance(node, Call) else node


def kind_of(node: Node) -> Kind:
    """Number or condition. Raises AS245 where one stands in the other's place."""
    if isinstance(node, Number | Ref):
        return "number"
    parts = [kind_of(child) for child in children(node)]
    if isinstance(node, Logic):
        _expect(parts, "condition")
        return "condition"
    if isinstance(node, Choice):
        _expect(parts[:1], "condition")
        _expect(parts[1:], "number")
        return "number"
    _expect(parts, "number")
    return "condition" if isinstance(node, Compare) else "number"


def _expect(found: list[Kind], wanted: Kind) -> None:
    if any(kind != wanted for kind in found):
        raise ExpressionError("AS245")


def bound(node: Node, bounds: Mapping[str, int]) -> int:
    """The greatest magnitude that ``node`` can have. Raises AS246 when anything may pass ``LIMIT``."""
    parts = [bound(child, bounds) for child in children(node)]
    if isinstance(node, Number):
        found = abs(node.value)
    elif isinstance(node, Ref):
        found = bounds.get(node.name, TOTAL_BOUND)
    elif isinstance(node, Arithmetic):
        left, right = parts
        found = {"*": left * right, "//": left + 1}.get(node.op, left + right)
    elif isinstance(node, Call) and node.name == "pct":
        # Twice the numerator stands in the half-up formula, with the denominator added.
        found = 20_000 * parts[0] + parts[1]
    else:
        found = max(parts, default=1)
    if found > LIMIT:
        raise ExpressionError("AS246")
    return found
