"""Reads of yearly cycles: their units, what each owes now, steps taken and steps to come, reminders."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from zhijin.activities import calendar as planning
from zhijin.activities.calendar import Step
from zhijin.activities.models import (
    Cycle,
    CycleStep,
    Event,
    Party,
    Problem,
    Reminder,
    Sheet,
    Task,
    Undertaking,
)
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation

#: What, text, ISO day (may be empty), whether it is late.
Line = tuple[str, str, str, bool]
LINES = ("sector_key", "industry_key")


def visible(actor: Actor) -> QuerySet[Cycle]:
    return Cycle.objects.filter(scope_q(actor, "place_key"))


def get(actor: Actor, pk: UUID) -> Cycle:
    """One cycle held in scope. Raises CO404."""
    found = visible(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def units(cycle: Cycle) -> list[Organisation]:
    """The Party organisations of a cycle as they are now, under the transaction's own scope."""
    system = Actor.system("cycle")
    rows = orgs.listing(
        system, orgs.Filter(place=cycle.place_code, sector=cycle.sector, kind="party")
    )
    if cycle.direct:
        rows = rows.filter(place_code=cycle.place_code)
    return list(rows.order_by("key")[:2000])


def owed_by(units: list[Organisation], today: date) -> list[tuple[Organisation, list[Line]]]:
    """Every unit with what it owes until the month's end and what is late; four queries for all of them."""
    keys = [org.key for org in units]
    month_end = f"{today:%Y-%m}"
    lines: dict[int, list[Line]] = {key: [] for key in keys}
    public = Undertaking.objects.filter(state=Undertaking.State.PUBLIC).values("id")
    tasks = Task.objects.filter(org_key__in=keys, done_at=None, undertaking_id__in=public).order_by(
        "due", "id"
    )
    for task in tasks:
        if f"{task.due:%Y-%m}" <= month_end:
            _add(lines, task.org_key, "task", task.text, task.due, today)
    problems = Problem.objects.filter(org_key__in=keys, state=Problem.State.FOUND).order_by(
        "due_at"
    )
    for problem in problems:
        _add(
            lines,
            problem.org_key,
            "problem",
            problem.text,
            clock.local(problem.due_at).date(),
            today,
        )
    _sheets(lines, keys, today)
    _reports(lines, keys, today)
    return [(org, lines[org.key]) for org in units]


def _add(
    lines: dict[int, list[Line]],
    key: int | None,
    what: str,
    text: str,
    due: date | None,
    today: date,
) -> None:
    lines[key or 0].append(
        (what, text, due.isoformat() if due else "", due is not None and due < today)
    )


def _sheets(lines: dict[int, list[Line]], keys: list[int], today: date) -> None:
    rows = Sheet.objects.filter(from_org__in=keys, account="", state=Sheet.State.OPEN)
    events = Event.objects.filter(state=Event.State.OPEN).in_bulk({row.event_id for row in rows})
    for row in rows:
        event = events.get(row.event_id)
        if event is not None:
            due = clock.local(event.due_at).date() if event.due_at else None
            _add(lines, row.from_org, "sheet", event.title, due, today)


def _reports(lines: dict[int, list[Line]], keys: list[int], today: date) -> None:
    rows = Party.objects.filter(org_key__in=keys, role=Party.Role.ENTRANT, handed_at=None)
    events = Event.objects.filter(
        kind=Event.Kind.REVIEW, state=Event.State.OPEN, id__in={row.event_id for row in rows}
    ).in_bulk()
    for row in rows:
        event = events.get(row.event_id)
        if event is not None:
            due = clock.local(event.due_at).date() if event.due_at else None
            _add(lines, row.org_key, "report", event.title, due, today)


def taken(cycle: Cycle, size: int = 40) -> list[CycleStep]:
    """The steps taken, the newest first."""
    return list(CycleStep.objects.filter(cycle_id=cycle.id).order_by("-due_on", "-kind")[:size])


def coming(cycle: Cycle, size: int = 6) -> list[Step]:
    """The next steps of the calendar."""
    today = clock.today()
    ahead = planning.steps(
        calendar.current(), max(today, cycle.begins), today.replace(year=today.year + 1, day=1)
    )
    there = set(CycleStep.objects.filter(cycle_id=cycle.id).values_list("kind", "period"))
    return [
        step
        for step in ahead
        if (step.kind, step.period) not in there
        and (cycle.programme or step.kind != planning.ANNUAL)
    ][:size]


def reminders(actor: Actor, size: int = 6) -> list[Reminder]:
    """The newest reminders of the organisations one acts for."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    return list(Reminder.objects.filter(own).order_by("-sent_at", "org_key")[:size])


def signed_year(pk: UUID) -> CycleStep:
    """A step with a signed result; the caller opens the scope. Raises CO404."""
    found = CycleStep.objects.filter(id=pk, document__isnull=False).first()
    if found is None:
        raise NOT_FOUND()
    return found
