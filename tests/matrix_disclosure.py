"""What the permission matrix needs of disclosure: a public document with a file, and a question on it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image

from tests.cast import COUNTY, VILLAGE
from zhijin.core import files
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.disclosure import deciding, documents, questions

SYSTEM = Actor.system("test")


def make() -> SimpleNamespace:
    """A published document, a draft, and a question that waits."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "JPEG")
    out.seek(0)
    with scoped(SYSTEM):
        draft = documents.Draft(board="village", title="公示", body="内容")
        made = documents.write(actor=SYSTEM, place_code=VILLAGE, draft=draft)
        photo = files.store_photo(out, "a.jpg", out.getbuffer().nbytes)
        documents.attach(actor=SYSTEM, document_id=made.id, files=[("照片.jpg", photo)])
        documents.submit(actor=SYSTEM, document_id=made.id)
        made = deciding.approve(actor=SYSTEM, document_id=made.id, seen=[photo.digest])
        waiting = documents.write(actor=SYSTEM, place_code=VILLAGE, draft=draft)
    question = questions.ask(code=made.code, text="这是怎么回事？")
    return SimpleNamespace(
        id=made.id, code=made.code, digest=photo.digest, draft=waiting.id, question=question
    )


def samples(of: Callable[[Any], Any]) -> dict[str, Callable[[Any], dict[str, Any]]]:
    """The parameters of the addresses; ``of`` finds what :func:`make` made in the matrix's world."""
    code = dict.fromkeys(
        ("portal:document", "portal:document-notice", "portal:document-ask"),
        lambda w: {"code": of(w).code},
    )
    place = dict.fromkeys(("portal:affairs", "portal:affairs-feed"), lambda _: {"code": VILLAGE})
    county = dict.fromkeys(
        ("portal:chain", "portal:chain-lines"), lambda _: {"county": int(COUNTY)}
    )
    return {
        **code, **place, **county,
        "portal:affairs-data": lambda _: {"code": VILLAGE, "form": "json"},
        "portal:document-file": lambda w: {"code": of(w).code, "digest": of(w).digest},
        "portal:document-signed": lambda w: {"code": of(w).code, "form": "json"},
        "portal:question": lambda w: {"code": of(w).question.code},
        "desk:disclosure-document": lambda w: {"pk": of(w).draft},
        "desk:disclosure-edit": lambda w: {"pk": of(w).draft},
        "desk:disclosure-file": lambda w: {"pk": of(w).id, "digest": of(w).digest},
        "desk:disclosure-question": lambda w: {"pk": of(w).question.id},
    }  # fmt: skip


PLACED = {
    "desk:disclosure-document", "desk:disclosure-edit", "desk:disclosure-file",
    "desk:disclosure-question",
}  # fmt: skip
