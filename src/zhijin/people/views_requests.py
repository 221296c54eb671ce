"""What people ask about their own data, on the desk: what is due, and each closed with its evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock, documents
from zhijin.core.documents import Document, Note, Table
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.people import holding, keeping, requests
from zhijin.people.models import DataRequest
from zhijin.places import api as places


@gate("person.edit", methods=("GET",))
def data_requests(request: Request) -> HttpResponse:
    """What was asked for, the most urgent first."""
    ended = request.GET.get("view") == "ended"
    rows = requests.listed(request.actor, ended=ended)
    now = clock.now()
    context = {
        "ended": ended, "rows": [(row, row.state == "open" and row.due_at < now) for row in rows],
    }  # fmt: skip
    return render(request, "people/requests.html", context)


@gate("person.edit")
def data_request(request: Request, pk: UUID) -> HttpResponse:
    """One request: answer it, or see with what it was closed."""
    found = requests.visible(request.actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    refusal = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                answer = _act(request, found)
        except Refusal as error:
            refusal = error
        else:
            return answer
    context = {
        "row": found, "refusal": refusal, "place": places.find(found.place_code),
        "late": found.state == "open" and found.due_at < clock.now(), "given": request.POST,
        "evidence": _evidence(found),
    }  # fmt: skip
    status = refusal.status if refusal else 200
    return render(request, "people/request.html", context, status=status)


def _evidence(found: DataRequest) -> list[tuple[str, Any]]:
    names = {
        "sha256": _("副本的摘要（SHA-256）"), "bytes": _("副本的字节数"), "lines": _("副本的条数"),
        "erased": _("已删除"), "along": _("一并删除的记录"), "kept": _("依法保留"),
        "version_then": _("提出时的版本"), "version_now": _("更正后的版本"),
    }  # fmt: skip
    return [(names.get(key, key), _in_words(value)) for key, value in found.evidence.items()]


def _in_words(value: Any) -> Any:
    if isinstance(value, dict):
        titles = {kept.key: str(kept.title) for kept in keeping.kinds()}
        return ", ".join(f"{titles.get(key, key)} {n}" for key, n in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _act(request: Request, found: DataRequest) -> HttpResponse:
    actor, say, pk = request.actor, request.POST.get, found.id
    match say("do", ""):
        case "access":
            body, held = _copy(request, found)
            requests.give_access(actor=actor, request_id=pk, copy=body, held=held)
            answer = HttpResponse(body, content_type=documents.CONTENT_TYPE)
            named = content_disposition_header(True, _("本人信息副本") + ".docx")
            answer["Content-Disposition"] = named or "attachment"
            answer["Cache-Control"] = "no-store"
            return answer
        case "corrected":
            requests.corrected(actor=actor, request_id=pk, answer=say("answer", ""))
        case "erase":
            requests.erase(actor=actor, request_id=pk)
        case "refuse":
            requests.refuse(actor=actor, request_id=pk, why=say("why", ""))
        case _:
            raise BAD_REQUEST()
    messages.success(request, _("已答复，凭据已留存。"))
    return redirect("desk:data-request", pk=pk)


def _copy(request: Request, found: DataRequest) -> tuple[bytes, dict[str, int]]:
    """Everything held of the person, as a Word file to hand over, and how many lines came from which room.

    Needs person.edit at their place.
    """
    request.actor.require("person.edit", found.place_key)
    parts = holding.of(found.person)
    rows: list[list[str | int | None]] = [[*line] for part in parts for line in part.lines]
    english = (get_language() or "").startswith("en")
    body = documents.write(
        Document(
            title=_("本人信息副本"), subtitle=found.person.name_masked, at=clock.now(),
            blocks=[
                Table([_("项目"), _("内容")], rows, [3, 9]),
                Note(_("保存什么、为什么、凭什么、存多久，见门户的“个人信息”页。")),
            ],
            taken=f"{request.actor.name} · {clock.local(clock.now()):%Y-%m-%d %H:%M}",
            language="en-US" if english else "zh-CN",
        )
    )  # fmt: skip
    return body, {part.room: len(part.lines) for part in parts}
