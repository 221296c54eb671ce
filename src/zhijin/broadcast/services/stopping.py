"""Letting a broadcast that is out fall silent."""

from __future__ import annotations

from uuid import UUID

from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.services import posting
from zhijin.broadcast.services.common import in_state, locked, may_send, note
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

State = Broadcast.State


def stop(*, actor: Actor, pk: UUID, why: str = "") -> Broadcast:
    """Fall silent, and play no further turn. Raises BC006, CO403, CO404."""
    with scoped(actor):
        row = locked(actor, pk)
        if not may_send(actor, row):
            actor.require("broadcast.approve", row.place_key)
        in_state(row, State.OUT)
        row.state, row.why, row.due_at = State.STOPPED, why.strip()[:200], clock.now()
        row.ended_at = row.due_at
        posting.withdraw(row)
        row.save(update_fields=["state", "why", "due_at", "ended_at", "shown_until"])
        note(actor, row, "stop", detail={"why": row.why})
    return row
