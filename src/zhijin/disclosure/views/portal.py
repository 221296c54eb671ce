"""What everybody reads without an account: a place's affairs, one document, its paper notice, questions, open data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhijin.access.api import public
from zhijin.core import clock, files
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.facts import county_of
from zhijin.core.ids import is_code, show_receipt
from zhijin.disclosure import catalogue, duties, feeds, questions, selectors, tables
from zhijin.disclosure.models import Document
from zhijin.places import api as places

#: Documents of one feed or data file.
MOST = 200
REMEMBER = 180 * 24 * 3600


@public(methods=("GET",))
def here(request: HttpRequest) -> HttpResponse:
    """The affairs of one's own place, or the way to choose it."""
    code = request.COOKIES.get("place", "")
    if is_code(code) and places.find(code) is not None:
        return redirect("portal:affairs", code=code)
    return redirect(f"{reverse('portal:place-pick')}?to={reverse('portal:affairs-chosen')}")


@public(methods=("GET",))
def chosen(request: HttpRequest) -> HttpResponse:
    """Where the place picker leads: on to the affairs of the place that was chosen."""
    code = request.GET.get("place", "")
    if not is_code(code):
        return redirect("portal:place-pick")
    response = redirect("portal:affairs", code=code)
    response.set_cookie("place", code, max_age=REMEMBER, samesite="Lax", httponly=True)
    return response


@public(methods=("GET",))
def affairs(request: HttpRequest, code: str) -> HttpResponse:
    """What is public at a place, by board; and what must be published and is."""
    place = _place(code)
    key = request.GET.get("board", "")
    key = key if key in catalogue.BOARDS else ""
    rows = selectors.board(code, key, before=_uuid(request.GET.get("after", "")))
    names = places.labels([row.place_code for row in rows], skip=3)
    context: dict[str, Any] = {
        "place": place, "label": places.label(code), "board": catalogue.BOARDS.get(key),
        "tabs": _tabs(code, key),
        "rows": [(row, catalogue.BOARDS[row.board], names.get(row.place_code, "")) for row in rows],
        "after": rows[-1].id if len(rows) == selectors.PAGE else "",
        "first": "after" not in request.GET,
        "calendar": duties.calendar_of(code, county_of(code), clock.today())
        if len(code) == 12 and not key else [],
    }  # fmt: skip
    return render(request, "disclosure/affairs.html", context)


def _tabs(code: str, key: str) -> list[dict[str, Any]]:
    counts = selectors.board_counts(code)
    every: dict[str, Any] = {"label": _("全部"), "url": "?", "current": not key,
                             "count": sum(counts.values())}  # fmt: skip
    return [every] + [
        {"label": board.title, "url": f"?board={name}", "current": name == key,
         "count": counts.get(name, 0)}
        for name, board in catalogue.BOARDS.items()
    ]  # fmt: skip


@public(methods=("GET",))
def document(request: HttpRequest, code: str) -> HttpResponse:
    """One public document, with how to verify it."""
    return render(request, "disclosure/document.html", _shown(code))


def _shown(code: str) -> dict[str, Any]:
    found = selectors.public(code)
    row = found.document
    return {
        "found": found, "document": row, "board": catalogue.BOARDS[row.board],
        "code": show_receipt(row.code), "label": places.label(row.place_code),
        "table": tables.shaped(row.columns, row.rows),
        "address": settings.ZHIJIN_ORIGIN + reverse("portal:document", args=[show_receipt(row.code)]),
    }  # fmt: skip


@public(methods=("GET",))
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a paper notice, with a QR code that leads back to the signed one."""
    context = _shown(code)
    picture = segno.make(context["address"], error="m").svg_data_uri(scale=4, border=2)
    return render(request, "disclosure/notice.html", {**context, "picture": picture})


@public(rate="10/h", opens=False)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask about a document; the answer is found by the code that one gets."""
    from zhijin.core.scope import scoped

    if request.method != "POST":
        return redirect("portal:document", code=code)
    try:
        question = questions.ask(code=code, text=request.POST.get("text", ""))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        with scoped(request.actor):  # type: ignore[attr-defined]
            context = {**_shown(code), "refusal": refusal, "given": request.POST}
            return render(request, "disclosure/document.html", context, status=refusal.status)
    return redirect("portal:question", code=show_receipt(question.code))


@public(methods=("GET",), opens=False)
def question(request: HttpRequest, code: str) -> HttpResponse:
    """How one's own question stands."""
    from zhijin.core.scope import scoped

    found = questions.find(code)
    with scoped(request.actor):  # type: ignore[attr-defined]
        row = Document.objects.filter(county=found.county, id=found.document_id).first()
        context = {"question": found, "code": show_receipt(found.code), "document": row,
                   "document_code": show_receipt(row.code) if row else ""}  # fmt: skip
        response = render(request, "disclosure/question.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@public(methods=("GET",))
def attachment(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """A file of a public document, as a download."""
    found = selectors.public(code).document
    return served(*selectors.attached(found, digest))


def served(name: str, stored: Any) -> HttpResponse:
    """The bytes of an attachment, never shown in a page."""
    path = files.path_of(stored.digest)
    if not path.exists():
        raise NOT_FOUND()
    response = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


# -- for programs -----------------------------------------------------------------------------


@public(methods=("GET",))
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """An Atom feed of a place's documents."""
    _place(code)
    address = reverse("portal:affairs", args=[code])
    title = _("{place} 公开").format(place=places.label(code))
    rows = selectors.board(code, size=50)
    text = feeds.as_atom(rows, title=title, address=address, origin=settings.ZHIJIN_ORIGIN)
    return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")


@public(methods=("GET",))
def data(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Open data: what is public, as CSV or JSON, newest first; the header ``Link`` names the next page (RFC 8288)."""
    _place(code)
    if form not in {"json", "csv"}:
        raise NOT_FOUND()
    rows = selectors.board(code, size=MOST, before=_uuid(request.GET.get("after", "")))
    if form == "json":
        response = HttpResponse(
            feeds.as_json(rows, settings.ZHIJIN_ORIGIN), content_type="application/json"
        )
    else:
        response = HttpResponse(
            feeds.as_csv(rows, settings.ZHIJIN_ORIGIN), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    if len(rows) == MOST:
        address = reverse("portal:affairs-data", args=[code, form])
        response.headers["Link"] = (
            f'<{settings.ZHIJIN_ORIGIN}{address}?after={rows[-1].id}>; rel="next"'
        )
    return response


@public(methods=("GET",))
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of the open data."""
    return JsonResponse(feeds.SCHEMA)


def _place(code: str) -> Any:
    found = places.find(code) if is_code(code) else None
    if found is None:
        raise NOT_FOUND()
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
