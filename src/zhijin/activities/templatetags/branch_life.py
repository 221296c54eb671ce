"""Names of a programme's kinds and periods in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.activities.meetings import programme
from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.reading import Cell
from zhijin.activities.models import Meeting
from zhijin.ui import spans

register = template.Library()
#: The state of a period → the tone of its mark.
TONES = {"done": "ok", "due": "info", "missed": "late"}
ICONS = {"done": "check", "due": "clock", "missed": "circle-alert"}


@register.filter
def titled(kind: Kind) -> str:
    """The kind's name."""
    return kind.title.in_(get_language() or "zh")


@register.filter
def named(meeting: Meeting) -> str:
    """The meeting's name."""
    return programme.shown_title(meeting, get_language() or "zh")


@register.filter
def worded(line: str, meeting: Meeting) -> str:
    """A line of the meeting's agenda."""
    words = programme.words_at(meeting.place_code, get_language() or "zh")
    return words.get(line, line)


@register.filter
def short(cell: Cell) -> str:
    """A period inside its year: 11月, 四季度, 下半年, 全年."""
    name, year = cell.period.name, cell.period.first.year
    rest = name.removeprefix(str(year))
    if rest.startswith("-"):
        month = int(rest[1:])
        return spans.ENGLISH_MONTHS[month - 1] if spans.is_english() else _("{n}月").format(n=month)
    if rest.startswith("Q"):
        return _("{n}季度").format(n=rest[1:])
    if rest.startswith("H"):
        return _("上半年") if rest == "H1" else _("下半年")
    return _("全年")


@register.filter
def tone(cell: Cell) -> str:
    return TONES.get(cell.state, "")


@register.filter
def mark(cell: Cell) -> str:
    return ICONS.get(cell.state, "minus")


@register.filter
def said(cell: Cell) -> str:
    """The state in words, for those who do not see the tone."""
    return {
        "done": _("已开展"), "due": _("本期要开"), "missed": _("没有记录"), "ahead": _("还没到"),
        "before": _("启用以前"),
    }[cell.state]  # fmt: skip


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan: 148001 → ``1,480.01``."""
    return "—" if fen is None else f"{fen // 100:,}.{fen % 100:02d}"
