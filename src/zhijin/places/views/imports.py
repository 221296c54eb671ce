"""Imports of divisions on the desk: past runs, a table uploaded, the findings row by row."""

from __future__ import annotations

import csv
import io
import tempfile
import uuid
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijin.access.api import gate
from zhijin.core.errors import BAD_REQUEST, TOO_LARGE, Refusal
from zhijin.core.ids import is_code
from zhijin.places.importing import run as importing
from zhijin.places.importing import sources
from zhijin.places.models import ImportRun

_UPLOAD_LIMIT = 16 * 1024 * 1024


@gate("place.import")
def runs(request: HttpRequest) -> HttpResponse:
    """Past imports; POST imports an uploaded table (CSV with code and name)."""
    context: dict[str, object] = {}
    if request.method == "POST":
        try:
            done = _import(request)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            context["refusal"] = refusal
        else:
            return redirect("desk:place-import", pk=done)
    context["runs"] = ImportRun.objects.defer("findings")[:50]
    status = 400 if "refusal" in context else 200
    return render(request, "places/imports.html", context, status=status)


@gate("place.import", methods=("GET",))
def run(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One import and what was found."""
    found = get_object_or_404(ImportRun, pk=pk)
    level = request.GET.get("level", "")
    rows = [row for row in found.findings if not level or row[1] == level]
    context = {"run": found, "rows": rows[:500], "level": level, "levels": _levels(found)}
    return render(request, "places/import.html", context)


@gate("place.import", methods=("GET",))
def findings(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The findings as CSV that spreadsheets open."""
    found = get_object_or_404(ImportRun, pk=pk)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("编号"), _("程度"), _("文件"), _("行"), _("区划代码"), _("说明")])
    writer.writerows([[_inert(cell) for cell in row] for row in found.findings])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="findings-{pk}.csv"'
    return response


def _inert(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else cell


def _levels(found: ImportRun) -> list[tuple[str, str, int]]:
    names = {"error": _("未导入"), "warning": _("已导入，请核对"), "note": _("变化")}
    counted = {key: sum(1 for row in found.findings if row[1] == key) for key in names}
    return [(key, names[key], n) for key, n in counted.items() if n]


def _import(request: HttpRequest) -> uuid.UUID:
    upload = request.FILES.get("table")
    if not isinstance(upload, UploadedFile) or not upload.size:
        raise BAD_REQUEST(fields={"table": _("请选择一个文件")})
    if upload.size > _UPLOAD_LIMIT:
        raise TOO_LARGE(limit="16 MB")
    only = tuple(request.POST.get("only", "").replace(",", " ").split())
    if not all(is_code(code) for code in only):
        raise BAD_REQUEST(fields={"only": _("这里填区划代码，用空格分开")})
    with tempfile.TemporaryDirectory() as folder:
        suffix = ".csv.gz" if (upload.name or "").endswith(".gz") else ".csv"
        path = Path(folder) / f"{_safe_name(upload.name)}{suffix}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        out = importing.import_divisions(
            sources.find(path, path),
            actor=request.actor,  # type: ignore[attr-defined]
            only=only,
            allow_vanish=request.POST.get("allow_vanish") == "1",
            using="default",
        )
    text = ngettext("导入了 {n} 行。", "导入了 {n} 行。", out.rows).format(n=f"{out.rows:,}")
    messages.success(request, text)
    assert out.run is not None
    return out.run


def _safe_name(name: str | None) -> str:
    stem = Path(name or "table").name.split(".")[0]
    return "".join(c for c in stem if c.isalnum() or c in "-_")[:60] or "table"
