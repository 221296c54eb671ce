"""What somebody typed stays when it is refused: the page that says why shows their form again, open and filled.

A page has many small forms, most of them folded in a ``details``. Which one was sent is known by its hidden fields
(what to do, to which record); what was typed is written into it, wherever the page itself has not done so. Works
without scripts, and for every page that shows a refusal (``ui/components/refusal.html``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

#: Stands in the page of a refusal.
MARK = b"data-refused"
#: Fields that a page makes anew each time; they say nothing of which form was sent.
_FRESH = {"csrfmiddlewaretoken", "idempotency_key", "version"}
_TYPED = {
    "text", "search", "tel", "url", "email", "number", "date", "datetime-local", "time", "month", "week", "range",
}  # fmt: skip
#: A page of this many characters is not gone through.
_MOST = 2_000_000

Attributes = dict[str, str]


class Tag(NamedTuple):
    """A start tag: its name, attributes, and where it stands in the page."""

    name: str
    attributes: Attributes
    start: int
    end: int

    @property
    def called(self) -> str:
        return self.attributes.get("name", "")

    @property
    def kind(self) -> str:
        return self.attributes.get("type", "text").lower() if self.name == "input" else self.name


@dataclass(slots=True)
class Form:
    """A form of a page that is posted: fields, the end of each textarea's words, options, the ``details`` around it."""

    around: tuple[Tag, ...]
    fields: list[Tag] = field(default_factory=list)
    words_end: dict[int, int] = field(default_factory=dict)
    options: dict[int, list[Tag]] = field(default_factory=dict)

    def names(self) -> set[str]:
        return {tag.called for tag in self.fields if tag.called}

    def told(self) -> list[tuple[str, str]]:
        """What the page itself wrote into the form: what to do, to which record."""
        return [
            (tag.called, tag.attributes.get("value", ""))
            for tag in self.fields
            if tag.kind == "hidden" and _telling(tag.called)
        ]


class _Reader(HTMLParser):
    """Finds the forms of a page that are posted."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._lines = [0, *(found.end() for found in re.finditer("\n", page))]
        self._details: list[Tag] = []
        self._form: Form | None = None
        self._select: Tag | None = None
        self._area: Tag | None = None
        self.feed(page)

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        start = self._here()
        told = {key: value or "" for key, value in attributes}
        tag = Tag(name, told, start, start + len(self.get_starttag_text() or ""))
        if name == "details":
            self._details.append(tag)
        elif name == "form" and told.get("method", "").lower() == "post":
            self._form = Form(tuple(self._details))
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(self._form, tag)

    def _field(self, form: Form, tag: Tag) -> None:
        if tag.name in {"input", "select", "textarea", "button"}:
            form.fields.append(tag)
        if tag.name == "select":
            self._select = tag
            form.options[tag.start] = []
        elif tag.name == "textarea":
            self._area = tag
        elif tag.name == "option" and self._select is not None:
            form.options[self._select.start].append(tag)

    def handle_endtag(self, name: str) -> None:
        if name == "details" and self._details:
            self._details.pop()
        elif name == "form":
            self._form = None
        elif name == "select":
            self._select = None
        elif name == "textarea" and self._area is not None and self._form is not None:
            self._form.words_end[self._area.start] = self._here()
            self._area = None


class Change(NamedTuple):
    """A stretch of the page and what stands there instead."""

    start: int
    end: int
    text: str


def refilled(page: str, sent: QueryDict) -> str:
    """The page with the form that was sent open and filled as it was sent; unchanged when it is not clear which."""
    form = _sent_form(_Reader(page).forms, sent)
    if form is None:
        return page
    changes = [
        Change(tag.start, tag.end, _with(page[tag.start : tag.end], "open", ""))
        for tag in form.around
        if "open" not in tag.attributes
    ]
    changes += _filled(page, form, sent)
    for change in sorted(changes, reverse=True):
        page = page[: change.start] + change.text + page[change.end :]
    return page


def _telling(name: str) -> bool:
    # A place's field carries what it was and its code beside the words (name.was, name.code).
    return bool(name) and name not in _FRESH and "." not in name


def _sent_form(forms: list[Form], sent: QueryDict) -> Form | None:
    """The one form that could have sent this, best known by its hidden fields."""
    names = {name for name in sent if _telling(name)}
    able = [
        form
        for form in forms
        if names <= form.names() and all(value in sent.getlist(name) for name, value in form.told())
    ]
    most = max((len(form.told()) for form in able), default=0)
    best = [form for form in able if len(form.told()) == most]
    return best[0] if len(best) == 1 else None


def _filled(page: str, form: Form, sent: QueryDict) -> Iterator[Change]:
    left = {name: list(sent.getlist(name)) for name in sent}
    for tag in form.fields:
        raw = page[tag.start : tag.end]
        if tag.kind in {"checkbox", "radio"}:
            on = tag.attributes.get("value", "on") in sent.getlist(tag.called)
            yield Change(tag.start, tag.end, _switched(raw, "checked", on=on))
        elif tag.name == "select" and tag.called in sent:
            for option in form.options[tag.start]:
                on = option.attributes.get("value", "") in sent.getlist(tag.called)
                text = _switched(page[option.start : option.end], "selected", on=on)
                yield Change(option.start, option.end, text)
        elif left.get(tag.called) and _is_typed(tag):
            value = escape(left[tag.called].pop(0))
            if tag.name == "textarea":
                end = form.words_end.get(tag.start, tag.end)
                # The parser of a browser drops the first line break after the tag.
                if page[tag.end : end].removeprefix("\n") != value:
                    yield Change(tag.end, end, "\n" + value)
            else:
                yield Change(tag.start, tag.end, _with(raw, "value", value))


def _is_typed(tag: Tag) -> bool:
    """Neither a password nor a code that holds for a minute."""
    once = tag.attributes.get("autocomplete") == "one-time-code"
    return tag.name == "textarea" or (tag.kind in _TYPED and not once)


def _without(raw: str, name: str) -> str:
    return re.sub(rf"""\s{name}(\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?(?=[\s/>])""", "", raw, count=1)


def _with(raw: str, name: str, value: str) -> str:
    """The start tag with this attribute; ``value`` is escaped already."""
    bare = _without(raw, name)
    end = -2 if bare.endswith("/>") else -1
    told = f' {name}="{value}"' if value or name == "value" else f" {name}"
    return f"{bare[:end]}{told}{bare[end:]}"


def _switched(raw: str, name: str, *, on: bool) -> str:
    return _with(raw, name, "") if on else _without(raw, name)


class RefillMiddleware:
    """Fills the form again in every page that shows a refusal of what was posted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            request.method == "POST"
            and isinstance(response, HttpResponse)
            and response.get("Content-Type", "").startswith("text/html")
            and MARK in response.content
            and len(response.content) < _MOST
        ):
            response.content = refilled(response.content.decode(response.charset), request.POST)
        return response
