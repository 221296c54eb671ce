"""What of a case was copied here, and goes with it when its period is over: what was shown of it, notices, messages."""

from __future__ import annotations

from collections.abc import Sequence

from zhijin.cases.api import Case, CaseEvent
from zhijin.core import clock
from zhijin.programmes.effects.following import TRIES
from zhijin.programmes.models import Delivery, FollowUp, Notice, Publication


def forget(cases: Sequence[Case]) -> None:
    """In the transaction in which the cases forget. What is shown of them is withdrawn: pictures may tell a person."""
    ids = [case.id for case in cases]
    there = Publication.objects.filter(case_id__in=ids)
    there.exclude(state=Publication.State.WITHDRAWN).update(
        state=Publication.State.WITHDRAWN,
        decided_at=clock.now(),
        decided_by="system:people.retention",
    )
    there.update(fields={}, photos=[], why="")
    Notice.objects.filter(case_id__in=ids).delete()
    # What was to be opened later would be opened of nothing.
    FollowUp.objects.filter(case_id__in=ids, opened=None).update(tries=TRIES, error="erased")
    events = CaseEvent.objects.filter(case_id__in=ids).exclude(kind="erased")
    told = Delivery.objects.filter(event_id__in=events.values("id"))
    told.exclude(state=Delivery.State.WAITING).update(payload=None)
