"""Signs what is published and hangs it on the county's chain. One writer a county at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from zhijin.core import clock, signing
from zhijin.core.ids import show_receipt
from zhijin.disclosure.models import Attachment, Content, Document, Release
from zhijin.places import api as places

#: The form of the signed documents; a change of form is a new number.
DOCUMENT, WITHDRAWAL = "disclosure.document/1", "disclosure.withdrawal/1"
GENESIS = bytes(32)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_LOCK = 0x5A48_4453
_CHAIN = (
    "SELECT r.seq, r.digest, r.previous, r.kid, r.signature, c.data FROM disclosure_release r"
    " LEFT JOIN disclosure_content c ON c.release_id = r.id AND c.county = r.county"
    " WHERE r.county = %s ORDER BY r.seq"
)


def release(document: Document, at: datetime) -> Release:
    """Sign ``document`` as it stands and add it to its county's chain, in the current transaction.

    The signed bytes name the digest of the release before: whoever keeps one of them can prove
    everything that came before it.
    """
    body = {
        "board": document.board, "title": document.title, "period": document.period,
        "body": document.body, "table": {"columns": document.columns, "rows": document.rows},
        "sources": document.sources, "attachments": _attached(document),
        "approved_by": document.decided_name, "simulated": document.simulated,
        "corrects": _address_of(document),
    }  # fmt: skip
    return _add(document, DOCUMENT, "document", body, at)


def release_withdrawal(document: Document, why: str, at: datetime) -> Release:
    """Say, signed and chained, that ``document`` was withdrawn and why."""
    return _add(document, WITHDRAWAL, "withdrawal", {"why": why, "title": document.title}, at)


def moment(county: int) -> datetime:
    """Now, and never before the county's last release: a clock set back puts nothing before what was public, and
    makes nothing that is late be on time. Nobody else may add to the chain until this transaction ends."""
    return max(clock.now(), _end(county)[2])


def _add(
    document: Document, form: str, kind: str, body: Mapping[str, Any], at: datetime
) -> Release:
    seq, previous, _last = _end(document.county)
    signed = signing.sign_document(
        form,
        {
            **body, "code": show_receipt(document.code),
            "place": {"code": document.place_code, "name": places.label(document.place_code)},
            "chain": {"county": document.county, "number": seq + 1, "previous": previous.hex()},
        },
        at=at,
    )  # fmt: skip
    row = Release(
        county=document.county, seq=seq + 1, kind=kind, document_id=document.id,
        place_key=document.place_key, code=document.code, at=at,
        digest=hashlib.sha256(signed.data).digest(), previous=previous,
        kid=signed.signature.kid, signature=signed.signature.value,
    )  # fmt: skip
    row.save(force_insert=True)
    Content.objects.create(
        county=document.county, release_id=row.id, document_id=document.id,
        place_key=document.place_key, data=signed.data,
    )  # fmt: skip
    return row


def _end(county: int) -> tuple[int, bytes, datetime]:
    """The end of the county's chain and its moment; nobody else may add to it until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, county])
    last = Release.objects.filter(county=county).order_by("-seq").first()
    return (last.seq, bytes(last.digest), last.at) if last else (0, GENESIS, _NEVER)


def _attached(document: Document) -> list[dict[str, Any]]:
    rows = Attachment.objects.filter(county=document.county, document_id=document.id)
    return [
        {"name": row.name, "sha256": row.file_id, "bytes": row.file.size}
        for row in rows.select_related("file").order_by("id")
    ]


def _address_of(document: Document) -> str:
    """The public code of what this one corrects; empty: nothing."""
    if document.corrects is None:
        return ""
    found = Document.objects.filter(county=document.county, id=document.corrects).first()
    return show_receipt(found.code) if found else ""


def broken_at(county: int) -> int | None:
    """The first number of a county's chain that does not hold; None when it is whole.

    Numbers without gap, each link naming the digest before, every signature ours, and every text
    that was not erased of its digest.
    """
    previous = GENESIS
    with connection.chunked_cursor() as cursor:
        cursor.execute(_CHAIN, [county])
        for expected, row in enumerate(cursor, start=1):
            seq, digest, before, kid, value, data = row
            sound = seq == expected and bytes(before) == previous
            if sound and data is not None:
                signature = signing.Signature(kid, bytes(value))
                same = hashlib.sha256(bytes(data)).digest() == bytes(digest)
                sound = same and signing.verify(bytes(data), signature)
            if not sound:
                return expected
            previous = bytes(digest)
    return None
