"""What every call shares: its form, its method, its errors told as the standard has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from zhijin.cases.open311 import render
from zhijin.core.actor import Actor
from zhijin.core.clock import TZ
from zhijin.core.errors import BAD_REQUEST, Refusal, define
from zhijin.core.ids import is_code
from zhijin.core.scope import scoped
from zhijin.places import api as places

#: Reads see everything here and show only what is public.
READER = Actor.system("open311")
View = Callable[..., HttpResponse]

NO_JURISDICTION = define(
    "OG001", 404, "jurisdiction_id “{code}” was not found.",
    help="It is a division code such as 530602; leave it out for the whole installation.",
)  # fmt: skip
NO_SERVICE = define(
    "OG002", 404, "service_code “{code}” was not found here.", help="See services.xml."
)
NO_REQUEST = define(
    "OG003", 404, "service_request_id “{code}” was not found.",
    help="It does not exist, or nothing of it is public.",
)  # fmt: skip
NO_KEY = define(
    "OG004", 403, "api_key is missing or not valid.", help="See key_service in discovery.xml."
)
MISSING = define("OG005", 400, "{what} was not provided.")
WRONG = define("OG006", 400, "{what} is not right: {why}.")


def call(view: View) -> View:
    """Put outermost on a view: its refusals become the standard's errors, in the form asked for."""

    @wraps(view)
    def called(request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponse:
        if form not in render.FORMATS:
            return render.problem(404, f"There is no form “{form[:16]}”; use xml or json.", "xml")
        try:
            response = view(request, *args, form=form, **kwargs)
        except Refusal as refusal:
            return _told(refusal, form)
        except Http404:
            return render.problem(404, "Not found.", form)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            response = render.problem(405, f"Use {allowed}.", form)
            response.headers["Allow"] = allowed
        return response

    return csrf_exempt(called)


def _told(refusal: Refusal, form: str) -> HttpResponse:
    fields = "; ".join(f"{name}: {text}" for name, text in refusal.fields.items())
    sentence = " ".join(
        part for part in (f"{refusal.id}:", refusal.message, refusal.help, fields) if part
    )
    response = render.problem(_status(refusal.status), sentence, form)
    if "seconds" in refusal.params:
        response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response


def _status(status: int) -> int:
    """The standard knows 400, 403 and 404; too many calls keep their own number."""
    if status in {403, 404, 429} or status >= 500:
        return status
    return 403 if status == 401 else 400


def jurisdiction(given: str) -> str:
    """The place code of a ``jurisdiction_id``; empty for all. Raises OG001."""
    code = given.strip()
    if not code:
        return ""
    if not is_code(code):
        raise NO_JURISDICTION(code=code[:32])
    with scoped(READER):
        if places.find(code) is None:
            raise NO_JURISDICTION(code=code)
    return code


def several(given: str) -> list[str]:
    """A comma-delimited argument; empty parts count for nothing."""
    return [part.strip() for part in given.split(",") if part.strip()]


def moment(name: str, given: str) -> datetime | None:
    """A W3C date and time with its zone, or a date (midnight in China). Raises OG006."""
    text = given.strip()
    if not text:
        return None
    try:
        # An unescaped plus sign arrives as a blank.
        found = datetime.fromisoformat(text.replace(" ", "+"))
        if "T" not in text and len(text) == 10:
            found = found.replace(tzinfo=TZ)
        if found.tzinfo is None:
            raise WRONG(what=name, why="the time zone is missing, e.g. 2026-11-23T08:00:00Z")
        if not 1970 <= found.year <= 9000:
            raise WRONG(what=name, why="the year is out of range")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WRONG(what=name, why="use 2026-11-23T08:00:00Z") from error


def w3c(value: datetime | None) -> str | None:
    """A moment as the standard writes it, in China's zone, to the second."""
    return value.astimezone(TZ).isoformat(timespec="seconds") if value else None


def lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


__all__ = [
    "BAD_REQUEST", "MISSING", "NO_KEY", "NO_REQUEST", "NO_SERVICE", "READER", "WRONG", "call",
    "jurisdiction", "lang", "moment", "several", "w3c",
]  # fmt: skip
