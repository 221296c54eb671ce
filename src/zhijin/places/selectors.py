"""Reads of places: by code, by name, up and down the tree, as of a day, and what became of a code.

Places are public reference data, so no reader is asked for. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.core.ids import (
    LEVELS,
    Level,
    ancestor_codes,
    is_code,
    place_key,
    place_span,
)
from zhijin.places import errors
from zhijin.places.models import FormerName, Place, Succession
from zhijin.places.names import short_name

#: How far a chain of successions is followed.
_CHAIN = 20
_BELOW: dict[str, tuple[str, ...]] = {
    Level.PROVINCE: (Level.PREFECTURE,),
    Level.PREFECTURE: (Level.COUNTY,),
    Level.COUNTY: (Level.TOWNSHIP,),
    Level.TOWNSHIP: (Level.VILLAGE,),
    Level.VILLAGE: (Level.GROUP, Level.GRID),
    Level.GROUP: (),
    Level.GRID: (),
}

_CHILD_LENGTH = {2: 4, 4: 6, 6: 9, 9: 12, 12: 15, 14: 15, 15: 15}


def current_q(day: date | None = None, prefix: str = "") -> Q:
    """Places that existed on `day` (default: today); `prefix` reaches them from another table."""
    day = day or clock.today()
    started = Q(**{prefix + "valid_from": None}) | Q(**{prefix + "valid_from__lte": day})
    return started & (Q(**{prefix + "valid_to": None}) | Q(**{prefix + "valid_to__gt": day}))


def within_q(code: str, column: str = "key") -> Q:
    """Rows whose key lies in the subtree of `code`."""
    lo, hi = place_span(code)
    return Q(**{f"{column}__gte": lo, f"{column}__lt": hi})


def find(code: str, *, as_of: date | None = None) -> Place | None:
    """The place with this code, ended or not; with `as_of` only if it existed then, under its name
    of that day."""
    if not is_code(code):
        return None
    place = Place.objects.filter(code=code).first()
    if place is None or as_of is None:
        return place
    if not place.existed(as_of):
        return None
    place.name = name_at(place, as_of)
    return place


def get(code: str, *, as_of: date | None = None) -> Place:
    """As `find`; raises PL001 when there is none."""
    place = find(code, as_of=as_of)
    if place is None:
        raise errors.NO_SUCH_PLACE(code=code)
    return place


def get_many(codes: Iterable[str]) -> dict[str, Place]:
    """The places of these codes, by code; unknown codes are left out."""
    return Place.objects.in_bulk(list(dict.fromkeys(codes)))


def name_at(place: Place, day: date) -> str:
    """The name that the place bore on `day`."""
    former = FormerName.objects.filter(place=place, valid_to__gt=day).order_by("valid_to", "id")
    return former.values_list("name", flat=True).first() or place.name


def ancestors(code: str) -> list[Place]:
    """From the province down to the parent."""
    return list(Place.objects.filter(code__in=ancestor_codes(code)).order_by("key"))


def children(code: str | None = None, *, as_of: date | None = None) -> list[Place]:
    """The places one level down that exist (on `as_of`), in code order; provinces without a code."""
    if code is None:
        below: Q = Q(level=Level.PROVINCE)
    else:
        own = LEVELS.get(len(code)) if is_code(code) else None
        if own is None:
            raise errors.NO_SUCH_PLACE(code=code)
        below = Q(level__in=_BELOW[own]) & within_q(code)
    return list(Place.objects.filter(below, current_q(as_of)))


def subtree(code: str, *levels: str) -> QuerySet[Place]:
    """Existing places below and including `code`, of the given levels (default: all)."""
    places = Place.objects.filter(within_q(code), current_q())
    return places.filter(level__in=levels) if levels else places


def label(code: str, *, as_of: date | None = None, separator: str = "", skip: int = 0) -> str:
    """The full path of names: 云南省昭通市昭阳区靖安镇大耆老村. Raises PL001.

    `skip` leaves out that many of the widest levels, never the place itself; fillers such as 市辖区 go anyway.
    """
    return labels([code], as_of=as_of, separator=separator, skip=skip)[code]


def labels(
    codes: Sequence[str], *, as_of: date | None = None, separator: str = "", skip: int = 0
) -> dict[str, str]:
    """Path names of many codes in one query. Raises PL001 for the first unknown one."""
    wanted = {c for code in codes if is_code(code) for c in (*ancestor_codes(code), code)}
    names = dict(Place.objects.filter(code__in=wanted).values_list("code", "name"))
    if as_of is not None:
        former = FormerName.objects.filter(place__in=wanted, valid_to__gt=as_of)
        names |= dict(former.order_by("-valid_to", "-id").values_list("place_id", "name"))
    out = {}
    for code in codes:
        if code not in names:
            raise errors.NO_SUCH_PLACE(code=code)
        path = [names[c] for c in (*ancestor_codes(code), code) if c in names]
        # A county is named also where only what lies in it is spelled out.
        out[code] = separator.join(_without_fillers(path[skip:] or path[-1:]))
    return out


def _without_fillers(path: list[str]) -> list[str]:
    """市辖区 and the like say nothing, and 东莞市 below 东莞市 says nothing twice."""
    short = [short_name(name) for name in path]
    return [
        name
        for i, name in enumerate(short)
        if i == len(short) - 1
        or not (name in {"市辖区", "县"} or "直辖县级" in name or name == short[i + 1])
    ]


def counts(code: str | None = None, *, as_of: date | None = None) -> dict[str, int]:
    """Existing places by level below `code` (the country without one), itself left out."""
    where = current_q(as_of)
    if code is not None:
        where &= within_q(code) & ~Q(key=place_key(code))
    rows = Place.objects.filter(where).order_by().values_list("level").annotate(n=Count("code"))
    found = dict(rows)
    return {level: found[level] for level in LEVELS.values() if level in found}


def counts_by_child(code: str | None, *levels: str) -> dict[str, dict[str, int]]:
    """For every place one level down: existing places below it by level, in one query."""
    size = _CHILD_LENGTH[len(code)] if code else 2
    where = current_q() & Q(level__in=levels)
    if code:
        where &= within_q(code)
    rows = (
        Place.objects.filter(where)
        .order_by()
        .annotate(child=Left("code", size))
        .values_list("child", "level")
        .annotate(n=Count("code"))
    )
    out: dict[str, dict[str, int]] = {}
    for child, level, n in rows:
        out.setdefault(child, {})[level] = n
    return out


def counts_by_kind(code: str | None = None) -> dict[str, int]:
    """Existing townships and villages by kind (see names.Kind) below `code`."""
    where = current_q() & ~Q(kind="")
    if code is not None:
        where &= within_q(code)
    rows = Place.objects.filter(where).order_by().values_list("kind").annotate(n=Count("code"))
    return dict(rows)


def resolve_code(code: str, at: date | None = None) -> list[Place]:
    """What a code means on the day `at` (default: today): the place itself, or its successors.

    One place after a merger or a new code; several after a split; none when the code is unknown or
    ended without a successor.
    """
    day = at or clock.today()
    pending, seen, out = [code], {code}, dict[str, Place]()
    for _step in range(_CHAIN):
        places = [p for c in pending if (p := find(c)) is not None]
        out.update({p.code: p for p in places if p.existed(day)})
        ended = [p.code for p in places if not p.existed(day)]
        pending = list(
            Succession.objects.filter(old__in=ended, at__lte=day)
            .exclude(new__in=seen)
            .values_list("new_id", flat=True)
            .distinct()
        )
        if not pending:
            break
        seen.update(pending)
    return sorted(out.values(), key=lambda place: place.key)


def predecessors(code: str) -> list[Place]:
    """Every place that this one, over any number of steps, succeeds: its history is theirs too."""
    pending, seen = [code], {code}
    for _step in range(_CHAIN):
        pending = list(
            Succession.objects.filter(new__in=pending)
            .exclude(old__in=seen)
            .values_list("old_id", flat=True)
            .distinct()
        )
        if not pending:
            break
        seen.update(pending)
    return list(Place.objects.filter(code__in=seen - {code}).order_by("key"))


def history(code: str) -> list[tuple[date | None, str]]:
    """What happened to a place, oldest first: (day, sentence)."""
    place = get(code)
    lines: list[tuple[date | None, str]] = []
    if place.valid_from:
        lines.append((place.valid_from, _("设立")))
    renamed = _("由“{name}”更名")
    lines += [(old.valid_to, renamed.format(name=old.name)) for old in place.former_names.all()]
    for step in place.predecessions.select_related("old"):
        text = _("{old}（{code}）并入或改为本地").format(old=step.old.name, code=step.old_id)
        lines.append((step.at, text))
    for step in place.successions.select_related("new"):
        text = _("由{new}（{code}）接续").format(new=step.new.name, code=step.new_id)
        lines.append((step.at, text))
    if place.valid_to:
        lines.append((place.valid_to, _("撤销")))
    return sorted(lines, key=lambda line: line[0] or date.min)
