"""The HTTP API for cases. Thin: it checks shapes, calls the services, and puts the answers into schemas.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads
the types of what it wraps.
"""

from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Header, Path, Query, Router, Status
from ninja.files import UploadedFile

from zhijin.access.api import api_gate, client_address
from zhijin.cases import clients, selectors
from zhijin.cases import rest_schemas as s
from zhijin.cases.rest_answers import (
    brief,
    events_of,
    full,
    photos_of,
    playbook_out,
    rates_out,
    request_out,
    status_out,
)
from zhijin.cases.services import consent, merging, moves, parties, reporter
from zhijin.cases.services.intake import Report
from zhijin.cases.views.files import answer, photo_of
from zhijin.core import ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.files import store_photo
from zhijin.core.ids import is_code, show_receipt
from zhijin.core.scope import scoped
from zhijin.playbooks.api import catalogue, current

router = Router()
#: What any operation may answer beside its own.
REFUSED = {400: s.Problem, 401: s.Problem, 403: s.Problem, 404: s.Problem, 429: s.Problem}
CHANGED = {**REFUSED, 409: s.Problem}
PUBLIC = {400: s.Problem, 404: s.Problem, 429: s.Problem}
READERS = Actor.system("api")

PlaceQuery = Annotated[
    str,
    Query(
        pattern=r"^([1-9][0-9]{1,14})?$",
        description="A division code; its whole subtree is meant. Empty: everywhere.",
        examples=["530602105207"],
    ),
]
CaseId = Annotated[UUID, Path(description="The case's id.")]
Code = Annotated[str, Path(max_length=24, description="The reporter's status code.")]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Yours, unique per report: a repeated request gives the same case.",
        examples=["0199a6e2-6c1f-7d1e-a1b2-1f6e2c9d4b10"],
    ),
]
View = Literal[
    "open", "waiting", "overdue", "soon", "raised", "suspended", "closed", "merged", "all"
]


