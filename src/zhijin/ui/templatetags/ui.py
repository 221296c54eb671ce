"""The tags and filters of every page: ``{% load ui %}``. What they mean is in docs/reference/ui.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.core.ids import uuid7
from zhijin.ui import spans

register = template.Library()

#: The icon that goes with each tone, so that meaning never rests on colour alone.
TONE_ICONS = {
    "info": "info",
    "ok": "circle-check",
    "warn": "triangle-alert",
    "late": "circle-alert",
}
SOON = timedelta(hours=4)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; with ``label`` it is read out, without it is decoration."""
    href = f"{static('build/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def badge(text: object, tone: str = "", icon_name: str = "") -> SafeString:
    """A status pill. ``tone``: info, ok, warn, late, accent, or nothing."""
    drawn = icon(icon_name) if icon_name else ""
    attribute = format_html(' data-tone="{}"', tone) if tone else ""
    return format_html('<span class="badge"{}>{}{}</span>', attribute, drawn, text)


@register.simple_tag
def when(at: datetime | date | None) -> SafeString:
    """A moment (China's time, near days by name) or a date; nothing becomes a dash."""
    if not at:
        return mark_safe("<span class='muted'>—</span>")
    if not isinstance(at, datetime):
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), spans.day(at))
    stamp = clock.local(at).isoformat(timespec="seconds")
    text, title = spans.moment(at), spans.full_moment(at)
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, title, text)


@register.simple_tag
def due(at: datetime | None, done: datetime | None = None) -> SafeString:
    """A deadline: how long is left or overdue, in words, and the moment itself.

    With ``done`` it tells whether the work was finished in time.
    """
    if not at:
        return format_html('<span class="due muted">{}</span>', _("没有时限"))
    reference = done or clock.now()
    state, word = _due_words(at - reference, finished=done is not None)
    live = ""
    if done is None:
        ahead = int(clock.demo_offset().total_seconds())
        stamp = at.isoformat(timespec="seconds")
        live = format_html(
            ' data-behaviour="countdown" data-at="{}" data-offset="{}"', stamp, ahead
        )
    return format_html(
        '<span class="due" data-state="{}"{}><span class="due-word">{}</span>'
        '<time class="due-at" datetime="{}" title="{}">{}</time></span>',
        state,
        live,
        word,
        clock.local(at).isoformat(timespec="seconds"),
        spans.full_moment(at),
        spans.moment(at),
    )


def _due_words(left: timedelta, *, finished: bool) -> tuple[str, str]:
    span = spans.duration(left)
    if left < timedelta(0):
        text = _("逾期{span}完成") if finished else _("已逾期{span}")
        return "late", text.format(span=span)
    if finished:
        return "done", _("按时完成")
    return ("soon" if left <= SOON else "open"), _("还剩{span}").format(span=span)


@register.filter
def duration(span: timedelta | float | None) -> str:
    """``{{ span|duration }}``: a timedelta or seconds, in its two largest units."""
    if span is None:
        return "—"
    return spans.duration(span if isinstance(span, timedelta) else timedelta(seconds=span))


@register.filter
def day(on: datetime | date | None) -> str:
    """``{{ on|day }}``: a date inside a sentence, as ``{% when %}`` says it; nothing stays nothing."""
    if not on:
        return ""
    return spans.day(clock.local(on).date() if isinstance(on, datetime) else on)


@register.filter
def moment(at: datetime | None) -> str:
    """``{{ at|moment }}``: a moment where no element may stand, as ``{% when %}`` says it; nothing stays nothing."""
    return spans.moment(at) if at else ""


@register.filter
def dated(on: datetime | date | None) -> str:
    """``{{ on|dated }}``: a whole date, for what is printed, signed or kept; nothing stays nothing."""
    if not on:
        return ""
    return spans.dated(clock.local(on).date() if isinstance(on, datetime) else on)


@register.filter
def period(name: str | None) -> str:
    """``{{ "2026Q3"|period }}`` → 2026年第三季度; what is no period stays as it is."""
    return spans.period(name or "")


@register.filter
def spoken(title: object) -> str:
    """``{{ document.title|spoken }}``: a stored title with its period (2026Q2) in words."""
    return spans.spoken(str(title or ""))


@register.filter
def thousands(value: float | None) -> str:
    """1234567 → ``1,234,567``; nothing becomes a dash."""
    return "—" if value is None else f"{value:,}"


@register.filter
def percent(basis_points: int | None) -> str:
    """Basis points as a percentage with one digit, rounded down: 7466 → ``74.6%``."""
    return "—" if basis_points is None else f"{basis_points // 10 / 10:.1f}%"


