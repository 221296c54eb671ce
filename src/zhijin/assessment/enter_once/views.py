"""Enter once on the desk: send a sheet, confirm its columns, look at what differs, take it back."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment.enter_once import forms, presenting, sampling, selectors, services
from zhijin.assessment.enter_once.models import Filling
from zhijin.core import journal
from zhijin.core.errors import Refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _file(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


@gate(services.USE, rate="60/h")
def sheets(request: Request) -> HttpResponse:
    """One's sheets, the entries saved this year, and the way in."""
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            with transaction.atomic():
                made = services.start(
                    actor=request.actor, body=upload.read(), name=upload.name or "",
                    simulated=settings.ZHIJIN_DEMO,
                )  # fmt: skip
        except Refusal as error:
            refusal = error
        else:
            return redirect("desk:enter-once-columns", pk=made.id)
    context = {
        "form": form,
        "refusal": refusal,
        "rows": selectors.recent(request.actor),
        "savings": selectors.savings(request.actor),
        "demo": settings.ZHIJIN_DEMO,
    }
    status = refusal.status if refusal else 200
    return render(request, "enter_once/sheets.html", context, status=status)


@gate(services.USE, methods=("GET",))
def sample(request: Request) -> HttpResponse:
    """A sheet as an upper level sends it, with the villages of the reader's own place, to try with."""
    name, body = sampling.build(request.actor)
    return _file(body, name)


@gate(services.USE)
def columns(request: Request, pk: UUID) -> HttpResponse:
    """Every column with what it is taken for; one page, one form."""
    row = selectors.get(request.actor, pk)
    refusal = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                asked = forms.choices(request.POST, row)
                services.confirm(
                    actor=request.actor, pk=pk, version=forms.version(request.POST), choices=asked
                )
        except Refusal as error:
            refusal = error
        else:
            return redirect("desk:enter-once-cells", pk=pk)
    context = presenting.columns(row, request.POST if refusal else None) | {"refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "enter_once/columns.html", context, status=status)


@gate(services.USE)
def cells(request: Request, pk: UUID) -> HttpResponse:
    """What was filled, what differs from what was typed, what stays blank and why."""
    row = selectors.get(request.actor, pk)
    if request.method == "POST":
        services.take(actor=request.actor, pk=pk, cells=request.POST.getlist("take"))
        messages.success(request, _("已按您的选择处理不同的格。"))
        return redirect("desk:enter-once-cells", pk=pk)
    if row.state == Filling.State.MAPPING:
        return redirect("desk:enter-once-columns", pk=pk)
    return render(request, "enter_once/cells.html", presenting.cells(row))


@gate(services.USE, methods=("GET",))
def cell(request: Request, pk: UUID, table: int, index: int, row: int) -> HttpResponse:
    """One cell: its value, how it was counted, and the records behind it as they are now."""
    found = selectors.get(request.actor, pk)
    one = selectors.cell(request.actor, found, table, index, row)
    if one.now is not None and one.now.listable:
        detail = {"cell": f"{table}.{index}.{row}"}
        journal.write(request.actor, "filling.cell", found.record, detail=detail)
    return render(request, "enter_once/cell.html", presenting.cell(found, one))


@gate(services.USE, methods=("POST",), rate="120/h")
def file(request: Request, pk: UUID) -> HttpResponse:
    """The filled file."""
    name, body = services.give_back(
        actor=request.actor, pk=pk, origin=settings.ZHIJIN_ORIGIN.rstrip("/")
    )
    return _file(body, name)


@gate(services.USE, methods=("POST",))
def discard(request: Request, pk: UUID) -> HttpResponse:
    """Remove a sheet."""
    services.discard(actor=request.actor, pk=pk)
    messages.success(request, _("已删除。"))
    return redirect("desk:enter-once")
