"""The reads of disclosure: what everybody may read, what an office works on, and the chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_span, read_receipt
from zhijin.core.models import StoredFile
from zhijin.core.scope import scope_q
from zhijin.core.signing import Signature
from zhijin.disclosure.models import Attachment, Content, Document, Question, Release

PAGE = 30
State = Document.State


@dataclass(frozen=True)
class Public:
    """A published (or withdrawn) document as the public sees it, with its link of the chain."""

    document: Document
    release: Release
    data: bytes | None
    attachments: list[Attachment]
    questions: list[Question]
    corrected_by: Document | None
    corrects: Document | None

    @property
    def signature(self) -> Signature:
        return Signature(self.release.kid, bytes(self.release.signature))

    @property
    def digest(self) -> str:
        return bytes(self.release.digest).hex()


def board(
    place_code: str, key: str = "", *, size: int = PAGE, before: UUID | None = None
) -> list[Document]:
    """What is public at a place and below it, newest first."""
    lo, hi = place_span(place_code)
    rows = Document.objects.filter(state=State.PUBLISHED, place_key__gte=lo, place_key__lt=hi)
    if key:
        rows = rows.filter(board=key)
    if before is not None:
        last = Document.objects.filter(id=before).first()
        if last is not None and last.published_at is not None:
            rows = rows.filter(
                Q(published_at__lt=last.published_at)
                | Q(published_at=last.published_at, id__lt=last.id)
            )
    return list(rows.order_by("-published_at", "-id")[:size])


def publishing(place_code: str) -> list[str]:
    """The places at or below a place that have published anything here."""
    lo, hi = place_span(place_code)
    rows = Document.objects.filter(state=State.PUBLISHED, place_key__gte=lo, place_key__lt=hi)
    return sorted(set(rows.values_list("place_code", flat=True)))


def board_counts(place_code: str) -> dict[str, int]:
    """How many documents are public on each board of a place and below."""
    lo, hi = place_span(place_code)
    rows = Document.objects.filter(state=State.PUBLISHED, place_key__gte=lo, place_key__lt=hi)
    return dict(rows.values_list("board").annotate(Count("id")))


def public(code: str) -> Public:
    """A public document by the code of its address. Raises CO404."""
    document = Document.objects.filter(
        code=read_receipt(code) or "", state__in=(State.PUBLISHED, State.WITHDRAWN)
    ).first()
    if document is None:
        raise NOT_FOUND()
    county = document.county
    release = Release.objects.get(county=county, document_id=document.id, kind="document")
    content = Content.objects.filter(county=county, release_id=release.id).first()
    return Public(
        document, release, bytes(content.data) if content else None,
        attachments(document),
        _asked(document),
        Document.objects.filter(
            county=county, corrects=document.id, state=State.PUBLISHED
        ).first(),
        Document.objects.filter(county=county, id=document.corrects).first()
        if document.corrects else None,
    )  # fmt: skip


def _asked(document: Document) -> list[Question]:
    """What was asked and answered; of an erased one nothing is told, since questions repeat what was in it."""
    rows = Question.objects.filter(county=document.county, document_id=document.id)
    answered = rows.filter(state=Question.State.ANSWERED).order_by("answered_at")
    return [] if document.erased else list(answered)


def attachments(document: Document) -> list[Attachment]:
    """A document's files in the order in which they were attached."""
    rows = Attachment.objects.filter(county=document.county, document_id=document.id)
    return list(rows.select_related("file").order_by("id"))


def attached(document: Document, digest: str) -> tuple[str, StoredFile]:
    """Name and file of one attachment. Raises CO404."""
    for row in attachments(document):
        if row.file_id == digest:
            return row.name, row.file
    raise NOT_FOUND()


def chain(county: int, after: int = 0) -> Iterator[str]:
    """A county's chain as lines of JSON, oldest first; nothing of any text."""
    rows = Release.objects.filter(county=county, seq__gt=after).order_by("seq")
    for row in rows.iterator(chunk_size=1000):
        yield _line(row)


def _line(row: Release) -> str:
    """One link as it stands in the file. Its bytes never change: their digest is written down elsewhere."""
    line: dict[str, Any] = {
        "number": row.seq, "kind": row.kind, "code": row.code,
        "at": row.at.astimezone(UTC).isoformat(),
        "sha256": bytes(row.digest).hex(), "previous": bytes(row.previous).hex(),
        "key": row.kid, "signature": bytes(row.signature).hex(),
    }  # fmt: skip
    return json.dumps(line, sort_keys=True) + "\n"


@dataclass(frozen=True)
class Head:
    """How many links a chain has, and the SHA-256 of its file: what is written down elsewhere."""

    links: int
    sha256: str


#: By county: links hashed so far, the digest of the last, the hash. Links are only ever added.
_hashed: dict[int, tuple[int, bytes, Any]] = {}


def head(county: int) -> Head:
    """The end of a county's chain; reads only what was added since this process was asked last."""
    links, last, done = _hashed.get(county, (0, b"", hashlib.sha256()))
    rows = Release.objects.filter(county=county)
    if links and not rows.filter(seq=links, digest=last).exists():
        # Another database, or a restored backup.
        links, last, done = 0, b"", hashlib.sha256()
    done = done.copy()
    for row in rows.filter(seq__gt=links).order_by("seq").iterator(chunk_size=1000):
        done.update(_line(row).encode())
        links, last = row.seq, bytes(row.digest)
    _hashed[county] = (links, last, done)
    return Head(links, done.hexdigest())


def links(county: int, size: int = 20) -> list[Release]:
    """The newest links of a county's chain."""
    return list(Release.objects.filter(county=county).order_by("-seq")[:size])


# -- the desk -------------------------------------------------------------------------------


def visible(actor: Actor) -> QuerySet[Document]:
    """Documents in scope; drafts too."""
    return Document.objects.filter(scope_q(actor, "place_key"))


def get(actor: Actor, document_id: UUID) -> Document:
    """One document in scope. Raises CO404."""
    found = visible(actor).filter(id=document_id).first()
    if found is None:
        raise NOT_FOUND()
    return found


def listing(actor: Actor, state: str, *, before: UUID | None = None) -> list[Document]:
    """Documents of a state, what waits longest first, what was published last first."""
    rows = visible(actor)
    if state == State.SUBMITTED:
        return list(
            rows.filter(state__in=(State.SUBMITTED, State.SUPERVISED)).order_by("submitted_at")[
                :PAGE
            ]
        )
    rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:PAGE])


def counts(actor: Actor) -> dict[str, int]:
    """How many documents of each state are in scope, and how many questions wait."""
    found = dict(visible(actor).values_list("state").annotate(Count("id")))
    found["questions"] = waiting(actor).count()
    return found


def waiting(actor: Actor) -> QuerySet[Question]:
    """Questions in scope that wait for an answer, the most pressing first."""
    rows = Question.objects.filter(scope_q(actor, "place_key"), state=Question.State.OPEN)
    return rows.order_by("due_at")


def question(actor: Actor, question_id: UUID) -> Question:
    """One question in scope. Raises CO404."""
    found = Question.objects.filter(scope_q(actor, "place_key"), id=question_id).first()
    if found is None:
        raise NOT_FOUND()
    return found


def titles(ids: list[UUID]) -> dict[UUID, Document]:
    """Documents by id, for lists of questions."""
    return {row.id: row for row in Document.objects.filter(id__in=ids)}
