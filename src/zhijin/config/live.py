"""The addresses that belong to no room: is it alive, and the way to the stream of events."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from zhijin.access.api import gate, public
from zhijin.core import live


@public(methods=("GET",))
def health(request: HttpRequest) -> HttpResponse:
    """200 when the web server and its database answer."""
    return HttpResponse("ok", content_type="text/plain")


@gate(methods=("GET",))
def events(request: HttpRequest) -> HttpResponse:
    """Sends the page's EventSource on to the event process, with a token for what this viewer may see.

    The page knows one address; each reconnection comes here first, so that a sign-out or a changed
    scope takes effect.
    """
    page = f"{request.scheme}://{request.get_host()}"
    token = live.token(request.actor.scope, page)  # type: ignore[attr-defined]
    answer = HttpResponse(status=307)
    answer["Location"] = live.address(request, token, request.GET.get("kinds", ""))
    answer["Cache-Control"] = "no-store"
    return answer
