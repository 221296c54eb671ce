"""Posts and who holds them: the list with vacancies, setting up, appointing, ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.orgs import posts as writing
from zhijin.orgs import selectors, words
from zhijin.orgs.forms import AppointForm, EndForm, PostForm
from zhijin.orgs.models import Appointment
from zhijin.places import api as places

WHERE = places.Question((*places.WIDE, "grid"), "org.view")


@gate("org.view", methods=("GET",))
def posts(request: Request) -> HttpResponse:
    """Posts in one's scope with their seats, holders and vacancies."""
    picked, kind = (
        places.pick(request.actor, request.GET, "place", WHERE),
        request.GET.get("kind", ""),
    )
    vacant = request.GET.get("vacant") == "1"
    place = picked.code
    rows = selectors.visible_posts(request.actor).filter(selectors.within(place))
    if kind in words.POST_KINDS:
        rows = rows.filter(kind=kind)
    if vacant:
        rows = rows.filter(held__lt=F("seats")) if kind else rows.filter(held=0)
    found, following = selectors.posts_after(rows, request.GET.get("after", ""))
    named = places.get_many(post.place_code for post in found)
    names = _holders([post.id for post in found])
    context = {
        "rows": [(post, named.get(post.place_code), names.get(post.id, [])) for post in found],
        "next": _page(request, following) if following else "",
        "first": _page(request, "") if request.GET.get("after") else "",
        "picked": picked,
        "place": place,
        "kind": kind,
        "vacant": vacant,
        "kinds": words.POST_KINDS.values(),
        "can_edit": request.actor.can("org.edit"),
    }
    return render(request, "orgs/posts.html", context)


def _page(request: Request, after: str) -> str:
    values = request.GET.copy()
    values.pop("after", None)
    if after:
        values["after"] = after
    return "?" + values.urlencode()


def _holders(ids: list[UUID]) -> dict[UUID, list[str]]:
    out: dict[UUID, list[str]] = {}
    rows = Appointment.objects.filter(post_id__in=ids, valid_to=None).order_by("valid_from", "id")
    for post, holder in rows.values_list("post_id", "holder"):
        out.setdefault(post, []).append(holder)
    return out


@gate("org.edit")
def post_new(request: Request) -> HttpResponse:
    """Set up a post at an organisation (``?org=``) or at a place."""
    key = request.GET.get("org", "")
    org = selectors.get(request.actor, int(key)) if key.isascii() and key.isdigit() else None
    form = PostForm(
        request.POST or None, actor=request.actor,
        initial={"place_code": request.GET.get("place", "")},
    )  # fmt: skip
    refusal = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"org_key": org.key if org else None}
        try:
            with transaction.atomic():
                made = writing.create_post(actor=request.actor, **values)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("岗位已设立，可以登记任职了。"))
            return redirect("desk:post", pk=made.id)
    return render(request, "orgs/post_form.html", {"form": form, "refusal": refusal, "org": org})


@gate("org.view")
def post(request: Request, pk: UUID) -> HttpResponse:
    """One post: who holds it, who held it; appoint and end."""
    found = selectors.get_post(request.actor, pk)
    context: dict[str, Any] = {"appoint": AppointForm(initial={"start": clock.today()}),
                               "end": EndForm(initial={"on": clock.today()})}  # fmt: skip
    if request.method == "POST":
        try:
            with transaction.atomic():
                done = _act(request, pk, context)
        except Refusal as error:
            context["refusal"] = error
        else:
            if done:
                messages.success(request, done)
                return redirect("desk:post", pk=pk)
    held = selectors.visible_appointments(request.actor).filter(post=found)
    org_keys = (found.org_id,) if found.org_id is not None else ()
    context |= {
        "post": found,
        "place": places.find(found.place_code),
        "current": held.filter(valid_to=None)
        .select_related("account")
        .order_by("valid_from", "id"),
        "former": held.exclude(valid_to=None).order_by("-valid_to", "id")[:30],
        "gives": words.POST_KINDS[found.kind].role,
        "can_edit": request.actor.can(
            "org.edit", found.place_key, org_keys=org_keys, line_keys=found.line_keys
        ),
    }
    return render(request, "orgs/post.html", context)


def _act(request: Request, pk: UUID, context: dict[str, Any]) -> str:
    """Do what the form asks; what to say when it is done, empty when the form has mistakes."""
    match request.POST.get("do"):
        case "appoint":
            form = context["appoint"] = AppointForm(request.POST)
            if not form.is_valid():
                return ""
            values = form.cleaned_data
            term = writing.Term(
                start=values["start"], ends=values["ends"], number=values["number"],
                how=values["how"], concurrent=values["concurrent"],
            )  # fmt: skip
            writing.appoint(actor=request.actor, post_id=pk, holder=values["holder"], term=term,
                            username=values["username"])  # fmt: skip
            return _("任职已登记。")
        case "end":
            ending = context["end"] = EndForm(request.POST)
            if not ending.is_valid():
                raise BAD_REQUEST(fields={"why": _("请写明原因和日期。")})
            writing.end_appointment(
                actor=request.actor, appointment_id=_uuid(request.POST.get("appointment", "")),
                **ending.cleaned_data,
            )  # fmt: skip
            return _("任职已结束，随任职给的权限也收回了。")
    raise BAD_REQUEST()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BAD_REQUEST() from error
