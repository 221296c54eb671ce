"""The life of a document: drafted, submitted, looked at by a second person, published, withdrawn, corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.core import clock, facts, journal, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import CONFLICT, NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.models import StoredFile
from zhijin.core.scope import scope_q
from zhijin.disclosure import catalogue, duties, errors, periods, releasing
from zhijin.disclosure.models import Attachment, Content, Document

State = Document.State
#: Attachments of one document.
MOST_FILES = 10


#: What happens in the same transaction when a document is published.
_on_published: list[Callable[[Document, datetime, Actor], None]] = []


def on_published(follow: Callable[[Document, datetime, Actor], None]) -> None:
    """Add something that follows from a publication, once."""
    if follow not in _on_published:
        _on_published.append(follow)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a document says. ``columns`` and ``rows`` are its table, all texts."""

    board: str
    title: str
    body: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    period: str = ""
    duty: str = ""
    sources: Sequence[str] = field(default_factory=tuple)
    origin: str = "typed"

    @property
    def values(self) -> dict[str, Any]:
        return {
            "board": self.board, "title": self.title.strip()[:120], "body": self.body.strip(),
            "columns": list(self.columns), "rows": [list(row) for row in self.rows],
            "period": self.period, "duty": self.duty,
        }  # fmt: skip


def write(*, actor: Actor, place_code: str, draft: Draft, simulated: bool = False) -> Document:
    """Begin a document. Raises DS005, DS008, DS009, CO403."""
    key = place_key(place_code)
    actor.require("disclose.draft", key)
    county = county_of(place_code)
    _sensible(draft)
    at = clock.now()
    with transaction.atomic():
        _not_taken(county, place_code, draft)
        document = Document(
            county=county, place_code=place_code, place_key=key, author=actor.label,
            author_name=actor.name[:64], found=_found(draft), origin=draft.origin,
            sources=list(draft.sources), changed_at=at, simulated=simulated,
            due_on=duties.due_on(county, draft.duty, draft.period), **draft.values,
        )  # fmt: skip
        document.save(force_insert=True)
        _tell(actor, document, "drafted", at)
    return document


def change(*, actor: Actor, document_id: UUID, draft: Draft, version: int) -> Document:
    """Change a draft (or one that waits: it is a draft again). Raises CO404, CO409, DS004, …"""
    _sensible(draft)
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        _in(document, State.DRAFT, State.SUBMITTED, State.SUPERVISED)
        if document.version != version:
            raise CONFLICT()
        _not_taken(document.county, document.place_code, draft, but=document.id)
        changes = {**draft.values, "found": _found(draft), "checked": False, "state": State.DRAFT}
        # Whoever changes it is its author from now on: somebody else must approve it.
        changes |= {"author": actor.label, "author_name": actor.name[:64]}
        changes["due_on"] = duties.due_on(document.county, draft.duty, draft.period)
        if document.origin == "counted" and (document.columns, document.rows) != (
            changes["columns"], changes["rows"],
        ):  # fmt: skip
            changes |= {"origin": "typed", "sources": []}
        return _save(actor, document, "changed", changes)


def attach(*, actor: Actor, document_id: UUID, files: Sequence[tuple[str, StoredFile]]) -> None:
    """Attach files to a draft. Raises DS004, DS014."""
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        _in(document, State.DRAFT)
        there = Attachment.objects.filter(county=document.county, document_id=document.id).count()
        if there + len(files) > MOST_FILES:
            raise errors.TOO_MANY_FILES(most=MOST_FILES)
        for name, file in files:
            Attachment.objects.create(
                county=document.county, place_key=document.place_key, document_id=document.id,
                name=name[:120], file=file,
            )  # fmt: skip


def detach(*, actor: Actor, document_id: UUID, attachment_id: UUID) -> None:
    """Take a file off a draft."""
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        _in(document, State.DRAFT)
        Attachment.objects.filter(
            county=document.county, document_id=document.id, id=attachment_id
        ).delete()


