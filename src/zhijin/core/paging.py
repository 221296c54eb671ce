"""Pages of long lists by key, not by number: the hundredth page costs what the first one does."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


def by_place(rows: QuerySet[M], after: str, size: int) -> tuple[list[M], str]:
    """One page in the order of places and then of ids, and the mark of the next (empty at the end).

    ``after`` is such a mark; one that is none gives the first page.
    """
    place, _dash, rest = after.partition("_")
    if place.isascii() and place.isdigit() and len(place) <= 18:
        try:
            past = Q(place_key__gt=int(place)) | Q(place_key=int(place), id__gt=UUID(rest))
        except ValueError:
            past = Q()
        rows = rows.filter(past, place_key__gte=int(place))
    found: list[Any] = list(rows.order_by("place_key", "id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return found[:size], f"{last.place_key}_{last.id}" if last else ""
