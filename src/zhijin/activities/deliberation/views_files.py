"""Word files of deliberation: minutes of a sitting, the record of a matter, of a neighbours' meeting."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import override

from zhijin.access.api import Request, gate
from zhijin.activities import errors
from zhijin.activities.deliberation import paper, programme, reading, stepping
from zhijin.activities.deliberation.common import ACT
from zhijin.activities.models import Gathering, Matter, OfOrganisation, Proposal, Sitting
from zhijin.core import clock, documents, journal
from zhijin.core.errors import NOT_FOUND


def _taken(request: Request) -> str:
    """Who takes a file out, for its foot."""
    return f"{request.actor.name} · {clock.local(clock.now()):%Y-%m-%d %H:%M}"


def _answer(
    request: Request, row: OfOrganisation, action: str, name: str, body: bytes
) -> HttpResponse:
    journal.write(request.actor, action, row.record, place_key=row.place_key)
    answer = HttpResponse(body, content_type=documents.CONTENT_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.docx") or "attachment"
    answer["Cache-Control"] = "no-store"
    return answer


@gate(ACT, methods=("GET",))
def sitting_file(request: Request, pk: UUID) -> HttpResponse:
    """The minutes of a sitting, for whoever holds deliberation there: they hold names. Raises AV167, CO404."""
    found = reading.mine(Sitting.objects.filter(id=pk).defer("sealed"), request.actor).first()
    if found is None or not request.actor.can(ACT, found.place_key):
        raise NOT_FOUND()
    if found.closed_at is None:
        raise errors.NOT_COUNTED()
    held = Matter.objects.get(id=found.matter_id)
    with override("zh-hans"):
        title = next((s.title.zh for s in stepping.way_of(held).steps if s.id == found.step), "")
        sides = stepping.side_titles(found)
    body = paper.sitting(found, held, title, reading.roll(found), sides, _taken(request))
    return _answer(request, found, "sitting.file", f"{found.body}会议记录", body)


@gate(ACT, methods=("GET",))
def matter_file(request: Request, pk: UUID) -> HttpResponse:
    """The whole record of a matter so far. Raises CO404."""
    found = reading.mine(Matter.objects.filter(id=pk), request.actor).first()
    if found is None:
        raise NOT_FOUND()
    way = stepping.way_of(found)
    with override("zh-hans"):
        steps = reading.steps_of(found)
    # The file tells a moment of the record, not of the download: the same record gives the same bytes.
    at = found.ended_at or found.step_since
    body = paper.matter(found, way.title.zh, way.basis, steps, _taken(request), at)
    return _answer(request, found, "matter.file", f"{found.title}全程记录", body)


@gate(ACT, methods=("GET",))
def gathering_file(request: Request, pk: UUID) -> HttpResponse:
    """The record of a neighbours' meeting that was held. Raises AV167, CO404."""
    found = reading.mine(Gathering.objects.filter(id=pk), request.actor).first()
    if found is None:
        raise NOT_FOUND()
    if found.state != Gathering.State.HELD:
        raise errors.NOT_COUNTED()
    kind = programme.current(found.place_code).model.meet(found.kind)
    made = Proposal.objects.filter(gathering_id=found.id, hidden=False).order_by("made_at", "id")
    body = paper.gathering(
        found, kind.title.zh if kind else found.kind, list(made), _taken(request)
    )
    return _answer(request, found, "gathering.file", found.title, body)
