"""Where the stream of events is, and the short-lived tokens that open it. Knows neither server nor page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

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


def token(scope: Scope, page_origin: str) -> str:
    """What opens the stream for one viewer: the places of ``scope``, for pages of ``page_origin``."""
    return signing.dumps({"p": scope.places, "o": page_origin}, salt=SALT, compress=True)


def read_token(value: str) -> tuple[Scope, str]:
    """The scope and page origin of a token; ``signing.BadSignature`` when forged or older than a minute."""
    told: dict[str, Any] = signing.loads(value, salt=SALT, max_age=TOKEN_SECONDS)
    return Scope(places=tuple((int(lo), int(hi)) for lo, hi in told["p"])), str(told["o"])
