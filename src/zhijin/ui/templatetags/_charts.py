"""The tags of charts. What they draw is in :mod:`zhijin.ui.charts`."""

from __future__ import annotations

from collections.abc import Iterable

from django.template import Library
from django.utils.safestring import SafeString

from zhijin.ui import charts


def register_on(register: Library) -> None:
    """Put these tags into ``{% load ui %}``."""
    for tag in (bar, bars, spark, distribution, movement, history):
        register.simple_tag(tag)
    register.filter("score", score)


def bar(value: int | None, of: int = 10_000, tone: str = "") -> SafeString:
    """One bar for a table's cell; nothing for None."""
    return SafeString() if value is None else charts.bar(value, of, tone)


def bars(rows: Iterable[tuple[str, int, int]], label: str) -> SafeString:
    """Horizontal bars: ``(name, value, of)`` each; ``label`` says what they show."""
    return charts.bars(list(rows), label)


def spark(values: Iterable[int | float | None], label: str) -> SafeString:
    """A small line of values over time; ``label`` says what it shows; None is a gap."""
    return charts.spark(list(values), label)


def distribution(values: Iterable[int], label: str, own: int | None = None) -> SafeString:
    """How scores (basis points) are spread, ``own`` marked."""
    return charts.distribution(list(values), label, own)


def movement(
    moves: Iterable[charts.Move], label: str, before: str = "", now: str = ""
) -> SafeString:
    """Ranks of two periods, named ``before`` and ``now``, with a line for each member."""
    return charts.movement(list(moves), label, (before, now))


def history(points: Iterable[charts.Point], label: str, kind: str = "score") -> SafeString:
    """One figure over the months; ``kind``: ``score`` (basis points) or ``rank`` (one on top)."""
    if kind == "rank":
        return charts.history(list(points), label, ranks=True)
    return charts.history(list(points), label, show=charts.tenths)


def score(basis_points: int | None) -> str:
    """``{{ bp|score }}``: 7400 → ``74.00``; nothing becomes a dash."""
    return "—" if basis_points is None else charts.tenths(basis_points)
