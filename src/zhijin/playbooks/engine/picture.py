"""A playbook as a picture of its states: server-rendered SVG that needs no script and no style.

Colours are presentation attributes, so that it reads anywhere; every shape also has a class, so
that a page's style sheet may recolour it (``.pb-card``, ``.pb-line`` …).
"""

from __future__ import annotations

from html import escape

from zhijin.core.roles import resolve
from zhijin.playbooks.engine import words
from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.engine.findings import is_english, width
from zhijin.playbooks.engine.layout import (
    CARD_WIDTH,
    HEAD_HEIGHT,
    STEP_HEIGHT,
    Card,
    Edge,
    Layout,
    edges_of,
    lay_out,
)
from zhijin.playbooks.engine.model import Playbook

INK, SOFT, PAPER, LINE, ACCENT, GREEN = (
    "#1f2328", "#57606a", "#ffffff", "#8c959f", "#a8322a", "#2f6f4f",
)  # fmt: skip
FONT = "system-ui, 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
RADIUS = 6


def picture(playbook: Playbook, lang: str = "zh", counts: dict[str, int] | None = None) -> str:
    """An ``<svg>`` of the states, steps and automatic moves.

    ``counts`` gives the number of open cases in each state, shown in its corner.
    """
    layout = lay_out(playbook)
    name = f"pb-{digest(playbook)[:8]}"
    english = is_english(lang)
    title = playbook.title.in_(lang)
    title += ": states and steps" if english else "：状态与步骤"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pb-picture" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" '
        f'viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" '
        f'width="{layout.width:.0f}" height="{layout.height:.0f}" '
        f'font-family="{escape(FONT)}" font-size="12">'
    )
    parts = [
        head,
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-desc">{escape(_described(playbook, lang))}</desc>',
        _markers(name),
    ]
    parts += [_line(edge, layout, playbook, name, lang) for edge in layout.edges]
    parts += [
        _card(card, playbook, lang, (counts or {}).get(card.name)) for card in layout.cards.values()
    ]
    parts += [_dot(edge) for edge in layout.edges]
    return "".join([*parts, "</svg>"])


def _described(playbook: Playbook, lang: str) -> str:
    """The picture in words, for those who cannot see it."""
    sentences = []
    for name, state in playbook.states.items():
        targets = [playbook.state_title(move.to, lang) for move in state.moves]
        targets += [playbook.state_title(rung.move, lang) for rung in state.late if rung.move]
        if targets:
            join = ", " if is_english(lang) else "、"
            sentences.append(f"{playbook.state_title(name, lang)} → "
                             f"{join.join(dict.fromkeys(targets))}")  # fmt: skip
    return ("; " if is_english(lang) else "；").join(sentences)


