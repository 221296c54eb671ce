"""The writes of programmes by people: publishing, withdrawing, having read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from zhijin.cases.api import lock_published, mark_published, mark_withdrawn
from zhijin.core import clock, journal, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q, scoped
from zhijin.playbooks.api import revision
from zhijin.programmes import errors
from zhijin.programmes.models import Notice, NoticeRead, Publication

State = Publication.State


def show(actor: Actor, row: Publication, *, days: int | None = None) -> None:
    """Let the public see a prepared publication, in the current transaction."""
    at = clock.now()
    row.state, row.shown_at = State.SHOWN, at
    row.until = at + timedelta(days=days) if days else None
    row.decided_by, row.decided_name, row.decided_at = actor.label, actor.name, at
    row.save(
        update_fields=[
            "state", "shown_at", "until", "fields", "photos", "found", "decided_by",
            "decided_name", "decided_at",
        ]
    )  # fmt: skip
    lock_published(row.case_id)
    shown = Publication.objects.filter(
        county=row.county, case_id=row.case_id, state=State.SHOWN
    ).values_list("photos", flat=True)
    digests = sorted({digest for photos in shown for digest in photos})
    mark_published(actor=actor, case_id=row.case_id, at=at, photos=digests)


def publish(
    *, actor: Actor, publication_id: UUID, texts: Mapping[str, str], photos: Iterable[str],
    checked: bool,
) -> Publication:  # fmt: skip
    """Publish a held one, after a person has looked at it and perhaps changed it.

    ``texts`` replaces the texts that were changed (an empty one is left out), ``photos`` are those
    to keep. What still looks personal is refused unless ``checked``. Raises CO404, CO403, PG002,
    PG003.
    """
    with scoped(actor):
        row = _locked(actor, publication_id)
        if row.state != State.HELD:
            raise errors.ALREADY_DECIDED()
        row.fields = _edited(row.fields, texts)
        kept = set(photos)
        row.photos = [digest for digest in row.photos if digest in kept]
        row.found = pii.kinds_in(row.fields)
        if row.found and not checked:
            raise errors.PERSONAL_DATA_FOUND(found=pii.titles(row.found))
        rule = revision(row.revision_id).playbook.publish[row.rule]
        show(actor, row, days=rule.days)
        detail = {"case": str(row.case_id), "found": row.found, "checked": checked}
        journal.write(
            actor, "publication.show", f"publication:{row.id}", place_key=row.place_key,
            detail=detail,
        )  # fmt: skip
    return row


def _edited(fields: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Only texts can be changed, and only to say less; no field can be added."""
    edited = dict(fields)
    for name, text in texts.items():
        if isinstance(edited.get(name), str):
            edited[name] = text.strip()
    return {name: value for name, value in edited.items() if value != ""}


def withdraw(*, actor: Actor, publication_id: UUID, why: str) -> Publication:
    """Take a publication down, or refuse a held one. Raises CO404, CO403, PG003, PG004."""
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        row = _locked(actor, publication_id)
        if row.state == State.WITHDRAWN:
            raise errors.ALREADY_DECIDED()
        at = clock.now()
        row.state, row.why = State.WITHDRAWN, why.strip()
        row.decided_by, row.decided_name, row.decided_at = actor.label, actor.name, at
        row.save(update_fields=["state", "why", "decided_by", "decided_name", "decided_at"])
        lock_published(row.case_id)
        others = Publication.objects.filter(county=row.county, case_id=row.case_id)
        if not others.filter(state=State.SHOWN).exists():
            mark_withdrawn(actor=actor, case_id=row.case_id, at=at)
        journal.write(
            actor, "publication.withdraw", f"publication:{row.id}", place_key=row.place_key,
            # Why stands in the row, which can forget it; the journal never can.
            detail={"case": str(row.case_id)},
        )  # fmt: skip
    return row


def _locked(actor: Actor, publication_id: UUID) -> Publication:
    """The publication, locked, if it lies in the actor's scope. Raises CO404, CO403."""
    rows = Publication.objects.select_for_update(no_key=True)
    row = rows.filter(scope_q(actor, "place_key"), pk=publication_id).first()
    if row is None:
        raise NOT_FOUND()
    actor.require("case.approve", row.place_key)
    return row


def have_read(*, actor: Actor, notice_ids: Iterable[UUID]) -> int:
    """Mark notices that the actor can see as read; returns how many there were."""
    from zhijin.programmes.selectors import addressed_to

    with scoped(actor):
        seen = Notice.objects.filter(addressed_to(actor), pk__in=list(notice_ids))
        rows = [
            NoticeRead(account=UUID(actor.id), notice=pk, at=clock.now())
            for pk in seen.values_list("pk", flat=True)
        ]
        NoticeRead.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
