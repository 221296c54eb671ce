"""Where the states of a picture stand: in rows by their distance from the start, lines between.

Pure geometry in pixels; ``picture`` draws it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from zhijin.playbooks.engine.model import Playbook

CARD_WIDTH, GAP_X, MARGIN = 256, 32, 24
HEAD_HEIGHT, STEP_HEIGHT, CARD_PAD = 50, 19, 9
CHANNEL, LANE = 11, 14

EdgeKind = Literal["step", "late"]


@dataclass
class Card:
    """A state's box. ``steps`` is how many lines of steps it holds."""

    name: str
    row: int
    steps: int
    x: float = 0
    y: float = 0

    @property
    def height(self) -> int:
        return HEAD_HEIGHT + (self.steps * STEP_HEIGHT + CARD_PAD if self.steps else 0)


@dataclass
class Edge:
    """A line from one card to another. ``number`` is that of the step inside its card, from 1."""

    source: str
    target: str
    number: int
    kind: EdgeKind
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Layout:
    cards: dict[str, Card]
    edges: list[Edge]
    width: float = 0
    height: float = 0


def lay_out(playbook: Playbook) -> Layout:
    """Place every state and every line."""
    edges = edges_of(playbook)
    rows = _rows(playbook, edges)
    count: dict[str, int] = defaultdict(int)
    for edge in edges:
        count[edge.source] += 1
    cards = {name: Card(name, rows[name], count[name]) for name in playbook.states}
    layout = Layout(cards, edges)
    order = _ordered(cards, edges)
    _place(layout, order)
    return layout


def edges_of(playbook: Playbook) -> list[Edge]:
    """Every line, in the order in which the cards number their steps."""
    found = []
    for name, state in playbook.states.items():
        number = 0
        for move in state.moves:
            number += 1
            found.append(Edge(name, move.to, number, "step"))
        for rung in state.late:
            if rung.move is not None:
                number += 1
                found.append(Edge(name, rung.move, number, "late"))
    return found


def _rows(playbook: Playbook, edges: list[Edge]) -> dict[str, int]:
    """Row of each state: its longest way from the start, roads back left out."""
    out: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        out[edge.source].append(edge.target)
    back = _back_edges(playbook.initial, out)
    rows = dict.fromkeys(playbook.states, 0)
    for _ in playbook.states:
        for name, targets in out.items():
            for target in targets:
                if (name, target) not in back and name != target:
                    rows[target] = max(rows[target], rows[name] + 1)
    return rows


