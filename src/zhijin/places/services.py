"""Writes of places: groups and grids, mergers and splits, names and ends (outlines: `drawing`).

Each verb checks the permission at the place, locks the village, writes change, journal row and
fact in one transaction, and keeps what was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import LEVELS, Level, is_code, parent_code, place_key, uuid7
from zhijin.places import errors
from zhijin.places.drawing import close, draw
from zhijin.places.geometry import outline_of
from zhijin.places.models import FormerName, Place, Succession
from zhijin.places.names import kind_of
from zhijin.places.selectors import (
    current_q,
    get,
    predecessors,
    within_q,
)
from zhijin.places.shapes import join
from zhijin.places.steps import lock_place, lock_village, must_exist, tell

_HIGHEST = {Level.GROUP: 99, Level.GRID: 999}
_WIDTH = {Level.GROUP: 2, Level.GRID: 3}


def create_group(
    *,
    actor: Actor,
    village: str,
    name: str,
    number: int | None = None,
    households: int | None = None,
) -> Place:
    """Set up a villagers' group below a village. Raises CO403, PL001, PL002, PL101–PL104."""
    return _create(actor, village, Level.GROUP, name, number, households)


def create_grid(
    *,
    actor: Actor,
    village: str,
    name: str,
    geometry: object = None,
    number: int | None = None,
    households: int | None = None,
    simulated: bool = False,
) -> Place:
    """Set up a grid below a village or community, drawn when `geometry` (see `shapes.read`) is given.

    Raises CO403, PL001, PL002, PL101–PL106.
    """
    with transaction.atomic(savepoint=False):
        grid = _create(actor, village, Level.GRID, name, number, households)
        if geometry is not None:
            draw(actor=actor, code=grid.code, geometry=geometry, simulated=simulated)
        return grid


@transaction.atomic(savepoint=False)
def _create(
    actor: Actor, village: str, level: Level, name: str, number: int | None, households: int | None
) -> Place:
    above = lock_village(actor=actor, code=village)
    grid = Place(
        code=_next_code(above, level, number),
        name=_checked_name(above, level, name),
        level=level.value,
        parent=above,
        valid_from=clock.today(),
        households=households,
    )
    grid.key = place_key(grid.code)
    grid.save(force_insert=True)
    tell(actor, f"{level.value}.created", grid, {"name": grid.name})
    return grid


def _next_code(village: Place, level: Level, number: int | None) -> str:
    siblings = Place.objects.filter(within_q(village.code), level=level)
    taken = {int(code[12:]) for code in siblings.values_list("code", flat=True)}
    highest = _HIGHEST[level]
    if number is None:
        number = max(taken, default=0) + 1
        if number > highest:
            raise errors.NUMBERS_USED_UP(name=village.short)
    if number in taken or not 1 <= number <= highest:
        raise errors.NUMBER_TAKEN(number=number)
    return f"{village.code}{number:0{_WIDTH[level]}d}"


def _checked_name(village: Place, level: str, name: str, besides: str = "") -> str:
    name = " ".join(name.split())
    same = Place.objects.filter(within_q(village.code), current_q(), level=level, name=name)
    if not name or len(name) > 64 or not name.isprintable() or same.exclude(code=besides).exists():
        raise errors.NAME_NEEDED()
    return name


@transaction.atomic(savepoint=False)
def rename(*, actor: Actor, code: str, name: str, at: date | None = None) -> Place:
    """Give a place another name from the day `at` (default: today); the old one is kept.

    Groups and grids need grid.edit, divisions place.edit. Raises CO403, PL001, PL104.
    """
    place = lock_place(actor=actor, code=code)
    if place.level in {Level.GROUP, Level.GRID}:
        name = _checked_name(get(place.code[:12]), place.level, name, besides=code)
    elif not name.strip() or len(name) > 64:
        raise errors.NAME_NEEDED()
    old, place.name = place.name, name.strip()
    if old != place.name:
        FormerName.objects.create(place=place, name=old, valid_to=at or clock.today())
        place.save(update_fields=["name"])
        tell(actor, f"{place.level}.renamed", place, {"from": old, "to": place.name})
    return place


@transaction.atomic(savepoint=False)
def retire(*, actor: Actor, code: str, into: Sequence[str] = (), at: date | None = None) -> Place:
    """End a group or grid on the day `at` (default: today), succeeded by the places `into`.

    Raises CO403, PL001, PL002, PL110.
    """
    place = lock_place(actor=actor, code=code)
    must_exist(place)
    return _end(actor, place, list(into), at or clock.today(), Succession.Kind.MERGE)


def _end(
    actor: Actor, place: Place, into: list[str], at: date, kind: Succession.Kind, note: str = ""
) -> Place:
    for new in into:
        _succeed(place, get(new), at, kind, note)
    place.valid_to = at
    place.save(update_fields=["valid_to"])
    drawn = outline_of(place.code)
    if drawn:
        close(drawn, clock.now())
    tell(actor, f"{place.level}.ended", place, {"into": into, "kind": kind.value})
    return place