def known_form(place: str) -> str:
    """``place`` itself. Raises CO400 when it is no division code."""
    if place and not is_code(place):
        raise BAD_REQUEST(fields={"place": "2, 4, 6, 9, 12, 14 or 15 digits"})
    return place


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@router.get("/cases", response={200: s.CasePage, **REFUSED}, tags=["cases"])
@api_gate("case.view")
def list_cases(
    request: HttpRequest,
    view: View = "open",
    place: PlaceQuery = "",
    playbook: Annotated[str, Query(max_length=64)] = "",
    owner: Annotated[str, Query(max_length=32, description="A role.")] = "",
    q: Annotated[str, Query(max_length=100, description="Words, or a number.")] = "",
    after: Annotated[str, Query(max_length=100)] = "",
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
    """The timeline, oldest first."""
    return events_of(selectors.timeline(selectors.get(actor_of(request), case_id)))


@router.get(
    "/cases/{uuid:case_id}/photos", response={200: list[s.PhotoOut], **REFUSED}, tags=["photos"]
)
@api_gate("case.view")
def case_photos(request: HttpRequest, case_id: CaseId) -> Any:
    """The photos of a case, in the order they came."""
    case = selectors.get(actor_of(request), case_id)
    return photos_of(case, selectors.photos(case))


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
    return answer(photo_of(selectors.get(actor_of(request), case_id), digest), size)


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


@router.post(
    "/cases/{uuid:case_id}/moves", response={200: s.CaseFull, **CHANGED}, tags=["handling"]
)
@api_gate("case.act", rate="600/m")
def move_case(request: HttpRequest, case_id: CaseId, body: s.MoveIn) -> Any:
    """Take a step of the playbook. With `version`, a case that went on meanwhile is refused."""
    actor = actor_of(request)
    case = moves.move(
        actor=actor, case_id=case_id, move_id=body.move, data=body.data, why=body.why,
        photos=clients.photos_by_digest(body.photos), seen_version=body.version,
    )  # fmt: skip
    return full(case, actor)


@router.post(
    "/cases/{uuid:case_id}/comments", response={201: s.EventOut, **CHANGED}, tags=["handling"]
)
@api_gate("case.act", rate="600/m")
def comment_case(request: HttpRequest, case_id: CaseId, body: s.CommentIn) -> Any:
    """Add a remark to the timeline."""
    line = reporter.comment(
        actor=actor_of(request), case_id=case_id, text=body.text, public=body.public
    )
    return Status(201, events_of([line])[0])


@router.get(
    "/cases/{uuid:case_id}/requests",
    response={200: list[s.RequestOut], **REFUSED},
    tags=["consent"],
)
@api_gate("case.view")
def case_requests(request: HttpRequest, case_id: CaseId) -> Any:
    """Requests for extension, suspension or exclusion, oldest first."""
    case = selectors.get(actor_of(request), case_id)
    return [request_out(row) for row in selectors.requests(case)]


@router.post(
    "/cases/{uuid:case_id}/requests", response={201: s.RequestOut, **CHANGED}, tags=["consent"]
)
@api_gate("case.act", "case.approve", rate="600/m")
def ask_consent(request: HttpRequest, case_id: CaseId, body: s.RequestIn) -> Any:
    """Ask to extend a deadline, to stop the clock, or to leave the case out of the rates."""
    row = consent.ask(
        actor=actor_of(request), case_id=case_id, kind=body.kind, why=body.why,
        amount=body.amount, until=body.until,
    )  # fmt: skip
    return Status(201, request_out(row))


@router.post(
    "/requests/{uuid:request_id}/decision", response={200: s.CaseFull, **CHANGED}, tags=["consent"]
)
@api_gate("case.approve", rate="600/m")
def decide_consent(request: HttpRequest, request_id: UUID, body: s.DecisionIn) -> Any:
    """Grant or refuse a request; never one's own."""
    actor = actor_of(request)
    case = consent.decide(
        actor=actor, request_id=request_id, granted=body.granted, answer=body.answer
    )
    return full(case, actor)


@router.post(
    "/cases/{uuid:case_id}/resume", response={200: s.CaseFull, **CHANGED}, tags=["consent"]
)
@api_gate("case.act", rate="600/m")
def resume_case(request: HttpRequest, case_id: CaseId) -> Any:
    """End a suspension before its time."""
    actor = actor_of(request)
    return full(consent.resume(actor=actor, case_id=case_id), actor)


@router.post(
    "/cases/{uuid:case_id}/transfer", response={200: s.CaseBrief, **CHANGED}, tags=["handling"]
)
@api_gate("case.act", "case.transfer", rate="600/m")
def transfer_case(request: HttpRequest, case_id: CaseId, body: s.TransferIn) -> Any:
    """Send a case to the place of the same county that it belongs to. You may lose sight of it."""
    case = parties.transfer(
        actor=actor_of(request), case_id=case_id, place_code=body.place_code, why=body.why
    )
    return brief(case)


@router.post(
    "/cases/{uuid:case_id}/merge", response={200: s.CaseBrief, **CHANGED}, tags=["handling"]
)
@api_gate("case.merge", rate="600/m")
def merge_case(request: HttpRequest, case_id: CaseId, body: s.MergeIn) -> Any:
    """Merge a case into another one; answers the one that is kept."""
    kept = merging.merge(actor=actor_of(request), case_id=case_id, into=body.into, why=body.why)
    return brief(kept)


@router.post(
    "/cases/{uuid:case_id}/unmerge", response={200: s.CaseBrief, **CHANGED}, tags=["handling"]
)
@api_gate("case.merge", rate="600/m")
def unmerge_case(request: HttpRequest, case_id: CaseId, body: s.WhyIn) -> Any:
    """Part a merged case again."""
    return brief(merging.unmerge(actor=actor_of(request), case_id=case_id, why=body.why))


@router.post(
    "/cases/{uuid:case_id}/whistle", response={200: s.CaseFull, **CHANGED}, tags=["handling"]
)
@api_gate("case.whistle", rate="600/m")
def whistle_case(request: HttpRequest, case_id: CaseId, body: s.WhistleIn) -> Any:
    """Call organisations of the same county to a case; calling one twice adds nothing."""
    actor = actor_of(request)
    parties.whistle(
        actor=actor, case_id=case_id, org_keys=body.org_keys, what=body.what, due_at=body.due_at
    )
    return full(selectors.get(actor, case_id), actor)


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


@router.get("/status/{code}", response={200: s.StatusOut, **PUBLIC}, tags=["status"])
@api_gate(signed_in=False, opens=False)
def get_status(request: HttpRequest, code: Code) -> Any:
    """How a report stands, for whoever holds its code. Needs no key."""
    _count(request)
    case = reporter.find(code)
    with scoped(READERS):
        return status_out(case)


@router.post("/status/{code}/moves", response={200: s.StatusOut, **PUBLIC, 403: s.Problem,
             409: s.Problem}, tags=["status"])  # fmt: skip
@api_gate(signed_in=False, opens=False)
def move_status(request: HttpRequest, code: Code, body: s.MoveIn) -> Any:
    """The reporter's own step: confirm, send back, withdraw. Needs no key but the code."""
    _count(request)
    case = reporter.act(
        code=code, move_id=body.move, data=body.data, why=body.why,
        photos=clients.photos_by_digest(body.photos), seen_version=body.version,
    )  # fmt: skip
    with scoped(READERS):
        return status_out(case)


@router.post("/status/{code}/reopen", response={200: s.StatusOut, **PUBLIC, 403: s.Problem,
             409: s.Problem}, tags=["status"])  # fmt: skip
@api_gate(signed_in=False, opens=False)
def reopen_status(request: HttpRequest, code: Code, body: s.WhyIn) -> Any:
    """Ask for a closed case to be opened again. Needs no key but the code."""
    _count(request)
    case = reporter.reopen(code=code, why=body.why)
    with scoped(READERS):
        return status_out(case)


def _count(request: HttpRequest) -> None:
    """Guessing codes is slowed down; counted outside the operation, so that failures count too."""
    ratelimit.hit(f"api-status:{client_address(request)}", "120/10m")
