"""Resolutions of villages on their way to the public: drafted from the record of deliberation, told when published."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from zhijin.activities.api import Paper, resolution_discarded, resolution_published
from zhijin.core.actor import Actor
from zhijin.core.ids import show_receipt
from zhijin.disclosure import documents
from zhijin.disclosure.documents import Draft
from zhijin.disclosure.models import Document


def publish(actor: Actor, paper: Paper) -> tuple[UUID, str]:
    """Draft a resolution and hand it in; somebody else approves it. Raises what documents refuse."""
    draft = Draft(
        paper.board, paper.title, paper.body, paper.columns, paper.rows, sources=paper.sources, origin="counted"
    )  # fmt: skip
    document = documents.write(
        actor=actor, place_code=paper.place_code, draft=draft, simulated=paper.simulated
    )
    # Its words were looked through when they were entered (they are public there already); what may never be
    # published is refused here all the same.
    documents.submit(actor=actor, document_id=document.id, checked=True)
    return document.id, show_receipt(document.code)


def tell(document: Document, at: datetime, actor: Actor) -> None:
    """Let the deliberation that waits for this document go on."""
    resolution_published(document.id, at, actor)


def let_go(document: Document, actor: Actor) -> None:
    """Its draft was thrown away: the deliberation that waits for it may draft another."""
    resolution_discarded(document.id, actor)
