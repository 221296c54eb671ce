"""The inventory of the network: how much of which equipment stands at a place."""

from __future__ import annotations

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.sensing import errors
from zhijin.sensing.models import Asset

MOST = 1_000_000


def set_asset(
    *, actor: Actor, place_code: str, kind: str, count: int, used: int | None = None,
    households: int | None = None, note: str = "", simulated: bool = False,
) -> Asset:  # fmt: skip
    """Enter how many there are of a kind at a place; entering again replaces the figure.

    Raises SE001 (unknown kind), SE002, SE004, CO403.
    """
    if kind not in Asset.Kind.values:
        raise errors.UNKNOWN_KIND(kind=kind)
    if not places.known(place_code):
        raise errors.UNKNOWN_PLACE(place=place_code, fields={"place_code": place_code})
    for field, value in (("count", count), ("used", used), ("households", households)):
        if value is not None and not 0 <= value <= MOST:
            raise errors.BAD_NUMBER(field=field, least=0, most=MOST, fields={field: str(value)})
    if used is not None and used > count:
        raise errors.BAD_NUMBER(field="used", least=0, most=count, fields={"used": str(used)})
    actor.require("device.edit", place_key(place_code))
    at = clock.now()
    with scoped(actor):
        asset, _made = Asset.objects.update_or_create(
            county=county_of(place_code), place_code=place_code, kind=kind, org_key=None,
            defaults={
                "place_key": place_key(place_code), "count": count, "used": used,
                "households": households, "note": note.strip()[:120], "changed_at": at,
                "simulated": simulated,
            },
        )  # fmt: skip
        record = f"asset:{place_code}:{kind}"
        detail = {"count": count, "used": used, "households": households}
        journal.write(actor, "asset.set", record, place_key=asset.place_key, detail=detail)
        facts.record(
            "asset.set", at=at, place_code=place_code, subject=kind, actor=actor, record=record,
            value=count, attrs={"simulated": simulated},
        )  # fmt: skip
    return asset
