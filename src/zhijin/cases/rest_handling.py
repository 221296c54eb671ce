"""The operations by which other systems handle cases: steps, remarks, consent, transfer, merging, whistle.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads
the types of what it wraps.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from zhijin.access.api import api_gate, holders
from zhijin.cases import clients, selectors
from zhijin.cases import rest_joint_schemas as j
from zhijin.cases import rest_schemas as s
from zhijin.cases.rest_answers import brief, events_of, full, party_out, request_out
from zhijin.cases.rest_common import CHANGED, REFUSED, CaseId, actor_of
from zhijin.cases.services import consent, merging, moves, parties, reporter
from zhijin.cases.services.moves import roles_for
from zhijin.cases.sides import side_of

router = Router()


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
    actor = actor_of(request)
    case = selectors.get(actor, case_id)
    internal = side_of(case, roles_for(actor, case)).internal
    return [request_out(row) for row in selectors.requests(case)] if internal else []


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


@router.get(
    "/cases/{uuid:case_id}/parties", response={200: list[j.PartyOut], **REFUSED}, tags=["handling"]
)
@api_gate("case.view")
def case_parties(request: HttpRequest, case_id: CaseId) -> Any:
    """The organisations on a case. What departments were asked and answered is for the staff."""
    actor = actor_of(request)
    case = selectors.get(actor, case_id)
    side = side_of(case, roles_for(actor, case))
    return [party_out(row) for row in side.parties(selectors.parties(case))]


@router.post(
    "/cases/{uuid:case_id}/parties/{uuid:party_id}/answer",
    response={200: j.PartyOut, **CHANGED},
    tags=["handling"],
)
@api_gate("case.view", rate="600/m")
def answer_call(request: HttpRequest, case_id: CaseId, party_id: UUID, body: j.MusterIn) -> Any:
    """Answer, for an organisation that was called, once; the same answer again changes nothing."""
    party = parties.muster(
        actor=actor_of(request), case_id=case_id, party_id=party_id, answer=body.answer
    )
    return party_out(party)


@router.get(
    "/cases/{uuid:case_id}/people", response={200: list[j.PersonOut], **REFUSED}, tags=["handling"]
)
@api_gate("case.dispatch")
def case_people(request: HttpRequest, case_id: CaseId) -> Any:
    """Who may be named to handle the present stage, the nearest first."""
    actor = actor_of(request)
    case = selectors.get(actor, case_id)
    actor.require("case.dispatch", case.place_key)
    return [
        j.PersonOut(account=one.id, name=one.name)
        for one in holders(case.owner_role, case.place_code)
    ]


@router.post(
    "/cases/{uuid:case_id}/assign", response={200: s.CaseFull, **CHANGED}, tags=["handling"]
)
@api_gate("case.dispatch", rate="600/m")
def assign_case(request: HttpRequest, case_id: CaseId, body: j.AssignIn) -> Any:
    """Name one person to handle a case; others with the role still may."""
    actor = actor_of(request)
    return full(parties.assign(actor=actor, case_id=case_id, account_id=body.account), actor)


@router.post(
    "/cases/{uuid:case_id}/calls", response={200: s.CaseFull, **CHANGED}, tags=["handling"]
)
@api_gate("case.callback", rate="600/m")
def call_back(request: HttpRequest, case_id: CaseId, body: j.CallIn) -> Any:
    """Record a call to a silent reporter; when reached, their answer moves the case.

    Whoever handled the case may not call about it.
    """
    actor = actor_of(request)
    case = reporter.call_back(
        actor=actor, case_id=case_id, reached=body.reached, move_id=body.move, data=body.data,
        note=body.note,
    )  # fmt: skip
    return full(case, actor)
