"""Which programme of deliberation holds where, and how one is checked when it is put in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from zhijin.activities.deliberation.format import FILE, KEY, Deliberation, explain, load
from zhijin.playbooks.api import Checked, Form, nearest, published_row
from zhijin.playbooks.engine import digest

#: The programme that comes with the platform.
SHIPPED: Final = "village-deliberation"


@dataclass(frozen=True)
class Programme:
    """One published revision."""

    id: uuid.UUID
    number: int
    model: Deliberation


def check(source: str | bytes, name: str) -> Checked:
    """A file checked as the form asks."""
    found, findings = load(source, name)
    if found is None:
        return Checked(findings=findings)
    title = found.title
    return Checked(found.id, title.zh, title.en or title.zh, digest(found), findings)


FORM = Form(KEY, FILE, check, explain)


@lru_cache(maxsize=64)
def revision(pk: uuid.UUID) -> Programme:
    """The published revision ``pk``, from memory after the first time. Raises PR001."""
    row = published_row(pk, KEY)
    found, _findings = load(row.source, f"{row.playbook}@{row.revision}")
    if found is None:
        # It was sound when it was published; only a newer release can read it otherwise.
        raise ValueError(f"{row} cannot be read any more")
    return Programme(row.id, row.revision, found)


def current(place_code: str, name: str = SHIPPED) -> Programme:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return revision(nearest(name, place_code, KEY))
