"""Contesting one record, and answering: the old rank and the new one side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import services
from zhijin.assessment.models import Appeal, Run, Score
from zhijin.assessment.pages import organisation, reading, words
from zhijin.assessment.pages.organisation import Page
from zhijin.assessment.pages.programme import about
from zhijin.assessment.views import asking
from zhijin.assessment.views.organisation import address
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.labels import label
from zhijin.core.models import Fact
from zhijin.core.scope import scoped

#: Appeals on one page of the list.
_SHOWN = 100
STATES = {
    "filed": ("info", "clock"), "accepted": ("ok", "check"), "refused": ("warn", "x"),
    "withdrawn": ("", ""),
}  # fmt: skip


@gate("assess.appeal", opens=False, rate="30/m")
def contest(request: Request, key: int, indicator: str, fact: UUID) -> HttpResponse:
    """Contest one record that counts into an indicator."""
    get = request.GET.get
    with scoped(request.actor):
        page = organisation.read(
            request.actor, key, get("programme", ""), asking.day(get("period", ""))
        )
        row = Fact.objects.filter(id=fact).first()
        if row is None or page.about.indicator(indicator) is None:
            raise NOT_FOUND()
        context = _context(page, indicator, row)
    if request.method != "POST":
        return render(request, "assessment/contest.html", context)
    try:
        made = services.file_appeal(
            actor=request.actor, run_id=page.run.id, org_key=key, indicator=indicator,
            fact_id=fact, why=request.POST.get("why", "")[:2000],
        )  # fmt: skip
    except Refusal as error:
        if error.status in {403, 404}:
            raise
        return render(
            request, "assessment/contest.html",
            context | {"refusal": error, "why": request.POST.get("why", "")}, status=error.status,
        )  # fmt: skip
    messages.success(request, _("申诉已提交。对方会在十五天内答复，答复会通知您。"))
    return redirect("desk:standing-appeal", pk=made.id)


def _context(page: Page, indicator: str, row: Fact) -> dict[str, Any]:
    kind, _colon, one = row.record.partition(":")
    return {
        "page": page, "score": page.score, "indicator": page.about.title_of(indicator),
        "fact": row, "record": label(kind, one),
        "period": words.period(page.run.period_kind, page.run.period_start),
        "back": address(page.score.org_key, page.run.programme, page.run.period_start),
    }  # fmt: skip


@gate("assess.view", methods=("GET",))
def appeals(request: Request) -> HttpResponse:
    """Appeals in the reader's scope, those that wait first."""
    rows = Appeal.objects.filter(reading.seen(request.actor)).order_by("-filed_at")
    waiting = list(rows.filter(state=Appeal.State.FILED)[:_SHOWN])
    done = list(rows.exclude(state=Appeal.State.FILED)[:_SHOWN])
    names = dict(
        Score.objects.filter(
            reading.seen(request.actor), run_id__in={a.run_id for a in (*waiting, *done)}
        ).values_list("org_key", "name")
    )
    lists = [
        (_("等待答复的"), [(a, names.get(a.org_key, "")) for a in waiting]),
        (_("已办结的"), [(a, names.get(a.org_key, "")) for a in done]),
    ]
    return render(request, "assessment/appeals.html", {"lists": lists, "tones": STATES})


@gate("assess.view", opens=False, rate="30/m")
def appeal(request: Request, pk: UUID) -> HttpResponse:
    """One appeal: what is contested and why, the answer, the old result and the new beside it."""
    with scoped(request.actor):
        found = Appeal.objects.filter(reading.seen(request.actor), id=pk).first()
        if found is None:
            raise NOT_FOUND()
        context = _shown(request, found)
    if request.method != "POST":
        return render(request, "assessment/appeal.html", context)
    try:
        _act(request, found)
    except Refusal as error:
        if error.status in {403, 404}:
            raise
        return render(
            request, "assessment/appeal.html", context | {"refusal": error}, status=error.status
        )
    return redirect("desk:standing-appeal", pk=pk)


def _act(request: Request, found: Appeal) -> None:
    wish, answer = request.POST.get("do", ""), request.POST.get("answer", "")[:2000]
    if wish == "withdraw":
        services.withdraw_appeal(actor=request.actor, appeal_id=found.id)
        messages.success(request, _("申诉已撤回。"))
        return
    accepted = wish == "accept"
    services.decide_appeal(
        actor=request.actor, appeal_id=found.id, accepted=accepted, answer=answer
    )
    done = _("申诉成立：记录已更正，正在重新计算。") if accepted else _("已答复：申诉不成立。")
    messages.success(request, done)


def _shown(request: Request, found: Appeal) -> dict[str, Any]:
    old_run = Run.objects.filter(id=found.run_id).first()
    old = _score(request, found, found.run_id)
    new = _score(request, found, found.new_run) if found.new_run else None
    described = about(old_run) if old_run is not None else None
    kind, _colon, one = found.record.partition(":")
    keys = [k for k in (found.sector_key, found.industry_key) if k is not None]
    where = {"org_keys": (found.org_key,), "line_keys": keys}
    open_ = found.state == Appeal.State.FILED
    actor = request.actor
    tone, icon = STATES[found.state]
    return {
        "appeal": found, "run": old_run, "old": old, "new": new, "about": described,
        "indicator": described.title_of(found.indicator) if described else found.indicator,
        "record": label(kind, one), "state": str(words.APPEALS[found.state]), "tone": tone,
        "icon": icon, "sides": words.sides(old, new, described),
        "period": words.period(old_run.period_kind, found.period_start) if old_run else "",
        "back": address(found.org_key, found.programme, found.period_start),
        "can_answer": open_ and actor.can("assess.answer", found.place_key, **where)
        and found.filed_by != actor.label,
        "can_withdraw": open_ and actor.can("assess.appeal", found.place_key, **where),
    }  # fmt: skip


def _score(request: Request, found: Appeal, run: UUID) -> Score | None:
    rows = Score.objects.filter(reading.seen(request.actor), run_id=run, org_key=found.org_key)
    return rows.first()