def submit(*, actor: Actor, document_id: UUID, checked: bool = False) -> Document:
    """Hand a draft in. Raises DS001 (never public), DS002 (may be personal and not checked), DS004."""
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        _in(document, State.DRAFT)
        _clean(document, checked=checked)
        changes = {"state": State.SUBMITTED, "submitted_at": clock.now(), "checked": checked,
                   "why": ""}  # fmt: skip
        return _save(actor, document, "submitted", changes)


def supervise(*, actor: Actor, document_id: UUID) -> Document:
    """The village supervisor's yes to a document of finance. Raises DS003, DS004, CO403."""
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.supervise", document.place_key)
        _in(document, State.SUBMITTED)
        _another(actor, document, _("监督审核"))
        changes = {"state": State.SUPERVISED, "supervised_by": actor.label,
                   "supervised_name": actor.name[:64]}  # fmt: skip
        return _save(actor, document, "supervised", changes)


def send_back(*, actor: Actor, document_id: UUID, why: str) -> Document:
    """Give it back to its author with a reason. Raises DS004, DS007, CO403."""
    with transaction.atomic():
        document = _lock(actor, document_id)
        may = ("disclose.approve", "disclose.supervise")
        if not any(actor.can(one, document.place_key) for one in may):
            actor.require(may[0], document.place_key)
        _in(document, State.SUBMITTED, State.SUPERVISED)
        changes = {"state": State.DRAFT, "why": _reason(why)}
        return _save(actor, document, "returned", changes, {"why": why})


def approve(*, actor: Actor, document_id: UUID) -> Document:
    """Publish: signed, chained and readable by everybody from this moment on.

    By somebody else than the author; a document of finance after the supervisor. Raises DS001, DS003,
    DS004, CO403.
    """
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.approve", document.place_key)
        supervised = catalogue.BOARDS[document.board].supervised
        _in(document, State.SUPERVISED if supervised else State.SUBMITTED)
        _another(actor, document, _("批准公开"))
        _clean(document, checked=document.checked)
        at = clock.now()
        document.decided_name = actor.name[:64]
        releasing.release(document, at)
        Attachment.objects.filter(county=document.county, document_id=document.id).update(
            public=True
        )
        changes = {
            "state": State.PUBLISHED, "published_at": at, "decided_at": at,
            "decided_by": actor.label, "decided_name": document.decided_name,
        }  # fmt: skip
        on_time = document.due_on is None or clock.local(at).date() <= document.due_on
        saved = _save(actor, document, "published", changes, attrs={"on_time": on_time})
        _withdraw_corrected(actor, document, at)
        for follow in _on_published:
            follow(saved, at, actor)
        return saved


def withdraw(*, actor: Actor, document_id: UUID, why: str, erase: bool = False) -> Document:
    """Take down what was published. The page stays and says why; the chain holds both.

    ``erase``: destroy its text and files' names too, because the law demands it (a consent was
    withdrawn, something personal was overlooked). Raises DS004, DS007, CO403.
    """
    with transaction.atomic():
        document = _lock(actor, document_id)
        actor.require("disclose.approve", document.place_key)
        if document.state == State.WITHDRAWN and erase and not document.erased:
            return _save(actor, document, "erased", _emptied(document, _reason(why)))
        _in(document, State.PUBLISHED)
        at = clock.now()
        document = _taken_down(actor, document, _reason(why), at)
        if erase:
            document = _save(actor, document, "erased", _emptied(document, why))
        return document


def correct(*, actor: Actor, document_id: UUID) -> Document:
    """A draft that will take the place of a published document. Raises DS004, CO403, CO404."""
    with transaction.atomic():
        old = _lock(actor, document_id)
        actor.require("disclose.draft", old.place_key)
        _in(old, State.PUBLISHED)
        at = clock.now()
        document = Document(
            county=old.county, place_code=old.place_code, place_key=old.place_key,
            board=old.board, duty=old.duty, period=old.period, title=old.title, body=old.body,
            columns=old.columns, rows=old.rows, author=actor.label, author_name=actor.name[:64],
            found=old.found, corrects=old.id, due_on=None, changed_at=at, simulated=old.simulated,
        )  # fmt: skip
        document.save(force_insert=True)
        _tell(actor, document, "drafted", at)
        return document


