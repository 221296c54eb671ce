"""A document before anybody decided on it: drafted, changed, handed in, or discarded. See :mod:`.deciding`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import CONFLICT
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.models import StoredFile
from zhijin.disclosure import attached, catalogue, duties, errors, periods, steps
from zhijin.disclosure.models import Attachment, Document

State = Document.State
#: Attachments of one document.
MOST_FILES = 10
#: What happens in the same transaction when a draft is thrown away.
_on_discarded: list[Callable[[Document, Actor], None]] = []


def on_discarded(follow: Callable[[Document, Actor], None]) -> None:
    """Add something that follows from a draft's end, once."""
    if follow not in _on_discarded:
        _on_discarded.append(follow)


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
        with _period_once(draft.period):
            document.save(force_insert=True)
        steps.tell(actor, document, "drafted", at)
    return document


@contextmanager
def _period_once(period: str) -> Iterator[None]:
    """Two begin the same duty at once: the database lets one, the other is told as if later. Raises DS009."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "disclosure_document_once" not in str(error):
            raise
        raise errors.PERIOD_TAKEN(period=period) from error


def change(*, actor: Actor, document_id: UUID, draft: Draft, version: int) -> Document:
    """Change a draft (or one that waits: it is a draft again). Raises CO404, CO409, DS004, …"""
    _sensible(draft)
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        steps.require_state(document, State.DRAFT, State.SUBMITTED, State.SUPERVISED)
        if document.version != version:
            raise CONFLICT()
        _not_taken(document.county, document.place_code, draft, but=document.id)
        found = sorted({*_found(draft), *attached.kinds(attached.of(document))})
        changes = {**draft.values, "found": found, "checked": False, "state": State.DRAFT}
        # What the supervisor agreed to was the text before.
        changes |= {"supervised_by": "", "supervised_name": ""}
        # Whoever changes it is its author from now on: somebody else must approve it.
        changes |= {"author": actor.label, "author_name": actor.name[:64]}
        changes["due_on"] = duties.due_on(document.county, draft.duty, draft.period)
        if document.origin == "counted" and (document.columns, document.rows) != (
            changes["columns"], changes["rows"],
        ):  # fmt: skip
            changes |= {"origin": "typed", "sources": []}
        with _period_once(draft.period):
            return steps.save(actor, document, "changed", changes)


def attach(*, actor: Actor, document_id: UUID, files: Sequence[tuple[str, StoredFile]]) -> None:
    """Attach files to a draft. Raises DS004, DS014."""
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        steps.require_state(document, State.DRAFT)
        there = Attachment.objects.filter(county=document.county, document_id=document.id).count()
        if there + len(files) > MOST_FILES:
            raise errors.TOO_MANY_FILES(most=MOST_FILES)
        for name, file in files:
            Attachment.objects.create(
                county=document.county, place_key=document.place_key, document_id=document.id,
                name=name[:120], file=file,
            )  # fmt: skip
        _look_again(actor, document)


def detach(*, actor: Actor, document_id: UUID, attachment_id: UUID) -> None:
    """Take a file off a draft."""
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        steps.require_state(document, State.DRAFT)
        Attachment.objects.filter(
            county=document.county, document_id=document.id, id=attachment_id
        ).delete()
        _look_again(actor, document)


def submit(*, actor: Actor, document_id: UUID, checked: bool = False) -> Document:
    """Hand a draft in. Raises DS001 (never public), DS002 (may be personal and not checked), DS004.

    What its files say counts as what it says itself.
    """
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.draft", document.place_key)
        steps.require_state(document, State.DRAFT)
        document.found = steps.found_in(document, attached.of(document))
        steps.require_clean(document, checked=checked)
        changes = {"state": State.SUBMITTED, "submitted_at": clock.now(), "checked": checked,
                   "found": document.found, "why": ""}  # fmt: skip
        return steps.save(actor, document, "submitted", changes)


def discard(*, actor: Actor, document_id: UUID) -> None:
    """Throw away a document that nobody approved; its text and files go, the journal keeps that it was.

    By its author, or by whoever may approve there. What waits for it (a resolution) is free to draft another.
    Raises CO404, DS004 (the supervisor or the public has it already), DS017 (somebody else's).
    """
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        if not actor.can("disclose.approve", document.place_key):
            actor.require("disclose.draft", document.place_key)
            if document.author != actor.label:
                raise errors.NOT_YOURS_TO_DISCARD(name=document.author_name)
        steps.require_state(document, State.DRAFT, State.SUBMITTED)
        steps.tell(actor, document, "discarded", clock.now(), {"author": document.author})
        for follow in _on_discarded:
            follow(document, actor)
        mine = {"county": document.county, "document_id": document.id}
        Attachment.objects.filter(**mine).delete()
        Document.objects.filter(county=document.county, id=document.id).delete()


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
        ~Q(state=State.WITHDRAWN), Q(corrects=None) | Q(state=State.PUBLISHED), county=county,
        place_code=place_code, duty=draft.duty, period=draft.period,
    )  # fmt: skip
    if but is not None:
        mine = Document.objects.filter(county=county, id=but).first()
        if mine is not None and mine.corrects is not None:
            return
    if (rows.exclude(id=but) if but else rows).exists():
        raise errors.PERIOD_TAKEN(period=draft.period)


def _found(draft: Draft) -> list[str]:
    return steps.found_in_words(draft.title, draft.body, draft.columns, draft.rows)


def _look_again(actor: Actor, document: Document) -> None:
    """What may be personal in it, after its files changed; whoever changed them is its author, as of its text."""
    document.found = steps.found_in(document, attached.of(document))
    document.author, document.author_name = actor.label, actor.name[:64]
    document.save(update_fields=["found", "author", "author_name"])
