"""Which programme of cadres holds where, and how one is checked when it is put in."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Final

from zhijin.activities.cadres.format import FILE, KEY, Cadres, explain, load
from zhijin.playbooks.api import Checked, Form, nearest, published_row
from zhijin.playbooks.engine import digest

#: The programme that comes with the platform.
SHIPPED: Final = "cadre-teams"


def check(source: str | bytes, name: str) -> Checked:
    """A file checked as the form asks."""
    found, findings = load(source, name)
    if found is None:
        return Checked(findings=findings)
    return Checked(
        found.id, found.title.zh, found.title.en or found.title.zh, digest(found), findings
    )


FORM = Form(KEY, FILE, check, explain)


@lru_cache(maxsize=64)
def revision(pk: uuid.UUID) -> Cadres:
    """The published revision ``pk``, from memory after the first time. Raises PR001."""
    row = published_row(pk, KEY)
    found, _findings = load(row.source, f"{row.playbook}@{row.revision}")
    if found is None:
        # It was sound when it was published; only a newer release can read it otherwise.
        raise ValueError(f"{row} cannot be read any more")
    return found


def current(place_code: str) -> Cadres:
    """The programme in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return revision(nearest(SHIPPED, place_code, KEY))


def current_id(place_code: str) -> uuid.UUID:
    """Which revision :func:`current` reads."""
    return nearest(SHIPPED, place_code, KEY)