def _back_edges(start: str, out: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Edges that lead back to a state on the way that was come by."""
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    trail: list[str] = []

    def visit(name: str) -> None:
        trail.append(name)
        for target in out.get(name, ()):
            if target in trail:
                back.add((name, target))
            elif target not in done:
                visit(target)
        trail.pop()
        done.add(name)

    visit(start)
    for name in list(out):
        if name not in done:
            visit(name)
    return back


def _ordered(cards: dict[str, Card], edges: list[Edge]) -> list[list[str]]:
    """The states of each row, left to right, near those they come from."""
    rows: dict[int, list[str]] = defaultdict(list)
    for card in cards.values():
        rows[card.row].append(card.name)
    order = [rows[row] for row in sorted(rows)]
    for _ in range(4):
        place = {name: i - (len(row) - 1) / 2 for row in order for i, name in enumerate(row)}
        for row in order[1:]:
            row.sort(key=lambda name: _centre(name, edges, place, cards))
            for index, name in enumerate(row):
                place[name] = index - (len(row) - 1) / 2
    return order


def _centre(name: str, edges: list[Edge], place: dict[str, float], cards: dict[str, Card]) -> float:
    near = [place[e.source] for e in edges if e.target == name
            and cards[e.source].row < cards[name].row]  # fmt: skip
    return sum(near) / len(near) if near else 0.0


def _place(layout: Layout, order: list[list[str]]) -> None:
    cards, edges = layout.cards, layout.edges
    far = [edge for edge in edges if cards[edge.target].row != cards[edge.source].row + 1]
    right = {id(edge): index for index, edge in enumerate(
        e for e in far if cards[e.target].row <= cards[e.source].row)}  # fmt: skip
    left = {id(edge): index for index, edge in enumerate(
        e for e in far if cards[e.target].row > cards[e.source].row)}  # fmt: skip
    widest = max(len(row) for row in order)
    inner = widest * CARD_WIDTH + (widest - 1) * GAP_X
    offset = MARGIN + (len(left) * LANE + 10 if left else 0)
    layout.width = offset + inner + (len(right) * LANE + 10 if right else 0) + MARGIN
    below = _below(cards, edges, len(order))
    y: float = MARGIN + (len(below[-1]) * CHANNEL + 12 if below[-1] else 0)
    for index, row in enumerate(order):
        span = len(row) * CARD_WIDTH + (len(row) - 1) * GAP_X
        for place, name in enumerate(row):
            cards[name].x = offset + (inner - span) / 2 + place * (CARD_WIDTH + GAP_X)
            cards[name].y = y
        y += max(cards[name].height for name in row)
        y += 34 + len(below[index]) * CHANNEL if index < len(order) - 1 or below[index] else 0
    layout.height = y + MARGIN
    _route(layout, order, below, right, left, offset, inner)


def _below(
    cards: dict[str, Card], edges: list[Edge], rows: int
) -> dict[int, list[tuple[int, str]]]:
    """The level lines that run in the gap below each row (-1: above the first)."""
    out: dict[int, list[tuple[int, str]]] = {row: [] for row in range(-1, rows)}
    for index, edge in enumerate(edges):
        source, target = cards[edge.source].row, cards[edge.target].row
        out[source].append((index, "out"))
        if target != source + 1:
            out[target - 1].append((index, "in"))
    return out


def _route(
    layout: Layout, order: list[list[str]], below: dict[int, list[tuple[int, str]]],
    right: dict[int, int], left: dict[int, int], offset: float, inner: float,
) -> None:  # fmt: skip
    cards, edges = layout.cards, layout.edges
    bottoms = {-1: float(MARGIN) - 14}
    for index, row in enumerate(order):
        bottoms[index] = max(cards[name].y + cards[name].height for name in row)
    level = {
        (edge, part): bottoms[row] + 17 + place * CHANNEL
        for row, lines in below.items()
        for place, (edge, part) in enumerate(lines)
    }
    starts, ends = _ports(layout, below)
    for index, edge in enumerate(edges):
        source, target = cards[edge.source], cards[edge.target]
        x1, x2 = starts[index], ends[index]
        if target.row == source.row + 1 and abs(x1 - x2) < 14:
            x2 = x1
        down = level[index, "out"]
        path = [(x1, source.y + source.height), (x1, down)]
        if (index, "in") in level:
            lane = (
                offset + inner + 12 + right[id(edge)] * LANE
                if id(edge) in right
                else offset - 12 - left[id(edge)] * LANE
            )
            across = level[index, "in"]
            path += [(lane, down), (lane, across), (x2, across)]
        else:
            path.append((x2, down))
        edge.points = _cleaned([*path, (x2, target.y)])


def _ports(
    layout: Layout, below: dict[int, list[tuple[int, str]]]
) -> tuple[dict[int, float], dict[int, float]]:
    """Where each line leaves its card's lower edge, and where it comes into the upper edge."""
    leaving: dict[str, list[int]] = defaultdict(list)
    coming: dict[str, list[int]] = defaultdict(list)
    for index, edge in enumerate(layout.edges):
        leaving[edge.source].append(index)
        coming[edge.target].append(index)
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for name, indexes in leaving.items():
        for place, index in enumerate(indexes):
            starts[index] = _spread(layout.cards[name].x, place, len(indexes))
    for name, indexes in coming.items():
        indexes.sort(key=lambda i: layout.cards[layout.edges[i].source].x)
        for place, index in enumerate(indexes):
            ends[index] = _spread(layout.cards[name].x, place, len(indexes)) + 5
    return starts, ends


def _spread(x: float, place: int, count: int) -> float:
    return x + CARD_WIDTH * (place + 1) / (count + 1)


def _cleaned(path: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for point in path:
        if not out or abs(out[-1][0] - point[0]) > 0.5 or abs(out[-1][1] - point[1]) > 0.5:
            out.append(point)
    return out
