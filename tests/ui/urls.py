"""Addresses of the interface library's own tests: the style guide, and answers for behaviours to ask for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import include, path

from zhijin.access.api import public
from zhijin.core.errors import CONFLICT
from zhijin.ui import styleguide

#: What the list page shows and what its stream tells; a test changes them.
LIST: list[tuple[str, str, str]] = []
TOLD: list[dict[str, str]] = []


@public(methods=("GET",))
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "tests/listing.html", {"rows": LIST})


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Tells what is put into TOLD, for three seconds."""

    def messages() -> Iterator[bytes]:
        yield b"retry: 200\n\n"
        for _ in range(60):
            while TOLD:
                yield f"event: fact\ndata: {json.dumps(TOLD.pop())}\n\n".encode()
            time.sleep(0.05)

    response = StreamingHttpResponse(messages(), content_type="text/event-stream")
    # Compression would hold messages back until its buffer is full.
    response["Content-Encoding"] = "identity"
    return response


@public(methods=("GET",))
def similar(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>附近已有：{request.GET.get('text', '')}</p>")


@public()
def refuse(request: HttpRequest) -> HttpResponse:
    raise CONFLICT()


#: What forms have sent, newest last.
SENT: list[dict[str, object]] = []


@public()
def receive(request: HttpRequest) -> HttpResponse:
    time.sleep(0.4)
    files = [(f.name, f.size, f.content_type, f.read()) for f in request.FILES.getlist("photos")]
    SENT.append({**request.POST.dict(), "files": files, "htmx": "HX-Request" in request.headers})
    return HttpResponse('<p id="received">收到</p>')


desk = [
    path("", listing, name="home"),
    path("style/", public()(styleguide.page), name="style"),
    path("style/<str:face>/", public()(styleguide.page), name="style-face"),
    path("list/", listing, name="list"),
    path("refuse/", refuse, name="refuse"),
]
portal = [path("receive/", receive, name="receive"), path("similar/", similar, name="similar")]
urlpatterns = [
    path("desk/", include((desk, "desk"))),
    path("stream/", stream),
    path("", include((portal, "portal"))),
]
handler404 = "zhijin.core.middleware.not_found"
