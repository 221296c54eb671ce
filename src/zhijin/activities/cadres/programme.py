"""Which programme of cadres holds where, and how one is checked when it is put in."""

from __future__ import annotations

import uuid
from typing import Final

from zhijin.activities.cadres.format import FORMAT, Cadres
from zhijin.playbooks.api import Library

#: The programme that comes with the platform.
SHIPPED: Final = "cadre-teams"

PROGRAMMES = Library(FORMAT)
check, FORM = PROGRAMMES.check, PROGRAMMES.form


def current(place_code: str) -> Cadres:
    """The programme in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return PROGRAMMES.current(SHIPPED, place_code).model


def current_id(place_code: str) -> uuid.UUID:
    """Which revision :func:`current` reads."""
    return PROGRAMMES.current(SHIPPED, place_code).id
