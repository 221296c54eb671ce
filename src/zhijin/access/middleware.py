"""Puts the visitor and the actor on every request. One statement when signed in, none otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visitor = _visitor(request)
        request.visitor = visitor  # type: ignore[attr-defined]
        request.actor = visitor.actor if visitor else Actor.resident()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if visitor is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _visitor(request: HttpRequest) -> Visitor | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        request.by_key = True  # type: ignore[attr-defined]
        return visitor_by_key(header[7:].strip())
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    visitor = visitor_by_session(token, timedelta(minutes=settings.ZHIJIN_IDLE_MINUTES))
    if visitor and visitor.seen_at and clock_wall() - visitor.seen_at > SEEN_EVERY:
        SignIn.objects.filter(token=token_digest(token)).update(seen_at=clock_wall())
    return visitor


def set_cookie(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE, token, max_age=settings.ZHIJIN_SIGN_IN_HOURS * 3600, httponly=True, samesite="Lax",
        secure=settings.ZHIJIN_ORIGIN.startswith("https://"),
    )  # fmt: skip
