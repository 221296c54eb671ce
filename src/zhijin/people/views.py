"""Residents on the desk: the masked list, one resident, unmasking with a purpose, consent, what is held and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate, public
from zhijin.core import clock, file_care, journal
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.people import (
    catalogue,
    errors,
    households,
    moving,
    requests,
    revealing,
    selectors,
    services,
)
from zhijin.people import picking as residents
from zhijin.people.forms import (
    ConsentForm,
    EditForm,
    LeaveForm,
    MoveForm,
    PersonForm,
    RevealForm,
)
from zhijin.people.models import DataRequest, Membership, Person
from zhijin.people.selectors import Filter
from zhijin.people.views_homes import home_asked, leader_of
from zhijin.places import api as places
from zhijin.ui import picking

WHO = ("", "members", "elders", "minors")
WHERE = places.Question((*places.WIDE, "grid"), "person.view")


@gate("person.view", methods=("GET",))
def people(request: Request) -> HttpResponse:
    """Residents in one's scope, masked; found by a whole name or number only."""
    get = request.GET.get
    picked, who = places.pick(request.actor, request.GET, "place", WHERE), get("who", "")
    wanted = Filter(
        place=picked.code,
        q=get("q", "").replace("\0", "").strip()[:40],
        who=who if who in WHO else "",
    )
    rows, following = selectors.page_after(
        selectors.listing(request.actor, wanted), get("after", "")
    )
    if wanted.q:
        journal.write(request.actor, "person.found", "person:search", detail={"hits": len(rows)})
    named = places.get_many(person.place_code for person in rows)
    context = {
        "wanted": wanted,
        "picked": picked,
        "rows": [(person, named.get(person.place_code)) for person in rows],
        "next": f"?{_query(request, after=following)}" if following else "",
        "first": f"?{_query(request, after='')}" if get("after") else "",
        "groups": _groups(request, wanted),
        "gaps": _gaps(request, wanted.place),
        "can_edit": request.actor.can("person.edit"),
        "can_import": request.actor.can("person.import"),
    }
    return render(request, "people/people.html", context)


def _groups(request: Request, wanted: Filter) -> list[dict[str, Any]]:
    """Everybody, and the groups that are asked for most, with how many they are at the place."""
    counts = selectors.counts(request.actor, wanted.place)
    kinds = (
        ("", _("全部"), "people"), ("members", _("党员"), "members"), ("elders", _("65 岁以上"), "elders"),
        ("minors", _("未成年人"), "minors"),
    )  # fmt: skip
    return [
        {"label": label, "url": f"?{_query(request, who=who, after='')}", "current": who == wanted.who,
         "count": f"{counts[name]:,}"}
        for who, label, name in kinds
    ]  # fmt: skip


def _query(request: Request, **changes: str) -> str:
    values = request.GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value:
            values[name] = value
    return values.urlencode()


def _gaps(request: Request, place: str) -> selectors.Gaps | None:
    """Of the village asked for, or of the one village that the viewer works in."""
    villages = {
        grant.place_code[:12] for grant in request.actor.grants if len(grant.place_code) >= 12
    }
    village = place[:12] if len(place) >= 12 else villages.pop() if len(villages) == 1 else ""
    return selectors.household_gaps(request.actor, village) if village else None


@gate("person.edit")
def person_new(request: Request) -> HttpResponse:
    """Register a resident; ``?household=`` puts them into that household, where one is added after another."""
    home = home_asked(request)
    form = PersonForm(
        request.POST or None, actor=request.actor, home=home is not None,
        initial={"place_code": request.GET.get("place", "")},
    )  # fmt: skip
    refusal = None
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if home is not None:
            values |= {"household": home, "place_code": home.place_code}
        try:
            with transaction.atomic():
                made = services.register_person(actor=request.actor, **values)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已登记。"))
            return (
                redirect("desk:household", pk=home.id)
                if home
                else redirect("desk:person", pk=made.id)
            )
    context = {"form": form, "refusal": refusal, "home": home}
    status = refusal.status if refusal is not None else 200
    return render(request, "people/person_form.html", context, status=status)


@gate("person.view")
def person(request: Request, pk: UUID) -> HttpResponse:
    """One resident, masked; the forms that open, correct and record consent."""
    found = selectors.get(request.actor, pk)
    context: dict[str, Any] = {
        "edit": EditForm(initial=_initial(found), actor=request.actor),
        "reveal": RevealForm(),
        "consent": ConsentForm(),
        "move": MoveForm(actor=request.actor),
        "leave": LeaveForm(initial={"on": clock.today()}),
    }
    if request.method == "POST":
        try:
            with transaction.atomic():
                done = _act(request, pk, context)
        except Refusal as error:
            context["refusal"] = error
        else:
            if done:
                messages.success(request, done)
                return redirect("desk:person", pk=pk)
    status = context["refusal"].status if "refusal" in context else 200
    response = render(
        request, "people/person.html", context | _about(request, found), status=status
    )
    # What was unmasked must not stay in the browser's store.
    response["Cache-Control"] = "no-store"
    return response


