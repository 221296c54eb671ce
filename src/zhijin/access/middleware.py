"""Puts the visitor and the actor on every request: one statement when signed in, none otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from zhijin.access.http import Request
from zhijin.access.models import SignIn
from zhijin.access.selectors import (
    Visitor,
    clock_wall,
    token_digest,
    visitor_by_key,
    visitor_by_session,
)
from zhijin.core.actor import Actor

COOKIE = "zhijin"
#: How often a sign-in's last use is written down.
SEEN_EVERY = timedelta(minutes=1)


class SessionMiddleware:
    """``request.visitor`` (or None), ``request.actor`` (a resident when nobody is signed in)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, plain: HttpRequest) -> HttpResponse:
        request = cast("Request", plain)
        header = request.headers.get("Authorization", "")
        request.by_key = header.startswith("Bearer ")
        if request.by_key:
            request.visitor = visitor_by_key(header[7:].strip())
        else:
            request.visitor = _by_cookie(request.COOKIES.get(COOKIE, ""))
        request.actor = request.visitor.actor if request.visitor else Actor.resident()
        response = self.get_response(request)
        if request.visitor is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _by_cookie(token: str) -> Visitor | None:
    if not token:
        return None
    visitor = visitor_by_session(token, timedelta(minutes=settings.ZHIJIN_IDLE_MINUTES))
    if visitor and visitor.seen_at and clock_wall() - visitor.seen_at > SEEN_EVERY:
        SignIn.objects.filter(token=token_digest(token)).update(seen_at=clock_wall())
    return visitor


def set_cookie(response: HttpResponse, token: str) -> None:
    """Give the browser its sign-in; no script can read it, no other site can send it with a POST."""
    response.set_cookie(
        COOKIE, token, max_age=settings.ZHIJIN_SIGN_IN_HOURS * 3600, httponly=True, samesite="Lax",
        secure=settings.ZHIJIN_ORIGIN.startswith("https://"),
    )  # fmt: skip
