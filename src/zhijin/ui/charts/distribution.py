"""How scores are spread over a group, and where one member stands."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhijin.ui.charts.figure import WIDTH, figure, tenths, text

_TOP, _BASE, _HEIGHT = 34, 132, 152
_LEFT, _RIGHT = 6, WIDTH - 6
_STEPS = (100, 200, 500, 1000)
_MOST_BINS = 14
#: How wide a digit of a count is drawn.
_DIGIT = 6


def bins(values: Sequence[int]) -> tuple[int, int, list[int]]:
    """(lowest edge, width, counts) of 1 to 14 equal bins over ``values`` in basis points."""
    low, high = min(values), max(values)
    width = next((s for s in _STEPS if (high // s) - (low // s) < _MOST_BINS), _STEPS[-1])
    first = low // width * width
    counts = [0] * (high // width - low // width + 1)
    for value in values:
        counts[(value - first) // width] += 1
    return first, width, counts


def distribution(values: Sequence[int], label: str, own: int | None = None) -> SafeString:
    """A histogram of scores in basis points; ``own`` is marked. Nothing for an empty group.

    The middle one of the scores stands as a dashed line: half of the group lies on either side.
    """
    if not values:
        return SafeString()
    first, width, counts = bins(values)
    ordered = sorted(values)
    middle = ordered[(len(ordered) - 1) // 2]
    span, room = width * len(counts), _RIGHT - _LEFT

    def x(value: int) -> float:
        return round(_LEFT + (value - first) * room / span, 1)

    drawing = mark_safe(  # noqa: S308 - every part was made by format_html
        _columns(counts, own, first, width, room)
        + _axis(first, first + span, x)
        + _line(x(middle), "chart-middle", _("中位 {n}").format(n=tenths(middle)), 26)
        + (
            _line(x(own), "chart-own", _("本组织 {n}").format(n=tenths(own)), 12)
            if own is not None
            else ""
        )
    )
    told = _("{n} 个组织，最低 {low}，中位 {middle}，最高 {high}。").format(
        n=len(values), low=tenths(ordered[0]), middle=tenths(middle), high=tenths(ordered[-1])
    )
    rows = [
        (f"{tenths(first + i * width)} – {tenths(first + (i + 1) * width)}", count)
        for i, count in enumerate(counts)
    ]
    return figure(
        label, told, drawing, _HEIGHT, kind="spread", heads=(_("得分"), _("组织数")), rows=rows
    )


def _columns(
    counts: Sequence[int], own: int | None, first: int, width: int, room: int
) -> SafeString:
    top = max(counts)
    wide = room / len(counts)
    mine = None if own is None else (own - first) // width

    def one(i: int, count: int) -> tuple[object, ...]:
        tall = round(count * (_BASE - _TOP - 14) / top, 1)
        at = round(_LEFT + i * wide, 1)
        css = "chart-bar chart-mine" if i == mine else "chart-bar"
        number = text(round(at + wide / 2, 1), _BASE - tall - 3, count, "chart-count", "middle")
        # A number wider than its column would cover the next one's; all stand in the table.
        shown = count and (i == mine or len(str(count)) * _DIGIT <= wide + 2)
        return css, at + 1, _BASE - tall, round(wide - 2, 1), tall, number if shown else ""

    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>{}',
        (one(i, count) for i, count in enumerate(counts)),
    )


def _axis(low: int, high: int, x: object) -> SafeString:
    return format_html(
        '<path class="chart-axis" d="M{} {}H{}"/>{}{}',
        _LEFT, _BASE, _RIGHT, text(_LEFT, _HEIGHT - 4, tenths(low)),
        text(_RIGHT, _HEIGHT - 4, tenths(high), "", "end"),
    )  # fmt: skip


def _line(x: float, css: str, words: str, y: int) -> SafeString:
    """A line down to the axis with its words on whichever side has room."""
    right = x < WIDTH / 2
    return format_html(
        '<path class="{}" d="M{} {}V{}"/>{}',
        css, x, y - 8, _BASE,
        text(x + 4 if right else x - 4, y, words, f"{css}-text", "" if right else "end"),
    )  # fmt: skip
