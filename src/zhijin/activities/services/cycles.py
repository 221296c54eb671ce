"""The yearly cycle runs by itself: each step is taken once, on its working day, by whichever worker comes first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from zhijin.activities import calendar as planning
from zhijin.activities import errors
from zhijin.activities.calendar import Step
from zhijin.activities.models import Cycle, CycleStep, Event, Reminder
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors import cycles as reading
from zhijin.activities.services import contests, events, mutual
from zhijin.activities.services.common import host_of, keys_of, note, tell, text
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.core.signing import Signed, side_file
from zhijin.core.tasks import AWAY, apart
from zhijin.ui import spans

log = logging.getLogger("zhijin.activities")
ACTOR = Actor("system", "cycle", "工作周期")
#: Why reviews that never came are closed without.
LAPSED = "到期没有交，按已交的计算"
#: (place, sector, programme, year) → the frozen, signed result; None while it cannot be frozen yet.
Annual = Callable[[Cycle, int], Signed | None]
_annual: list[Annual] = []
_CLAIM = (
    "INSERT INTO activities_cycle_step (id, county, cycle_id, host_key, kind, period, due_on, done_at, outcome,"
    " document_sig) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '{}', '')"
    " ON CONFLICT (cycle_id, county, kind, period) DO NOTHING RETURNING id"
)


def provide_annual(annual: Annual) -> None:
    """Let the room that assesses say what a year's result is."""
    _annual[:] = [annual]


@dataclass(frozen=True)
class Draft:
    """What a cycle is to be: whose units (a place's own, or all below it), what peers judge, which assessment."""

    place_code: str
    title: str
    criteria: Sequence[Criterion]
    sector: int | None = None
    direct: bool = True
    each: int = 3
    programme: str = ""
    begins: date | None = None
    simulated: bool = False


@transaction.atomic(savepoint=False)
def begin(*, actor: Actor, draft: Draft) -> Cycle:
    """Put the units of a place under the yearly cycle. Steps before ``begins`` are not made up for.

    Raises CO403, CO400, AV020, AV070.
    """
    key = host_of(actor, draft.place_code)
    contests.check_criteria(draft.criteria)
    _one_at_a_time(key, draft.sector)
    if Cycle.objects.filter(place_key=key, sector=draft.sector, active=True).exists():
        raise errors.CYCLE_THERE()
    cycle = Cycle.objects.create(
        county=county_of(draft.place_code), place_code=draft.place_code, place_key=key, sector=draft.sector,
        direct=draft.direct, title=text(draft.title, 120, "title"),
        criteria=[contests.rule_of(one) for one in draft.criteria], each=max(1, min(draft.each, 9)),
        programme=draft.programme, begins=draft.begins or clock.today(), made_by=actor.label,
        made_at=clock.now(), simulated=draft.simulated,
    )  # fmt: skip
    note(actor, "cycle.begun", cycle.record, key, title=cycle.title)
    return cycle


def _one_at_a_time(key: int, sector: int | None) -> None:
    """Two who begin one at the same moment: the second waits, and finds the first one's."""
    with connection.cursor() as cursor:
        name = f"activities cycle {key} {sector}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@transaction.atomic(savepoint=False)
def stop(*, actor: Actor, cycle_id: UUID) -> Cycle:
    """Stop a cycle; what was done stays. Raises CO404, CO403."""
    cycle = reading.get(actor, cycle_id)
    actor.require("activity.organise", cycle.place_key)
    if Cycle.objects.filter(id=cycle.id, active=True).update(active=False):
        note(actor, "cycle.stopped", cycle.record, cycle.place_key)
    cycle.active = False
    return cycle


def sweep() -> int:
    """Take every step that is due; returns how many. A step that fails is tried again at the next sweep."""
    taken = 0
    today = clock.today()
    with scoped(ACTOR):
        cycles = list(Cycle.objects.filter(active=True).order_by("id"))
    for cycle in cycles:
        try:
            steps = due(cycle, today)
        except AWAY:
            raise
        except Exception:
            log.exception("the steps of cycle %s are not known", cycle.id)
            continue
        for step in steps:
            with scoped(ACTOR):
                taken += apart(
                    partial(_take, cycle, step, today),
                    log, "step %s %s of cycle %s failed", step.kind, step.period, cycle.id,
                )  # fmt: skip
    return taken


def due(cycle: Cycle, today: date) -> list[Step]:
    """Steps that are due and not yet taken, in order."""
    planned = planning.steps(calendar.current(), cycle.begins, today)
    with scoped(ACTOR):
        rows = CycleStep.objects.filter(cycle_id=cycle.id).values_list("kind", "period")
        taken = set(rows)
    return [step for step in planned if (step.kind, step.period) not in taken]


def _take(cycle: Cycle, step: Step, today: date) -> int:
    """Claim the step and take it, in one transaction; 0 when another worker has it, or it must wait."""
    if step.kind == planning.ANNUAL:
        return _year(cycle, step)
    row = _claim(cycle, step)
    if row is None:
        return 0
    if _missed(step, today):
        row.outcome = {"skipped": True}
    else:
        _TAKE[step.kind](cycle, step, row, today)
    row.save(update_fields=["outcome", "event_id"])
    note(ACTOR, f"cycle.{step.kind}", cycle.record, cycle.place_key, period=step.period)
    return 1


def _missed(step: Step, today: date) -> bool:
    """Whether the platform stood still too long: a later step of the kind is due, or the round's time is over."""
    after = {planning.REVIEW: planning.COLLECT}.get(step.kind, step.kind)
    later = planning.steps(calendar.current(), step.due_on, today)
    return step.kind != planning.COLLECT and any(
        other.kind == after and other != step for other in later
    )


