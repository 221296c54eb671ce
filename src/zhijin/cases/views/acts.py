"""Everything done to a case from its page: one POST each, then back to the page with the outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import gate
from zhijin.cases import selectors
from zhijin.cases.forms import entered, stored_photos
from zhijin.cases.machine import machine_of
from zhijin.cases.services import consent, merging, moves, parties, reporter
from zhijin.cases.views.context import case_context
from zhijin.cases.views.desk import actor_of
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.scope import scoped

Act = Callable[[HttpRequest, Any], str]
ACTS: dict[str, Act] = {}


def act(name: str) -> Callable[[Act], Act]:
    def register(function: Act) -> Act:
        ACTS[name] = function
        return function

    return register


@gate("case.view", methods=("POST",), rate="120/m", opens=False)
def perform(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """Carry out one act; a refusal shows the page again with what was entered."""
    with scoped(actor_of(request)):
        found = selectors.get(actor_of(request), pk)
    face = "field" if request.POST.get("face") == "field" else "desk"
    function = ACTS.get(what)
    if function is None:
        raise BAD_REQUEST()
    try:
        messages.success(request, function(request, found))
    except Refusal as refusal:
        with scoped(actor_of(request)):
            again = selectors.get(actor_of(request), pk)
            context = case_context(actor_of(request), again)
            context |= {"refusal": refusal, "given": request.POST, "tried": what}
            page = f"cases/{'field_' if face == 'field' else ''}case.html"
            return render(request, page, context, status=refusal.status)
    follow = request.POST.get("next", "")
    # Whoever sends a case elsewhere may no longer see it.
    if what == "transfer" or follow in {"list", "today"}:
        return redirect("desk:cases" if face == "desk" else "field:today")
    return redirect(f"{face}:case", pk=pk)


@act("move")
def _move(request: HttpRequest, found: Any) -> str:
    wanted = request.POST.get("move", "")
    state = machine_of(found).playbook.states[found.state]
    ask = next((move.ask for move in state.moves if move.id == wanted), [])
    version = request.POST.get("version", "")
    moves.move(
        actor=actor_of(request), case_id=found.id, move_id=wanted, data=entered(request, ask),
        why=request.POST.get("why", ""), photos=stored_photos(request, ask),
        seen_version=int(version) if version.isdigit() else None,
    )  # fmt: skip
    return _("已办理。")


@act("comment")
def _comment(request: HttpRequest, found: Any) -> str:
    reporter.comment(
        actor=actor_of(request), case_id=found.id, text=request.POST.get("text", ""),
        public="public" in request.POST,
    )  # fmt: skip
    return _("备注已记入办理过程。")


@act("ask")
def _ask(request: HttpRequest, found: Any) -> str:
    consent.ask(
        actor=actor_of(request), case_id=found.id, kind=request.POST.get("kind", ""),
        why=request.POST.get("why", ""), amount=request.POST.get("amount", "").strip(),
        until=moment(request.POST.get("until", "")),
    )  # fmt: skip
    return _("申请已提交，等待批准。")


@act("decide")
def _decide(request: HttpRequest, found: Any) -> str:
    consent.decide(
        actor=actor_of(request), request_id=_uuid(request.POST.get("request", "")),
        granted=request.POST.get("granted") == "1", answer=request.POST.get("answer", ""),
    )  # fmt: skip
    return _("已答复。")


@act("resume")
def _resume(request: HttpRequest, found: Any) -> str:
    consent.resume(actor=actor_of(request), case_id=found.id)
    return _("已恢复计时。")


@act("whistle")
def _whistle(request: HttpRequest, found: Any) -> str:
    called = parties.whistle(
        actor=actor_of(request), case_id=found.id, what=request.POST.get("what", ""),
        org_keys=[int(k) for k in request.POST.getlist("org") if k.isdigit()],
        due_at=moment(request.POST.get("due", "")),
    )  # fmt: skip
    return _("已吹哨，召集 {count} 个单位。").format(count=len(called))


@act("join")
def _join(request: HttpRequest, found: Any) -> str:
    chosen = request.POST.get("org", "")
    if not chosen.isdigit():
        raise BAD_REQUEST(fields={"org": _("请从列表中选择企业。")})
    party = parties.join(actor=actor_of(request), case_id=found.id, org_key=int(chosen))
    return _("已告知 {name}，对方从现在起可以看到相应的步骤。").format(name=party.org_name)


@act("muster")
def _muster(request: HttpRequest, found: Any) -> str:
    parties.muster(
        actor=actor_of(request), case_id=found.id,
        party_id=_uuid(request.POST.get("party", "")), answer=request.POST.get("answer", ""),
    )  # fmt: skip
    return _("已报到。")


@act("assign")
def _assign(request: HttpRequest, found: Any) -> str:
    wanted = _uuid(request.POST.get("account", ""))
    parties.assign(actor=actor_of(request), case_id=found.id, account_id=wanted)
    return _("已指派。")


@act("transfer")
def _transfer(request: HttpRequest, found: Any) -> str:
    parties.transfer(
        actor=actor_of(request), case_id=found.id, place_code=request.POST.get("to", "").strip(),
        why=request.POST.get("why", ""),
    )  # fmt: skip
    return _("已转派。")


@act("merge")
def _merge(request: HttpRequest, found: Any) -> str:
    merging.merge(
        actor=actor_of(request), case_id=found.id, into=_uuid(request.POST.get("into", "")),
        why=request.POST.get("why", ""),
    )  # fmt: skip
    return _("已合并，两位上报人都能看到后续进展。")


@act("unmerge")
def _unmerge(request: HttpRequest, found: Any) -> str:
    merging.unmerge(actor=actor_of(request), case_id=found.id, why=request.POST.get("why", ""))
    return _("已取消合并，继续办理。")


@act("call")
def _call(request: HttpRequest, found: Any) -> str:
    wanted = request.POST.get("move", "")
    state = machine_of(found).playbook.states[found.state]
    ask = next((move.ask for move in state.moves if move.id == wanted), [])
    reporter.call_back(
        actor=actor_of(request), case_id=found.id, reached=request.POST.get("reached") == "1",
        move_id=wanted, data=entered(request, ask), note=request.POST.get("note", ""),
    )  # fmt: skip
    return _("回访已记录。")


def moment(text: str) -> datetime | None:
    """What a datetime-local input holds, as a time in China; None when empty or unreadable."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.TZ) if text else None
    except ValueError:
        return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BAD_REQUEST() from error
