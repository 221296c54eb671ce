"""Serves photos of a case to those who may see the case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from zhijin.access.api import gate
from zhijin.cases import selectors
from zhijin.cases.models import Case, CasePhoto
from zhijin.cases.services import private
from zhijin.cases.services.moves import roles_for
from zhijin.cases.sides import STAFF, Side, side_of
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION, NOT_FOUND
from zhijin.core.files import path_of
from zhijin.core.models import StoredFile


def photo_of(case: Case, digest: str, side: Side = STAFF) -> CasePhoto:
    """The photo or file, if it belongs to the case and is for this side. Raises CO404."""
    rows = CasePhoto.objects.filter(case_id=case.id, file_id=digest).select_related("file")
    row = next((one for one in rows if side.may_see_field(one.field)), None)
    if row is None:
        raise NOT_FOUND()
    return row


def answer_to(actor: Actor, case: Case, digest: str, size: str) -> HttpResponse:
    """The bytes for somebody signed in. What the playbook asks as personal is for those who work on
    the case; every reading of it is journalled, and no browser keeps it. Raises CO403, CO404."""
    side = side_of(case, roles_for(actor, case))
    row = photo_of(case, digest, side)
    response = answer(row.file, size)
    if private.is_private(case, row.field):
        if side.internal and not private.may_open(actor, case):
            raise NO_PERMISSION(permission="case.act")
        private.note_file(actor=actor, case=case, field=row.field)
        response.headers["Cache-Control"] = "private, no-store"
    return response


def answer(stored: StoredFile, size: str) -> HttpResponse:
    """The bytes; ``size`` is ``thumb`` or ``full``. Content never changes under its digest."""
    picture = stored.media_type.startswith("image/")
    path = path_of(stored.digest, "thumb" if size == "thumb" and picture else "")
    if not path.exists():
        raise NOT_FOUND()
    response = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    name = f"{stored.digest[:12]}.{'jpg' if picture else 'pdf'}"
    shown = "inline" if picture else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    return response


@gate("case.view", methods=("GET",))
def photo(request: HttpRequest, pk: Any, digest: str, size: str) -> HttpResponse:
    """A photo of a case in one's scope."""
    actor = request.actor  # type: ignore[attr-defined]
    case = selectors.get(actor, pk)
    return answer_to(actor, case, digest, size)
