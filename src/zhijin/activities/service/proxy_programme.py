"""Which programme of applications on another's behalf holds where, and how one is checked when it is put in."""

from __future__ import annotations

from typing import Final

from zhijin.activities.service.proxy_format import FORMAT, Proxies
from zhijin.playbooks.api import Library, Published

#: The programme that comes with the platform.
SHIPPED: Final = "proxy-service"

PROGRAMMES = Library(FORMAT)
FORM = PROGRAMMES.form


def current(place_code: str) -> Published[Proxies]:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return PROGRAMMES.current(SHIPPED, place_code)
