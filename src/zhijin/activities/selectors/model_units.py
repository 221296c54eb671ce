"""Reads of model units: applications in scope, and the facts of a unit's year that can be evidence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.activities import words
from zhijin.activities.models import Evidence, ModelUnit, Objection
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.models import Fact
from zhijin.core.scope import scope_q, scoped

LINES = ("sector_key", "industry_key")
#: How many facts of a year are offered.
OFFERED = 400
#: What happened to a unit and is no merit of its own.
NO_MERIT = ("activity.problem.found", "activity.check.drawn", "activity.cycle.reminded")


def seen_q(actor: Actor) -> Q:
    """One's own organisations', and what was sent to a place in scope."""
    return scope_q(actor, "place_key", orgs="org_key", lines=LINES) | scope_q(actor, "host_key")


def visible(actor: Actor) -> QuerySet[ModelUnit]:
    return ModelUnit.objects.filter(seen_q(actor))


def listing(actor: Actor, *, year: int | None = None, state: str = "") -> list[ModelUnit]:
    """The newest applications in sight."""
    rows = visible(actor)
    if year is not None:
        rows = rows.filter(year=year)
    if state in ModelUnit.State.values:
        rows = rows.filter(state=state)
    return list(rows.order_by("-year", "level", "org_key")[:200])


def get(actor: Actor, pk: UUID) -> ModelUnit:
    """One application. Raises CO404."""
    found = visible(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def facts_of(unit: ModelUnit, wanted: Collection[UUID] | None = None) -> list[Fact]:
    """Facts that the unit's own organisation left in the year. Call it for an application in sight only.

    Facts open by place; whoever acts for one organisation alone holds no place, so the platform reads them, and no
    other organisation's. The applications themselves are no evidence of anything and are left out.
    """
    begin = datetime(unit.year, 1, 1, tzinfo=clock.TZ)
    end = datetime(unit.year + 1, 1, 1, tzinfo=clock.TZ)
    rows = (
        Fact.objects.filter(
            org_key=unit.org_key,
            county=unit.county,
            place_key=unit.place_key,
            at__gte=begin,
            at__lt=end,
        )
        .exclude(kind__startswith="activity.model.")
        .exclude(kind__in=NO_MERIT)
    )
    if wanted is not None:
        rows = rows.filter(id__in=wanted)
    with scoped(Actor.system("model-evidence")):
        return list(rows.order_by("-at", "-id")[:OFFERED])


def offered(unit: ModelUnit) -> dict[str, list[Fact]]:
    """Facts that are not yet taken in, by aspect."""
    there = set(Evidence.objects.filter(unit_id=unit.id).values_list("fact_id", flat=True))
    out: dict[str, list[Fact]] = {aspect: [] for aspect in words.ASPECTS}
    for fact in facts_of(unit):
        if fact.id not in there:
            out[words.aspect_of(fact.kind)].append(fact)
    return out


def evidence(unit: ModelUnit) -> dict[str, list[Evidence]]:
    """What was taken in, by aspect."""
    out: dict[str, list[Evidence]] = {aspect: [] for aspect in words.ASPECTS}
    for row in Evidence.objects.filter(unit_id=unit.id).order_by("-fact_at"):
        out[row.aspect].append(row)
    return out


def objections(unit: ModelUnit) -> list[Objection]:
    return list(Objection.objects.filter(unit_id=unit.id).order_by("at"))


def in_public(place_key: int) -> list[ModelUnit]:
    """What a place publishes now, and whom it has named; the caller opens the scope."""
    rows = ModelUnit.objects.filter(
        host_key=place_key, state__in=(ModelUnit.State.PUBLISHED, ModelUnit.State.NAMED)
    )
    return list(rows.order_by("-year", "-state", "org_key")[:200])
