"""Tables in and out: what can be sent, the template, the export, the import with its answer row by row."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from zhijin.access.api import Request, gate
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.core.sheets import Outcome
from zhijin.orgs import sheeting
from zhijin.orgs.forms import ImportForm
from zhijin.orgs.models import SheetRun
from zhijin.orgs.sheeting import Sheet
from zhijin.places import api as places

#: Who sends any table; which one, its own permission says.
IMPORTS = ("org.import", "person.import", "grid.edit", "activity.act")
READS = ("org.view", "place.view", "person.view")
WHERE = places.Question((*places.WIDE, "grid"))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Findings shown on the page; the answer file holds all.
SHOWN = 200


def _file(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


@gate(*READS, methods=("GET",))
def sheets(request: Request) -> HttpResponse:
    """The tables, and one's own imports of the last days."""
    actor = request.actor
    rows = [
        (sheet, actor.can(sheet.import_permission), actor.can(sheet.export_permission))
        for sheet in sheeting.sheets()
    ]
    titles = {sheet.key: sheet.title for sheet in sheeting.sheets()}
    own = sheeting.own_runs(actor)
    runs = [(run, titles.get(run.what, run.what)) for run in own]
    context = {"rows": rows, "runs": runs, "cut_off": sheeting.cut_off(own)}
    return render(request, "orgs/sheets.html", context)


@gate(*IMPORTS, opens=False)
def sheet_import(request: Request, what: str) -> HttpResponse:
    """Send a table; the answer stands on the page and in a file."""
    sheet = sheeting.get_sheet(what)
    request.actor.require(sheet.import_permission)
    form = ImportForm(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        name, partial = form.cleaned_data["file"].name or "", form.cleaned_data["partial"]
        begun = sheeting.begin(actor=request.actor, what=sheet.key, name=name, partial=partial)
        try:
            with scoped(request.actor):
                return _take(request, sheet, form, begun)
        except Refusal as error:
            sheeting.forget(actor=request.actor, run_id=begun.id)
            refusal = error
    context = {"sheet": sheet, "form": form, "refusal": refusal}
    with scoped(request.actor):
        status = refusal.status if refusal else 200
        return render(request, "orgs/sheet.html", context, status=status)


def _take(request: Request, sheet: Sheet, form: ImportForm, begun: SheetRun) -> HttpResponse:
    run, outcome = sheeting.run_import(
        actor=request.actor, what=sheet.key, source=form.cleaned_data["file"].file,
        name=begun.file_name, partial=begun.partial, begun=begun,
    )  # fmt: skip
    return _told(request, sheet, run, outcome)


def _told(request: Request, sheet: Sheet, run: SheetRun, outcome: Outcome) -> HttpResponse:
    if outcome.whole and not outcome.findings:
        return redirect(reverse("desk:sheet-run", args=[run.id]))
    # What is asked stands above the table, in its own words.
    rows = [row for row in outcome.rows if row.question is None]
    findings = [finding for row in rows for finding in row.findings]
    context = {
        "sheet": sheet,
        "run": run,
        "findings": findings[:SHOWN],
        "hidden": max(0, len(findings) - SHOWN),
        "asked": sheeting.asked(run),
    }
    return render(request, "orgs/sheet_run.html", context)


@gate(*IMPORTS)
def sheet_run(request: Request, pk: UUID) -> HttpResponse:
    """What became of one's own import; what only its sender can decide is asked, and the file taken again."""
    run = sheeting.own_run(request.actor, pk)
    sheet = sheeting.get_sheet(run.what)
    if request.method == "POST":
        request.actor.require(sheet.import_permission)
        try:
            after, outcome = sheeting.decide(
                actor=request.actor, run_id=pk, decisions=_decisions(request)
            )
        except Refusal as error:
            context = {"sheet": sheet, "form": ImportForm(), "refusal": error}
            return render(request, "orgs/sheet.html", context, status=error.status)
        return _told(request, sheet, after, outcome)
    context = {
        "sheet": sheet, "run": run, "asked": sheeting.asked(run),
        "cut_off": run.id in sheeting.cut_off([run]),
    }  # fmt: skip
    return render(request, "orgs/sheet_run.html", context)


def _decisions(request: Request) -> dict[int, str]:
    """What was chosen, by the row's place among the rows."""
    return {
        int(name[2:]): str(word)
        for name, word in request.POST.items()
        if name.startswith("q-") and name[2:].isascii() and name[2:].isdigit() and len(name) < 10
    }


@gate(*IMPORTS, methods=("GET",))
def sheet_answer(request: Request, pk: UUID) -> HttpResponse:
    """The answer file of one's own import."""
    name, body = sheeting.answer_of(actor=request.actor, run_id=pk)
    return _file(body, name)


@gate(*READS, methods=("GET",))
def sheet_template(request: Request, what: str) -> HttpResponse:
    """An empty table to fill."""
    sheet = sheeting.get_sheet(what)
    return _file(sheeting.template(what), f"{sheet.title}-模板.xlsx")


@gate(*READS)
def sheet_export(request: Request, what: str) -> HttpResponse:
    """What one may see, as a table. Personal data: POST, with a reason; bears a watermark."""
    sheet = sheeting.get_sheet(what)
    request.actor.require(sheet.export_permission)
    sent = request.POST if "place" in request.POST else request.GET
    picked = places.pick(request.actor, sent, "place", WHERE)
    why = request.POST.get("why", "").strip()
    if sheet.personal and (request.method != "POST" or not why or not picked.settled):
        return render(request, "orgs/sheet_export.html", {"sheet": sheet, "picked": picked, "why": why,
                      "asked": request.method == "POST" and not why})  # fmt: skip
    body = sheeting.export(actor=request.actor, what=what, place=picked.sure(), why=why[:100])
    return _file(body, f"{sheet.title}.xlsx")
