"""Reporting review (述职评议): secretaries report on their year, are asked and answer, and are voted on in secret."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Event, Party, Question
from zhijin.activities.selectors import events as reading
from zhijin.activities.services import contests, events
from zhijin.activities.services.common import in_state, locked, note, require_own, tell, text
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND

State = Event.State
#: Two thirds of those who are due must be there, unless the review says otherwise.
QUORUM = 6667


def make(*, actor: Actor, plan: events.Plan, quorum: int = QUORUM) -> Event:
    """Prepare a reporting review; ``quorum`` in basis points of those due. Raises AV003, CO403."""
    rules = {"quorum": max(1, min(quorum, 10_000))}
    with transaction.atomic(savepoint=False):
        return events.begin(actor=actor, plan=contests._with(plan, rules))


@transaction.atomic(savepoint=False)
def start(*, actor: Actor, event_id: UUID) -> Event:
    """Open it for reports and questions. Raises CO404, CO403, AV001, AV004."""
    event = events.own(actor, event_id, Event.Kind.REVIEW)
    in_state(event, State.PREPARING)
    if not events.entrants(event).exists():
        raise errors.NOTHING_IN_IT(what=_("参加单位"))
    event.state = State.OPEN
    event.save(update_fields=["state"])
    note(actor, "review.started", event.record, event.place_key)
    return event


@transaction.atomic(savepoint=False)
def report(*, actor: Actor, event_id: UUID, org_key: int, name: str, body: str) -> Party:
    """Hand one's report in, or mend it until voting begins. Raises CO404, AV001, AV002, CO400."""
    event = reading.get(actor, event_id)
    in_state(event, State.OPEN)
    row = events.own_entry(actor, event, org_key)
    # Whoever opens the vote holds the entrants: as it is now, not as it was before that was waited for.
    in_state(reading.get(actor, event_id), State.OPEN)
    first = row.handed_at is None
    row.name, row.text, row.handed_at = (
        text(name, 64, "name"),
        text(body, 8000, "body"),
        clock.now(),
    )
    row.save(update_fields=["name", "text", "handed_at"])
    note(actor, "review.reported", event.record, row.place_key, org=org_key)
    if first:
        tell(actor, "activity.review.reported", row, event.record, subject=event.record,
             attrs={"review": str(event.id), "year": event.year})  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def ask(*, actor: Actor, event_id: UUID, entrant_id: UUID, what: str) -> Question:
    """Ask about a report that was handed in. Raises CO404, CO403, CO400, AV001."""
    actor.require("activity.view")
    event = reading.get(actor, event_id)
    in_state(event, State.OPEN)
    row = next((one for one in reading.reports(event) if one.id == entrant_id), None)
    if row is None:
        raise NOT_FOUND()
    question = Question.objects.create(
        county=event.county, event_id=event.id, host_key=event.place_key, entrant_id=row.id,
        place_key=row.place_key, org_key=row.org_key or 0, at=clock.now(), asked_by=actor.name[:64],
        text=text(what, 500, "what"),
    )  # fmt: skip
    note(actor, "review.asked", event.record, row.place_key, question=str(question.id))
    return question


@transaction.atomic(savepoint=False)
def answer(*, actor: Actor, question_id: UUID, what: str) -> Question:
    """The organisation that was asked answers. Raises CO404, CO403, CO400, AV001."""
    question = locked(Question.objects.all(), question_id)
    event = reading.get(actor, question.event_id)
    in_state(event, State.OPEN, State.VOTING)
    row = Party.objects.filter(id=question.entrant_id).first()
    if row is None:
        raise errors.NOT_A_PARTY()
    require_own(actor, row)
    question.answer, question.answered_at = text(what, 2000, "answer"), clock.now()
    question.save(update_fields=["answer", "answered_at"])
    note(actor, "review.answered", event.record, row.place_key, question=str(question.id))
    return question
