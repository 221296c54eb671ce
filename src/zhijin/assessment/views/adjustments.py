"""Points added or taken within the programme's rules: proposed with evidence, approved by another person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import forms, services
from zhijin.assessment.engine.marks_model import Adjustment as Rule
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Adjustment, Score
from zhijin.assessment.pages import evidence, organisation, reading, words
from zhijin.assessment.pages.organisation import Page
from zhijin.assessment.pages.programme import said
from zhijin.assessment.views import asking
from zhijin.assessment.views.organisation import address
from zhijin.cases import api as cases
from zhijin.core import files, labels
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.models import StoredFile
from zhijin.core.roles import ROLES, is_above, resolve
from zhijin.core.scope import scoped

_SHOWN = 100
_FILES = 6
_POINTS = re.compile(r"\d{1,3}(\.\d{1,2})?")
TONES = {"proposed": ("info", "clock"), "approved": ("ok", "check"), "refused": ("warn", "x")}


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _role(name: str) -> str:
    role = resolve(name)
    return role.title("en" if _english() else "zh") if role else name


def _rules(found: Sequence[Rule]) -> list[tuple[Rule, str, str]]:
    """A programme's rules of adjusting: rule, title, who approves."""
    return [
        (rule, said(rule.title, english=_english()), _role(rule.second_approval)) for rule in found
    ]


def _title(row: Adjustment) -> str:
    """The title of a row's rule; its id when the programme no longer has it."""
    try:
        found = _rules(forms.current(row.programme, row.place_code).model.adjustments)
    except Refusal:
        return row.rule
    return next((title for rule, title, _who in found if rule.id == row.rule), row.rule)


@gate("assess.view", methods=("GET",))
def adjustments(request: Request) -> HttpResponse:
    """Adjustments in the reader's scope, those that wait first."""
    rows = Adjustment.objects.filter(reading.seen(request.actor)).order_by("-proposed_at")
    waiting = list(rows.filter(state=Adjustment.State.PROPOSED)[:_SHOWN])
    done = list(rows.exclude(state=Adjustment.State.PROPOSED)[:_SHOWN])
    keys = {row.org_key for row in (*waiting, *done)}
    known = Score.objects.filter(reading.seen(request.actor), org_key__in=keys)
    names = dict(known.order_by("run_id").values_list("org_key", "name"))
    lists = [
        (
            title,
            [
                (row, names.get(row.org_key, ""), _title(row), words.signed(row.amount))
                for row in part
            ],
        )
        for title, part in ((_("等待复核的"), waiting), (_("已办结的"), done))
    ]
    return render(request, "assessment/adjustments.html", {"lists": lists})


@gate("assess.adjust", opens=False, rate="30/m")
def adjust(request: Request, key: int) -> HttpResponse:
    """Propose to add or take points of one organisation in one period."""
    get = request.GET.get
    with scoped(request.actor):
        page = organisation.read(
            request.actor, key, get("programme", ""), asking.day(get("period", ""))
        )
        where, keys, lines = organisation.names(page.score)
        request.actor.require("assess.adjust", where, org_keys=keys, line_keys=lines)
        # The rules of the revision that the period keeps, whatever is in force now.
        programme = page.about.programme
        rules = _rules(programme.adjustments if programme is not None else ())
        if not rules:
            raise NOT_FOUND()
        context = {
            "page": page, "score": page.score, "rules": rules,
            "period": words.period(page.run.period_kind, page.run.period_start),
            "back": address(key, page.run.programme, page.run.period_start),
        }  # fmt: skip
    if request.method != "POST":
        return render(request, "assessment/adjust.html", context)
    try:
        made = _proposed(request, page)
    except Refusal as error:
        if error.status in {403, 404}:
            raise
        sent = {"refusal": error, "sent": request.POST}
        return render(request, "assessment/adjust.html", context | sent, status=error.status)
    messages.success(request, _("已提出，等待复核。复核通过后，整个县这一期重新计算。"))
    return redirect("desk:standing-adjustment", pk=made.id)


def _proposed(request: Request, page: Page) -> Adjustment:
    post = request.POST.get
    run = page.run
    return services.propose_adjustment(
        actor=request.actor, programme=run.programme,
        period=Period(run.period_start, run.period_kind), org_key=page.score.org_key,
        rule=post("rule", ""), amount=_amount(request), why=post("why", "")[:2000],
        records=_records(request), files=_files(request),
    )  # fmt: skip


