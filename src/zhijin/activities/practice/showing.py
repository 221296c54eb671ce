"""What the pages of civilisation practice share: what is asked for, addresses of lists, pictures."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse

from zhijin.access.api import Request
from zhijin.activities.models import Show, Work
from zhijin.activities.practice.reading import WHAT, Wanted
from zhijin.core import clock, files
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import is_code
from zhijin.core.models import StoredFile

TONES: dict[str, str] = {Show.State.CALLED: "info", Show.State.HELD: "ok"}
#: Pictures: whole, and small for lists.
SIZES = {"full": "", "thumb": "thumb"}


def wanted(request: Request) -> Wanted:
    """What the address narrows the page to; anything else is left out."""
    get = request.GET.get
    place, org, text, topic = get("place", ""), get("org", ""), get("year", ""), get("topic", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return Wanted(
        min(year, clock.today().year + 1) if year >= 2000 else 0,
        place if is_code(place) and len(place) <= 12 else "",
        int(org) if org.isascii() and org.isdigit() and len(org) <= 18 else None,
        topic if topic in Work.Topic.values else "",
    )  # fmt: skip


def query(asked: Wanted, **more: Any) -> str:
    values = {
        "year": asked.year, "place": asked.place, "org": asked.org or "", "topic": asked.topic, **more,
    }  # fmt: skip
    return urlencode({key: value for key, value in values.items() if value})


def to(asked: Wanted, **more: Any) -> str:
    """The address of the records behind a figure."""
    return f"{reverse('desk:practice-list')}?{query(asked, **more)}"


def links(asked: Wanted) -> dict[str, str]:
    return {what: to(asked, what=what) for what in WHAT}


def picture(work: Work, size: str) -> HttpResponse:
    """The picture of a work. Raises CO404 when it has none."""
    stored = StoredFile.objects.filter(digest=work.digest).first() if work.digest else None
    path = files.path_of(work.digest, SIZES[size]) if stored is not None else None
    if stored is None or path is None or not path.exists():
        raise NOT_FOUND()
    answer = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Content-Disposition"] = f'inline; filename="{work.digest[:12]}.jpg"'
    return answer


def uploaded(request: Request) -> str:
    """The digest of the form's picture; empty when there is none. Raises FL001–FL003."""
    upload = request.FILES.get("picture")
    if not isinstance(upload, UploadedFile) or upload.file is None or not upload.size:
        return ""
    body = cast("BinaryIO", upload.file)
    return files.store_photo(body, upload.name or "picture", upload.size).digest
