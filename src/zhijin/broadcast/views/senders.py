"""Whose warnings a place trusts: the list, entered by one person and confirmed by another."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.broadcast import showing
from zhijin.broadcast.services import senders
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.places import api as places

STANDS = places.Question(permission=senders.PERMISSION)


@gate("broadcast.view", rate="60/m")
def listing(request: Request) -> HttpResponse:
    """The senders that hold here, those that wait for a second person, and a form for another."""
    refusal: Refusal | None = None
    home = showing.home_place(request)
    given = request.POST or {"place_code": home, "identifier": request.GET.get("sender", "")}
    stands = places.pick(request.actor, given, "place_code", STANDS)
    if request.method == "POST":
        request.actor.require(senders.PERMISSION)
        try:
            _do(request, stands)
        except Refusal as error:
            if error.status == 404 or error.id == "CO403":
                raise
            refusal = error
        else:
            return redirect("desk:alert-senders")
    rows = senders.listed(request.actor, home)
    names = places.labels(sorted({row.place_code for row in rows}), skip=2)
    context = {
        "rows": [
            {"row": row, "place": names[row.place_code],
             "mine": request.actor.can(senders.PERMISSION, row.place_key),
             "own": row.made_by == request.actor.label}
            for row in rows
        ],
        "stands": stands, "refusal": refusal, "given": given, "can_trust": request.actor.can(senders.PERMISSION),
    }  # fmt: skip
    status = refusal.status if refusal else 200
    return render(request, "broadcast/senders.html", context, status=status)


def _do(request: Request, stands: places.Picked) -> None:
    given = request.POST
    match given.get("do", ""):
        case "enter":
            senders.enter(
                actor=request.actor, place_code=stands.sure(), identifier=given.get("identifier", ""),
                ground=given.get("ground", ""),
            )  # fmt: skip
            messages.success(request, _("已登记，另一个人确认以后生效。"))
        case "confirm":
            senders.confirm(actor=request.actor, pk=_id(given.get("id", "")))
            messages.success(request, _("已确认，从现在起它的预警直接建议广播。"))
        case "end":
            senders.end(actor=request.actor, pk=_id(given.get("id", "")))
            messages.success(request, _("不再信任；它再发来的预警要先核实。"))
        case _:
            raise BAD_REQUEST()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NOT_FOUND() from error