@register.filter
def message_tone(level_tag: str) -> str:
    """The tone of a Django message."""
    return {"success": "ok", "warning": "warn", "error": "late"}.get(level_tag, "info")


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "") -> SafeString:
    """``{% notice "warn" title %}…{% endnotice %}``."""
    values = {
        "content": content,
        "tone": tone,
        "title": title,
        "icon": TONE_ICONS.get(tone, "info"),
    }
    return _component("notice", values)


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """``{% empty "没有要办的事" %}what to do next{% endempty %}``."""
    # What a template's block gives is safe already; stripping would make it plain text again.
    return _component("empty", {"content": SafeString(content.strip()), "title": title})


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:  # noqa: A002 - HTML's own name
    """A native dialog, opened by ``data-behaviour="dialog-open" data-dialog="id"``."""
    return _component("dialog", {"content": content, "id": id, "title": title})


@register.simple_tag
def person(name: str, post: str = "") -> SafeString:
    """A person by name and post; never by a picture."""
    return _component("person", {"name": name, "post": post})


@register.simple_tag
def places(chain: Iterable[tuple[str, str]]) -> SafeString:
    """Breadcrumbs of places: ``(name, url)`` from the widest to the narrowest; url may be empty."""
    return _component("places", {"places": list(chain)})


@register.simple_tag
def stat(label: object, value: object, **more: object) -> SafeString:
    """A figure: ``unit``, ``url``, ``tone``, ``note``, or ``numerator`` with ``denominator``."""
    if value in (0, "0"):
        # None late is no alarm.
        more.pop("tone", None)
    return _component("stat", {"label": label, "value": value, "denominator": None, **more})


@register.simple_tag
def steps(items: Iterable[Mapping[str, Any]], label: str = "") -> SafeString:
    """``items``: dicts of ``label``, ``state`` (done, late or empty) and ``current``."""
    return _component("steps", {"steps": list(items), "label": label or _("步骤")})


@register.simple_tag
def timeline(events: Iterable[Any]) -> SafeString:
    """``events``: things with ``title``, ``at``, ``who``, ``post``, ``body``, ``state``."""
    return _component("timeline", {"events": list(events)})


@register.simple_tag
def tabs(items: Iterable[Mapping[str, Any]], label: str) -> SafeString:
    """``items``: dicts of ``label``, ``url``, ``current``, ``count``."""
    rows = [{"count": None, **item} for item in items]
    return _component("tabs", {"tabs": rows, "label": label})


@register.simple_tag
def pager(previous: str = "", next: str = "", shown: str = "") -> SafeString:  # noqa: A002
    """Keyset paging: addresses of the neighbouring pages, and what is shown in words."""
    return _component("pager", {"previous": previous, "next": next, "shown": shown})


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's own query with ``changes`` (an empty value removes): ``?sort=due&page=…``."""
    request = context.get("request")
    values = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        values.pop(name, None)
        if value not in ("", None):
            values[name] = str(value)
    return "?" + values.urlencode()


@register.simple_tag(takes_context=True)
def th(context: Context, key: str, label: str, css: str = "") -> SafeString:
    """A sortable table head: ``?sort=key`` and back to ``?sort=-key``; paging starts anew."""
    current = context["request"].GET.get("sort", context.get("sort", ""))
    state = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    wanted = f"-{key}" if state == "ascending" else key
    arrow = {"ascending": "arrow-up", "descending": "arrow-down"}.get(state, "arrow-up-down")
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        format_html(' aria-sort="{}"', state) if state else "",
        query(context, sort=wanted, after="", before=""),
        label,
        icon(arrow),
    )


@register.simple_tag
def url_or(name: str, fallback: str = "", *args: object) -> str:
    """The address of a page that another room may or may not have."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return fallback


@register.simple_tag
def triage_help() -> SafeString:
    """The help of a keyboard-driven list; stands once on a page that has ``triage``."""
    return _component("triage_help", {})


@register.simple_tag
def once() -> SafeString:
    """A hidden idempotency key for a form with ``data-behaviour="once"``: sent twice, done once."""
    return format_html(
        '<input type="hidden" name="idempotency_key" value="{}" autocomplete="off">', uuid7()
    )


def _component(name: str, values: Mapping[str, Any]) -> SafeString:
    return render_to_string(f"ui/components/{name}.html", dict(values))


from zhijin.ui.templatetags import _charts, _forms  # noqa: E402  (register tags of their own)

_charts.register_on(register)
_forms.register_on(register)
