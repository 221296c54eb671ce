"""Small charts as SVG text, drawn on the server, readable without colour and without scripts."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


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


def spark(values: Sequence[int | float], label: str) -> SafeString:
    """A line of values over time in 96 × 24; flat when all are equal; nothing for fewer than two."""
    if len(values) < 2:
        return SafeString()
    low, high = min(values), max(values)
    spread = (high - low) or 1
    step = 96 / (len(values) - 1)
    points = [
        (round(i * step, 1), round(22 - (v - low) * 20 / spread, 1)) for i, v in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    return format_html(
        '<svg class="chart spark" viewBox="0 0 96 24" role="img" aria-label="{}">'
        '<polygon class="chart-area" points="0,24 {} 96,24"/><polyline class="chart-line" points="{}"/>'
        '<circle class="chart-dot" cx="{}" cy="{}" r="2.2"/></svg>',
        label,
        line,
        line,
        points[-1][0] - 2 if points[-1][0] > 94 else points[-1][0],
        points[-1][1],
    )
