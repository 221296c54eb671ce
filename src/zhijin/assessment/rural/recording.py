"""What was built in a village: a fact when it is taken into use, another when it is out of use for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from zhijin.assessment import errors
from zhijin.assessment.periods import moment
from zhijin.assessment.rural import reading
from zhijin.assessment.rural.words import BEGUN, ENDED, KINDS
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, uuid7
from zhijin.core.scope import scoped
from zhijin.core.texts import clean
from zhijin.places import api as places

MOST = 100_000
PERMISSION = "place.edit"
VILLAGE_DIGITS = 12


def begin(
    *, actor: Actor, place_code: str, kind: str, count: int, on: date, name: str = "",
    simulated: bool = False,
) -> str:  # fmt: skip
    """Record that ``count`` of a kind were taken into use in a village; returns the record's name.

    Raises AE027 (no village), AE028 (kind, number or day), CO403.
    """
    found = places.find(place_code) if len(place_code) == VILLAGE_DIGITS else None
    if found is None:
        raise errors.NO_VILLAGE(fields={"place_code": errors.NO_VILLAGE.message})
    actor.require(PERMISSION, place_key(place_code))
    if kind not in KINDS or not 1 <= count <= MOST or on > clock.today():
        raise errors.BAD_FACILITY(most=MOST)
    record = f"facility:{uuid7()}"
    told = {"name": str(clean(name)).strip()[:80], "simulated": simulated}
    with scoped(actor):
        journal.write(actor, BEGUN, record, place_key=place_key(place_code),
                      detail={"kind": kind, "count": count, "on": str(on)})  # fmt: skip
        facts.record(
            BEGUN, at=_noon(on), place_code=place_code, subject=kind, actor=actor, record=record,
            value=count, attrs=told,
        )  # fmt: skip
    return record


def end(*, actor: Actor, record: str, why: str, on: date) -> None:
    """Record that something is out of use for good, or was never there. Raises AE007, AE028, AE029, CO403."""
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": errors.WHY_NEEDED.message})
    with scoped(actor):
        begun = reading.working(actor).filter(record=record).first()
        if begun is None:
            raise errors.NO_FACILITY()
        actor.require(PERMISSION, begun.place_key)
        if not clock.local(begun.at).date() <= on <= clock.today():
            raise errors.BAD_FACILITY(most=MOST)
        journal.write(
            actor, ENDED, record, place_key=begun.place_key, detail={"why": why.strip()[:200]}
        )
        facts.record(
            ENDED, at=_noon(on), place_code=begun.place_code, subject=begun.subject, actor=actor,
            record=record, value=begun.value, attrs={"why": why.strip()[:200]},
        )  # fmt: skip


def _noon(on: date) -> datetime:
    return moment(on) + timedelta(hours=12)
