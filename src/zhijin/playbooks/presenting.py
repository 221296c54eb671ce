"""What the pages of playbooks show, put into words and marked-up pieces; reads only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core.errors import Refusal
from zhijin.places import api as places
from zhijin.playbooks import selectors
from zhijin.playbooks.engine import Finding, Loaded, Playbook, load
from zhijin.playbooks.engine.picture import picture
from zhijin.playbooks.engine.scenarios import ScenarioReport, run_scenarios
from zhijin.playbooks.engine.simulate import Simulation
from zhijin.playbooks.models import PlaybookRevision


def lang() -> str:
    """``en`` or ``zh``, as the page is read."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@lru_cache(maxsize=32)
def loaded(pk: uuid.UUID, source: str) -> Loaded:
    """The source of a revision, read once (a draft's source is part of the key)."""
    return load(source, "playbook.yaml")


def playbook_of(row: PlaybookRevision) -> Playbook:
    """The playbook of a saved revision; saved ones load."""
    found = loaded(row.pk, row.source).playbook
    assert found is not None, row
    return found


@lru_cache(maxsize=32)
def proven(pk: uuid.UUID, source: str, scenarios: str) -> ScenarioReport:
    """The scenarios of a revision, run once."""
    found = loaded(pk, source).playbook
    assert found is not None
    return run_scenarios(found, scenarios)


def names_of_follow_ups(book: Playbook, place_code: str) -> dict[str, str]:
    """The titles of the programmes that ``book`` opens afterwards, as they hold at a place."""
    found = {}
    for name in {follow.open for follow in book.follow}:
        with suppress(Refusal):
            found[name] = selectors.current(name, place_code).playbook.title.in_(lang())
    return found


def title(row: PlaybookRevision) -> str:
    """The title of a revision in the page's language."""
    return str(row.title_en if lang() == "en" else row.title_zh)


def place_name(code: str) -> str:
    """Where a revision holds, in words."""
    if not code:
        return _("各地通用")
    try:
        return places.label(code)
    except Refusal:
        return code


def drawn(playbook: Playbook, counts: Mapping[str, int] | None = None) -> SafeString:
    """The picture; safe, since the engine escapes every text in it."""
    return mark_safe(picture(playbook, lang(), dict(counts) if counts is not None else None))  # noqa: S308


@dataclass(frozen=True)
class Shown:
    """A finding as the page shows it."""

    id: str
    tone: str
    icon: str
    line: int
    column: int
    message: str
    help: str
    text: str
    caret: str


def findings(found: Iterable[Finding]) -> list[Shown]:
    """Findings in the page's language."""
    language = lang()
    return [
        Shown(
            f.id, "late" if f.is_error else "warn", "circle-alert" if f.is_error else "triangle-alert",
            f.line, f.column, f.message(language), f.help(language), f.text, f.caret,
        )
        for f in found
    ]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A numbered line of a file with what was found on it."""

    number: int
    text: str
    findings: list[Shown]


def lines(source: str, found: Iterable[Finding]) -> list[Line]:
    """A file line by line, each finding under its line."""
    by_line: dict[int, list[Shown]] = {}
    for item in findings(found):
        by_line.setdefault(item.line, []).append(item)
    return [
        Line(number, text, by_line.get(number, []))
        for number, text in enumerate(source.rstrip("\n").split("\n"), 1)
    ]


def span(minutes: int) -> str:
    """Elapsed minutes in the largest fitting unit."""
    if minutes >= 1440:
        return _("{n} 天").format(n=f"{minutes / 1440:.1f}")
    if minutes >= 60:
        return _("{n} 小时").format(n=f"{minutes / 60:.1f}")
    return _("{n} 分钟").format(n=minutes)


def simulated(playbook: Playbook, result: Simulation) -> dict[str, Any]:
    """The tables of a simulation."""
    from zhijin.core.roles import ROLES

    language = lang()
    return {
        "result": result,
        "p50": span(result.p50),
        "p90": span(result.p90),
        "states": [
            {
                "title": playbook.state_title(load.state, language),
                "stays": load.stays,
                "late": load.late,
                "rate": load.late * 10_000 // load.stays,
                "p50": span(load.p50),
                "p90": span(load.p90),
            }
            for load in result.states
        ],
        "roles": [
            {"title": ROLES[item.role].title(language), "load": item} for item in result.roles
        ],
        "outcomes": [
            (playbook.state_title(name, language), count) for name, count in result.outcomes.items()
        ],
    }
