"""The inventory of the network on the desk: counts by kind, coverage of households, and entering them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core.errors import Refusal
from zhijin.places import api as places
from zhijin.sensing import forms, selectors
from zhijin.sensing.models import Asset
from zhijin.sensing.services.assets import set_asset
from zhijin.sensing.views import common

PAGE = 50


@gate("device.view")
def assets(request: Request) -> HttpResponse:
    """What stands where, and how far it reaches; a form for those who may enter it."""
    given: dict[str, Any] = {}
    stands = common.stands_at(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        request.actor.require("device.edit")
        given = {key: str(value) for key, value in request.POST.items()}
        try:
            given["place_code"] = stands.sure()
            _enter(request, given)
        except Refusal as error:
            if error.status == 403:
                raise
            refusal = error
        else:
            messages.success(request, _("已保存。"))
            return redirect("desk:assets")
    picked = common.place_of(request)
    place = picked.code
    page = Paginator(selectors.assets(request.actor, place), PAGE).get_page(request.GET.get("page"))
    names = places.labels([row.place_code for row in page], skip=4)
    context = {
        "page": page, "rows": [(row, names[row.place_code]) for row in page], "picked": picked,
        "stands": stands,
        "where": places.find(place), "given": given, "refusal": refusal,
        "coverage": selectors.coverage(request.actor, place), "kinds": Asset.Kind.choices,
        "can_edit": request.actor.can("device.edit"),
    }  # fmt: skip
    return render(
        request, "sensing/assets.html", context, status=refusal.status if refusal else 200
    )


def _enter(request: Request, given: dict[str, Any]) -> Asset:
    return set_asset(
        actor=request.actor, place_code=given.get("place_code", "").strip(),
        kind=given.get("kind", ""), count=forms.whole(given, "count") or 0,
        used=forms.whole(given, "used"), households=forms.whole(given, "households"),
        note=given.get("note", ""),
    )  # fmt: skip
