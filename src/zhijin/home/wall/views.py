"""The wall itself, its stream of events, and the desk's page of links."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhijin.access.api import Request, client_address, gate, public
from zhijin.core import live
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.home.wall import reading, selectors, services
from zhijin.home.wall.links import LINKS, token_of
from zhijin.home.wall.models import Wall
from zhijin.places import api as places

#: What a wall looks again after. It is not told which of them it was.
KINDS = ("case.", "sensing.", "device.", "broadcast.", "meeting.", "disclosure.", "assessment.")


@public(methods=("GET",), opens=False)
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """A place on a screen. Raises HW404."""
    found = _opened(request, token)
    services.shown(found)
    actor = services.actor_of(found)
    with override(found.language), scoped(actor):
        hall = reading.look(actor, found.place_code)
        # A screen sends no forms, so it gets no cookie either.
        context = {"wall": found, "hall": hall, "token": token, "csrf_token": ""}
        response = render(request, "home/wall/wall.html", context)
    return _closed(response)


@public(methods=("GET",), opens=False)
def events(request: HttpRequest, token: str) -> HttpResponse:
    """Sends the screen on to the event process, as ``/events/`` does; a revoked link ends here. Raises HW404."""
    found = _opened(request, token)
    page = f"{request.scheme}://{request.get_host()}"
    scope = services.actor_of(found).scope
    answer = HttpResponse(status=307)
    answer["Location"] = live.address(request, live.token(scope, page, kinds=KINDS, bare=True))
    return _closed(answer)


def _opened(request: HttpRequest, token: str) -> Wall:
    """The link of an address. Raises HW404, or CO429 when too many of a caller's opened nothing."""
    try:
        return selectors.opened(token)
    except Refusal:
        LINKS.refuse_guesses(client_address(request))
        raise


def _closed(response: HttpResponse) -> HttpResponse:
    """The address is a key: it goes to no other site, no cache and no search engine."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@gate("wall.manage", rate="20/m", opens=False)
def links(request: Request) -> HttpResponse:
    """The links of one's places, and a form for another."""
    refusal: Refusal | None = None
    given: dict[str, Any] = {"language": "zh-hans"}
    if request.method == "POST":
        given = {key: str(value) for key, value in request.POST.items()}
        try:
            services.make(
                actor=request.actor, place_code=given.get("place_code", ""),
                label=given.get("label", ""), language=given.get("language", ""),
            )  # fmt: skip
        except Refusal as error:
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            messages.success(request, _("链接已经建好。请在大屏的浏览器里打开它。"))
            return redirect("desk:walls")
    with scoped(request.actor):
        context = {
            "rows": _rows(request), "choices": _choices(request), "given": given, "refusal": refusal,
        }  # fmt: skip
        return render(
            request, "home/wall/links.html", context, status=refusal.status if refusal else 200
        )


def _rows(request: Request) -> list[dict[str, Any]]:
    found = selectors.listing(request.actor)
    names = places.labels([row.place_code for row in found], skip=2) if found else {}
    return [
        {"wall": row, "place": names[row.place_code], "url": _address(request, row)}
        for row in found
    ]


def _address(request: HttpRequest, row: Wall) -> str:
    """Where it is shown; nothing for a link that was revoked."""
    if row.revoked_at is not None:
        return ""
    return request.build_absolute_uri(reverse("portal:wall", args=[token_of(row.id)]))


def _choices(request: Request) -> list[tuple[str, str]]:
    """Places of one's own and the level below, down to villages."""
    own = {
        grant.place_code
        for grant in request.actor.grants
        if grant.over_place and len(grant.place_code) in services.LEVELS
    }
    codes = [
        *own,
        *(row.code for code in own if len(code) < 12 for row in places.children(code)),
    ]
    names = places.labels(codes, skip=2) if codes else {}
    return sorted(names.items(), key=lambda pair: (len(pair[0]), pair[0]))


@gate("wall.manage", methods=("POST",), rate="20/m", opens=False)
def revoke(request: Request, pk: UUID) -> HttpResponse:
    """Make a link open nothing any more. Raises CO404."""
    services.revoke(actor=request.actor, pk=pk)
    messages.success(request, _("链接已经撤销，正在显示它的大屏一分钟内变黑。"))
    return redirect("desk:walls")