def _withdraw_corrected(actor: Actor, document: Document, at: datetime) -> None:
    if document.corrects is None:
        return
    old = (
        Document.objects.select_for_update(no_key=True)
        .filter(county=document.county, id=document.corrects, state=State.PUBLISHED)
        .first()
    )
    if old is not None:
        _taken_down(actor, old, _("已由更正后的一份代替"), at)


def _taken_down(actor: Actor, document: Document, why: str, at: datetime) -> Document:
    releasing.release_withdrawal(document, why, at)
    changes = {"state": State.WITHDRAWN, "why": why, "decided_at": at}
    return _save(actor, document, "withdrawn", changes, {"why": why})


def _emptied(document: Document, why: str) -> dict[str, Any]:
    Content.objects.filter(county=document.county, document_id=document.id).delete()
    Attachment.objects.filter(county=document.county, document_id=document.id).delete()
    return {"body": "", "columns": [], "rows": [], "sources": [], "erased": True, "why": why}


def _lock(actor: Actor, document_id: UUID) -> Document:
    found = (
        Document.objects.select_for_update(no_key=True)
        .filter(scope_q(actor, "place_key"), id=document_id)
        .first()
    )
    if found is None:
        raise NOT_FOUND()
    return found


def _in(document: Document, *states: str) -> None:
    if document.state not in states:
        raise errors.WRONG_STATE(state=catalogue.STATES[document.state])


def _another(actor: Actor, document: Document, step: str) -> None:
    if actor.label in {document.author, document.supervised_by} and not actor.is_system:
        raise errors.NOT_YOUR_OWN(step=step)


def _reason(why: str) -> str:
    if len(why.strip()) < 4:
        raise errors.WHY_NEEDED()
    return why.strip()[:200]


def _sensible(draft: Draft) -> None:
    if draft.board not in catalogue.BOARDS or not draft.title.strip():
        raise errors.NOTHING_IN_IT()
    if not draft.body.strip() and not draft.rows:
        raise errors.NOTHING_IN_IT()
    if draft.period and periods.read(draft.period) is None:
        raise errors.NO_PERIOD(period=draft.period)


def _not_taken(county: int, place_code: str, draft: Draft, but: UUID | None = None) -> None:
    """One duty of one period is fulfilled by one document; a correction takes its place."""
    if not draft.duty or not draft.period:
        return
    rows = Document.objects.filter(
        ~Q(state=State.WITHDRAWN), county=county, place_code=place_code, duty=draft.duty,
        period=draft.period, corrects=None,
    )  # fmt: skip
    if but is not None:
        mine = Document.objects.filter(county=county, id=but).first()
        if mine is not None and mine.corrects is not None:
            return
    if (rows.exclude(id=but) if but else rows).exists():
        raise errors.PERIOD_TAKEN(period=draft.period)


def _found(draft: Draft) -> list[str]:
    return pii.kinds_in([draft.title, draft.body, *draft.columns, *draft.rows])


def _clean(document: Document, *, checked: bool) -> None:
    never = [kind for kind in document.found if kind in catalogue.NEVER]
    if never:
        raise errors.NEVER_PUBLIC(found=pii.titles(never))
    if document.found and not checked:
        raise errors.CHECK_NEEDED(found=pii.titles(document.found))


def _save(
    actor: Actor,
    document: Document,
    act: str,
    changes: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
    *,
    attrs: Mapping[str, Any] | None = None,
) -> Document:
    at = clock.now()
    for name, value in changes.items():
        setattr(document, name, value)
    document.version += 1
    document.changed_at = at
    document.save(update_fields=[*changes, "version", "changed_at"])
    _tell(actor, document, act, at, detail, attrs)
    return document


def _tell(
    actor: Actor,
    document: Document,
    act: str,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> None:
    journal.write(
        actor, f"disclosure.{act}", document.record, place_key=document.place_key, detail=detail
    )
    facts.record(
        f"disclosure.{act}", at=at, place_code=document.place_code, subject=document.board,
        actor=actor, record=document.record,
        attrs={"duty": document.duty, "period": document.period, "origin": document.origin,
               **(attrs or {})},
    )  # fmt: skip
