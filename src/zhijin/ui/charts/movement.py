"""Who moved since the period before: ranks then on the left, now on the right, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhijin.ui.charts.figure import figure, short, text

_ROW = 20
_HEAD = 22
_THEN, _NOW = 30, 118
#: More lines than this cannot be followed; then the largest moves are shown.
MOST = 24


@dataclass(frozen=True, slots=True)
class Move:
    """A member's rank before (None: it was not ranked) and now. ``own`` is drawn in the accent."""

    name: str
    before: int | None
    now: int
    own: bool = False

    @property
    def by(self) -> int:
        """Places gained (positive) or lost."""
        return 0 if self.before is None else self.before - self.now

    @property
    def words(self) -> str:
        """↑3, ↓2, 持平 or 新; never by colour alone."""
        if self.before is None:
            return _("新")
        if self.by == 0:
            return _("持平")
        return f"{'↑' if self.by > 0 else '↓'}{abs(self.by)}"


def movement(moves: Sequence[Move], label: str, heads: tuple[str, str]) -> SafeString:
    """A slope chart of at most 24 members; ``heads`` name the two periods."""
    if not moves:
        return SafeString()
    shown = sorted(_chosen(moves), key=lambda m: (m.now, m.name))
    then = {m.name: i for i, m in enumerate(sorted(shown, key=_before)) if m.before is not None}
    height = _HEAD + _ROW * len(shown) + 4
    drawing = mark_safe(  # noqa: S308 - every part was made by format_html
        text(_THEN, 12, heads[0], "chart-count", "middle")
        + text(_NOW, 12, heads[1], "chart-count", "middle")
        + format_html_join("", "{}", ((_one(m, i, then),) for i, m in enumerate(shown)))
    )
    told = _("上升 {up} 个，下降 {down} 个，持平 {same} 个。").format(
        up=sum(m.by > 0 for m in moves),
        down=sum(m.by < 0 for m in moves),
        same=sum(m.by == 0 for m in moves),
    )
    rows = [(m.name, m.before or "—", m.now, m.words) for m in sorted(moves, key=lambda m: m.now)]
    columns = (_("组织"), heads[0], heads[1], _("变化"))
    return figure(label, told, drawing, height, kind="slope", heads=columns, rows=rows)


def _chosen(moves: Sequence[Move]) -> list[Move]:
    if len(moves) <= MOST:
        return list(moves)
    return sorted(moves, key=lambda m: (not m.own, -abs(m.by), m.now))[:MOST]


def _before(move: Move) -> tuple[int, int]:
    return (move.before if move.before is not None else 10**9, move.now)


def _one(move: Move, row: int, then: dict[str, int]) -> SafeString:
    way = "own" if move.own else "up" if move.by > 0 else "down" if move.by < 0 else "same"
    y = _HEAD + _ROW * row + 12
    words = text(_NOW + 28, y + 4, f"{short(move.name, 25)} {move.words}", f"chart-{way}-text")
    now = text(_NOW + 8, y + 4, move.now, "chart-count")
    if move.name not in then:
        return format_html(
            '<circle class="chart-{}" cx="{}" cy="{}" r="3"/>{}{}', way, _NOW, y, now, words
        )
    start = _HEAD + _ROW * then[move.name] + 12
    return format_html(
        '<path class="chart-way chart-{}" d="M{} {}L{} {}"/><circle class="chart-{}" cx="{}" cy="{}"'
        ' r="3"/>{}{}{}',
        way, _THEN + 4, start, _NOW, y, way, _NOW, y,
        text(_THEN - 2, start + 4, move.before, "chart-count", "end"), now, words,
    )  # fmt: skip
