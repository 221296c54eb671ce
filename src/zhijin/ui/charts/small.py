"""Small charts as SVG text, drawn on the server, readable without colour and without scripts."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Spot = tuple[float, float]


def bars(rows: Sequence[tuple[str, int, int]], label: str) -> SafeString:
    """A table drawn as bars: each row's value, out of its whole, on one shared scale.

    The figures stand in the table too, so a screen reader reads them and a print keeps them.
    """
    top = max((of or value for _name, value, of in rows), default=0) or 1
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="num">{}</td><td class="bar-cell">{}</td></tr>',
        ((name, _figure(value, of), _bar(value, of, top)) for name, value, of in rows),
    )
    return format_html(
        '<table class="table bars"><caption>{}</caption><tbody>{}</tbody></table>', label, body
    )


def _figure(value: int, of: int) -> str:
    return f"{value:,} / {of:,}" if of else f"{value:,}"


def _bar(value: int, of: int, top: int) -> SafeString:
    full, part = round((of or 0) * 100 / top, 2), round(value * 100 / top, 2)
    return format_html(
        '<svg class="chart" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="chart-track" width="{}" height="6"/><rect class="chart-bar" width="{}" height="6"/></svg>',
        full,
        part,
    )


def bar(value: int, of: int, tone: str = "") -> SafeString:
    """One bar for a cell beside its figure: ``value`` out of ``of``; ``tone`` ``own`` or ``late``."""
    return format_html(
        '<svg class="chart chart-one" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"'
        '{}><rect class="chart-track" width="100" height="6"/>'
        '<rect class="chart-bar" width="{}" height="6"/></svg>',
        format_html(' data-tone="{}"', tone) if tone else "",
        round(min(max(value, 0), of) * 100 / of, 1) if of else 0,
    )


def spark(values: Sequence[int | float | None], label: str) -> SafeString:
    """A line of values over time in 96 × 24; flat when all are equal.

    None is a gap: the line breaks, nothing is guessed. Nothing is drawn for fewer than two values.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString()
    low, spread = min(known), (max(known) - min(known)) or 1
    step = 92 / (len(values) - 1)
    points = [
        None if v is None else (round(2 + i * step, 1), round(22 - (v - low) * 20 / spread, 1))
        for i, v in enumerate(values)
    ]
    last = next(point for point in reversed(points) if point)
    lines = [" ".join(f"{x},{y}" for x, y in part) for part in segments(points)]
    return format_html(
        '<svg class="chart spark" viewBox="0 0 96 24" role="img" aria-label="{}">{}'
        '<circle class="chart-dot" cx="{}" cy="{}" r="2.2"/></svg>',
        label,
        format_html_join("", '<polyline class="chart-line" points="{}"/>', ((t,) for t in lines)),
        *last,
    )


def segments(points: Sequence[Spot | None]) -> list[list[Spot]]:
    """The points between gaps; a lone point is a segment of one."""
    out: list[list[Spot]] = []
    before: Spot | None = None
    for point in points:
        if point is not None and before is None:
            out.append([])
        if point is not None:
            out[-1].append(point)
        before = point
    return out
