"""Which programme of organisational life holds where, and how one is checked when it is put in."""

from __future__ import annotations

from typing import Final

from zhijin.activities.meetings.format import FORMAT, Kind, Life
from zhijin.playbooks.api import Library, Published

#: The programme that comes with the platform.
SHIPPED: Final = "branch-life"


Programme = Published[Life]
PROGRAMMES = Library(FORMAT)
FORM = PROGRAMMES.form


def current(place_code: str, name: str = SHIPPED) -> Programme:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return PROGRAMMES.current(name, place_code)


def kind_at(place_code: str, name: str, programme: str = SHIPPED) -> Kind | None:
    """One kind of the programme in force at a place; None when it has no such kind any more."""
    return current(place_code, programme).model.kind(name)
