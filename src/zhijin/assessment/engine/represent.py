"""The representation between the file and the engines: flat, small, without YAML and without SQL.

Every distinct measure gets a number; an indicator is two formulas over measures, a curve, a weight
and a rule for missing data. What is not said here is not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhijin.assessment.engine.evaluate import Rounding
from zhijin.assessment.engine.expressions import (
    COUNT_BOUND,
    TOTAL_BOUND,
    Node,
    Ref,
    children,
    parse,
    rebuilt,
)
from zhijin.assessment.engine.marks_model import Join, Mark
from zhijin.assessment.engine.measures_model import Latest, Measure
from zhijin.assessment.engine.model import Assessment, Indicator
from zhijin.assessment.engine.shared_model import LEVEL_DIGITS

NoData = Literal["exempt", "full", "zero"]
#: What is stored when there was no data; 0 is a value that was measured.
STATES = {"value": 0, "exempt": 1, "full": 2, "zero": 3}
FULL = 10_000


@dataclass(frozen=True)
class Scored:
    """One indicator: formulas over ``m0, m1 …``, and how the value becomes a score.

    ``points`` is the curve; ``target`` stands alone where lower is better: ``target × 10,000 // value``.
    ``of`` is None where the figure is typed in.
    """

    id: str
    dimension: int
    weight: int
    of: Node | None
    to: Node | None
    points: tuple[tuple[int, int], ...]
    target: int | None
    cap: int | None
    least: int
    no_data: NoData
    ratio: bool


@dataclass(frozen=True)
class Component:
    """A part of the total: a dimension, or a joined result (of facts where it has a ``measure``)."""

    id: str
    weight: int
    no_data: NoData = "exempt"
    joined: bool = False
    measure: int | None = None


@dataclass(frozen=True)
class Representation:
    """A programme as the compiler takes it. ``groups``: peer attributes, from narrow to wide."""

    id: str
    rounding: Rounding
    period: str
    measures: tuple[Measure, ...]
    indicators: tuple[Scored, ...]
    components: tuple[Component, ...]
    groups: tuple[tuple[str, ...], ...]
    least: int
    mark_small: bool
    ties: tuple[str, ...]
    marks: tuple[Mark, ...]
    kinds: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[int, ...]
    levels: tuple[str, ...]
    sizes: tuple[int, ...]
    most_adjusted: int

    @property
    def reach(self) -> int:
        """How many months before the period facts are read."""
        return max((measure.reach for measure in self.measures), default=0)

    @property
    def running(self) -> int:
        """How many earlier periods the marks look at."""
        return max((m.running.months - 1 for m in self.marks if m.running), default=0)


def measure_bound(measure: Measure) -> int:
    """The greatest magnitude of a measure; larger totals are cut to it on every engine."""
    counts = measure.form in {"count", "distinct", "exists", "period"} or (
        measure.elapsed is not None and measure.elapsed.take != "minutes"
    )
    return COUNT_BOUND if counts else TOTAL_BOUND


def represent(programme: Assessment) -> Representation:
    """The programme without what only people read. It must have loaded without errors."""
    numbers = _Numbers(programme)
    indicators = tuple(
        _scored(item, number, numbers)
        for number, dimension in enumerate(programme.dimensions)
        for item in dimension.indicators
    )
    dims = [Component(d.id, d.weight) for d in programme.dimensions]
    joins = [
        Component(j.id, j.weight, j.no_data, True, numbers.joined(j) if j.fact else None)
        for j in programme.joins
    ]
    applies, peers = programme.applies, programme.peers
    levels = tuple(level for level in LEVEL_DIGITS if level in (applies.levels or LEVEL_DIGITS))
    return Representation(
        id=programme.id, rounding=programme.rounding, period=programme.period,
        measures=tuple(numbers.found), indicators=indicators, components=(*dims, *joins),
        groups=_groups(list(peers.by), list(peers.otherwise)), least=peers.least,
        mark_small=peers.still_small == "mark", ties=tuple(programme.ties.by),
        marks=tuple(programme.marks), kinds=tuple(applies.kinds), sectors=tuple(applies.sectors),
        industries=tuple(applies.industries), levels=levels,
        sizes=tuple(peers.sizes), most_adjusted=sum(a.most for a in programme.adjustments),
    )  # fmt: skip


def _groups(by: list[str], wider: list[str]) -> tuple[tuple[str, ...], ...]:
    """The group, then the same with each wider level in the place of its own."""
    rest = (tuple(level if name in LEVEL_DIGITS else name for name in by) for level in wider)
    return (tuple(by), *rest)


class _Numbers:
    """Gives every distinct measure one number, so that what is used twice is measured once."""

    def __init__(self, programme: Assessment) -> None:
        self.named = programme.measures
        self.found: list[Measure] = []
        self.keys: dict[str, int] = {}

    def node(self, measure: Measure) -> Node:
        """The formula for a measure, over numbered ones."""
        if measure.formula is not None:
            return self.renamed(parse(measure.formula))
        key = measure.model_dump_json(exclude_defaults=True)
        if key not in self.keys:
            self.keys[key] = len(self.found)
            self.found.append(measure)
        return Ref(f"m{self.keys[key]}")

    def joined(self, join: Join) -> int:
        """The measure that a joined fact is: its latest value."""
        latest = Latest(kind=join.fact or "", reach=join.reach)
        node = self.node(Measure(latest=latest, who="org"))
        assert isinstance(node, Ref)
        return int(node.name[1:])

    def renamed(self, node: Node) -> Node:
        """The formula with numbers in the place of names."""
        if isinstance(node, Ref):
            return self.node(self.named[node.name])
        return rebuilt(node, [self.renamed(child) for child in children(node)])


def _scored(item: Indicator, dimension: int, numbers: _Numbers) -> Scored:
    manual = bool(item.of.manual)
    to = None if item.to is None or item.to.manual else numbers.node(item.to)
    points, target = scale(item)
    return Scored(
        id=item.id, dimension=dimension, weight=item.weight,
        of=None if manual else numbers.node(item.of), to=to, points=points, target=target,
        cap=item.cap, least=item.least, no_data=item.no_data, ratio=item.to is not None,
    )  # fmt: skip


def scale(item: Indicator) -> tuple[tuple[tuple[int, int], ...], int | None]:
    """The curve of an indicator, or the target where lower is better."""
    if item.curve is not None:
        return tuple((value, score) for value, score in item.curve), None
    if item.target is not None:
        if item.better == "lower":
            return (), item.target
        return ((0, 0), (item.target, FULL)), None
    if item.better == "lower":
        return ((0, FULL), (FULL, 0)), None
    return ((0, 0), (FULL, FULL)), None
