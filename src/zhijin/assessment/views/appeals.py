"""Contesting one record, and answering: the old rank and the new one side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import services
from zhijin.assessment.models import Appeal, Run, Score
from zhijin.assessment.pages import claims, evidence, reading, words
from zhijin.assessment.pages.programme import about
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
    fact = Fact.objects.filter(id=found.fact_id, at=found.fact_at).first()
    keys = [k for k in (found.sector_key, found.industry_key) if k is not None]
    where = {"org_keys": (found.org_key,), "line_keys": keys}
    open_ = found.state == Appeal.State.FILED
    actor = request.actor
    tone, icon = STATES[found.state]
    return {
        "appeal": found, "run": old_run, "old": old, "new": new, "about": described,
        "indicator": described.title_of(found.indicator) if described else found.indicator,
        "record": label(kind, one) if one else "", "what": claims.kind_title(
            found.fact_kind, english=(get_language() or "").startswith("en")
        ),
        "link": evidence.link(found.record), "claim": claims.CLAIMS[found.claim],
        "said": claims.told(found, fact.attrs if fact is not None else {}),
        "state": str(words.APPEALS[found.state]), "tone": tone,
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
