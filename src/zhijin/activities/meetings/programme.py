"""Which programme of organisational life holds where, and how one is checked when it is put in."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from django.utils.formats import date_format

from zhijin.activities.meetings.format import FORMAT, Kind, Life
from zhijin.activities.models import Meeting
from zhijin.playbooks.api import Library, Published

#: The programme that comes with the platform.
SHIPPED: Final = "branch-life"
_PLAIN: Final = re.compile(r"(\d{4})年(1[0-2]|[1-9])月(.+)")


Programme = Published[Life]
PROGRAMMES = Library(FORMAT)
FORM = PROGRAMMES.form


def current(place_code: str, name: str = SHIPPED) -> Programme:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return PROGRAMMES.current(name, place_code)


def words_at(place_code: str, lang: str, programme: str = SHIPPED) -> dict[str, str]:
    """How pages in ``lang`` show agenda lines and headings of minutes; what is not in it is shown as it is kept."""
    return current(place_code, programme).model.words(lang)


def title_for(kind: Kind, day: date) -> str:
    """How a meeting is called when nobody named it. Minutes are kept in Chinese."""
    return f"{day.year}年{day.month}月{kind.title.zh}"


def shown_title(row: Meeting, lang: str) -> str:
    """A meeting's name on a page in ``lang``: only one that nobody chose is said otherwise than it is kept."""
    if not lang.startswith("en"):
        return row.title
    found, kind = _PLAIN.fullmatch(row.title), kind_at(row.place_code, row.kind)
    if found is None or kind is None or found[3] != kind.title.zh:
        return row.title
    return f"{kind.title.in_(lang)}, {date_format(date(int(found[1]), int(found[2]), 1), 'F Y')}"


def sections_of(row: Meeting) -> list[tuple[str, str]]:
    """The minutes of a meeting in the order in which they were written.

    Older rows kept them by heading; PostgreSQL keeps no order of keys, so those stand in the order of the programme.
    """
    if isinstance(row.minutes, list):
        return [(title, body) for title, body in row.minutes]
    kind = kind_at(row.place_code, row.kind)
    order = kind.minutes if kind is not None else []
    return sorted(
        row.minutes.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)
    )


def kind_at(place_code: str, name: str, programme: str = SHIPPED) -> Kind | None:
    """One kind of the programme in force at a place; None when it has no such kind any more."""
    return current(place_code, programme).model.kind(name)
