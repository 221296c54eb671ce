"""Which programme of deliberation holds where, and how one is checked when it is put in."""

from __future__ import annotations

import uuid
from typing import Final

from zhijin.activities.deliberation.format import FORMAT, Deliberation
from zhijin.playbooks.api import Library, Published

#: The programme that comes with the platform.
SHIPPED: Final = "village-deliberation"


Programme = Published[Deliberation]
PROGRAMMES = Library(FORMAT)
FORM = PROGRAMMES.form


def current(place_code: str, name: str = SHIPPED) -> Programme:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return PROGRAMMES.current(name, place_code)


def revision(pk: uuid.UUID) -> Programme:
    """The published revision ``pk``, to which a matter holds to its end. Raises PR001."""
    return PROGRAMMES.revision(pk)
