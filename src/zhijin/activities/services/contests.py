"""On-stage contest (擂台比武): entries in drawn order, judges' sheets shut when handed in, trimmed means, ranks of
organisations. Judges are recused from where they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import drawing, errors, scoring
from zhijin.activities.models import Event, Party, Sheet
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors import events as reading
from zhijin.activities.services import events
from zhijin.activities.services.common import in_state, locked, note, tell, text
from zhijin.core import clock
from zhijin.core.actor import Actor

State = Event.State
DOCUMENT = "activities.contest/1"
#: How many words a judge owes for their marks.
REASONS = 2


def make(*, actor: Actor, plan: events.Plan, criteria: Sequence[Criterion], trim: int = 1) -> Event:
    """Prepare a contest. ``trim`` highest and lowest sheets fall away. Raises AV003, AV020, CO403."""
    check_criteria(criteria)
    rules = {"criteria": [rule_of(one) for one in criteria], "trim": max(0, min(trim, 5))}
    with transaction.atomic(savepoint=False):
        return events.begin(actor=actor, plan=_with(plan, rules))


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Raise AV020 unless there are 1 to 12 criteria of sane weights and points, each named once."""
    if not 1 <= len(criteria) <= 12:
        raise errors.BAD_CRITERIA(why=_("应有 1 到 12 项。"))
    if len({one.key for one in criteria}) != len(criteria):
        raise errors.BAD_CRITERIA(why=_("同一项写了两次。"))
    for one in criteria:
        if not 1 <= one.weight <= 1000 or not 1 <= one.most <= 1000 or not one.title.strip():
            raise errors.BAD_CRITERIA(why=f"{one.title} {one.weight} {one.most}")


def rule_of(one: Criterion) -> dict[str, Any]:
    return {"key": one.key, "title": one.title, "weight": one.weight, "most": one.most}