def _initial(found: Person) -> dict[str, Any]:
    names = ("birth_year", "gender", "party", "version")
    return {name: getattr(found, name) for name in names}


def _about(request: Request, found: Person) -> dict[str, Any]:
    home = (
        Membership.objects.filter(person=found, valid_to=None).select_related("household").first()
    )
    mates: list[Membership] = []
    if home is not None:
        rows = Membership.objects.filter(household=home.household, valid_to=None)
        mates = list(rows.exclude(person=found).select_related("person").order_by("id"))
    actor = request.actor
    return {
        "person": found,
        "place": places.find(found.place_code),
        "home": home,
        "leader": leader_of(home.household) if home else "",
        "mates": mates,
        "consents": found.consents.order_by("-given_at"),
        "consent_names": {key: str(text) for key, text in catalogue.CONSENTS.items()},
        "can_edit": found.valid_to is None and actor.can("person.edit", found.place_key),
        "can_reveal": actor.can("person.reveal", found.place_key),
        "child": services.is_child(found),
        "may_ask": actor.can("person.edit", found.place_key),
        "asked": found.data_requests.order_by("-asked_at")[:20],
        "asks": DataRequest.Kind.choices,
    }


def _act(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    """Do what the form asks; what to say when done, empty when the page is shown with its answer."""
    acts = {
        "reveal": _reveal, "edit": _edit, "consent": _consent, "withdraw": _withdraw, "ask": _ask,
        "move": _move, "leave": _leave,
    }  # fmt: skip
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise BAD_REQUEST()
    return act(request, pk, context)


def _reveal(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    form = context["reveal"] = RevealForm(request.POST)
    if form.is_valid():
        values = revealing.reveal(
            actor=request.actor, person_id=pk, fields=form.cleaned_data["fields_"],
            purpose=form.cleaned_data["purpose"], reason=form.cleaned_data["reason"],
        )  # fmt: skip
        context["opened"] = [(catalogue.BY_KEY[key].zh, text) for key, text in values.items()]
    return ""


def _edit(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    form = context["edit"] = EditForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return ""
    services.change_person(actor=request.actor, person_id=pk, **form.values())
    return _("修改已保存。")


def _move(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    form = context["move"] = MoveForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return ""
    values = form.cleaned_data
    village = values["village"] or selectors.get(request.actor, pk).place_code[:12]
    number = " ".join(values["number"].split())
    home = households.find(village=village, number=number)
    if home is None:
        raise errors.NO_SUCH_HOUSEHOLD()
    moving.move_person(
        actor=request.actor, person_id=pk, household=home, relation=values["relation"]
    )
    return _("已迁到这一户。")


def _leave(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    form = context["leave"] = LeaveForm(request.POST)
    if not form.is_valid():
        return ""
    died = form.cleaned_data["why"] == "died"
    moving.leave(actor=request.actor, person_id=pk, on=form.cleaned_data["on"], died=died)
    return _("已登记。")


def _consent(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    form = context["consent"] = ConsentForm(request.POST)
    if not form.is_valid():
        return ""
    revealing.give_consent(actor=request.actor, person_id=pk, **form.cleaned_data)
    return _("同意已登记。")


def _withdraw(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    purpose = request.POST.get("purpose", "")
    revealing.withdraw_consent(actor=request.actor, person_id=pk, purpose=purpose)
    return _("同意已撤回，只凭它保存的内容已删除。")


def _ask(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    how, kind = request.POST.get("how", ""), request.POST.get("kind", "")
    requests.receive(actor=request.actor, person_id=pk, kind=kind, how=how)
    return _("请求已登记，三十天内答复。")


@gate("person.view", methods=("GET",))
def resident_choices(request: Request) -> HttpResponse:
    """A fragment with the residents whom a field may mean, while one types in it."""
    get = request.GET.get
    field = get("field", "name")[:40]
    text = get(field, "").replace("\0", "").strip()[: picking.LONGEST]
    picked = residents.Question(get("free") == "1").offer(request.actor, field, text)
    answer = render(request, "ui/pick_choices.html", {"picked": picked})
    answer["Cache-Control"] = "no-store"
    return answer


@public(methods=("GET",))
def held(request: Request) -> HttpResponse:
    """What personal data is held, what for and on which ground: open to everybody."""
    context = {
        "fields": catalogue.FIELDS, "purposes": catalogue.PURPOSES.values(),
        "file_days": file_care.grace(),
    }  # fmt: skip
    return render(request, "people/held.html", context)
