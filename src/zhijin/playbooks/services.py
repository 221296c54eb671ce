"""Writes of this room: a draft saved, put into force, retired, or thrown away."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.db.models import Max

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import is_code, place_key
from zhijin.playbooks import errors
from zhijin.playbooks.engine import Loaded, Playbook, load
from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.engine.scenarios import ScenarioReport, run_scenarios
from zhijin.playbooks.forms import PLAYBOOK, Checked, form_of
from zhijin.playbooks.models import PlaybookRevision
from zhijin.playbooks.selectors import forget, in_force

State = PlaybookRevision.State
#: A programme is put into force by a county, a prefecture or a province.
_CODE_LENGTHS = (2, 4, 6)


def read(source: str | bytes) -> Loaded:
    """``source`` checked, follow-ups against the playbooks in force."""
    return load(source, "playbook.yaml", {name for name, _, _ in in_force()})


def check(source: str | bytes) -> Checked:
    """``source`` checked by the kind of file that it is."""
    form = form_of(source)
    if form is not None:
        return form.check(source, form.file)
    loaded = read(source)
    book = loaded.playbook
    if book is None:
        return Checked(findings=loaded.findings)
    return Checked(
        book.id, book.title.zh, book.title.en or book.title.zh, digest(book), loaded.findings
    )


def save_draft(*, actor: Actor, source: str, scenarios: str, place_code: str) -> PlaybookRevision:
    """Keep ``source`` as the place's draft of its playbook, in place of an earlier draft.

    Raises PR002 (with errors), PR004 (not a county or above), CO403.
    """
    _require(actor, "playbook.upload", place_code)
    checked = check(source)
    if checked.errors:
        raise errors.HAS_ERRORS(count=len(checked.errors))
    with transaction.atomic():
        row = _draft_of(checked.id, place_code)
        form = form_of(source)
        row.form, row.digest = form.key if form else PLAYBOOK, checked.digest
        row.title_zh, row.title_en = checked.title_zh[:120], checked.title_en[:120]
        row.source, row.scenarios = source, scenarios
        row.uploaded_by, row.uploaded_at = actor.label, clock.now()
        row.save()
        _note(actor, "playbook.upload", row)
    return row


def _draft_of(playbook_id: str, place_code: str) -> PlaybookRevision:
    """The place's draft to write into: the present one, or the next number."""
    _lock(playbook_id, place_code)
    rows = PlaybookRevision.objects.filter(playbook=playbook_id, place_code=place_code)
    draft = rows.filter(state=State.DRAFT).select_for_update(no_key=True).first()
    if draft is not None:
        return draft
    number = (rows.aggregate(last=Max("revision"))["last"] or 0) + 1
    return PlaybookRevision(playbook=playbook_id, place_code=place_code, revision=number)


def prove(row: PlaybookRevision, playbook: Playbook) -> ScenarioReport:
    """The scenarios of a revision, run on the working calendar."""
    return run_scenarios(playbook, row.scenarios, "scenarios.yaml")


def publish(*, actor: Actor, pk: uuid.UUID, seen: str = "") -> PlaybookRevision:
    """Put a draft into force; what was in force at that place is retired, open cases stay on it.

    It takes two: whoever wrote the draft last cannot put it into force. ``seen`` is the digest of
    what the second one looked at; a draft that was changed since is refused. Raises PR001, PR002,
    PR003 (scenarios fail or miss a step), PR005, PR006, PR010, PR011, CO403.
    """
    with transaction.atomic():
        row = _locked(pk)
        _require(actor, "playbook.publish", row.place_code)
        if row.state != State.DRAFT:
            raise errors.NOT_A_DRAFT()
        if row.uploaded_by == actor.label and not actor.is_system:
            raise errors.TAKES_TWO()
        if seen and seen != row.digest:
            raise errors.CHANGED_SINCE()
        _check_sound(row)
        _replace(actor, row)
    return row


def _check_sound(row: PlaybookRevision) -> None:
    """No error; and a playbook of cases is proven by its scenarios."""
    checked = check(row.source)
    if checked.errors:
        raise errors.HAS_ERRORS(count=len(checked.errors))
    if row.form == PLAYBOOK:
        book = read(row.source).playbook
        if book is None or not prove(row, book).ok:
            raise errors.NOT_PROVEN()


def _replace(actor: Actor, row: PlaybookRevision) -> None:
    at = clock.now()
    present = PlaybookRevision.objects.filter(
        playbook=row.playbook, place_code=row.place_code, state=State.IN_FORCE
    )
    if present.filter(digest=row.digest).exists():
        raise errors.SAME_AS_IN_FORCE()
    present.update(state=State.RETIRED, retired_at=at)
    row.state, row.published_at, row.published_by = State.IN_FORCE, at, actor.label
    row.save(update_fields=["state", "published_at", "published_by"])
    _note(actor, "playbook.publish", row)
    facts.record(
        "playbook.published",
        at=at,
        place_code=row.place_code,
        subject=f"playbook:{row.playbook}",
        actor=actor,
        record=f"playbook_revision:{row.id}",
        playbook=row.playbook,
        revision=row.revision,
    )
    transaction.on_commit(forget)


def retire(*, actor: Actor, pk: uuid.UUID, why: str) -> PlaybookRevision:
    """Take a place's revision out of force; the wider place's holds again. Open cases stay on it.

    Raises CO400 (no reason), PR001, PR007, PR008 (shipped), CO403.
    """
    if not why.strip():
        raise BAD_REQUEST()
    with transaction.atomic():
        row = _locked(pk)
        if not row.place_code:
            raise errors.SHIPPED_STAYS()
        _require(actor, "playbook.publish", row.place_code)
        if row.state != State.IN_FORCE:
            raise errors.NOT_IN_FORCE()
        row.state, row.retired_at = State.RETIRED, clock.now()
        row.save(update_fields=["state", "retired_at"])
        _note(actor, "playbook.retire", row, why=why.strip()[:400])
        transaction.on_commit(forget)
    return row


def discard(*, actor: Actor, pk: uuid.UUID) -> None:
    """Throw a draft away. Raises PR001, PR005, CO403."""
    with transaction.atomic():
        row = _locked(pk)
        _require(actor, "playbook.upload", row.place_code)
        if row.state != State.DRAFT:
            raise errors.NOT_A_DRAFT()
        _note(actor, "playbook.discard", row)
        row.delete()


def _require(actor: Actor, permission: str, place_code: str) -> None:
    if not place_code and actor.is_system:
        return
    if not is_code(place_code) or len(place_code) not in _CODE_LENGTHS:
        raise errors.NOT_HERE()
    actor.require(permission, place_key(place_code))


def _locked(pk: uuid.UUID) -> PlaybookRevision:
    """The revision, with its playbook at its place held still until the transaction ends."""
    found = PlaybookRevision.objects.filter(pk=pk)
    name = found.values_list("playbook", "place_code").first()
    if name is not None:
        _lock(*name)
    row = found.select_for_update(no_key=True).first()
    if row is None:
        raise errors.UNKNOWN_PLAYBOOK(playbook=str(pk))
    return row


def _lock(playbook_id: str, place_code: str) -> None:
    """Writes to one playbook at one place wait for each other: its numbers and drafts are one."""
    with connection.cursor() as cursor:
        key = f"playbook {playbook_id} {place_code}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _note(actor: Actor, action: str, row: PlaybookRevision, **detail: str) -> None:
    journal.write(
        actor,
        action,
        f"playbook_revision:{row.id}",
        place_key=place_key(row.place_code) if row.place_code else None,
        detail={"playbook": row.playbook, "revision": row.revision, **detail},
    )
