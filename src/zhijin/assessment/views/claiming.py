"""A unit's own word on what was counted: contest one record, or ask that something missing be counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import services
from zhijin.assessment.models import Appeal
from zhijin.assessment.pages import claims, organisation, words
from zhijin.assessment.pages.organisation import Page
from zhijin.assessment.views import asking
from zhijin.assessment.views.organisation import address, appealable
from zhijin.cases import api as cases
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.labels import label
from zhijin.core.models import Fact
from zhijin.core.scope import scoped

_CHOICES = (Appeal.Claim.EXCLUDE, Appeal.Claim.AMEND)


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _page(request: Request, key: int, indicator: str) -> Page:
    """The organisation's page, for an indicator that its programme has. Raises CO404."""
    get = request.GET.get
    page = organisation.read(
        request.actor, key, get("programme", ""), asking.day(get("period", ""))
    )
    if page.about.indicator(indicator) is None:
        raise NOT_FOUND()
    return page


def _base(page: Page, indicator: str) -> dict[str, Any]:
    run = page.run
    return {
        "page": page, "score": page.score, "indicator": page.about.title_of(indicator),
        "period": words.period(run.period_kind, run.period_start),
        "back": address(page.score.org_key, run.programme, run.period_start),
    }  # fmt: skip


@gate("assess.appeal", opens=False, rate="30/m")
def contest(request: Request, key: int, indicator: str, fact: UUID) -> HttpResponse:
    """Contest one record that counts into an indicator: that it counts, or what it says."""
    with scoped(request.actor):
        page = _page(request, key, indicator)
        row = Fact.objects.filter(id=fact).first()
        if row is None:
            raise NOT_FOUND()
        programme = page.about.programme
        asked = claims.fields(programme, indicator, row.kind, row.attrs) if programme else []
        kind, _colon, one = row.record.partition(":")
        context = _base(page, indicator) | {
            "fact": row, "record": label(kind, one), "fields": asked,
            "what": claims.kind_title(row.kind, english=_english()),
            "choices": [(c.value, claims.CLAIMS[c]) for c in _CHOICES if asked or c != "amend"],
        }  # fmt: skip

    def file() -> Appeal:
        claim = request.POST.get("claim", Appeal.Claim.EXCLUDE)
        if claim not in _CHOICES:
            raise BAD_REQUEST()
        amend = claim == Appeal.Claim.AMEND
        return services.file_appeal(
            actor=request.actor, run_id=page.run.id, org_key=key, indicator=indicator,
            fact_id=fact, why=request.POST.get("why", "")[:2000], claim=claim,
            changes=claims.given(asked, request.POST, changed=True) if amend else None,
        )  # fmt: skip

    return _filing(request, "assessment/contest.html", context, file)


@gate("assess.appeal", opens=False, rate="30/m")
def missing(request: Request, key: int, indicator: str) -> HttpResponse:
    """Ask that something that was done be counted: what, when, and which record shows it."""
    with scoped(request.actor):
        page = _page(request, key, indicator)
        programme = page.about.programme
        if programme is None:
            raise NOT_FOUND()
        kinds = claims.kinds(programme, indicator, english=_english())
        if not kinds or not appealable(page):
            raise NOT_FOUND()
        asked = {kind: claims.fields(programme, indicator, kind) for kind, _title in kinds}
        every = {field.name: field for listed in asked.values() for field in listed}
        context = _base(page, indicator) | {
            "kinds": kinds, "fields": list(every.values()),
            "first": page.run.period_start, "last": page.run.period_end - timedelta(days=1),
            "by_case": any(kind.startswith("case.") for kind, _title in kinds),
            "given": request.POST,
        }  # fmt: skip

    def file() -> Appeal:
        kind, on = request.POST.get("kind", kinds[0][0]), asking.day(request.POST.get("on", ""))
        if kind not in asked or on is None:
            raise BAD_REQUEST(fields={"on": _("请填日期。")})
        return services.file_missing(
            actor=request.actor, run_id=page.run.id, org_key=key, indicator=indicator, kind=kind,
            on=on, why=request.POST.get("why", "")[:2000], record=_record(request),
            changes=claims.given(asked[kind], request.POST, changed=False),
        )  # fmt: skip

    return _filing(request, "assessment/missing.html", context, file)


def _record(request: Request) -> str:
    """The record that a case's number names; empty when there is no such case in sight."""
    number = request.POST.get("number", "")[:40]
    with scoped(request.actor):
        view = cases.by_number(request.actor, number) if number.strip() else None
    return view.case.record if view is not None else ""


def _filing(
    request: Request, template: str, context: dict[str, Any], file: Callable[[], Appeal]
) -> HttpResponse:
    """The form, or what came of sending it."""
    if request.method != "POST":
        return render(request, template, context)
    try:
        made = file()
    except Refusal as error:
        if error.status in {403, 404}:
            raise
        sent = {"refusal": error, "why": request.POST.get("why", ""), "sent": request.POST}
        return render(request, template, context | sent, status=error.status)
    messages.success(request, _("申诉已提交。对方会在十五天内答复，答复会通知您。"))
    return redirect("desk:standing-appeal", pk=made.id)
