"""Where the stream of events is, and the short-lived tokens that open it. Knows neither server nor page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from zhijin.core.actor import Scope

SALT = "zhijin.live"
#: Long enough to follow a redirect, too short to be worth stealing.
TOKEN_SECONDS = 60


def origin(request: HttpRequest) -> str:
    """Scheme, host and port of the event stream as this visitor reaches it; "" for the page's own."""
    if settings.ZHIJIN_SSE_URL:
        parts = urlsplit(settings.ZHIJIN_SSE_URL)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    port = settings.ZHIJIN_EVENTS_PORT
    if not port:
        return ""
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    name = host.rsplit(":", 1)[0] if ":" in host.rsplit("]", 1)[-1] else host
    return f"{request.scheme}://{name}:{port}"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token lets through: facts of the places of ``scope`` to pages of ``page_origin``.

    ``kinds`` (beginnings of kinds of facts) cannot be widened by who holds the token; empty: what the page
    asks for. ``bare``: it is told that something happened, and neither what nor where.
    """

    scope: Scope
    page_origin: str
    kinds: tuple[str, ...] = ()
    bare: bool = False


def token(
    scope: Scope, page_origin: str, *, kinds: tuple[str, ...] = (), bare: bool = False
) -> str:
    """What opens the stream for one viewer: a :class:`Pass`, signed."""
    told = {"p": scope.places, "o": page_origin, "k": kinds, "b": bare}
    return signing.dumps(told, salt=SALT, compress=True)


def read_token(value: str) -> Pass:
    """What a token lets through; ``signing.BadSignature`` when forged or older than a minute."""
    told: dict[str, Any] = signing.loads(value, salt=SALT, max_age=TOKEN_SECONDS)
    scope = Scope(places=tuple((int(lo), int(hi)) for lo, hi in told["p"]))
    return Pass(scope, str(told["o"]), tuple(map(str, told["k"])), bool(told["b"]))


def address(request: HttpRequest, token: str, kinds: str = "") -> str:
    """Where the page's EventSource is sent on to."""
    query = urlencode({"token": token, "kinds": kinds})
    return f"{origin(request)}/events/stream?{query}"