def _amount(request: Request) -> int:
    """Points of the form in basis points, with the sign that was chosen. Raises CO400."""
    text, sign = request.POST.get("points", "").strip(), request.POST.get("sign", "")
    if not _POINTS.fullmatch(text) or sign not in {"add", "take"}:
        raise BAD_REQUEST(fields={"points": _("请填分数，最多两位小数，例如 1.5。")})
    whole, _dot, rest = text.partition(".")
    amount = int(whole) * 100 + int(rest.ljust(2, "0"))
    return amount if sign == "add" else -amount


def _records(request: Request) -> list[str]:
    """The records of the cases that are named by their numbers. Raises CO400 for one not in sight."""
    numbers = re.split(r"[\s,，、;；]+", request.POST.get("numbers", "")[:1000].strip())
    found = []
    with scoped(request.actor):
        for number in dict.fromkeys(filter(None, numbers)):
            view = cases.by_number(request.actor, number)
            if view is None:
                told = _("没有找到编号 {number} 的事项。").format(number=number[:24])
                raise BAD_REQUEST(fields={"numbers": told})
            found.append(view.case.record)
    return found[:20]


def _files(request: Request) -> list[str]:
    """Digests of what was uploaded, stored."""
    found = []
    for upload in request.FILES.getlist("files")[:_FILES]:
        if isinstance(upload, UploadedFile) and upload.file is not None:
            body = cast("BinaryIO", upload.file)
            stored = files.store_document(body, upload.name or "file", upload.size or 0)
            found.append(stored.digest)
    return found


@gate("assess.view", opens=False, rate="30/m")
def adjustment(request: Request, pk: UUID) -> HttpResponse:
    """One adjustment with its evidence, and the second approval."""
    with scoped(request.actor):
        row = _get(request, pk)
        context = _shown(request, row)
    if request.method != "POST":
        return render(request, "assessment/adjustment.html", context)
    request.actor.require("assess.approve", row.place_key, **_held_by(row))
    approved = request.POST.get("do") == "approve"
    try:
        services.decide_adjustment(
            actor=request.actor, adjustment_id=pk, approved=approved,
            answer=request.POST.get("answer", "")[:2000],
        )  # fmt: skip
    except Refusal as error:
        if error.status in {403, 404}:
            raise
        return render(
            request, "assessment/adjustment.html", context | {"refusal": error}, status=error.status
        )
    done = _("已同意，正在重新计算。") if approved else _("已退回。")
    messages.success(request, done)
    return redirect("desk:standing-adjustment", pk=pk)


def _get(request: Request, pk: UUID) -> Adjustment:
    row = Adjustment.objects.filter(reading.seen(request.actor), id=pk).first()
    if row is None:
        raise NOT_FOUND()
    return row


def _shown(request: Request, row: Adjustment) -> dict[str, Any]:
    actor = request.actor
    mine = Score.objects.filter(reading.seen(actor), org_key=row.org_key).order_by("-run_id")
    score = mine.first()
    titles = labels.objects(row.records)
    tone, icon = TONES[row.state]
    return {
        "row": row, "name": score.name if score else "", "rule": _title(row), "tone": tone,
        "icon": icon, "state": str(words.ADJUSTMENTS[row.state]), "amount": words.signed(row.amount),
        "approver": _role(row.approver_role),
        "records": [(titles.get(one, one), evidence.link(one)) for one in row.records],
        "period": words.period(_kind(row), row.period_start),
        "back": address(row.org_key, row.programme, row.period_start),
        "can_decide": row.state == Adjustment.State.PROPOSED and _may_decide(request, row),
        "own": row.proposed_by == actor.label,
    }  # fmt: skip


def _kind(row: Adjustment) -> str:
    try:
        return forms.current(row.programme, row.place_code).model.period
    except Refusal:
        return "month"


def _held_by(row: Adjustment) -> dict[str, Any]:
    """The organisation and the lines that open a row, for a permission."""
    keys = [key for key in (row.sector_key, row.industry_key) if key is not None]
    return {"org_keys": (row.org_key,), "line_keys": keys}


def _may_decide(request: Request, row: Adjustment) -> bool:
    """The role that the programme names, or one above; never whoever proposed it."""
    actor = request.actor
    may = actor.can("assess.approve", row.place_key, **_held_by(row))
    held = actor.roles_at(row.place_key, (row.org_key,))
    wanted = row.approver_role
    fits = any(role == wanted or is_above(role, wanted) for role in held & set(ROLES))
    return may and fits and row.proposed_by != actor.label


@gate("assess.view", methods=("GET",))
def file(request: Request, pk: UUID, digest: str) -> HttpResponse:
    """A file of the evidence, as a download."""
    row = _get(request, pk)
    stored = StoredFile.objects.filter(digest=digest).first() if digest in row.files else None
    path = files.path_of(digest) if stored is not None else None
    if stored is None or path is None or not path.exists():
        raise NOT_FOUND()
    response = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{digest[:12]}"'
    return response