def _with(plan: events.Plan, rules: dict[str, Any]) -> events.Plan:
    return events.Plan(
        plan.kind, plan.title, plan.place_code, plan.year, plan.period, plan.due_at,
        {**plan.rules, **rules}, plan.simulated,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def enter(*, actor: Actor, event_id: UUID, org_key: int, title: str, summary: str) -> Party:
    """Say what one's organisation shows; possible until judging begins. Raises CO404, AV001, AV002, CO400."""
    event = reading.get(actor, event_id)
    in_state(event, State.PREPARING)
    row = events.own_entry(actor, event, org_key)
    # Whoever starts the judging holds the entrants: as it is now, not as it was before that was waited for.
    in_state(reading.get(actor, event_id), State.PREPARING)
    first = row.handed_at is None
    row.title, row.text = text(title, 120, "title"), text(summary, 4000, "summary")
    row.handed_at = clock.now()
    row.save(update_fields=["title", "text", "handed_at"])
    note(actor, "contest.entered", event.record, row.place_key, org=org_key)
    if first:
        tell(actor, "activity.contest.entered", row, event.record, subject=event.record,
             attrs={"contest": str(event.id), "year": event.year})  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def start(*, actor: Actor, event_id: UUID) -> Event:
    """Draw the order, make a sheet for each judge and entrant (none for their own). Raises AV001, AV004."""
    event = events.own(actor, event_id, Event.Kind.CONTEST)
    in_state(event, State.PREPARING)
    entries = [row for row in events.entrants_held(event) if row.handed_at is not None]
    judges = reading.judges(event)
    if len(entries) < 2:
        raise errors.NOTHING_IN_IT(what=_("两个以上的参赛单位"))
    if len(judges) < 1:
        raise errors.NOTHING_IN_IT(what=_("评委"))
    order = drawing.order("", str(event.id), [row.org_key or 0 for row in entries])
    for row in entries:
        row.lot = order.index(row.org_key or 0) + 1
    Party.objects.bulk_update(entries, ["lot"])
    Sheet.objects.bulk_create(
        _sheet(event, entry, judge)
        for entry in entries
        for judge in judges
        if judge.org_key is None or judge.org_key != entry.org_key
    )
    event.state = State.OPEN
    event.save(update_fields=["state"])
    note(actor, "contest.started", event.record, event.place_key, entries=len(entries))
    return event


def _sheet(event: Event, entry: Party, judge: Party) -> Sheet:
    return Sheet(
        county=event.county, event_id=event.id, host_key=event.place_key, entrant_id=entry.id,
        org_key=entry.org_key or 0, account=judge.account, from_name=judge.name,
    )  # fmt: skip


def hand_in(
    *, actor: Actor, sheet_id: UUID, marks: Mapping[str, int], reasons: str,
    least: int = REASONS, at: datetime | None = None,
) -> Sheet:  # fmt: skip
    """Hand a sheet in, for good. Only who is named on it may. Raises CO404, AV001, AV002, AV021, AV022, AV024."""
    with transaction.atomic(savepoint=False):
        sheet = locked(Sheet.objects.filter(reading.sheets_q(actor)), sheet_id)
        if sheet.account != actor.label:
            raise errors.NOT_A_PARTY()
        event = reading.get(actor, sheet.event_id)
        fill(sheet, event, marks, reasons, least=least, at=at or clock.now())
        note(actor, "contest.judged", event.record, event.place_key, sheet=str(sheet.id))
    return sheet


def fill(
    sheet: Sheet, event: Event, marks: Mapping[str, int], reasons: str, *, least: int, at: datetime
) -> None:
    """Write a locked sheet's marks and shut it. Raises AV001, AV021, AV022, AV024."""
    if sheet.state != Sheet.State.OPEN:
        raise errors.SHEET_SHUT()
    in_state(event, State.OPEN)
    if len(reasons.strip()) < least:
        raise errors.REASONS_NEEDED(least=least)
    criteria = scoring.criteria_of(event.rules)
    for one in criteria:
        if not 0 <= marks.get(one.key, -1) <= one.most:
            raise errors.BAD_MARKS(title=one.title, most=one.most)
    sheet.marks = {one.key: marks[one.key] for one in criteria}
    sheet.total, sheet.reasons = (
        scoring.total(criteria, sheet.marks),
        text(reasons, 2000, "reasons"),
    )
    sheet.state, sheet.handed_at = Sheet.State.HANDED_IN, at
    sheet.late = event.due_at is not None and at > event.due_at
    sheet.save(update_fields=["marks", "total", "reasons", "state", "handed_at", "late"])


@transaction.atomic(savepoint=False)
def close(*, actor: Actor, event_id: UUID, without: str = "") -> Event:
    """Compute scores and ranks and sign them. Sheets not handed in lapse, which needs a reason (``without``).

    Raises CO404, CO403, AV001, AV025.
    """
    event = events.own(actor, event_id, Event.Kind.CONTEST)
    in_state(event, State.OPEN)
    missing = lapse(event, without)
    rows = [row for row in events.entrants(event) if row.lot is not None]
    scores = settle(event, rows, int(event.rules["trim"]))
    note(actor, "contest.closed", event.record, event.place_key, missing=missing, why=without)
    for row in rows:
        if row.score is not None:
            tell(actor, "activity.contest.scored", row, event.record, subject=event.record,
                 value=row.score, attrs={
                     "contest": str(event.id), "year": event.year, "rank": row.rank,
                     "of": scores, "tied": str(row.tied).lower(),
                 })  # fmt: skip
    events.shut(event, DOCUMENT, {
        "criteria": event.rules["criteria"], "trim": event.rules["trim"], "missing": missing,
        "why_missing": without, "entries": ranked(event, rows),
    })  # fmt: skip
    return event


def lapse(event: Event, without: str) -> int:
    """Let open sheets lapse; how many. Raises AV025 when there are some and no reason is given."""
    waiting = Sheet.objects.filter(event_id=event.id, state=Sheet.State.OPEN)
    missing = waiting.count()
    if missing and len(without.strip()) < REASONS:
        raise errors.SHEETS_MISSING(n=missing)
    waiting.update(state=Sheet.State.LAPSED)
    return missing


def settle(event: Event, rows: Sequence[Party], trim: int) -> int:
    """Write score, rank and tie of each row from the sheets handed in; how many have a score."""
    totals: dict[UUID, list[int]] = {row.id: [] for row in rows}
    handed = Sheet.objects.filter(event_id=event.id, state=Sheet.State.HANDED_IN)
    for entrant, total in handed.values_list("entrant_id", "total"):
        if entrant in totals and total is not None:
            totals[entrant].append(total)
    scores = {row.org_key or 0: scoring.trimmed(totals[row.id], trim) for row in rows}
    ranks = scoring.ranks(scores)
    for row in rows:
        row.score = scores[row.org_key or 0]
        row.rank, row.tied = ranks.get(row.org_key or 0, (None, False))
    Party.objects.bulk_update(rows, ["score", "rank", "tied"])
    return len(ranks)


def ranked(event: Event, rows: Sequence[Party]) -> list[dict[str, Any]]:
    """The rows of a signed result: organisations by rank, with every sheet's total and no judge's name."""
    totals: dict[UUID, list[int]] = {}
    handed = Sheet.objects.filter(event_id=event.id, state=Sheet.State.HANDED_IN)
    for entrant, total in handed.values_list("entrant_id", "total"):
        totals.setdefault(entrant, []).append(total or 0)
    order = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.org_key or 0))
    return [
        {
            # Keys of organisations pass what other readers of JSON keep exactly, so they are texts.
            "org": str(row.org_key), "name": row.org_name, "title": row.title, "score": row.score,
            "rank": row.rank, "tied": row.tied, "sheets": sorted(totals.get(row.id, [])),
        }
        for row in order
    ]  # fmt: skip
