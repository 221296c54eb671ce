"""What every step of a document shares: its row locked, its state required, the change saved and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhijin.core import clock, facts, journal, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.disclosure import attached, catalogue, errors
from zhijin.disclosure.models import Document


def lock(actor: Actor, document_id: UUID) -> Document:
    """The document, locked until this transaction ends, if it is in scope. Raises CO404."""
    found = (
        Document.objects.select_for_update(no_key=True)
        .filter(scope_q(actor, "place_key"), id=document_id)
        .first()
    )
    if found is None:
        raise NOT_FOUND()
    return found


def require_state(document: Document, *states: str) -> None:
    """Raise DS004 unless it is in one of ``states``."""
    if document.state not in states:
        raise errors.WRONG_STATE(state=catalogue.STATES[document.state])


def found_in(document: Document, files: Sequence[attached.File]) -> list[str]:
    """The kinds of what may be personal in its words and in its files, sorted."""
    words = found_in_words(document.title, document.body, document.columns, document.rows)
    return sorted({*words, *attached.kinds(files)})


def found_in_words(
    title: str, body: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[str]:
    """The kinds of what may be personal in a document's words and in its table, sorted."""
    told = pii.kinds_in([title, body, *columns])
    return sorted({*told, *pii.in_table(pii.kinds_in(rows))})


def require_clean(document: Document, *, checked: bool) -> None:
    """Raise DS001 for what is never public, DS002 for what may be personal and was not ``checked``."""
    never = [kind for kind in document.found if kind in catalogue.NEVER]
    if never:
        raise errors.NEVER_PUBLIC(found=pii.titles(never))
    if document.found and not checked:
        raise errors.CHECK_NEEDED(found=pii.titles(document.found))


def save(
    actor: Actor,
    document: Document,
    act: str,
    changes: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
    *,
    attrs: Mapping[str, Any] | None = None,
) -> Document:
    """Save ``changes`` as the next version, with a journal row and a fact of ``act``."""
    at = clock.now()
    for name, value in changes.items():
        setattr(document, name, value)
    document.version += 1
    document.changed_at = at
    document.save(update_fields=[*changes, "version", "changed_at"])
    tell(actor, document, act, at, detail, attrs)
    return document


def tell(
    actor: Actor,
    document: Document,
    act: str,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> None:
    """A journal row (with ``detail``) and a fact (with ``attrs``) that say what was done."""
    journal.write(
        actor, f"disclosure.{act}", document.record, place_key=document.place_key, detail=detail
    )
    facts.record(
        f"disclosure.{act}", at=at, place_code=document.place_code, subject=document.board,
        actor=actor, record=document.record,
        attrs={"duty": document.duty, "period": document.period, "origin": document.origin,
               **(attrs or {})},
    )  # fmt: skip
