"""What others than its author decide on a document: supervised, sent back, published, withdrawn, corrected.

Its drafting lies in :mod:`.documents`; how it is signed and chained in :mod:`.releasing`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.core import clock, pii
from zhijin.core.actor import Actor
from zhijin.disclosure import attached, catalogue, errors, releasing, steps
from zhijin.disclosure.models import Attachment, Content, Document

State = Document.State
#: What stands in the place of a title that was destroyed with its text.
ERASED_TITLE = "（标题已依法删除）"
#: What happens in the same transaction when a document is published.
_on_published: list[Callable[[Document, datetime, Actor], None]] = []


def on_published(follow: Callable[[Document, datetime, Actor], None]) -> None:
    """Add something that follows from a publication, once."""
    if follow not in _on_published:
        _on_published.append(follow)


def supervise(*, actor: Actor, document_id: UUID) -> Document:
    """The village supervisor's yes to a document of finance. Raises DS003, DS004, CO403."""
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.supervise", document.place_key)
        steps.require_state(document, State.SUBMITTED)
        _another(actor, document, _("监督审核"))
        changes = {"state": State.SUPERVISED, "supervised_by": actor.label,
                   "supervised_name": actor.name[:64]}  # fmt: skip
        return steps.save(actor, document, "supervised", changes)


def send_back(*, actor: Actor, document_id: UUID, why: str) -> Document:
    """Give it back to its author with a reason. Raises DS004, DS007, CO403."""
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        may = ("disclose.approve", "disclose.supervise")
        if not any(actor.can(one, document.place_key) for one in may):
            actor.require(may[0], document.place_key)
        steps.require_state(document, State.SUBMITTED, State.SUPERVISED)
        changes = {"state": State.DRAFT, "why": _reason(why)}
        changes |= {"supervised_by": "", "supervised_name": ""}
        return steps.save(actor, document, "returned", changes, {"why": why})


def approve(*, actor: Actor, document_id: UUID, seen: Collection[str] = ()) -> Document:
    """Publish: signed, chained and readable by everybody from this moment on.

    By somebody else than the author; a document of finance after the supervisor. ``seen``: digests of files that no
    program could search and that this person looked at; they stand in the journal. Raises DS001, DS002, DS003, DS004,
    DS015 (corrected by another one meanwhile), DS018 (a file that nobody looked at), CO403.
    """
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.approve", document.place_key)
        supervised = catalogue.BOARDS[document.board].supervised
        steps.require_state(document, State.SUPERVISED if supervised else State.SUBMITTED)
        _another(actor, document, _("批准公开"))
        looked_at = _require_clean(document, seen)
        _hold_corrected(document)
        at = releasing.moment(document.county)
        document.decided_name = actor.name[:64]
        releasing.release(document, at)
        Attachment.objects.filter(county=document.county, document_id=document.id).update(
            public=True
        )
        changes = {
            "state": State.PUBLISHED, "published_at": at, "decided_at": at,
            "decided_by": actor.label, "decided_name": document.decided_name,
        }  # fmt: skip
        detail = {"looked_at": looked_at} if looked_at else None
        on_time = _on_time(document, at)
        saved = steps.save(
            actor, document, "published", changes, detail, attrs={"on_time": on_time}
        )
        _withdraw_corrected(actor, document, at)
        for follow in _on_published:
            follow(saved, at, actor)
        return saved


def _require_clean(document: Document, seen: Collection[str]) -> list[str]:
    """The digests of what was looked at by eye. What was not known when its author checked is not checked."""
    files = attached.of(document)
    found = steps.found_in(document, files)
    checked = document.checked and set(found) <= set(document.found)
    document.found = found
    steps.require_clean(document, checked=checked)
    return attached.require_seen(files, seen)


def _on_time(document: Document, at: datetime) -> bool:
    """Whether a duty's day was kept; a correction was on time if what it corrects was."""
    first, moment = document, at
    while first.corrects is not None:
        before = Document.objects.filter(county=first.county, id=first.corrects).first()
        if before is None:
            break
        first, moment = before, before.published_at or at
    return first.due_on is None or clock.local(moment).date() <= first.due_on


def withdraw(*, actor: Actor, document_id: UUID, why: str, erase: bool = False) -> Document:
    """Take down what was published. The page stays and says why; the chain holds both.

    ``erase``: destroy its title, text and files' names too, because the law demands it (a consent was
    withdrawn, something personal was overlooked); also later, and of what a correction took the place of.
    Raises DS004, DS007, DS016 (something personal in the reason), CO403.
    """
    with transaction.atomic():
        document = steps.lock(actor, document_id)
        actor.require("disclose.approve", document.place_key)
        reason = _open_reason(why)
        if document.state == State.WITHDRAWN and erase and not document.erased:
            return steps.save(actor, document, "erased", _emptied(document, reason))
        steps.require_state(document, State.PUBLISHED)
        document = _taken_down(actor, document, reason, releasing.moment(document.county))
        if erase:
            document = steps.save(actor, document, "erased", _emptied(document, reason))
        return document


def correct(*, actor: Actor, document_id: UUID) -> Document:
    """A draft that will take the place of a published document; the one that is there already, if any.

    Raises DS004, CO403, CO404.
    """
    with transaction.atomic():
        old = steps.lock(actor, document_id)
        actor.require("disclose.draft", old.place_key)
        steps.require_state(old, State.PUBLISHED)
        begun = Document.objects.filter(
            county=old.county,
            corrects=old.id,
            state__in=(State.DRAFT, State.SUBMITTED, State.SUPERVISED),
        ).first()
        if begun is not None:
            return begun
        at = clock.now()
        document = Document(
            county=old.county, place_code=old.place_code, place_key=old.place_key,
            board=old.board, duty=old.duty, period=old.period, title=old.title, body=old.body,
            columns=old.columns, rows=old.rows, author=actor.label, author_name=actor.name[:64],
            found=steps.found_in(old, ()), corrects=old.id, due_on=None, changed_at=at, simulated=old.simulated,
        )  # fmt: skip
        document.save(force_insert=True)
        steps.tell(actor, document, "drafted", at)
        return document


def _hold_corrected(document: Document) -> None:
    """Keep what is corrected from changing. Raises DS015 when another correction took its place already."""
    if document.corrects is None:
        return
    rows = Document.objects.filter(county=document.county)
    rows.select_for_update(no_key=True).filter(id=document.corrects).first()
    others = rows.filter(corrects=document.corrects, state=State.PUBLISHED).exclude(id=document.id)
    if others.exists():
        raise errors.CORRECTED_ALREADY()


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
    return steps.save(actor, document, "withdrawn", changes, {"why": why})


def _emptied(document: Document, why: str) -> dict[str, Any]:
    Content.objects.filter(county=document.county, document_id=document.id).delete()
    Attachment.objects.filter(county=document.county, document_id=document.id).delete()
    return {
        "title": ERASED_TITLE, "body": "", "columns": [], "rows": [], "sources": [], "found": [],
        "erased": True, "why": why,
    }  # fmt: skip


def _another(actor: Actor, document: Document, step: str) -> None:
    if actor.label in {document.author, document.supervised_by} and not actor.is_system:
        raise errors.NOT_YOUR_OWN(step=step)


def _reason(why: str) -> str:
    if len(why.strip()) < 4:
        raise errors.WHY_NEEDED()
    return why.strip()[:200]


def _open_reason(why: str) -> str:
    """A reason that everybody will read. Raises DS016 when something in it is personal."""
    reason = _reason(why)
    if found := pii.kinds_in(reason):
        raise errors.REASON_PERSONAL(found=pii.titles(found))
    return reason
