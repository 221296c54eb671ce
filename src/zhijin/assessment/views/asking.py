"""What a request asks for: programme, period, place. What makes no sense becomes what is usual."""

from __future__ import annotations

from datetime import date

from zhijin.access.api import Request
from zhijin.assessment.pages import reading
from zhijin.assessment.pages.reading import Wanted
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code

#: The programme that one sees first where several stand.
FIRST = "double-drive"


def own_place(actor: Actor) -> str:
    """The widest place of the reader's grants; empty for whoever works everywhere."""
    codes = [g.place_code[:12] for g in actor.grants if g.place_code and g.role]
    return min(codes, key=lambda code: (len(code), code), default="")


def wanted(request: Request) -> Wanted | None:
    """What the address asks for; None when nothing has been computed there."""
    get = request.GET.get
    place = get("place", "")
    if not (is_code(place) and len(place) <= 12):
        place = own_place(request.actor)
    found = reading.programmes(place)
    if not found:
        return None
    programme = get("programme", "")
    if programme not in found:
        programme = FIRST if FIRST in found else found[0]
    days = reading.periods(programme, place)
    asked = day(get("period", ""))
    sector, page = get("sector", ""), get("page", "")
    mark = get("mark", "")
    return Wanted(
        programme,
        asked if asked in days else reading.newest(programme, place, days),
        place,
        int(sector) if sector in {"1", "2", "3", "4", "5", "6", "7"} else None,
        mark if mark in {"laggard", "advanced"} else "",
        int(page) if page.isascii() and page.isdigit() and int(page[:5]) > 0 else 1,
    )


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    except ValueError:
        return None
