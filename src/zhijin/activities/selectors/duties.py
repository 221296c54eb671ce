"""What the viewer owes now: sheets, problems, pledged items that are due, visits to answer, reports, questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhijin.activities import scoring
from zhijin.activities.meetings import reading as branch_life
from zhijin.activities.models import Event, Party, Problem, Sheet, Task, Undertaking, Visit
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors import events as reading
from zhijin.activities.selectors.undertakings import visible_tasks
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scope_q, scoped
from zhijin.ui import spans

#: Items of pledges are shown so long before they are due.
AHEAD = timedelta(days=30)
SHOWN = 60
FEW = 3


@dataclass(frozen=True)
class Owed:
    """One thing to do: what, for whom, until when, and where it is done."""

    what: str | Promise
    about: str
    url: str
    due_at: datetime | None
    icon: str


@dataclass(frozen=True)
class ToMark:
    """A sheet with the event and the entrant that it is about."""

    sheet: Sheet
    event: Event
    entrant: Party

    @property
    def criteria(self) -> list[Criterion]:
        return scoring.criteria_of(self.event.rules)

    @property
    def names(self) -> list[str]:
        return [one.key for one in self.criteria]


def sheets(actor: Actor, *, waiting: bool = False) -> list[ToMark]:
    """The sheets that the viewer is to fill in or has handed in, the newest events first."""
    rows = Sheet.objects.filter(_own_q(actor))
    if waiting:
        rows = rows.filter(state=Sheet.State.OPEN)
    found = list(rows.order_by("-id")[:400])
    events = Event.objects.in_bulk({sheet.event_id for sheet in found})
    # Whoever marks an entrant reads what it shows, and nothing else of it.
    with scoped(Actor.system("sheet-entrant")):
        parties = Party.objects.in_bulk({sheet.entrant_id for sheet in found})
    return [
        ToMark(one, events[one.event_id], parties[one.entrant_id])
        for one in found
        if one.event_id in events
    ]


def _own_q(actor: Actor) -> Any:
    """One's own sheets. Whoever organises could see everybody's, and owes only those named for them."""
    mine = Q(account=actor.label)
    if actor.can("activity.organise"):
        return mine
    return scope_q(actor, "from_key", orgs="from_org", lines=("from_line",)) & Q(account="") | mine


def owed(actor: Actor) -> list[Owed]:
    """Everything the viewer owes, what is due first."""
    leads, acts = actor.can("activity.organise"), actor.can("activity.act")
    rows = [
        Owed(_("评分"), one.entrant.org_name, reverse("desk:activity-sheet", args=[one.sheet.id]),
             one.event.due_at, "pencil")
        for one in sheets(actor, waiting=True) if one.event.state == Event.State.OPEN
    ]  # fmt: skip
    if leads:
        rows += _to_verify(actor)
    elif acts:
        rows += [*_problems(actor), *_tasks(actor), *_visits(actor), *_reports(actor), *life(actor)]
    far = clock.now() + timedelta(days=9999)
    return sorted(rows, key=lambda row: row.due_at or far)[:SHOWN]


def _problems(actor: Actor) -> list[Owed]:
    own = scope_q(actor, "place_key", orgs="org_key", lines=("sector_key", "industry_key"))
    rows = Problem.objects.filter(own, state=Problem.State.FOUND).order_by("due_at")[:SHOWN]
    return [
        Owed(_("整改"), f"{row.org_name}：{row.text}", reverse("desk:problem", args=[row.id]),
             row.due_at, "triangle-alert")
        for row in rows
    ]  # fmt: skip


def _to_verify(actor: Actor) -> list[Owed]:
    rows = Problem.objects.filter(
        scope_q(actor, "host_key"), state=Problem.State.RECTIFIED
    ).order_by("due_at")[:SHOWN]
    return [
        Owed(_("核验整改"), f"{row.org_name}：{row.text}", reverse("desk:problem", args=[row.id]),
             row.due_at, "check-check")
        for row in rows
    ]  # fmt: skip


def _tasks(actor: Actor) -> list[Owed]:
    until = clock.today() + AHEAD
    public = Undertaking.objects.filter(state=Undertaking.State.PUBLIC).values("id")
    rows = visible_tasks(actor).filter(done_at=None, due__lte=until, undertaking_id__in=public)
    return [
        Owed(_("兑现承诺"), f"{row.org_name}：{row.text}",
             reverse("desk:pledge", args=[row.undertaking_id]), _end(row), "list-checks")
        for row in rows.order_by("due")[:SHOWN]
    ]  # fmt: skip


def _end(task: Task) -> datetime:
    return _end_of(task.due)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, datetime.max.time().replace(microsecond=0), clock.TZ)


def life(actor: Actor) -> list[Owed]:
    """Organisational life that is due soon or was not recorded, for whoever answers for few branches.

    Whoever organises for many reads their counts instead; somebody who answers for two or three is reminded.
    """
    if actor.can("activity.organise") or not actor.can("activity.act"):
        return []
    lang = get_language() or "zh"
    rows = []
    for branch in branch_life.branches(actor)[:FEW]:
        try:
            year = branch_life.year_of(branch, clock.today().year)
        except Refusal:  # its programme was taken out of force: nothing is due by it
            continue
        where = f"{reverse('desk:meeting-record')}?org={branch.org_key}&kind="
        rows += [
            Owed(_("组织生活"), f"{kind.title.in_(lang)} · {branch.org_name} · {spans.period(cell.period.name)}",
                 where + kind.id, _end_of(cell.period.last), "calendar")
            for kind, cell in year.due
            if cell.state == "missed" or (cell.days_left <= year.life.remind and not cell.called)
        ]  # fmt: skip
    return rows[:SHOWN]


def _visits(actor: Actor) -> list[Owed]:
    host = scope_q(actor, "host_key", orgs="host_org", lines=("host_sector",))
    rows = Visit.objects.filter(host, state=Visit.State.ASKED).order_by("on")[:SHOWN]
    return [
        Owed(_("答复观摩"), f"{row.org_name} → {row.host_name}", reverse("desk:visit", args=[row.id]),
             None, "users")
        for row in rows
    ]  # fmt: skip


def _reports(actor: Actor) -> list[Owed]:
    """Entries to hand in: reports of open reviews, entries of contests in preparation."""
    rows = Party.objects.filter(
        reading.parties_q(actor), role=Party.Role.ENTRANT, handed_at=None
    ).values_list("event_id", "org_name")[:200]
    events = Event.objects.filter(
        Q(kind=Event.Kind.REVIEW, state=Event.State.OPEN)
        | Q(kind=Event.Kind.CONTEST, state=Event.State.PREPARING),
        id__in={event for event, _name in rows},
    ).in_bulk()
    return [
        Owed(events[event].title, name, reverse("desk:activity", args=[event]),
             events[event].due_at, "send")
        for event, name in rows if event in events
    ][:SHOWN]  # fmt: skip
