"""Verification for anybody: the signed file, a county's chain, a page that checks, and one that needs no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from zhijin.access.api import public
from zhijin.core import signing
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import show_receipt
from zhijin.core.scope import scoped
from zhijin.disclosure import errors, selectors, verifying
from zhijin.places import api as places

_OFFLINE = Path(__file__).resolve().parent.parent / "offline_verifier.html"


@public(methods=("GET",))
def signed(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The signed bytes (``json``), the signature beside them (``json.sig``)."""
    found = selectors.public(code)
    if found.data is None or form not in {"json", "json.sig"}:
        raise NOT_FOUND()
    name = f"{show_receipt(found.document.code)}.{form}"
    body: bytes | str = found.data if form == "json" else signing.side_file(found.signature)
    kind = "application/json" if form == "json" else "text/plain; charset=utf-8"
    response = HttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public(methods=("GET",))
def chain(request: HttpRequest, county: int) -> HttpResponse:
    """The newest links of a county's chain, and what to write down elsewhere."""
    rows = selectors.links(county)
    found = places.find(str(county))
    context: dict[str, Any] = {
        "county": county,
        "place": found.short if found else county,
        "links": [(row, bytes(row.digest).hex(), show_receipt(row.code)) for row in rows],
        "head": selectors.head(county),
    }
    return render(request, "disclosure/chain.html", context)


@public(methods=("GET",), opens=False)
def chain_lines(request: HttpRequest, county: int) -> StreamingHttpResponse:
    """The whole chain, a line of JSON a link; it holds no text, only digests."""

    def lines() -> Any:
        # The transaction must be open while the lines are sent.
        with scoped(request.actor):  # type: ignore[attr-defined]
            yield from selectors.chain(county)

    return StreamingHttpResponse(lines(), content_type="application/x-ndjson")


@public(rate="60/10m")
def verify(request: HttpRequest) -> HttpResponse:
    """Bring a file: is it as it was signed?"""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            context["verdict"] = _verdict(request)
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    return render(request, "disclosure/verify.html", context, status=status)


def _verdict(request: HttpRequest) -> verifying.Verdict:
    file, side = request.FILES.get("file"), request.FILES.get("side")
    if file is None:
        raise errors.BAD_FILE(why="—")
    data = file.read(verifying.LIMIT + 1)
    return verifying.check(data, side.read(4096) if side is not None else None)


@public(methods=("GET",))
def offline(request: HttpRequest) -> HttpResponse:
    """One file that verifies in any browser, from a memory stick, without any server."""
    response = HttpResponse(_OFFLINE.read_bytes(), content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="zhijin-verify.html"'
    return response
