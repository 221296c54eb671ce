"""Visits on the desk: the list, asking for one, answering, telling what was learned, what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.forms import VisitForm
from zhijin.activities.models import Visit
from zhijin.activities.selectors import visits as reading
from zhijin.activities.services import visits as writing
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs


@gate("activity.view", methods=("GET",))
def visits(request: Request) -> HttpResponse:
    """Visits of guests and hosts in one's scope."""
    context = {
        "tabs": common.tabs("visits"), "rows": reading.listing(request.actor),
        "can_ask": request.actor.can("activity.act"),
    }  # fmt: skip
    return render(request, "activities/visits.html", context)


@gate("activity.act")
def visit_new(request: Request) -> HttpResponse:
    """Ask for a visit: find the organisation to learn from (``?q=``), then say when and why."""
    own = common.own_orgs(request.actor)
    host = request.POST.get("host") or request.GET.get("host", "")
    found = _find(own, request.GET.get("q", ""))
    shown = _shown(host)
    form = VisitForm(request.POST or None, orgs=own, initial={"host": host})
    refusal = None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            with transaction.atomic():
                made = writing.ask(actor=request.actor, guest=values.pop("org"), **values)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("观摩请求已送出。"))
            return redirect("desk:visit", pk=made.id)
    context = {
        "form": form, "refusal": refusal, "found": found, "host": shown,
        "q": request.GET.get("q", ""),
    }  # fmt: skip
    return render(request, "activities/visit_form.html", context)


_FINDER = Actor.system("visit-host")


def _find(own: list[orgs.Organisation], q: str) -> list[orgs.Organisation]:
    """Party organisations of the own county (or wider) by name; names of organisations are public."""
    q = q.replace("\0", "").strip()[:40]
    if not q or not own:
        return []
    with scoped(_FINDER):
        rows = orgs.listing(_FINDER, orgs.Filter(place=own[0].place_code[:6], kind="party", q=q))
        return list(rows.exclude(key__in=[org.key for org in own])[:20])


def _shown(key: str) -> orgs.Organisation | None:
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        return None
    with scoped(_FINDER):
        return orgs.by_keys(_FINDER, [int(key)]).get(int(key))


@gate("activity.view")
def visit(request: Request, pk: UUID) -> HttpResponse:
    """One visit: answered by the host, told by the guest, and what came of it."""
    found = reading.get(request.actor, pk)
    refusal = None
    if request.method == "POST":
        done = common.act(request, _acts(request, found), reverse("desk:visit", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = reading.get(request.actor, pk)
    lines = (found.host_sector,) if found.host_sector is not None else ()
    keys = (found.org_key,) if found.org_key is not None else ()
    actor = request.actor
    context: dict[str, Any] = {
        "tabs": common.tabs("visits"), "visit": found, "refusal": refusal,
        "effects": reading.effects(found), "due": clock.today() >= found.on,
        "is_host": actor.can("activity.act", found.host_key, org_keys=(found.host_org,), line_keys=lines),
        "is_guest": actor.can("activity.act", found.place_key, org_keys=keys, line_keys=found.line_keys),
    }  # fmt: skip
    return render(request, "activities/visit.html", context)


def _acts(request: Request, found: Visit) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def answer() -> str:
        agreed = say("agreed") == "1"
        writing.answer(actor=actor, visit_id=found.id, agreed=agreed, words=say("words", ""),
                       on=_date(say("on", "")))  # fmt: skip
        return _("已答复。")

    def hold() -> str:
        people = common.number(request, "people")
        writing.hold(actor=actor, visit_id=found.id, people=people, learned=say("learned", ""))
        return _("观摩情况已登记。")

    return {"answer": answer, "hold": hold}


def _date(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
