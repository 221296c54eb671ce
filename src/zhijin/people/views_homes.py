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
from zhijin.people import groups, selectors
from zhijin.people.errors import NO_SUCH_HOUSEHOLD
from zhijin.people.forms import HouseholdForm, NewHouseholdForm
from zhijin.people.households import end_household, place_household, register_household
from zhijin.people.models import Household, Membership
from zhijin.places import api as places

GAPS = ("", "grid", "leader")
WHERE = places.Question((*places.WIDE, "group", "grid"), "person.view")
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
    named = places.get_many(
        code for home in page for code in (home.place_code, home.group_code) if code
    )
    context = {
        "page": page,
        "rows": [(home, named.get(home.place_code), named.get(home.group_code)) for home in page],
        "picked": picked,
        "gap": gap,
        "can_edit": request.actor.can("person.edit"),
    }
    return render(request, "people/households.html", context)


def home_asked(request: Request) -> Household | None:
    """The household that ``?household=`` names. Raises PE002 when it is not in sight."""
    text = request.GET.get("household", "")
    if not text:
        return None
    try:
        pk = UUID(text)
    except ValueError as error:
        raise NO_SUCH_HOUSEHOLD() from error
    found = selectors.visible_households(request.actor).filter(id=pk, valid_to=None).first()
    if found is None:
        raise NO_SUCH_HOUSEHOLD()
    return found


@gate("person.edit")
def household_new(request: Request) -> HttpResponse:
    """Register a household; then its people."""
    form = NewHouseholdForm(
        request.POST or None, actor=request.actor,
        initial={"place_code": request.GET.get("place", "")},
    )  # fmt: skip
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = register_household(actor=request.actor, **form.cleaned_data)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已登记，接着添这一户的人。"))
            return redirect("desk:household", pk=made.id)
    status = refusal.status if refusal is not None else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "people/household_form.html", context, status=status)


@gate("person.view")
def household(request: Request, pk: UUID) -> HttpResponse:
    """One household: who lives there; its grid and neighbour leader, and changing them."""
    found = selectors.visible_households(request.actor).filter(id=pk).first()
    if found is None:
        raise NO_SUCH_HOUSEHOLD()
    ending = request.POST.get("do") == "end"
    form, refusal = _form(request, found), None
    if request.method == "POST" and (ending or form.is_valid()):
        try:
            with transaction.atomic():
                if ending:
                    end_household(actor=request.actor, household_id=pk)
                else:
                    _placed(request, pk, form)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("这一户已注销。") if ending else _("修改已保存。"))
            return redirect("desk:household", pk=pk)
    rows = Membership.objects.filter(household=found, valid_to=None).select_related("person")
    context = {
        "household": found,
        "place": places.find(found.place_code),
        "group": places.find(found.group_code) if found.group_code else None,
        "members": rows.order_by("id"),
        "leader": leader_of(found),
        "form": form,
        "refusal": refusal,
        "files": found.valid_to is None and request.actor.can("activity.view"),
        "can_edit": found.valid_to is None and request.actor.can("person.edit", found.place_key),
    }
    status = refusal.status if refusal is not None else 200
    return render(request, "people/household.html", context, status=status)


def _placed(request: Request, pk: UUID, form: HouseholdForm) -> None:
    leader = form.cleaned_data["leader"]
    # A page that did not ask for the group leaves it as it is.
    group = form.cleaned_data["group"] if "group" in form.data else None
    place_household(
        actor=request.actor, household_id=pk, place_code=form.cleaned_data["place_code"],
        leader_id=UUID(leader) if leader else None, group_code=group,
    )  # fmt: skip


def _form(request: Request, found: Household) -> HouseholdForm:
    """With the village's groups and the grid's neighbour leaders to choose from."""
    given = None if request.POST.get("do") == "end" else request.POST or None
    form = HouseholdForm(given, actor=request.actor, initial={"group": found.group_code})
    form.fields["group"].choices = _groups(found)  # type: ignore[attr-defined]
    leaders = holders_at(found.place_code, "neighbour_leader")
    choices = [("", _("不改")), *((str(held.id), held.holder) for held in leaders)]
    form.fields["leader"].choices = choices  # type: ignore[attr-defined]
    return form


def _groups(found: Household) -> list[tuple[str, str]]:
    """None, the groups that the village has now, and the household's own should that have ended."""
    rows = [(one.code, one.name) for one in groups.of(found.place_code)]
    if found.group_code and found.group_code not in dict(rows):
        own = places.find(found.group_code)
        rows.insert(0, (found.group_code, own.name if own else found.group_code))
    return [("", _("不属于哪个组")), *rows]


def leader_of(found: Household) -> str:
    """The neighbour leader's name; empty without one, or where the viewer may not see the post."""
    leader = found.neighbour_leader_id
    if leader is None:
        return ""
    held = Appointment.objects.filter(id=leader, valid_to=None).first()
    return held.holder if held else ""
