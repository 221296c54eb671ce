"""Loudspeakers: which there are, the file that sets one up, and the audio that they fetch."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from zhijin.access.api import Request, gate, public
from zhijin.broadcast import selectors, showing
from zhijin.broadcast.setting_up import setup_for
from zhijin.broadcast.views.desk import answer
from zhijin.core.bus import BusError, answers
from zhijin.core.errors import NOT_FOUND
from zhijin.places import api as places

PAGE = 50


@gate("broadcast.view", methods=("GET",))
def listing(request: Request) -> HttpResponse:
    """Loudspeakers in scope, and when each was last heard of."""
    place = showing.home_place(request, request.GET.get("place", ""))
    page = Paginator(selectors.listed(request.actor, showing.within(place)), PAGE).get_page(
        request.GET.get("page")
    )
    found = selectors.states_of(page)
    names = places.labels([one.device.place_code for one in found], skip=4)
    rows = [(one, names[one.device.place_code], showing.health(one)) for one in found]
    context = {
        "page": page, "rows": rows, "can_edit": request.actor.can("device.edit"),
        "broker_answers": answers(),
    }  # fmt: skip
    return render(request, "broadcast/loudspeakers.html", context)


@gate("device.edit", methods=("POST",), rate="20/m")
def setup(request: Request, pk: int) -> HttpResponse:
    """A new secret, and the file that makes a computer this loudspeaker."""
    site = request.build_absolute_uri("/")
    try:
        found = setup_for(actor=request.actor, device_id=pk, site=site)
    except BusError as error:
        raise NOT_FOUND() from error
    response = HttpResponse(found.text(), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="speaker-{found.code}.json"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@public(methods=("GET",), opens=False)
def audio(request: Request, digest: str) -> HttpResponse:
    """Audio of a broadcast that went out; loudspeakers check it against the digest that was signed."""
    row = selectors.public_audio(digest)
    if row is None:
        raise NOT_FOUND()
    response = answer(row, digest)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
