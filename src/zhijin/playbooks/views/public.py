"""Programmes told to residents: what holds where they live, who must act by when, what is public of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhijin.access.api import public
from zhijin.core.ids import is_code
from zhijin.places import api as places
from zhijin.playbooks import presenting, selectors
from zhijin.playbooks.engine import Playbook
from zhijin.playbooks.engine.explain import Section, sections

#: Parts of a playbook that concern the administration only.
_INWARD = frozenset({"indicators", "quarantine"})


def _place(request: HttpRequest) -> str:
    """The visitor's place, from the address or remembered; empty when none was chosen."""
    code = request.GET.get("place") or request.COOKIES.get("place", "")
    return code if is_code(code) and places.find(code) is not None else ""


@public(methods=("GET",))
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme in force at the visitor's place, those for residents first."""
    code = _place(request)
    rows = [
        {
            "id": one.playbook_id,
            "title": one.playbook.title.in_(presenting.lang()),
            "summary": _summary(one.playbook),
            "icon": one.playbook.icon or "file-text",
            "open": "resident" in one.playbook.opens.by,
        }
        for one in selectors.catalogue(code)
    ]
    rows.sort(key=lambda row: (not row["open"], row["id"]))
    context = {"rows": rows, "place": places.get(code) if code else None}
    return render(request, "playbooks/programmes.html", context)


@public(methods=("GET",))
def programme(request: HttpRequest, playbook: str) -> HttpResponse:
    """One programme in sentences, as it holds at the visitor's place. Raises PR001."""
    code = _place(request)
    found = selectors.current(playbook, code)
    book, language = found.playbook, presenting.lang()
    names = presenting.names_of_follow_ups(book, code)
    parts = [part for part in sections(book, language, names) if part.key not in _INWARD]
    context: dict[str, Any] = {
        "title": book.title.in_(language), "summary": _summary(book), "book": book,
        "basis": book.basis, "id": playbook, "icon": book.icon or "file-text",
        "place": places.get(code) if code else None, "holds": presenting.place_name(found.place_code),
        "number": found.number, "digest": found.digest,
        "path": _path(book), "begin": _begin(book, parts), "stages": _stages(book, parts),
        "rest": [part for part in parts if part.key != "opens" and part.key not in book.states],
        "may_report": "resident" in book.opens.by,
    }  # fmt: skip
    return render(request, "playbooks/programme.html", context)


def _summary(book: Playbook) -> str:
    return book.summary.in_(presenting.lang()) if book.summary else ""


def _begin(book: Playbook, parts: list[Section]) -> list[str]:
    """How it begins, without what stands at the head of the page already."""
    opening = next(part for part in parts if part.key == "opens")
    told = {_summary(book)}
    return [line for line in opening.lines if line not in told and book.basis not in line]


def _stages(book: Playbook, parts: list[Section]) -> list[Section]:
    """The stages before an end; every end is one line of the stage that leads to it."""
    return [part for part in parts if part.key in book.states and not book.states[part.key].final]


def _path(book: Playbook) -> list[dict[str, Any]]:
    """The usual way from the report to its end: the first move of every stage."""
    name, seen = book.initial, [book.initial]
    while (moves := book.states[name].moves) and (name := moves[0].to) not in seen:
        seen.append(name)
    language = presenting.lang()
    return [
        {"label": book.state_title(one, language), "state": "", "current": False} for one in seen
    ]
