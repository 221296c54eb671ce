"""What every write of a place begins and ends with: the permission and the lock, the journal and the fact."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import LEVELS, Level, is_code, place_key
from zhijin.places import errors
from zhijin.places.models import Place
from zhijin.places.selectors import labels, resolve_code


def lock_village(*, actor: Actor, code: str) -> Place:
    """The village, locked for this transaction, when `actor` may edit its grids and it exists.

    Raises CO403, PL001, PL002, PL101.
    """
    if not is_code(code):
        raise errors.NO_SUCH_PLACE(code=code)
    actor.require("grid.edit", place_key(code))
    village = Place.objects.select_for_update(no_key=True).filter(code=code).first()
    if village is None:
        raise errors.NO_SUCH_PLACE(code=code)
    if village.level != Level.VILLAGE:
        raise errors.NOT_A_VILLAGE(name=village.short)
    must_exist(village)
    return village


def lock_place(*, actor: Actor, code: str) -> Place:
    """Any place, locked, when `actor` may edit it."""
    if not is_code(code):
        raise errors.NO_SUCH_PLACE(code=code)
    small = LEVELS[len(code)] in {Level.GROUP, Level.GRID}
    actor.require("grid.edit" if small else "place.edit", place_key(code))
    place = Place.objects.select_for_update(no_key=True).filter(code=code).first()
    if place is None:
        raise errors.NO_SUCH_PLACE(code=code)
    return place


def must_exist(place: Place) -> None:
    """Raise PL002, naming the successors, when the place has ended."""
    if not place.existed(clock.today()):
        heirs = labels([heir.code for heir in resolve_code(place.code)])
        raise errors.PLACE_ENDED(
            name=place.short,
            code=place.code,
            day=place.valid_to,
            successors="、".join(heirs.values()) or _("没有登记"),
        )


def tell(actor: Actor, action: str, place: Place, detail: dict[str, Any], value: int = 1) -> None:
    """The journal row and the fact of a change to a place."""
    name = f"place:{place.code}"
    journal.write(actor, action, name, place_key=place.key, detail=detail)
    facts.record(
        f"place.{action}",
        at=clock.now(),
        place_code=place.code,
        subject=name,
        actor=actor,
        record=name,
        value=value,
        attrs=detail,
    )
