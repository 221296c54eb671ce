"""Holds a file that somebody brings against its signature, and against the chain. Reads only what is public."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhijin.core import signing
from zhijin.disclosure import errors
from zhijin.disclosure.models import Document, Release
from zhijin.disclosure.releasing import DOCUMENT, WITHDRAWAL

#: Larger than any document can be.
LIMIT = 2 * 1024 * 1024


@dataclass(frozen=True)
class Verdict:
    """What was found: the bytes are as they were signed; the chain holds them; what became of it since."""

    signed: bool
    chained: bool
    digest: str
    body: dict[str, Any]
    release: Release | None
    document: Document | None

    @property
    def good(self) -> bool:
        return self.signed and self.chained


def check(data: bytes, side: bytes | None) -> Verdict:
    """Hold ``data`` against its signature (the file beside it, or the one that the chain keeps).

    Raises DS013 when it is no document of this platform.
    """
    if len(data) > LIMIT:
        raise errors.BAD_FILE(why=_("文件太大"))
    try:
        body = json.loads(data)
        form = body["zhijin"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise errors.BAD_FILE(why=_("不是从公开页面下载的 .json 文件")) from error
    if form not in {DOCUMENT, WITHDRAWAL}:
        raise errors.BAD_FILE(why=_("不是公开内容"))
    digest = hashlib.sha256(data).digest()
    release = Release.objects.filter(digest=digest).first()
    signature = _signature(side, release)
    signed = signature is not None and signing.verify(data, signature)
    document = (
        Document.objects.filter(county=release.county, id=release.document_id).first()
        if release else None
    )  # fmt: skip
    return Verdict(signed, release is not None, digest.hex(), body, release, document)


def _signature(side: bytes | None, release: Release | None) -> signing.Signature | None:
    if side:
        try:
            return signing.read_side_file(side.decode())
        except ValueError as error:
            raise errors.BAD_FILE(why=_("签名文件读不出来")) from error
    return signing.Signature(release.kid, bytes(release.signature)) if release else None
