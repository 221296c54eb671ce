"""Writing playbooks on the desk: upload and mend with the findings in place, put into force, retire."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock
from zhijin.core.calendar import current
from zhijin.core.errors import Refusal
from zhijin.playbooks import presenting, selectors, services
from zhijin.playbooks.counting import past_cases
from zhijin.playbooks.engine.reader import MAX_BYTES
from zhijin.playbooks.engine.sample import PLAYBOOK, SCENARIOS
from zhijin.playbooks.engine.scenarios import run_scenarios
from zhijin.playbooks.engine.simulate import openings, simulate
from zhijin.playbooks.forms import form_of
from zhijin.playbooks.views.reading import MOST_CASES, page

#: With fewer cases than this, last year says little.
FEWEST_PAST = 20


@gate("playbook.upload")
def upload(request: Request) -> HttpResponse:
    """Write or upload a playbook: all findings in place; saved as a draft when it has no errors."""
    source, scenarios = _given(request)
    context: dict[str, Any] = {
        "source": source,
        "scenarios": scenarios,
        "places": [
            (code, presenting.place_name(code)) for code in selectors.own_places(request.actor)
        ],
        "place": request.POST.get("place", ""),
        "limit": MAX_BYTES // 1024,
    }
    if request.method != "POST":
        return render(request, "playbooks/upload.html", context)
    context |= _checked(source, scenarios)
    sound = not context["errors"]
    if request.POST.get("do") == "save" and sound:
        try:
            row = services.save_draft(
                actor=request.actor, source=source, scenarios=scenarios, place_code=context["place"]
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            context["refusal"] = refusal
        else:
            messages.success(request, _("草稿已保存。看过状态图、演练和改动后，再投入使用。"))
            return redirect("desk:playbook", pk=row.pk)
    status = 200 if sound and "refusal" not in context else 422
    return render(request, "playbooks/upload.html", context, status=status)


def _given(request: Request) -> tuple[str, str]:
    """The two texts: of uploaded files, else of the form, else of a revision to begin from."""
    if request.method == "POST":
        return _text(request, "source"), _text(request, "scenarios")
    base = request.GET.get("from", "")
    try:
        row = selectors.visible(request.actor, uuid.UUID(base)) if base else None
    except (ValueError, Refusal):
        row = None
    if row is not None:
        return row.source, row.scenarios
    return PLAYBOOK.format(id="new-programme"), SCENARIOS.format(id="new-programme")


def _text(request: Request, name: str) -> str:
    upload = request.FILES.get(f"{name}_file")
    if isinstance(upload, UploadedFile) and upload.size:
        # One byte more than may be: the checker then says that it is too large.
        return bytes(upload.read(MAX_BYTES + 1)).decode("utf-8", "replace").replace("\x00", " ")
    return request.POST.get(name, "").replace("\r\n", "\n").replace("\x00", " ")


def _checked(source: str, scenarios: str) -> dict[str, Any]:
    """Findings of both texts, and the picture when there is one."""
    if form_of(source) is not None:
        checked = services.check(source)
        return {"checked": True, "findings": presenting.findings(checked.findings),
                "errors": len(checked.errors)}  # fmt: skip
    loaded = services.read(source)
    out: dict[str, Any] = {"checked": True, "findings": presenting.findings(loaded.findings),
                           "errors": len(loaded.errors)}  # fmt: skip
    if loaded.playbook is not None:
        report = run_scenarios(loaded.playbook, scenarios)
        out |= {
            "picture": presenting.drawn(loaded.playbook),
            "report": report,
            "stories": presenting.findings(report.findings),
            "steps": len(report.covered) + len(report.uncovered),
        }
    return out


@gate("playbook.view", methods=("GET",))
def play(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A year of cases under this revision: what would be late, and who would be busy.

    Last year's own cases when there are enough, else drawn ones; a draft stands beside what is in
    force, both over the same cases.
    """
    row, context = page(request, pk, "playbook-simulate")
    cases = _number(request.GET.get("cases"), 200, MOST_CASES)
    seed = _number(request.GET.get("seed"), 1, 9999)
    start = clock.local(clock.now()).replace(month=1, day=1)
    book, working = context["book"], current()
    past = past_cases(request.actor, row.playbook, cases)
    wanted = request.GET.get("use") or ("past" if len(past) >= FEWEST_PAST else "drawn")
    used = past if wanted == "past" and past else openings(book, cases, start, 365, seed)
    context |= presenting.simulated(book, simulate(book, used, working, seed=seed))
    if context["replaces"] is not None:
        older = presenting.playbook_of(selectors.visible(request.actor, context["replaces"].pk))
        context["now"] = presenting.simulated(older, simulate(older, used, working, seed=seed))
    context |= {"cases": cases, "seed": seed, "most": MOST_CASES, "past": len(past),
                "use": "past" if used is past else "drawn", "played": len(used)}  # fmt: skip
    return render(request, "playbooks/simulate.html", context)


def _number(text: str | None, default: int, most: int) -> int:
    try:
        return min(max(int(text or default), 1), most)
    except ValueError:
        return default


@gate("playbook.publish", methods=("POST",))
def publish(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Put somebody else's draft into force, as it was looked at."""
    selectors.visible(request.actor, pk)
    try:
        services.publish(actor=request.actor, pk=pk, seen=request.POST.get("seen", ""))
    except Refusal as refusal:
        return _refused(request, refusal, pk)
    messages.success(request, _("已投入使用。新上报的事项按这个版本办，已在办的仍按原来的版本。"))
    return redirect("desk:playbook", pk=pk)


@gate("playbook.publish", methods=("POST",))
def retire(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take a revision out of force."""
    selectors.visible(request.actor, pk)
    try:
        services.retire(actor=request.actor, pk=pk, why=request.POST.get("why", ""))
    except Refusal as refusal:
        return _refused(request, refusal, pk)
    messages.success(request, _("已退出使用。已在办的事项仍按这个版本办完。"))
    return redirect("desk:playbook", pk=pk)


@gate("playbook.upload", methods=("POST",))
def discard(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    selectors.visible(request.actor, pk)
    try:
        services.discard(actor=request.actor, pk=pk)
    except Refusal as refusal:
        return _refused(request, refusal, pk)
    messages.success(request, _("草稿已删除。"))
    return redirect("desk:playbooks")


def _refused(request: Request, refusal: Refusal, pk: uuid.UUID) -> HttpResponse:
    """Back to the page with the reason; whoever may not do it at all gets the usual page."""
    if refusal.status == 403:
        raise refusal
    messages.error(request, f"{refusal.message} {refusal.help}")
    return redirect("desk:playbook", pk=pk)
