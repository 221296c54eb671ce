"""Reading playbooks on the desk: the list, and one revision as a picture, in sentences, as text."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core.errors import NOT_FOUND
from zhijin.playbooks import presenting, selectors
from zhijin.playbooks.counting import open_cases
from zhijin.playbooks.engine.diff import diff
from zhijin.playbooks.engine.explain import sections
from zhijin.playbooks.engine.words import KINDS
from zhijin.playbooks.forms import form
from zhijin.playbooks.models import PlaybookRevision

MOST_CASES = 500


@gate("playbook.view", methods=("GET",))
def playbooks(request: Request) -> HttpResponse:
    """What is in force where the viewer works, and their own drafts."""
    rows = selectors.listed(request.actor)
    counts = open_cases(request.actor, [row.pk for row in rows])
    context = {
        "in_force": _table([row for row in rows if row.state == "in_force"], counts),
        "drafts": _table([row for row in rows if row.state == "draft"], counts),
        "may_upload": bool(selectors.own_places(request.actor)),
    }
    return render(request, "playbooks/playbooks.html", context)


def _table(
    rows: list[PlaybookRevision], counts: dict[tuple[uuid.UUID, str], int]
) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "title": presenting.title(row),
            "place": presenting.place_name(row.place_code),
            "open": sum(n for (pk, _state), n in counts.items() if pk == row.pk),
        }
        for row in rows
    ]


def page(request: Request, pk: uuid.UUID, tab: str) -> tuple[PlaybookRevision, dict[str, Any]]:
    """The revision and what every one of its pages shows. Raises PR001."""
    row = selectors.visible(request.actor, pk)
    other = form(row.form)
    book = None if other else presenting.playbook_of(row)
    holds = selectors.replaced_by(row) if row.state == "draft" else None
    titles = [
        ("playbook", _("状态图") if book else _("说明")),
        ("playbook-source", _("原文")),
        ("playbook-scenarios", _("演练")),
        ("playbook-simulate", _("推演")),
        ("playbook-changes", _("改动")),
    ]
    if book is None:
        del titles[2:]
        if tab not in {name for name, _label in titles}:
            raise NOT_FOUND()
    context = {
        "row": row,
        "book": book,
        "name": presenting.title(row),
        "place": presenting.place_name(row.place_code),
        "kind": KINDS[book.kind][presenting.lang() == "en"] if book else _("考核方案"),
        "replaces": holds,
        "tabs": [
            {"label": label, "url": reverse(f"desk:{name}", args=[row.pk]), "current": name == tab}
            for name, label in titles
        ],
        "may_edit": bool(selectors.own_places(request.actor)),
        "own_draft": row.state == "draft" and row.uploaded_by == request.actor.label,
        "may_publish": selectors.may(request.actor, "playbook.publish", row.place_code),
        "may_discard": selectors.may(request.actor, "playbook.upload", row.place_code),
    }
    return row, context


@gate("playbook.view", methods=("GET",))
def playbook(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One revision: its picture with the open cases in each state, and itself in sentences."""
    row, context = page(request, pk, "playbook")
    other = form(row.form)
    if other is not None:
        context |= {
            "sections": [
                {"title": title, "lines": told}
                for title, told in other.explain(row.source, presenting.lang())
            ],
            "revisions": selectors.revisions(row, request.actor),
        }
        return render(request, "playbooks/playbook.html", context)
    counts = open_cases(request.actor, [row.pk])
    by_state = {state: counts.get((row.pk, state), 0) for state in context["book"].states}
    shown = {state: n for state, n in by_state.items() if n}
    report = presenting.proven(row.pk, row.source, row.scenarios)
    context |= {
        "report": report,
        "steps": len(report.covered) + len(report.uncovered),
        "picture": presenting.drawn(context["book"], shown),
        "sections": sections(
            context["book"],
            presenting.lang(),
            presenting.names_of_follow_ups(context["book"], row.place_code),
        ),
        "open": sum(by_state.values()),
        "revisions": selectors.revisions(row, request.actor),
    }
    return render(request, "playbooks/playbook.html", context)


@gate("playbook.view", methods=("GET",))
def source(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The file as it was written, each finding under its line."""
    row, context = page(request, pk, "playbook-source")
    other = form(row.form)
    if other is not None:
        found = other.check(row.source, other.file).findings
    else:
        found = presenting.loaded(row.pk, row.source).findings
    context["lines"] = presenting.lines(row.source, found)
    context["count"] = len(found)
    return render(request, "playbooks/source.html", context)


@gate("playbook.view", methods=("GET",))
def download(request: Request, pk: uuid.UUID, name: str) -> HttpResponse:
    """``playbook.yaml`` or ``scenarios.yaml`` as a file, to edit or to take elsewhere."""
    row = selectors.visible(request.actor, pk)
    text = row.scenarios if name == "scenarios" else row.source
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    filename = f"{row.playbook}-{row.revision}-{name}.yaml"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@gate("playbook.view", methods=("GET",))
def scenarios(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Each story, how it came out, and the steps that no story takes."""
    row, context = page(request, pk, "playbook-scenarios")
    report = presenting.proven(row.pk, row.source, row.scenarios)
    english = presenting.lang() == "en"
    context |= {
        "report": report,
        "stories": [
            {"name": r.name_en if english else r.name_zh, "ok": r.ok, "line": r.line}
            for r in report.results
        ],
        "steps": len(report.covered) + len(report.uncovered),
        "findings": presenting.findings(report.findings),
        "lines": presenting.lines(row.scenarios, report.findings) if row.scenarios else [],
    }
    return render(request, "playbooks/scenarios.html", context)


@gate("playbook.view", methods=("GET",))
def changes(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What changes against another revision, and the open cases that stand where it changes."""
    row, context = page(request, pk, "playbook-changes")
    others = [one for one in selectors.revisions(row, request.actor) if one.pk != row.pk]
    holds = selectors.replaced_by(row)
    if holds is not None and holds.pk not in {one.pk for one in others}:
        others.insert(0, holds)
    wanted = request.GET.get("against", "")
    older = next((one for one in others if str(one.pk) == wanted), None)
    older = older or holds or next((o for o in others if o.revision < row.revision), None)
    if older is not None:
        older = selectors.visible(request.actor, older.pk)
        context |= _compared(request, older, row)
    context |= {"others": others, "older": older}
    return render(request, "playbooks/changes.html", context)


def _compared(request: Request, older: PlaybookRevision, row: PlaybookRevision) -> dict[str, Any]:
    counts = open_cases(request.actor, [older.pk])
    language = presenting.lang()
    tones = {"added": "ok", "removed": "late", "changed": "info"}
    words = {"added": _("增加"), "removed": _("删去"), "changed": _("改动")}
    found = [
        {
            "words": change.words(language),
            "kind": words[change.kind],
            "tone": tones[change.kind],
            "open": counts.get((older.pk, change.state), 0) if change.state else None,
        }
        for change in diff(presenting.playbook_of(older), presenting.playbook_of(row))
    ]
    return {"changes": found, "open": sum(counts.values())}