def _markers(name: str) -> str:
    def arrow(key: str, colour: str) -> str:
        return (
            f'<marker id="{name}-{key}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        )

    return f"<defs>{arrow('step', LINE)}{arrow('late', ACCENT)}</defs>"


def _line(edge: Edge, layout: Layout, playbook: Playbook, name: str, lang: str) -> str:
    late = edge.kind == "late"
    colour = ACCENT if late else LINE
    dash = ' stroke-dasharray="5 4"' if late else ""
    label = _step_text(edge, playbook, lang)
    return (
        f'<g class="pb-line pb-{edge.kind}"><title>{escape(label)}</title>'
        f'<path d="{_rounded(edge.points)}" fill="none" stroke="{colour}" stroke-width="1.5"'
        f'{dash} marker-end="url(#{name}-{edge.kind})"/></g>'
    )


def _dot(edge: Edge) -> str:
    """The number of a step, where its line leaves the card."""
    x, y = edge.points[0]
    colour = ACCENT if edge.kind == "late" else LINE
    return (
        f'<g class="pb-dot"><circle cx="{x:.1f}" cy="{y:.1f}" r="7.5" fill="{PAPER}" '
        f'stroke="{colour}"/><text x="{x:.1f}" y="{y + 3.3:.1f}" text-anchor="middle" '
        f'font-size="9.5" fill="{ACCENT if edge.kind == "late" else INK}">{edge.number}</text></g>'
    )


def _rounded(points: list[tuple[float, float]]) -> str:
    """A path through ``points`` whose corners are rounded."""
    out = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        a, b = _towards(corner, before), _towards(corner, after)
        out.append(f"L{a[0]:.1f} {a[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {b[0]:.1f} {b[1]:.1f}")
    out.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(out)


def _towards(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    length = abs(end[0] - start[0]) + abs(end[1] - start[1])
    part = min(RADIUS, length / 2) / length if length else 0
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _card(card: Card, playbook: Playbook, lang: str, count: int | None) -> str:
    state = playbook.states[card.name]
    edge = GREEN if state.final else ACCENT if card.name == playbook.initial else LINE
    kind = "final" if state.final else "initial" if card.name == playbook.initial else "middle"
    radius = 22 if state.final else 8
    title = _cut(playbook.state_title(card.name, lang), 26)
    box = (
        f'<g class="pb-card pb-{kind}" data-state="{escape(card.name)}">'
        f'<rect x="{card.x:.1f}" y="{card.y:.1f}" width="{CARD_WIDTH}" height="{card.height}" '
        f'rx="{radius}" fill="{PAPER}" stroke="{edge}" stroke-width="{2 if kind != "middle" else 1}"/>'
    )
    out = [
        box,
        _text(card.x + 12, card.y + 21, title, 14, INK, bold=True),
        _text(card.x + 12, card.y + 39, _cut(_under(card.name, playbook, lang), 36), 11, SOFT),
    ]
    if count is not None:
        out.append(
            f'<text class="pb-count" x="{card.x + CARD_WIDTH - 12:.1f}" y="{card.y + 21:.1f}" '
            f'text-anchor="end" font-size="13" font-weight="600" fill="{ACCENT}">{count}</text>'
        )
    if card.steps:
        y = card.y + HEAD_HEIGHT
        out.append(
            f'<path d="M{card.x:.1f} {y:.1f}h{CARD_WIDTH}" stroke="{LINE}" stroke-opacity=".35"/>'
        )
        edges = [item for item in edges_of(playbook) if item.source == card.name]
        for index, item in enumerate(edges):
            line = y + 15 + index * STEP_HEIGHT
            colour = ACCENT if item.kind == "late" else INK
            out.append(_text(card.x + 12, line, str(item.number), 10, SOFT))
            out.append(
                _text(card.x + 26, line, _cut(_step_text(item, playbook, lang), 33), 11.5, colour)
            )
    return "".join([*out, "</g>"])


def _under(name: str, playbook: Playbook, lang: str) -> str:
    """Who answers and by when; for an end, how it counts."""
    state = playbook.states[name]
    if state.final:
        return words.OUTCOMES[state.outcome or "solved"][is_english(lang)]
    role = resolve(state.owner or "")
    lengths = list(dict.fromkeys(length.title(lang) for length in state.within.values()))
    return " · ".join(
        [*([role.title(lang)] if role else []), *([" / ".join(lengths)] if lengths else [])]
    )


def _step_text(edge: Edge, playbook: Playbook, lang: str) -> str:
    target = playbook.state_title(edge.target, lang)
    state = playbook.states[edge.source]
    if edge.kind == "late":
        return f"late → {target}" if is_english(lang) else f"逾期 → {target}"
    move = state.moves[edge.number - 1]
    if move.title is None:
        return f"→ {target}"
    return f"{move.title.in_(lang)} → {target}"


def _text(x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{weight}>{escape(text)}</text>'


def _cut(text: str, columns: int) -> str:
    """``text`` in at most ``columns`` columns, with an ellipsis when it is longer."""
    if width(text) <= columns:
        return text
    out = ""
    for char in text:
        if width(out + char) > columns - 1:
            break
        out += char
    return out + "…"
