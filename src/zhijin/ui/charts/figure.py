"""The frame around a chart: what it shows, the picture, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

#: All charts are drawn in a frame of this width, so that their type has one size.
WIDTH = 340


def tenths(basis_points: int) -> str:
    """A score of 0 to 10,000 as people read it, two digits, rounded down: 7400 → ``74.00``."""
    sign, rest = ("-", -basis_points) if basis_points < 0 else ("", basis_points)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def figure(
    label: str,
    told: str,
    drawing: SafeString,
    height: int,
    *,
    kind: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    say: bool = False,
) -> SafeString:
    """A chart named ``label``; ``told`` says in a sentence what there is to see (``say``: to all)."""
    return format_html(
        '<figure class="figure"><figcaption>{}</figcaption>'
        '<svg class="chart chart-{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        "<desc>{}</desc>{}</svg>{}{}</figure>",
        label, kind, WIDTH, height, label, told, drawing,
        format_html('<p class="small muted">{}</p>', told) if say else "", _table(label, heads, rows),
    )  # fmt: skip


def _table(label: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in heads))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows),
    )
    return format_html(
        '<details class="figure-data"><summary>{}</summary>'
        '<div class="scroll-x" tabindex="0" role="region" aria-label="{}">'
        '<table class="table bars"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>',
        _("看数据"),
        label,
        head,
        body,
    )


def text(x: float, y: float, words: object, css: str = "", anchor: str = "") -> SafeString:
    """Words in a drawing; ``anchor`` middle or end."""
    return format_html(
        '<text x="{}" y="{}"{}{}>{}</text>',
        x,
        y,
        format_html(' class="{}"', css) if css else "",
        format_html(' text-anchor="{}"', anchor) if anchor else "",
        words,
    )


def breadth(words: str) -> int:
    """How broad words are, in halves of a Chinese character."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in words)


def short(name: str, most: int) -> str:
    """A name of at most ``most`` halves: cut in the middle, where organisations' names say least."""
    if breadth(name) <= most:
        return name
    end, tail = "", most // 3
    for letter in reversed(name):
        if breadth(letter + end) > tail:
            break
        end = letter + end
    start, room = "", most - breadth("…" + end)
    for letter in name:
        if breadth(start + letter) > room:
            break
        start += letter
    return f"{start}…{end}"
