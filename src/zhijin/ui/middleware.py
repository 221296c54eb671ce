"""Remembers how a reader wants pages: ``?lang=en`` and ``?elder=1`` set a cookie and come back without them."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

ELDER_COOKIE = "elder"
YEAR = 365 * 24 * 3600
Handler = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """Stands before LocaleMiddleware. Works without scripts; the elder-mode button saves a round trip."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = _wanted(request)
        if not wanted or request.method != "GET":
            return self.get_response(request)
        query = request.GET.copy()
        for name in wanted:
            query.pop(name, None)
        # A path such as //elsewhere.example would leave the site: keep one leading slash.
        path = "/" + request.path.lstrip("/\\")
        response = HttpResponseRedirect(path + (f"?{query.urlencode()}" if query else ""))
        for name, value in wanted.items():
            response.set_cookie(name, value, max_age=YEAR, samesite="Lax")
        return response


def _wanted(request: HttpRequest) -> dict[str, str]:
    """The preferences asked for in the query that are valid; others are left to the page."""
    out: dict[str, str] = {}
    lang = request.GET.get("lang")
    if lang in dict(settings.LANGUAGES):
        out[settings.LANGUAGE_COOKIE_NAME] = lang
    if request.GET.get("elder") in {"0", "1"}:
        out[ELDER_COOKIE] = request.GET["elder"]
    return out
