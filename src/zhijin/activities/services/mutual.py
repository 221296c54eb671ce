"""Half-year mutual review by peers (半年互评): each reviews some others, nobody whoever reviews it, with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhijin.activities import errors, pairing
from zhijin.activities.models import Event, Party, Sheet
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors import events as reading
from zhijin.activities.services import contests, events
from zhijin.activities.services.common import in_state, locked, note, tell
from zhijin.core import clock
from zhijin.core.actor import Actor

State = Event.State
DOCUMENT = "activities.mutual/1"
REASONS = 10


def make(*, actor: Actor, plan: events.Plan, criteria: Sequence[Criterion], each: int = 3) -> Event:
    """Prepare a round; ``each`` organisation reviews so many others. Raises AV003, AV020, CO403."""
    contests.check_criteria(criteria)
    rules = {
        "criteria": [contests.rule_of(one) for one in criteria], "each": max(1, min(each, 9)),
        "trim": 0, **plan.rules,
    }  # fmt: skip
    with transaction.atomic(savepoint=False):
        return events.begin(actor=actor, plan=contests._with(plan, rules))


@transaction.atomic(savepoint=False)
def start(*, actor: Actor, event_id: UUID, seed: str) -> Event:
    """Assign who reviews whom by ``seed`` (kept with the round, so that anybody can repeat it).

    Pairs of the last closed or open round of the same place are not repeated. Raises AV001, AV005, AV042.
    """
    event = events.own(actor, event_id, Event.Kind.MUTUAL)
    in_state(event, State.PREPARING)
    rows = {row.org_key: row for row in events.entrants(event)}
    if not 4 <= len(seed) <= 64 or ":" in seed or seed.split() != [seed]:
        raise errors.BAD_SEED()
    last = _last_round(event)
    try:
        pairs = pairing.assign(seed, rows, event.rules["each"], pairs_of(last) if last else ())
    except pairing.Impossible as error:
        raise errors.TOO_FEW(units=len(rows), least=error.least) from error
    Sheet.objects.bulk_create(_sheet(event, rows[a], rows[b]) for a, b in pairs)
    event.rules |= {"seed": seed, "last": str(last.id) if last else ""}
    event.state = State.OPEN
    event.save(update_fields=["state", "rules"])
    note(actor, "mutual.started", event.record, event.place_key, pairs=len(pairs), seed=seed)
    return event


def _last_round(event: Event) -> Event | None:
    return (
        Event.objects.filter(
            kind=Event.Kind.MUTUAL, place_key=event.place_key, state__in=(State.OPEN, State.CLOSED)
        )
        .exclude(id=event.id)
        .order_by("-made_at", "-id")
        .first()
    )


def pairs_of(event: Event) -> list[pairing.Pair]:
    """(reviewer, reviewed) of a round."""
    rows = Sheet.objects.filter(event_id=event.id, from_org__isnull=False)
    return [(a or 0, b) for a, b in rows.values_list("from_org", "org_key")]


def _sheet(event: Event, reviewer: Party, reviewed: Party) -> Sheet:
    return Sheet(
        county=event.county, event_id=event.id, host_key=event.place_key, entrant_id=reviewed.id,
        org_key=reviewed.org_key or 0, from_org=reviewer.org_key, from_key=reviewer.place_key,
        from_line=reviewer.sector_key, from_name=reviewer.org_name,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def hand_in(
    *, actor: Actor, sheet_id: UUID, marks: Mapping[str, int], reasons: str,
    at: datetime | None = None,
) -> Sheet:  # fmt: skip
    """A reviewer hands its review in. After the deadline it still counts and is marked late; after the close not.

    Raises CO404, AV001, AV002, AV021, AV022, AV024.
    """
    sheet = locked(Sheet.objects.filter(reading.sheets_q(actor)), sheet_id)
    reviewer = Party.objects.filter(
        event_id=sheet.event_id, role=Party.Role.ENTRANT, org_key=sheet.from_org
    ).first()
    if reviewer is None or not actor.can(
        "activity.act", reviewer.place_key, org_keys=(reviewer.org_key or 0,),
        line_keys=reviewer.line_keys,
    ):  # fmt: skip
        raise errors.NOT_A_PARTY()
    event = reading.get(actor, sheet.event_id)
    contests.fill(sheet, event, marks, reasons, least=REASONS, at=at or clock.now())
    note(actor, "mutual.handed_in", event.record, reviewer.place_key, sheet=str(sheet.id))
    tell(actor, "activity.mutual.handed_in", reviewer, event.record, subject=event.record, at=at,
         attrs={**_attrs(event), "on_time": str(not sheet.late).lower()})  # fmt: skip
    return sheet


@transaction.atomic(savepoint=False)
def close(*, actor: Actor, event_id: UUID, without: str = "") -> Event:
    """End the round: reviews not handed in lapse (a reason is needed), scores are the plain mean of the rest.

    An organisation that nobody reviewed in time has no score, which is not zero. Raises AV001, AV025.
    """
    event = events.own(actor, event_id, Event.Kind.MUTUAL)
    in_state(event, State.OPEN)
    missing = contests.lapse(event, without)
    rows = list(events.entrants(event))
    contests.settle(event, rows, trim=0)
    note(actor, "mutual.closed", event.record, event.place_key, missing=missing, why=without)
    body = contests.ranked(event, rows)
    counted = {row["org"]: len(row["sheets"]) for row in body}
    for row in rows:
        if row.score is not None:
            tell(actor, "activity.mutual.scored", row, event.record, subject=event.record,
                 value=row.score, attrs={**_attrs(event), "by": counted[str(row.org_key)]})  # fmt: skip
    events.shut(event, DOCUMENT, {
        "criteria": event.rules["criteria"], "each": event.rules["each"],
        "seed": event.rules["seed"], "last": event.rules["last"], "missing": missing,
        "why_missing": without, "units": body,
        "pairs": [[str(a), str(b)] for a, b in sorted(pairs_of(event))],
    })  # fmt: skip
    return event


def _attrs(event: Event) -> dict[str, Any]:
    return {"round": str(event.id), "period": event.period, "year": event.year}
