"""The HTTP API for cases. Thin: it checks shapes, calls the services, and puts the answers into schemas.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads
the types of what it wraps.
"""

from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Path, Query, Router, Status
from ninja.files import UploadedFile

from zhijin.access.api import api_gate
from zhijin.cases import clients, rest_handling, rest_status, selectors
from zhijin.cases import rest_schemas as s
from zhijin.cases.rest_answers import (
    brief,
    events_of,
    full,
    photos_of,
    playbook_out,
    rates_out,
)
from zhijin.cases.rest_common import (
    CHANGED,
    PUBLIC,
    READERS,
    REFUSED,
    CaseId,
    IdempotencyKey,
    PlaceQuery,
    View,
    actor_of,
    known_form,
)
from zhijin.cases.services.intake import Report
from zhijin.cases.services.moves import roles_for
from zhijin.cases.sides import side_of
from zhijin.cases.views.files import answer_to
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.files import store_photo
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.playbooks.api import catalogue, current

router = Router()
router.add_router("", rest_handling.router)
router.add_router("", rest_status.router)


@router.get("/cases", response={200: s.CasePage, **REFUSED}, tags=["cases"])
@api_gate("case.view")
def list_cases(
    request: HttpRequest,
    view: View = "open",
    place: PlaceQuery = "",
    playbook: Annotated[str, Query(max_length=64)] = "",
    owner: Annotated[str, Query(max_length=32, description="A role.")] = "",
    q: Annotated[str, Query(max_length=100, description="Words, or a number.")] = "",
    after: Annotated[
        str,
        Query(
            pattern=r"^(([0-9T:.-]+\+00:00)?\|[0-9a-f-]{36})?$",
            description="What the page before gave as `after`.",
        ),
    ] = "",
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Cases in your scope, the most pressing first (ended ones: the newest first)."""
    wanted = selectors.Wanted(
        view=view,
        place=known_form(place),
        playbook=playbook,
        owner=owner,
        text=q,
        after=after,
        size=size,
    )
    page = selectors.page(actor_of(request), wanted)
    return s.CasePage(items=[brief(case) for case in page.rows], after=page.after)


@router.post("/cases", response={201: s.OpenedOut, **CHANGED}, tags=["cases"])
@api_gate("case.report", rate="600/m")
def open_case(request: HttpRequest, body: s.OpenIn, key: IdempotencyKey) -> Any:
    """Open a case. It is answered only once case, timeline, journal, fact and job are stored.

    The same `Idempotency-Key` with the same body gives the same case again (`replayed`); with
    another body it is refused with 409.
    """
    actor = actor_of(request)
    if (body.lon is None) != (body.lat is None):
        raise BAD_REQUEST(fields={"lon": "lon and lat belong together"})
    report = Report(
        playbook=body.playbook, channel="api", key=clients.key_of(actor, "api", key),
        place_code=body.place_code, lon=body.lon, lat=body.lat, phone=body.phone.strip(),
        name=body.name.strip(), photos=clients.photos_by_digest(body.photos),
        answers=_answers(body),
    )  # fmt: skip
    made = clients.open_for(actor, report)
    status = reverse("portal:status", args=[made.code])
    return Status(
        201,
        s.OpenedOut(
            id=made.case_id, number=made.number, code=show_receipt(made.code),
            status_url=status, replayed=made.replayed,
        ),
    )  # fmt: skip


def _answers(body: s.OpenIn) -> dict[str, Any]:
    """The answers, with the position where the playbook asks for one."""
    if body.lon is None:
        return dict(body.answers)
    with scoped(READERS):
        ask = current(body.playbook, body.place_code).playbook.opens.ask
    return clients.with_position(ask, body.answers, body.lon, body.lat)


@router.get("/cases/{uuid:case_id}", response={200: s.CaseFull, **REFUSED}, tags=["cases"])
@api_gate("case.view")
def get_case(request: HttpRequest, case_id: CaseId) -> Any:
    """One case; another place's is answered like one that does not exist."""
    actor = actor_of(request)
    return full(selectors.get(actor, case_id), actor)


@router.get(
    "/cases/{uuid:case_id}/events", response={200: list[s.EventOut], **REFUSED}, tags=["cases"]
)
@api_gate("case.view")
def case_events(request: HttpRequest, case_id: CaseId) -> Any:
    """The timeline, oldest first; a side of the matter gets what its playbook gives to it."""
    actor = actor_of(request)
    case = selectors.get(actor, case_id)
    side = side_of(case, roles_for(actor, case))
    return events_of(side.lines(case, selectors.timeline(case)), side)


@router.get(
    "/cases/{uuid:case_id}/photos", response={200: list[s.PhotoOut], **REFUSED}, tags=["photos"]
)
@api_gate("case.view")
def case_photos(request: HttpRequest, case_id: CaseId) -> Any:
    """The photos of a case, in the order they came."""
    actor = actor_of(request)
    case = selectors.get(actor, case_id)
    side = side_of(case, roles_for(actor, case))
    return photos_of(case, side.photos(selectors.photos(case)))


@router.get(
    "/cases/{uuid:case_id}/photos/{digest}",
    response={200: None, **REFUSED},
    tags=["photos"],
    url_name="case_photo",
    openapi_extra={
        "responses": {
            200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
        }
    },
)
@api_gate("case.view")
def case_photo(
    request: HttpRequest,
    case_id: CaseId,
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    size: Literal["full", "thumb"] = "full",
) -> HttpResponse:
    """The bytes of a photo (JPEG)."""
    actor = actor_of(request)
    case = selectors.get(actor, case_id)
    return answer_to(actor, case, digest, size)


@router.post("/photos", response={201: s.StoredOut, **CHANGED, 413: s.Problem}, tags=["photos"])
@api_gate("case.report", rate="120/m")
def upload_photo(request: HttpRequest, file: Annotated[UploadedFile, File()]) -> Any:
    """Upload one photo (JPEG, PNG or WebP, at most 12 MB). It is encoded anew; metadata is dropped.

    Name its digest when you open or move a case.
    """
    stored = store_photo(cast("BinaryIO", file.file), file.name or "photo", file.size or 0)
    return Status(
        201,
        s.StoredOut(
            digest=stored.digest, size=stored.size, width=stored.width, height=stored.height
        ),
    )


@router.get("/rates", response={200: s.RatesOut, **REFUSED}, tags=["figures"])
@api_gate("case.view")
def get_rates(
    request: HttpRequest,
    since: Annotated[datetime, Query(description="Cases opened from this moment on.")],
    until: Annotated[datetime, Query(description="And before this one.")],
    place: PlaceQuery = "",
) -> Any:
    """Response, resolution and satisfaction rate in your scope, each with its denominator."""
    return rates_out(
        selectors.rates(actor_of(request), s.moment(since), s.moment(until), known_form(place))
    )


@router.get("/playbooks", response={200: list[s.PlaybookOut], **PUBLIC}, tags=["playbooks"])
@api_gate(signed_in=False)
def list_playbooks(
    request: HttpRequest,
    place: PlaceQuery = "",
    opened_by: Annotated[str, Query(max_length=32, description="A role.")] = "",
) -> Any:
    """What may be reported at a place (empty: what holds everywhere). Needs no key."""
    with scoped(READERS):
        return [playbook_out(r) for r in catalogue(known_form(place), opened_by or None)]


@router.get("/playbooks/{playbook}", response={200: s.PlaybookOut, **PUBLIC}, tags=["playbooks"])
@api_gate(signed_in=False)
def get_playbook(
    request: HttpRequest,
    playbook: Annotated[str, Path(max_length=64)],
    place: PlaceQuery = "",
) -> Any:
    """One programme as it holds at a place. Needs no key."""
    with scoped(READERS):
        return playbook_out(current(playbook, known_form(place)))
