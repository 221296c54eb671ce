"""One figure over the months: scores (higher is better) or ranks (one is on top), with what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhijin.ui.charts.figure import WIDTH, figure, text
from zhijin.ui.charts.small import Spot, segments

_LEFT, _RIGHT = 34, WIDTH - 10
_TOP, _BASE, _HEIGHT = 20, 104, 126


@dataclass(frozen=True, slots=True)
class Point:
    """One month: its name, the value (None: not assessed), and what happened in it, if anything."""

    name: str
    value: int | None
    note: str = ""
    marked: bool = False


def history(
    points: Sequence[Point],
    label: str,
    *,
    ranks: bool = False,
    show: Callable[[int], str] = str,
) -> SafeString:
    """A line over the months; a month without a value is a gap. ``ranks`` puts one on top."""
    known = [p.value for p in points if p.value is not None]
    if not known:
        return SafeString()
    low, high = (max(known), 1) if ranks else (min(known), max(known))
    spread = (high - low) or 1
    step = (_RIGHT - _LEFT) / max(len(points) - 1, 1)

    def spot(i: int, value: int | None) -> Spot | None:
        if value is None:
            return None
        return round(_LEFT + i * step, 1), round(_BASE - (value - low) * (_BASE - _TOP) / spread, 1)

    spots = [spot(i, p.value) for i, p in enumerate(points)]
    drawing = mark_safe(  # noqa: S308 - every part was made by format_html
        format_html('<path class="chart-axis" d="M{} {}H{}"/>', _LEFT, _BASE + 6, _RIGHT)
        + text(_LEFT - 8, _TOP + 4, show(high), "chart-count", "end")
        + (text(_LEFT - 8, _BASE + 4, show(low), "chart-count", "end") if low != high else "")
        + _lines(spots)
        + format_html_join("", "{}", ((_dot(p, s),) for p, s in zip(points, spots, strict=True)))
        + _names(points, step)
    )
    told = "；".join(f"{p.name} {show(p.value)}" for p in points if p.value is not None) + "。"
    rows = [(p.name, "—" if p.value is None else show(p.value), p.note or "—") for p in points]
    heads = (_("月份"), _("名次") if ranks else _("得分"), _("说明"))
    return figure(label, told, drawing, _HEIGHT, kind="history", heads=heads, rows=rows)


def _lines(spots: Sequence[Spot | None]) -> SafeString:
    texts = (" ".join(f"{x},{y}" for x, y in part) for part in segments(spots) if len(part) > 1)
    return format_html_join(
        "", '<polyline class="chart-line" points="{}"/>', ((points,) for points in texts)
    )


def _dot(point: Point, spot: Spot | None) -> SafeString:
    if spot is None:
        return SafeString()
    css = "chart-dot chart-marked" if point.marked else "chart-dot"
    size = 4.5 if point.marked else 2.6
    line = (
        format_html('<path class="chart-event" d="M{} {}V{}"/>', spot[0], _TOP - 12, _BASE + 6)
        if point.note
        else ""
    )
    return format_html('{}<circle class="{}" cx="{}" cy="{}" r="{}"/>', line, css, *spot, size)


def _names(points: Sequence[Point], step: float) -> SafeString:
    """Every third month's name from the last one back, so that they never meet."""
    last = len(points) - 1
    wanted = [i for i in range(len(points)) if (last - i) % 3 == 0]

    def anchor(i: int) -> str:
        return "end" if i == last and i else "start" if i == 0 else "middle"

    return format_html_join(
        "",
        "{}",
        (
            (text(round(_LEFT + i * step, 1), _HEIGHT - 4, points[i].name, "", anchor(i)),)
            for i in wanted
        ),
    )
