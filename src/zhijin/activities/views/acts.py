"""What may be done on the page of an event: the form's ``do`` → the service that does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.activities.models import Event
from zhijin.activities.selectors.duties import ToMark
from zhijin.activities.services import ballots, checks, contests, events, mutual, reviews
from zhijin.activities.views import common
from zhijin.activities.views.common import Act, number, uuid
from zhijin.core.errors import Refusal
from zhijin.orgs import api as orgs

#: Acts whose answer is a page to print and not the event's.
SLIPS = ("enrol", "new-code")


def of(request: Request, event: Event) -> Mapping[str, Act]:
    """The acts of an event's kind, each with what it says when done."""
    calls = {**_COMMON, **_BY_KIND[event.kind]}
    return {name: lambda call=call: call(request, event) for name, call in calls.items()}  # type: ignore[misc]


def _say(request: Request, name: str) -> str:
    return request.POST.get(name, "")


def _invite(request: Request, event: Event) -> str:
    picked = orgs.pick(request.actor, request.POST, "invitee")
    added = events.invite(actor=request.actor, event_id=event.id, org_keys=[picked.needed()])
    if not added:
        return _("{name} 已经在名单上了。").format(name=picked.text)
    return _("{name} 已加入。").format(name=picked.text)


def _drop(request: Request, event: Event) -> str:
    events.drop(actor=request.actor, event_id=event.id, org_key=number(request, "org"))
    return _("已移出名单。")


def _judge(request: Request, event: Event) -> str:
    own = orgs.pick(request.actor, request.POST, "own").sure()
    judge = events.name_judge(
        actor=request.actor, event_id=event.id, username=_say(request, "username"),
        org_key=int(own) if own else None,
    )  # fmt: skip
    return _("{name} 是评委了。").format(name=judge.name)


def _enter(request: Request, event: Event) -> str:
    contests.enter(
        actor=request.actor, event_id=event.id, org_key=number(request, "org"),
        title=_say(request, "title"), summary=_say(request, "summary"),
    )  # fmt: skip
    return _("已报名，开始评分前还可以修改。")


def _start_contest(request: Request, event: Event) -> str:
    contests.start(actor=request.actor, event_id=event.id)
    return _("出场顺序已抽定，评委可以评分了。")


def _close_contest(request: Request, event: Event) -> str:
    contests.close(actor=request.actor, event_id=event.id, without=_say(request, "without"))
    return _("已结束，结果已签名公布。")


def _start_mutual(request: Request, event: Event) -> str:
    mutual.start(actor=request.actor, event_id=event.id, seed=_say(request, "seed").strip())
    return _("已按种子分配，各单位可以评议了。")


def _close_mutual(request: Request, event: Event) -> str:
    mutual.close(actor=request.actor, event_id=event.id, without=_say(request, "without"))
    return _("互评已结束，结果已签名。")


def _start_review(request: Request, event: Event) -> str:
    reviews.start(actor=request.actor, event_id=event.id)
    return _("可以交报告、提问题了。")


def _report(request: Request, event: Event) -> str:
    reviews.report(
        actor=request.actor, event_id=event.id, org_key=number(request, "org"),
        name=_say(request, "name"), body=_say(request, "body"),
    )  # fmt: skip
    return _("报告已交，投票前还可以修改。")


def _ask(request: Request, event: Event) -> str:
    reviews.ask(
        actor=request.actor, event_id=event.id, entrant_id=uuid(request, "entrant"),
        what=_say(request, "what"),
    )  # fmt: skip
    return _("问题已提出。")


def _answer(request: Request, event: Event) -> str:
    reviews.answer(
        actor=request.actor, question_id=uuid(request, "question"), what=_say(request, "what")
    )
    return _("已答复。")


def _open_vote(request: Request, event: Event) -> str:
    ballots.open_vote(actor=request.actor, event_id=event.id)
    return _("投票已开始。")


def _check_in(request: Request, event: Event) -> str:
    voter = ballots.check_in(
        actor=request.actor, event_id=event.id, voter_id=uuid(request, "voter")
    )
    return _("{name} 已到会。").format(name=voter.name)


def _count(request: Request, event: Event) -> str:
    ballots.close(actor=request.actor, event_id=event.id)
    return _("已计票，票箱已销毁，结果已签名公布。")


def _publish_list(request: Request, event: Event) -> str:
    checks.publish_list(actor=request.actor, event_id=event.id)
    return _("名单已签名公布，不能再改。")


def _draw(request: Request, event: Event) -> str:
    drawn = checks.draw(
        actor=request.actor, event_id=event.id, seed=_say(request, "seed").strip(),
        told=_say(request, "told"),
    )  # fmt: skip
    return _("抽出了 {n} 家。").format(n=len(drawn))


def _find(request: Request, event: Event) -> str:
    checks.find(
        actor=request.actor, event_id=event.id, org_key=number(request, "org"),
        aspect=_say(request, "aspect"), what=_say(request, "what"),
    )  # fmt: skip
    return _("问题已记下，整改期限已开始。")


def _close_check(request: Request, event: Event) -> str:
    checks.close(actor=request.actor, event_id=event.id)
    return _("抽查已结束。")


_COMMON: dict[str, Any] = {"invite": _invite, "drop": _drop}
_BY_KIND: dict[str, dict[str, Any]] = {
    Event.Kind.CONTEST: {
        "judge": _judge, "enter": _enter, "start": _start_contest, "close": _close_contest,
    },
    Event.Kind.MUTUAL: {"start": _start_mutual, "close": _close_mutual},
    Event.Kind.REVIEW: {
        "start": _start_review, "report": _report, "ask": _ask, "answer": _answer,
        "open-vote": _open_vote, "check-in": _check_in, "count": _count,
    },
    Event.Kind.CHECK: {
        "publish-list": _publish_list, "draw": _draw, "find": _find, "close": _close_check,
    },
}  # fmt: skip


def slips(request: Request, event: Event) -> HttpResponse:
    """A page of slips to print; the codes are shown this once and kept nowhere."""
    try:
        with transaction.atomic():
            if request.POST.get("do") == "enrol":
                names = _say(request, "names").splitlines()
                made = ballots.enrol(actor=request.actor, event_id=event.id, names=names)
            else:
                voter = uuid(request, "voter")
                made = [ballots.new_code(actor=request.actor, event_id=event.id, voter_id=voter)]
    except Refusal as refusal:
        context = {"refusal": refusal, "event": event, "tabs": common.tabs("activities")}
        return render(request, "activities/slips.html", context, status=refusal.status)
    answer = render(request, "activities/slips.html", {"event": event, "slips": made})
    answer["Cache-Control"] = "no-store"
    return answer


def hand_in(request: Request, found: ToMark) -> str:
    """Hand a sheet in, by the rules of its event's kind."""
    marks = {c.key: number(request, c.key) for c in found.criteria}
    service = mutual.hand_in if found.event.kind == Event.Kind.MUTUAL else contests.hand_in
    service(
        actor=request.actor, sheet_id=found.sheet.id, marks=marks, reasons=_say(request, "reasons")
    )
    return _("评分表已交，不能再改。")
