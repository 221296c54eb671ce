"""The line of a measure over time, as SVG text drawn on the server; the figures stand beside it for readers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhijin.core.signals import Measure
from zhijin.sensing.selectors import Point
from zhijin.ui import spans

WIDTH, HEIGHT = 640, 150


def line(points: Sequence[Point], measure: Measure, label: str) -> SafeString:
    """A chart and below it the two ends of time, as text that keeps its size; nothing for fewer than two points."""
    if len(points) < 2:
        return SafeString()
    low, high = min(p.least for p in points), max(p.most for p in points)
    spread = (high - low) or 1
    first, last = points[0].at, points[-1].at
    span = (last - first).total_seconds() or 1

    def at(point: Point, value: float) -> tuple[float, float]:
        x = 4 + (WIDTH - 8) * (point.at - first).total_seconds() / span
        return round(x, 1), round(8 + (HEIGHT - 16) * (high - value) / spread, 1)

    mean = " ".join(f"{x},{y}" for x, y in (at(p, p.mean) for p in points))
    upper = [at(p, p.most) for p in points]
    lower = [at(p, p.least) for p in reversed(points)]
    area = " ".join(f"{x},{y}" for x, y in (*upper, *lower))
    return format_html(
        '<svg class="chart line-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polygon class="chart-area" points="{}"/><polyline class="chart-line" points="{}"/></svg>'
        '<p class="spread small muted"><span>{}</span><span>{}</span></p>',
        WIDTH, HEIGHT, label, area, mean, _time(points[0]), _time(points[-1]),
    )  # fmt: skip


def _time(point: Point) -> str:
    return spans.moment(point.at)
