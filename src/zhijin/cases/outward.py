"""What the rooms above may learn of a case. They run in a system scope; nothing here checks a viewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhijin.cases import selectors
from zhijin.cases.answers import unsealed
from zhijin.cases.machine import timeline
from zhijin.cases.models import Case, CaseEvent, CaseParty, CasePhoto
from zhijin.core import journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.models import StoredFile
from zhijin.playbooks.api import Revision, revision
from zhijin.playbooks.engine import Fire


def event_of(case_id: UUID, event_id: UUID) -> tuple[Case, CaseEvent]:
    """A case as it is now, and one line of its timeline. Raises CO404."""
    event = CaseEvent.objects.filter(pk=event_id, case_id=case_id).first()
    case = Case.objects.filter(pk=case_id).first()
    if case is None or event is None:
        raise NOT_FOUND()
    return case, event


def revision_of(case: Case) -> Revision:
    """The revision that the case was opened under."""
    return revision(case.revision_id)


def answers_of(case: Case) -> dict[str, Any]:
    """Every open answer of the case, the latest of each question; private ones are never here."""
    known = revision_of(case).playbook.fields
    given = dict(case.data)
    for line in CaseEvent.objects.filter(case_id=case.id).order_by("seq").only("data"):
        given |= line.data
    return {
        name: value for name, value in given.items() if name in known and not known[name].private
    }


def private_answers_of(case: Case, actor: Actor) -> dict[str, Any]:
    """The private answers, unsealed; the reading is journalled."""
    if not case.sealed:
        return {}
    journal.write(actor, "case.unsealed", case.record, place_key=case.place_key)
    return unsealed(bytes(case.sealed))


def photos_of(case: Case) -> list[CasePhoto]:
    """Every photo with its file, in the order they came."""
    return selectors.photos(case)


def photo_files(case: Case, field: str) -> Sequence[StoredFile]:
    """The stored files that answer one question."""
    return [photo.file for photo in photos_of(case) if photo.field == field]


def called_orgs(case: Case, at: datetime) -> list[int]:
    """Keys of the organisations that were called to the case at that moment."""
    rows = CaseParty.objects.filter(case_id=case.id, kind="called", asked_at=at)
    return list(rows.values_list("org_key", flat=True))


def fire_of(case: Case, event: CaseEvent) -> Fire | None:
    """The stroke of the clock that a line stands for; None once the case has left that stage."""
    if event.fire is None or event.visit != case.visit:
        return None
    fires = timeline(case, revision_of(case).machine)
    return fires[event.fire] if event.fire < len(fires) else None
