"""Which revision of a programme a period is computed by: the one in force, until it has ended and been
computed; then it keeps that one, whatever is put into force later. Until it is published an officer may ask
for it by the one in force now; what the platform does by itself never changes it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from zhijin.assessment import forms
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Batch, Run
from zhijin.core import clock
from zhijin.core.facts import county_of

State = Run.State
PUBLIC = (State.PUBLISHED, State.FROZEN)
#: What was computed after its period ended. What was computed while it ran is nobody's result yet.
CLOSED = Q(state__in=PUBLIC) | (Q(state=State.READY) & ~Q(reason=Batch.Reason.OPEN))


def kept(programme: str, period: Period, *, asked: bool = False) -> dict[int, UUID]:
    """By county, the revision that an ended period was computed with; empty while it runs.

    ``asked``: somebody asks for it, so that only what has been published is kept.
    """
    if period.end > clock.today():
        return {}
    held = Q(state__in=PUBLIC) if asked else CLOSED
    rows = Run.objects.filter(
        held, programme=programme, period_kind=period.kind, period_start=period.start
    )
    # A published result speaks before one that waits beside it.
    ordered = rows.order_by("published_at").values_list("county", "revision_id", "published_at")
    found: dict[int, UUID] = {}
    for county, revision, published in ordered:
        if published is not None or county not in found:
            found[county] = revision
    return found


def holding(
    programme: str, place_code: str, period: Period, *, asked: bool = False
) -> forms.Programme:
    """The revision that a place's period is computed by. Raises PR001."""
    held = kept(programme, period, asked=asked).get(county_of(place_code)) if place_code else None
    return forms.revision(held) if held else forms.current(programme, place_code)


def of_period(current: forms.Programme, period: Period) -> Iterator[forms.Programme]:
    """The revision in force, and each that counties of its place have kept for ``period``."""
    yield current
    for revision in sorted(set(kept(current.name, period).values()) - {current.id}):
        found = forms.revision(revision)
        if found.place_code == current.place_code:
            yield found


class Holds:
    """Says of a place whether ``programme`` is what its period is computed by."""

    def __init__(self, programme: forms.Programme, period: Period, *, asked: bool) -> None:
        self._own = programme.id
        self._kept = kept(programme.name, period, asked=asked)
        self._elsewhere = tuple(forms.narrower(programme))

    def __call__(self, place_code: str) -> bool:
        held = self._kept.get(county_of(place_code))
        if held is not None:
            return held == self._own
        return not (self._elsewhere and place_code.startswith(self._elsewhere))
