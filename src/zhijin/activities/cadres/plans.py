"""A county's own plan (一县一方案): made, measures added, progress told; read by county and by line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from zhijin.activities import errors, words
from zhijin.activities.cadres.teams import _in
from zhijin.activities.models import CountyPlan, PlanMeasure, PlanProgress
from zhijin.activities.services.common import locked, note, same_keys, tell, text
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.places import api as places

LINES = dict(words.PLAN_LINES)
MEASURES = 60
MOST = 1_000_000_000


@transaction.atomic(savepoint=False)
def make(
    *, actor: Actor, county: str, year: int, title: str, basis: str, simulated: bool = False
) -> CountyPlan:
    """Begin a county's plan for a year. Raises CO400, CO403, PL001, AV158."""
    place = places.get(county)
    actor.require("activity.organise", place.key)
    if len(county) != 6 or not 2000 <= year <= 2100:
        raise BAD_REQUEST(fields={"county": _("方案按县制定，年度写四位数。")})
    if CountyPlan.objects.filter(place_key=place.key, year=year).exists():
        raise errors.PLAN_THERE(year=year)
    row = CountyPlan.objects.create(
        county=facts.county_of(county), place_code=county, place_key=place.key, org_name=place.name, year=year,
        title=text(title, 120, "title"), basis=text(basis, 200, "basis"), made_by=actor.label,
        made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    note(actor, "plan.made", row.record, row.place_key, year=year)
    tell(actor, "activity.plan.made", row, row.record, subject=row.record, attrs={"year": year})
    return row


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure to add: ``goal`` in whole ``unit``s by ``due``; ``lead`` is the unit that answers for it."""

    line: str
    text: str
    lead: str
    goal: int
    unit: str
    due: date


@transaction.atomic(savepoint=False)
def add(*, actor: Actor, plan_id: UUID, measure: Measure) -> PlanMeasure:
    """Add a measure. Raises CO400, CO403, CO404."""
    plan = _own(actor, plan_id)
    seq = PlanMeasure.objects.filter(plan_id=plan.id).count() + 1
    if measure.line not in LINES or not 0 < measure.goal <= MOST or seq > MEASURES:
        raise BAD_REQUEST(fields={"goal": _("请选择方面；目标是大于 0 的整数。")})
    row = PlanMeasure.objects.create(
        **same_keys(plan), plan_id=plan.id, seq=seq, line=measure.line, text=text(measure.text, 200, "text"),
        lead=text(measure.lead, 120, "lead"), goal=measure.goal, unit=text(measure.unit, 12, "unit"),
        due=measure.due,
    )  # fmt: skip
    note(actor, "plan.measure", plan.record, plan.place_key, seq=seq)
    return row


def _own(actor: Actor, plan_id: UUID) -> CountyPlan:
    plan = locked(CountyPlan.objects.all(), plan_id)
    actor.require("activity.organise", plan.place_key)
    return plan


@transaction.atomic(savepoint=False)
def progress(*, actor: Actor, measure_id: UUID, done: int, note_text: str) -> PlanProgress:
    """Tell how far a measure is now (the whole, not what was added). Raises CO400, CO403, CO404."""
    row = locked(PlanMeasure.objects.all(), measure_id)
    actor.require("activity.organise", row.place_key)
    if not 0 <= done <= MOST:
        raise BAD_REQUEST(fields={"done": _("请填写整数。")})
    told = PlanProgress.objects.create(
        **same_keys(row), measure_id=row.id, done=done, note=text(note_text, 300, "note"), at=clock.now(),
        made_by=actor.label,
    )  # fmt: skip
    record, before, row.done = f"county-plan:{row.plan_id}", row.rate, done
    row.save(update_fields=["done"])
    note(actor, "plan.progress", record, row.place_key, seq=row.seq, done=done)
    tell(actor, "activity.plan.progress", row, record, subject=record, value=done,
         attrs={"line": row.line, "rate": row.rate, "reached": row.rate == 10_000 > before})  # fmt: skip
    return told


# -- reads -----------------------------------------------------------------------------------


def plans(actor: Actor, place: str = "", year: int | None = None) -> QuerySet[CountyPlan]:
    """Plans in sight, in the order of counties."""
    rows = CountyPlan.objects.filter(scope_q(actor, "place_key"), _in(place))
    return (rows.filter(year=year) if year else rows).order_by("-year", "place_key")


def get(actor: Actor, pk: UUID) -> CountyPlan:
    """One plan in sight. Raises CO404."""
    found = plans(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands: measures, those reached, those late."""

    measures: int = 0
    reached: int = 0
    late: int = 0


def standings(rows: list[CountyPlan]) -> dict[UUID, Standing]:
    """By plan; one query."""
    late = Q(due__lt=clock.today(), done__lt=F("goal"))
    told = (
        PlanMeasure.objects.filter(plan_id__in=[row.id for row in rows])
        .order_by()
        .values_list("plan_id")
        .annotate(
            Count("id"), r=Count("id", filter=Q(done__gte=F("goal"))), l=Count("id", filter=late)
        )
    )
    return defaultdict(Standing, {plan: Standing(*counts) for plan, *counts in told})


@dataclass(frozen=True, slots=True)
class Figures:
    """One year's plans below a place: counties that have one, and how their measures stand together."""

    year: int
    counties: int
    standing: Standing


def figures(actor: Actor, place: str = "", year: int | None = None) -> Figures:
    """Of this year, or another; two statements."""
    wanted = year or clock.today().year
    rows = plans(actor, place, wanted).order_by()
    late = Q(due__lt=clock.today(), done__lt=F("goal"))
    told = PlanMeasure.objects.filter(plan_id__in=rows.values("id")).aggregate(
        measures=Count("id"), reached=Count("id", filter=Q(done__gte=F("goal"))), late=Count("id", filter=late)
    )  # fmt: skip
    return Figures(wanted, rows.count(), Standing(**told))


def measures(plan: CountyPlan) -> list[tuple[PlanMeasure, list[PlanProgress]]]:
    """The plan's measures with what was told of each, the newest first; two queries."""
    rows = list(PlanMeasure.objects.filter(plan_id=plan.id).order_by("seq"))
    told: dict[Any, list[PlanProgress]] = defaultdict(list)
    for one in PlanProgress.objects.filter(measure_id__in=[row.id for row in rows]).order_by(
        "-at", "-id"
    ):
        told[one.measure_id].append(one)
    return [(row, told[row.id]) for row in rows]
