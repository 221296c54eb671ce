"""Reads a playbook's questions from a submitted page. Checks nothing: the questions do that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhijin.cases import errors
from zhijin.core.files import store_document, store_photo
from zhijin.core.geo import is_position
from zhijin.core.models import StoredFile
from zhijin.playbooks.engine import FieldSpec

#: Photos per question when the playbook does not say.
PHOTOS = 6
#: Types whose answers are uploaded.
UPLOADS = frozenset({"photo", "file"})


def entered(request: HttpRequest, ask: Iterable[FieldSpec]) -> dict[str, Any]:
    """What was entered for each question, as text (lists for several choices); blanks left out."""
    found: dict[str, Any] = {}
    for question in ask:
        name = question.field
        if question.type in UPLOADS:
            continue
        if question.type == "choices":
            value: Any = [one for one in request.POST.getlist(name) if one]
        elif question.type == "point":
            lon, lat = position(request)
            value = {"lon": lon, "lat": lat} if lon is not None else None
        elif question.type == "rating":
            value = _whole(request.POST.get(name, ""))
        elif question.type == "boolean":
            value = name in request.POST and request.POST[name] not in {"", "0", "false", "no"}
            value = value if name in request.POST else None
        else:
            value = request.POST.get(name, "").strip()
        if value not in (None, "", []):
            found[name] = value
    return found


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


def position(request: HttpRequest) -> tuple[float | None, float | None]:
    """Longitude and latitude (WGS-84 degrees) that came with the page, or two Nones."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        lon, lat = float(given.get("lon", "")), float(given.get("lat", ""))
    except ValueError:
        return None, None
    return (lon, lat) if is_position(lon, lat) else (None, None)


#: Longest telephone number and longest name that somebody leaves.
PHONE, NAME = 32, 64


def contact(request: HttpRequest) -> tuple[str, str]:
    """Telephone and name of whoever reports, both optional. Raises CA002 when too long."""
    phone = request.POST.get("contact_phone", "").strip()
    name = request.POST.get("contact_name", "").strip()
    wrong = {
        field: _("最多 {n} 个字").format(n=most)
        for field, text, most in (("contact_phone", phone, PHONE), ("contact_name", name, NAME))
        if len(text) > most
    }
    if wrong:
        raise errors.INCOMPLETE(count=len(wrong), fields=wrong)
    return phone, name


def stored_photos(request: HttpRequest, ask: Iterable[FieldSpec]) -> dict[str, list[StoredFile]]:
    """Store the photos that came with the page, by question. Raises CA015, FL001–FL003."""
    found: dict[str, list[StoredFile]] = {}
    for question in ask:
        if question.type not in UPLOADS:
            continue
        files = [f for f in request.FILES.getlist(question.field) if f.size]
        limit = int(question.max or PHOTOS)
        if len(files) > limit:
            raise errors.TOO_MANY_PHOTOS(limit=limit)
        if files:
            keep = store_photo if question.type == "photo" else store_document
            found[question.field] = [_stored(one, keep) for one in files]
    return found


def _stored(upload: UploadedFile, keep: Callable[[Any, str, int], StoredFile]) -> StoredFile:
    return keep(upload.file, upload.name or "file", upload.size or 0)