def _succeed(old: Place, new: Place, at: date, kind: Succession.Kind, note: str) -> None:
    if old.code == new.code or old.level != new.level:
        raise errors.SUCCESSION_WRONG(reason=_("新旧地方须同级且不同"))
    if new.code in {place.code for place in predecessors(old.code)}:
        raise errors.SUCCESSION_WRONG(reason=_("会首尾相接成圈"))
    Succession.objects.create(id=uuid7(), old=old, new=new, at=at, kind=kind, note=note)


def merge_grids(*, actor: Actor, codes: Sequence[str], name: str, geometry: object = None) -> Place:
    """One new grid in the place of several of the same village; their history stays with them.

    Its outline is `geometry`, or the union of theirs. Raises CO403, PL001, PL002, PL104, PL108.
    """
    drawn = [o for code in dict.fromkeys(codes) if (o := outline_of(code))]
    body = geometry if geometry is not None else join(o.geometry for o in drawn) if drawn else None
    return replace_grids(actor=actor, parts=[(name, body, codes)])[0]


def split_grid(*, actor: Actor, code: str, parts: Sequence[tuple[str, object]]) -> list[Place]:
    """Several new grids, each (name, geometry), in the place of one. Raises as `merge_grids`."""
    if len(parts) < 2:
        raise errors.SUCCESSION_WRONG(reason=_("拆分后至少要有两个"))
    return replace_grids(actor=actor, parts=[(name, body, [code]) for name, body in parts])


@transaction.atomic(savepoint=False)
def replace_grids(
    *, actor: Actor, parts: Sequence[tuple[str, object, Sequence[str]]]
) -> list[Place]:
    """New grids, each (name, geometry or None, codes of the grids it comes from), for old ones.

    Every old grid ends today, succeeded by all the new ones that come from it. All must be of one
    village. Raises CO403, PL001, PL002, PL104, PL105, PL108.
    """
    old = [get(code) for code in dict.fromkeys(code for part in parts for code in part[2])]
    village = _one_village(actor, old)
    today = clock.today()
    for place in old:  # a new grid may take over the name
        place.valid_to = today
        place.save(update_fields=["valid_to"])
    new = [
        create_grid(actor=actor, village=village.code, name=name, geometry=body)
        for name, body, _from in parts
    ]
    for place in old:
        heirs = [grid.code for grid, part in zip(new, parts, strict=True) if place.code in part[2]]
        kind = Succession.Kind.SPLIT if len(heirs) > 1 else Succession.Kind.MERGE
        _end(actor, place, heirs, today, kind)
    return new


def _one_village(actor: Actor, places: Iterable[Place]) -> Place:
    places = list(places)
    villages = {place.code[:12] for place in places}
    if len(villages) != 1 or any(place.level != Level.GRID for place in places):
        raise errors.NOT_SAME_VILLAGE()
    village = lock_village(actor=actor, code=villages.pop())
    for place in places:
        must_exist(place)
    return village


@transaction.atomic(savepoint=False)
def create_division(*, actor: Actor, code: str, name: str, at: date | None = None) -> Place:
    """Enter a new county, township or village by hand (place.edit), before a table has it.

    Raises CO403, PL001 (its parent is unknown), PL102 (the code was used), PL104.
    """
    above = parent_code(code) if is_code(code) and len(code) <= 12 else None
    if above is None:
        raise errors.NO_SUCH_PLACE(code=code)
    actor.require("place.edit", place_key(code))
    parent = get(above)
    if Place.objects.filter(code=code).exists():
        raise errors.NUMBER_TAKEN(number=code)
    if not name.strip() or len(name) > 64:
        raise errors.NAME_NEEDED()
    place = Place(
        code=code,
        key=place_key(code),
        name=name.strip(),
        level=LEVELS[len(code)].value,
        parent=parent,
        kind=kind_of(code),
        valid_from=at or clock.today(),
    )
    place.save(force_insert=True)
    tell(actor, f"{place.level}.created", place, {"name": place.name})
    return place


@transaction.atomic(savepoint=False)
def succeed(
    *,
    actor: Actor,
    old: str,
    new: Sequence[str],
    kind: str,
    at: date | None = None,
    note: str = "",
) -> Place:
    """Record that divisions `new` took the place of `old` on the day `at` (place.edit).

    `kind` is merge, split or rename. `old` ends on that day; its records stay under its code, which
    resolves to the successors. Raises CO403, PL001, PL110.
    """
    place = lock_place(actor=actor, code=old)
    if kind not in Succession.Kind.values or not new:
        raise errors.SUCCESSION_WRONG(reason=_("要写明种类和接续的地方"))
    day = at or clock.today()
    known = set(Succession.objects.filter(old=place).values_list("new_id", flat=True))
    fresh = [code for code in dict.fromkeys(new) if code not in known]
    return _end(actor, place, fresh, place.valid_to or day, Succession.Kind(kind), note)
