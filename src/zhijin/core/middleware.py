"""Security headers, and refusals told as a page or as JSON. Knows requests, but no room."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.core.files.uploadhandler import StopUpload
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from zhijin.core import errors, live
from zhijin.core.errors import Refusal, define

log = logging.getLogger("zhijin")
Handler = Callable[[HttpRequest], HttpResponse]

CSRF_FAILED = define(
    "CO419",
    403,
    _("这个页面放得太久，提交没有被接受。"),
    help=_("请刷新页面后再提交一次；如果浏览器关闭了 Cookie，请先打开。"),
)


class SecurityHeadersMiddleware:
    """A content security policy without inline code, and a closed permissions policy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request))
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # For browsers that do not know frame-ancestors.
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response


def _policy(request: HttpRequest) -> str:
    connect = f"'self' {live.origin(request)}".strip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        f" font-src 'self'; connect-src {connect}; worker-src 'self' blob:; manifest-src 'self';"
        " media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class RefusalMiddleware:
    """Turns refusals into pages or JSON, and anything unforeseen into a numbered 500.

    Stands last, so that it is the first to see what a view raised, and refuses a body that is too
    large before anything of it is read.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.ZHIJIN_BODY_LIMIT:
            return refuse(request, _too_large(settings.ZHIJIN_BODY_LIMIT))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = foreseen(error)
        return refuse(request, refusal) if refusal else _unforeseen(request, error)


#: How long a client should wait for a database that is being started again.
RETRY_SECONDS = 5
#: How Django and the database tell what is no fault of ours, and how we tell it.
_FORESEEN: tuple[tuple[tuple[type[BaseException], ...], Callable[[], Refusal]], ...] = (
    ((Http404,), errors.NOT_FOUND),
    ((PermissionDenied,), lambda: errors.NO_PERMISSION(permission="")),
    ((RequestDataTooBig,), lambda: _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)),
    ((TooManyFilesSent,), lambda: _limit(f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES}")),
    (
        (BadRequest, SuspiciousOperation, MultiPartParserError, StopUpload, UnreadablePostError,
         UnicodeDecodeError),
        errors.BAD_REQUEST,
    ),
    ((OperationalError, InterfaceError), lambda: errors.UNAVAILABLE(seconds=RETRY_SECONDS)),
)  # fmt: skip


def foreseen(error: BaseException) -> Refusal | None:
    """The refusal that tells ``error``; None when it is a fault of ours."""
    if isinstance(error, Refusal):
        return error
    # PostgreSQL stores no NUL; the driver says so with a plain ValueError or a DataError.
    if "NUL (0x00)" in str(error):
        return errors.BAD_REQUEST()
    refusal = next((tell() for kinds, tell in _FORESEEN if isinstance(error, kinds)), None)
    if refusal is not None and refusal.status >= 500:
        log.warning("%s %s", refusal.id, error)
    return refusal


def _too_large(limit: int) -> Refusal:
    return _limit(f"{limit // 1024 // 1024} MB")


def _limit(text: str) -> Refusal:
    return errors.TOO_LARGE(limit=text)


def _unforeseen(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    reference = secrets.token_hex(4)
    # The pattern and not the path: that of a status page holds the reporter's code.
    where = request.resolver_match.route if request.resolver_match else "no known address"
    log.error("CO500 %s at %s", reference, where, exc_info=error)
    return refuse(request, errors.SERVER_ERROR(reference=reference))


def wants_json(request: HttpRequest) -> bool:
    """API paths answer in JSON, pages in HTML unless the client asks for JSON first."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or accept.startswith("application/json")


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer that tells ``refusal``; open311 endpoints have their own form."""
    if wants_json(request):
        response: HttpResponse = JsonResponse(refusal.as_dict(), status=refusal.status)
    else:
        context: dict[str, Any] = {"refusal": refusal, "status": refusal.status}
        response = render(request, "ui/error.html", context, status=refusal.status)
    if refusal.status in {429, 503} and "seconds" in refusal.params:
        response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400: what a middleware refused before any view."""
    told = foreseen(exception) if exception else None
    return refuse(request, told or errors.BAD_REQUEST())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return refuse(request, errors.NOT_FOUND())


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: only reached when a middleware itself fails (no database, for one)."""
    error = sys.exc_info()[1]
    refusal = foreseen(error) if error else None
    return refuse(request, refusal) if refusal else _unforeseen(request, error)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    return refuse(request, CSRF_FAILED())
