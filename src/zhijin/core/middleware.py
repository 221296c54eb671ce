"""Security headers, and refusals told as a page or as JSON. Knows requests, but no room."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadhandler import StopUpload
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
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
    """A content security policy without inline code, a closed permissions policy, a body limit."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.ZHIJIN_BODY_LIMIT:
            limit = f"{settings.ZHIJIN_BODY_LIMIT // 1024 // 1024} MB"
            response = refuse(request, errors.TOO_LARGE(limit=limit))
        else:
            response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request))
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def _policy(request: HttpRequest) -> str:
    connect = f"'self' {live.origin(request)}".strip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        f" font-src 'self'; connect-src {connect}; worker-src 'self' blob:; manifest-src 'self';"
        " media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class RefusalMiddleware:
    """Turns refusals into pages or JSON, and anything unforeseen into a numbered 500."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            return refuse(request, error)
        if isinstance(error, Http404):
            return refuse(request, errors.NOT_FOUND())
        if isinstance(error, PermissionDenied):
            return refuse(request, errors.NO_PERMISSION(permission=""))
        if isinstance(error, RequestDataTooBig | TooManyFilesSent):
            return refuse(request, errors.TOO_LARGE(limit=f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES}"))
        if isinstance(error, MultiPartParserError | StopUpload | UnicodeDecodeError):
            return refuse(request, errors.BAD_REQUEST())
        return _unforeseen(request, error)


def _unforeseen(request: HttpRequest, error: Exception | None) -> HttpResponse:
    reference = secrets.token_hex(4)
    log.error("CO500 %s at %s", reference, request.path, exc_info=error)
    if error is not None and getattr(settings, "ZHIJIN_RAISE", False):
        raise error
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
    if refusal.status == 429 and "seconds" in refusal.params:
        response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return refuse(request, errors.NOT_FOUND())


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: only reached when a middleware itself fails."""
    return _unforeseen(request, None)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    return refuse(request, CSRF_FAILED())
