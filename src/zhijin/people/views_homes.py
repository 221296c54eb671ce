"""Households on the desk: those that nobody looks after, one household, its grid and neighbour leader."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core.errors import Refusal
from zhijin.orgs.api import Appointment, holders_at
from zhijin.people import selectors
from zhijin.people.errors import NO_SUCH_HOUSEHOLD
from zhijin.people.forms import HouseholdForm
from zhijin.people.households import place_household
from zhijin.people.models import Household, Membership
from zhijin.places import api as places

GAPS = ("", "grid", "leader")
WHERE = places.Question((*places.WIDE, "grid"), "person.view")
PAGE = 50


@gate("person.view", methods=("GET",))
def households(request: Request) -> HttpResponse:
    """Households in one's scope; ``gap`` keeps those without a grid or neighbour leader."""
    picked, gap = (
        places.pick(request.actor, request.GET, "place", WHERE),
        request.GET.get("gap", ""),
    )
    place, gap = picked.code, gap if gap in GAPS else ""
    rows = selectors.households(request.actor, place, gap)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    named = places.get_many(home.place_code for home in page)
    context = {
        "page": page,
        "rows": [(home, named.get(home.place_code)) for home in page],
        "picked": picked,
        "gap": gap,
    }
    return render(request, "people/households.html", context)


@gate("person.view")
def household(request: Request, pk: UUID) -> HttpResponse:
    """One household: who lives there; its grid and neighbour leader, and changing them."""
    found = selectors.visible_households(request.actor).filter(id=pk).first()
    if found is None:
        raise NO_SUCH_HOUSEHOLD()
    form, refusal = _form(request, found), None
    if request.method == "POST" and form.is_valid():
        leader = form.cleaned_data["leader"]
        try:
            with transaction.atomic():
                place_household(
                    actor=request.actor, household_id=pk,
                    place_code=form.cleaned_data["place_code"],
                    leader_id=UUID(leader) if leader else None,
                )  # fmt: skip
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk:household", pk=pk)
    rows = Membership.objects.filter(household=found, valid_to=None).select_related("person")
    context = {
        "household": found,
        "place": places.find(found.place_code),
        "members": rows.order_by("id"),
        "leader": leader_of(found),
        "form": form,
        "refusal": refusal,
        "files": found.valid_to is None and request.actor.can("activity.view"),
        "can_edit": found.valid_to is None and request.actor.can("person.edit", found.place_key),
    }
    return render(request, "people/household.html", context)


def _form(request: Request, found: Household) -> HouseholdForm:
    """With the grid's neighbour leaders to choose from."""
    form = HouseholdForm(request.POST or None, actor=request.actor)
    leaders = holders_at(found.place_code, "neighbour_leader")
    choices = [("", _("不改")), *((str(held.id), held.holder) for held in leaders)]
    form.fields["leader"].choices = choices  # type: ignore[attr-defined]
    return form


def leader_of(found: Household) -> str:
    """The neighbour leader's name; empty without one, or where the viewer may not see the post."""
    leader = found.neighbour_leader_id
    if leader is None:
        return ""
    held = Appointment.objects.filter(id=leader, valid_to=None).first()
    return held.holder if held else ""
