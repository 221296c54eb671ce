"""Figures of rural construction for a place and the places below it: counted from facts, never entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Left

from zhijin.assessment.pages.standing import BELOW
from zhijin.assessment.rural.words import BEGUN, ENDED, SEWAGE, TOILET, WASTE
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.models import Fact
from zhijin.core.scope import scope_q
from zhijin.places import api as places
from zhijin.places.api import Place

#: Villages in the country: communities are towns, and not counted here.
RURAL = "village"
SHOWN = 200


@dataclass
class Figures:
    """What a place has: how many villages, how many of each kind in use, in how many villages."""

    code: str
    name: str
    villages: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    having: dict[str, int] = field(default_factory=dict)

    @property
    def toilets(self) -> int:
        return self.counts.get(TOILET, 0)

    @property
    def waste(self) -> int | None:
        return self.share(WASTE)

    @property
    def sewage(self) -> int | None:
        return self.share(SEWAGE)

    @property
    def with_waste(self) -> int:
        return self.having.get(WASTE, 0)

    @property
    def with_sewage(self) -> int:
        return self.having.get(SEWAGE, 0)

    def share(self, kind: str) -> int | None:
        """Villages that have any in use, of all, in basis points rounded down; None without villages."""
        return self.having.get(kind, 0) * 10_000 // self.villages if self.villages else None


def working(actor: Actor) -> QuerySet[Fact]:
    """What is in use in the reader's scope: begun and not ended."""
    ended = Fact.objects.filter(
        kind=ENDED, record=OuterRef("record"), place_key=OuterRef("place_key")
    )
    return Fact.objects.filter(~Exists(ended), scope_q(actor, "place_key"), kind=BEGUN)


def _inside(place: str, column: str = "place_key") -> Q:
    if not place:
        return Q()
    lo, hi = place_span(place)
    return Q(**{f"{column}__gte": lo, f"{column}__lt": hi})


def figures(actor: Actor, place: str, digits: int) -> list[Figures]:
    """By place of ``digits`` digits at or below ``place``, in the order of codes; three queries."""
    seen = scope_q(actor, "key")
    villages = Place.objects.filter(
        places.current_q(), _inside(place, "key"), seen, level="village", kind=RURAL
    )
    counted = villages.annotate(at=Left("code", digits)).values("at").annotate(n=Count("code"))
    found = {row["at"]: Figures(row["at"], "", row["n"]) for row in counted}
    rows = (
        working(actor)
        .filter(_inside(place), place_code__in=villages.values("code"))
        .annotate(at_place=Left("place_code", digits))
        .values("at_place", "subject")
        .annotate(total=Sum("value"), having=Count("place_key", distinct=True))
    )
    for row in rows:
        one = found[row["at_place"]]
        one.counts[row["subject"]] = int(row["total"])
        one.having[row["subject"]] = row["having"]
    names = places.get_many(found)
    for code, one in found.items():
        one.name = names[code].short if code in names else code
    return [found[code] for code in sorted(found)]


def rolled_up(rows: Iterable[Figures], digits: int) -> list[Figures]:
    """The figures of the places of ``digits`` digits that finer ones lie in; one query, for their names."""
    parts: dict[str, list[Figures]] = {}
    for row in rows:
        parts.setdefault(row.code[:digits], []).append(row)
    names = places.get_many(parts)
    return [
        together(code, names[code].short if code in names else code, parts[code])
        for code in sorted(parts)
    ]


def together(place: str, name: str, rows: list[Figures]) -> Figures:
    """The figures of the whole, from those of its parts."""
    return Figures(
        place, name, sum(row.villages for row in rows), _summed([row.counts for row in rows]),
        _summed([row.having for row in rows]),
    )  # fmt: skip


def _summed(parts: list[dict[str, int]]) -> dict[str, int]:
    keys = {key for part in parts for key in part}
    return {key: sum(part.get(key, 0) for part in parts) for key in keys}


def digits_below(place: str) -> int:
    """How many digits the places have that a page of ``place`` lists: of a township its villages."""
    return BELOW.get(len(place), 12)


def facilities(actor: Actor, place: str) -> list[Fact]:
    """What is in use in a village, the newest first."""
    return list(working(actor).filter(_inside(place)).order_by("-at", "record")[:SHOWN])


def shades(rows: list[Figures], kind: str) -> Mapping[str, places.Shade]:
    """For the map: a share in basis points."""
    return {row.code: places.Shade(row.share(kind)) for row in rows}
