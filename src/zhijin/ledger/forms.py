"""A points programme as a kind of programme file: read, published and told like a playbook."""

from __future__ import annotations

from zhijin.core import clock
from zhijin.ledger.rules import Points, load
from zhijin.ledger.rules import explain as sections
from zhijin.playbooks.api import Form, Library, Published
from zhijin.playbooks.engine import Finding

KEY = "points"


Programme = Published[Points]


def _read(source: str | bytes, name: str) -> tuple[Points | None, list[Finding]]:
    loaded = load(source, name, clock.today())
    return loaded.programme, loaded.findings


PROGRAMMES = Library(KEY, _read)
revision, current, at = PROGRAMMES.revision, PROGRAMMES.current, PROGRAMMES.at


def explain(source: str, lang: str) -> list[tuple[str, list[str]]]:
    """Sections of sentences; none for a text that does not load."""
    found = load(source).programme
    return [] if found is None else sections(found, lang)


FORM = Form(KEY, "points.yaml", PROGRAMMES.check, explain)