def _claim(cycle: Cycle, step: Step) -> CycleStep | None:
    values: list[Any] = [
        uuid7(),
        cycle.county,
        cycle.id,
        cycle.place_key,
        step.kind,
        step.period,
        step.due_on,
        clock.now(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        made = cursor.fetchone()
    return CycleStep.objects.get(id=made[0]) if made else None


def _remind(cycle: Cycle, step: Step, row: CycleStep, today: date) -> None:
    """Tell each unit's secretary what is due this month and what is late."""
    owed = reading.owed_by(reading.units(cycle), today)
    made = []
    for org, lines in owed:
        made.append(Reminder(
            **keys_of(org), cycle_id=cycle.id, host_key=cycle.place_key, period=step.period,
            lines=[list(line) for line in lines], sent_at=clock.now(),
        ))  # fmt: skip
    Reminder.objects.bulk_create(made)
    for one in made:
        late = sum(line[3] for line in one.lines)
        tell(ACTOR, "activity.cycle.reminded", one, cycle.record, subject=cycle.record, value=len(one.lines),
             attrs={"period": step.period, "late": late})  # fmt: skip
    row.outcome = {"units": len(made), "lines": sum(len(one.lines) for one in made)}


def _dispatch(cycle: Cycle, step: Step, row: CycleStep, today: date) -> None:
    """The quarter's list: what every unit owes and how much of it is late, the most late first."""
    rows: list[dict[str, Any]] = [
        {
            "org": str(org.key),
            "name": org.name,
            "owed": len(lines),
            "late": sum(line[3] for line in lines),
        }
        for org, lines in reading.owed_by(reading.units(cycle), today)
    ]
    rows.sort(key=lambda one: (-one["late"], -one["owed"], one["name"]))
    row.outcome = {"units": len(rows), "late": sum(one["late"] for one in rows), "rows": rows}


def _review(cycle: Cycle, step: Step, row: CycleStep, today: date) -> None:
    """Open the half-year's mutual review. Its seed is the period and the cycle: nobody chooses it.

    Few units review fewer others each, so that nobody reviews its reviewer; two or less none at all.
    """
    keys = [org.key for org in reading.units(cycle)]
    each = min(cycle.each, (len(keys) - 1) // 2)
    if each < 1:
        row.outcome = {"few": len(keys)}
        return
    year, half = step.period[:4], step.period[4:]
    last = calendar.current().nth_workday_after(step.due_on, planning.REVIEW_DAYS)
    plan = events.Plan(
        Event.Kind.MUTUAL, f"{cycle.title}·{spans.period(step.period)}", cycle.place_code, int(year), f"{year}{half}",
        datetime.combine(max(last, today), time(23, 59, 59), clock.TZ), simulated=cycle.simulated,
    )  # fmt: skip
    criteria = [Criterion(**one) for one in cycle.criteria]
    event = mutual.make(actor=ACTOR, plan=plan, criteria=criteria, each=each)
    events.invite(actor=ACTOR, event_id=event.id, org_keys=keys)
    mutual.start(actor=ACTOR, event_id=event.id, seed=f"{step.period}-{str(cycle.id)[:8]}")
    row.event_id, row.outcome = event.id, {"units": len(keys), "each": each}


def _collect(cycle: Cycle, step: Step, row: CycleStep, today: date) -> None:
    """Close the round; what never came lapses, and the result says so."""
    opened = CycleStep.objects.filter(
        cycle_id=cycle.id, kind=planning.REVIEW, period=step.period
    ).first()
    event_id = opened.event_id if opened else None
    event = Event.objects.filter(id=event_id).first() if event_id else None
    if opened is not None and "few" in opened.outcome:
        row.outcome = opened.outcome
        return
    if event is None or event.state != Event.State.OPEN:
        row.outcome = {"skipped": True}
        return
    closed = mutual.close(actor=ACTOR, event_id=event.id, without=LAPSED)
    row.event_id, row.outcome = event.id, {"missing": closed.outcome["missing"]}


def _year(cycle: Cycle, step: Step) -> int:
    """Keep the year's frozen, signed result. While it is not published yet, the step waits."""
    signed = _annual[0](cycle, int(step.period)) if _annual else None
    if signed is None:
        return 0
    row = _claim(cycle, step)
    if row is None:
        return 0
    row.document, row.document_sig = signed.data, side_file(signed.signature)
    row.outcome = {"digest": signed.digest, "key": signed.signature.kid}
    row.save(update_fields=["document", "document_sig", "outcome"])
    note(
        ACTOR,
        "cycle.annual",
        cycle.record,
        cycle.place_key,
        period=step.period,
        digest=signed.digest,
    )
    return 1


_TAKE: dict[str, Any] = {
    planning.REMIND: _remind, planning.DISPATCH: _dispatch, planning.REVIEW: _review,
    planning.COLLECT: _collect,
}  # fmt: skip


def kept(step: CycleStep) -> str:
    """What a step came to, in a sentence."""
    told = step.outcome
    if told.get("skipped"):
        return _("已错过，没有补做")
    if "few" in told:
        return _("只有 {few} 家，互评不出来，这一次不评").format(**told)
    sentences = {
        planning.REMIND: _("提醒 {units} 家，{lines} 件"),
        planning.DISPATCH: _("{units} 家，逾期 {late} 件"),
        planning.REVIEW: _("{units} 家，每家评 {each} 家"),
        planning.COLLECT: _("没有交的 {missing} 张"),
    }
    return sentences.get(step.kind, _("已冻结并签名")).format(**told)
