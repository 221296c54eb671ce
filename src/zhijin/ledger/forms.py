"""A points programme as a kind of programme file: read, published and told like a playbook."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache

from zhijin.core import clock
from zhijin.ledger.rules import Points, load
from zhijin.ledger.rules import explain as sections
from zhijin.playbooks.api import Checked, Form, in_force, nearest, published_row
from zhijin.playbooks.engine import digest

KEY = "points"


@dataclass(frozen=True)
class Programme:
    """One published revision of a points programme."""

    id: uuid.UUID
    place_code: str
    number: int
    model: Points

    @property
    def name(self) -> str:
        return self.model.id


def check(source: str | bytes, name: str) -> Checked:
    """A file checked as the form asks."""
    loaded = load(source, name, clock.today())
    found = loaded.programme
    if found is None:
        return Checked(findings=loaded.findings)
    title = found.title
    return Checked(found.id, title.zh, title.en or title.zh, digest(found), loaded.findings)


@lru_cache(maxsize=128)
def revision(pk: uuid.UUID) -> Programme:
    """The published revision ``pk``, from memory after the first time. Raises PR001."""
    row = published_row(pk, KEY)
    found = load(row.source, f"{row.playbook}@{row.revision}").programme
    if found is None:
        # It was sound when it was published; only a newer release can read it otherwise.
        raise ValueError(f"{row} cannot be read any more")
    return Programme(row.id, row.place_code, row.revision, found)


def current(programme: str, place_code: str) -> Programme:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return revision(nearest(programme, place_code, KEY))


def at(place_code: str) -> list[Programme]:
    """Every programme that holds at a place, by its id."""
    names = sorted({name for name, code, _ in in_force(KEY) if place_code.startswith(code)})
    return [current(name, place_code) for name in names]


def explain(source: str, lang: str) -> list[tuple[str, list[str]]]:
    """Sections of sentences; none for a text that does not load."""
    found = load(source).programme
    return [] if found is None else sections(found, lang)


FORM = Form(KEY, "points.yaml", check, explain)
