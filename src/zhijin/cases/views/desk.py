"""The case desk: lists, one case, registering for somebody, the three rates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhijin.access.api import gate
from zhijin.cases import selectors
from zhijin.cases.forms import contact, entered, position, stored_photos
from zhijin.cases.presenting import (
    CaseView,
    kinds_for,
    lang,
    thumb_order,
    views_of,
)
from zhijin.cases.selectors import Wanted
from zhijin.cases.services.intake import Report, open_case
from zhijin.cases.services.parties import callable_in
from zhijin.cases.views.context import case_context
from zhijin.core import clock, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import is_code, show_receipt, uuid7
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.places import api as places
from zhijin.playbooks.api import Revision, current

WHERE = places.Question((*places.WIDE, "grid"), "case.view")
VIEWS = {
    "open": _lazy("待办"),
    "overdue": _lazy("已逾期"),
    "soon": _lazy("24 小时内到期"),
    "raised": _lazy("逾期上报"),
    "waiting": _lazy("不限时"),
    "suspended": _lazy("挂起中"),
    "closed": _lazy("已办结"),
    "all": _lazy("全部"),
}


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def home_place(actor: Actor) -> str:
    """The widest place that the actor works in, for defaults; empty when there is none."""
    codes = [g.place_code for g in actor.grants if g.over_place and g.place_code]
    codes = codes or [g.place_code for g in actor.grants if g.place_code]
    return min(codes, key=len, default="")


@gate("case.view", methods=("GET",))
def cases(request: HttpRequest) -> HttpResponse:
    """The case desk: one page of cases, keyboard triage, live."""
    actor = actor_of(request)
    picked = places.pick(actor, request.GET, "place", WHERE)
    wanted = Wanted(
        view=request.GET.get("view", "open"), place=picked.code,
        playbook=request.GET.get("kind", ""), owner=request.GET.get("owner", ""),
        text=request.GET.get("q", "").strip(), after=request.GET.get("after", ""),
    )  # fmt: skip
    page = selectors.page(actor, wanted)
    query = request.GET.copy()
    query["after"] = page.after
    context = {
        "rows": views_of(page.rows), "wanted": wanted,
        "next": "?" + query.urlencode() if page.after else "",
        "first": _without(request, "after") if wanted.after else "",
        "tabs": [
            {"label": label, "url": _with(request, view=name), "current": name == wanted.view}
            for name, label in VIEWS.items()
        ],
        "kinds": kinds_for(picked.code or home_place(actor), None), "picked": picked,
    }  # fmt: skip
    template = "cases/_rows.html" if request.headers.get("HX-Request") else "cases/cases.html"
    return render(request, template, context)


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query[name] = value
    return "?" + query.urlencode()


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    return "?" + query.urlencode()


@gate("case.view", methods=("GET",))
def case(request: HttpRequest, pk: Any) -> HttpResponse:
    """One case: where it stands, what may be done, its whole life."""
    found = selectors.get(actor_of(request), pk)
    return render(request, "cases/case.html", case_context(actor_of(request), found))


@gate("case.view")
def reporter_details(request: HttpRequest, pk: Any) -> HttpResponse:
    """The reporter's name, number and private answers, for a stated purpose; journalled."""
    from zhijin.cases.services.private import PURPOSES, reveal

    actor = actor_of(request)
    found = selectors.get(actor, pk)
    context: dict[str, Any] = {"case": CaseView(found), "purposes": PURPOSES}
    if request.method == "POST":
        try:
            context["details"] = reveal(
                actor=actor, case=found, purpose=request.POST.get("purpose", "")
            )
        except Refusal as refusal:
            context["refusal"] = refusal
    else:
        journal.write(actor, "case.private.asked", found.record, place_key=found.place_key)
    return render(request, "cases/private.html", context)


@gate("case.report", opens=False)
def case_new(request: HttpRequest) -> HttpResponse:
    """Register a case for somebody at the counter or on the telephone."""
    actor = actor_of(request)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    code = (request.POST.get("place") or request.GET.get("place") or home_place(actor)).strip()
    code = code if places.find(code) is not None else home_place(actor)
    opener = opener_at(actor, code)
    context: dict[str, Any] = {
        "kinds": kinds_for(code, opener), "kind": kind, "place_code": code,
        "place": places.get(code) if code else None,
        "key": request.POST.get("idempotency_key") or str(uuid7()), "near": near(actor, code),
    }  # fmt: skip
    if kind:
        context |= asked_of(current(kind, code), opener)
    if request.method == "POST" and kind:
        try:
            opened = open_case(
                actor=actor, opener=opener,
                report=report_from(request, context["ask"], kind, code, "desk"),
            )  # fmt: skip
        except Refusal as refusal:
            context |= {"refusal": refusal, "given": request.POST}
            return render(request, "cases/case_new.html", context, status=refusal.status)
        messages.success(
            request,
            _("已登记 {number}，查询码 {code}。").format(
                number=opened.number, code=show_receipt(opened.code)
            ),
        )
        return redirect("desk:case", pk=opened.case_id)
    return render(request, "cases/case_new.html", context)


def near(actor: Actor, code: str) -> list[places.Place]:
    """The places to choose from in a list: a township's villages, or a village's grids, with itself.

    Only where ``actor`` works; nothing above the township, whose places are found by name instead.
    """
    if len(code) < 9:
        return []
    root = code if len(code) == 9 else code[:12]
    below = places.children(root) if len(root) == 9 else places.subtree(root, "grid")
    return [
        place
        for place in (places.get(root), *below)
        if any(lo <= place.key < hi for lo, hi in actor.scope.places)
    ]


def asked_of(revision: Revision, opener: str) -> dict[str, Any]:
    """The questions of one kind for whoever opens it, as a page shows them."""
    ask = revision.playbook.opens.ask
    asked = thumb_order(revision.machine.asked(ask, opener))
    return {
        "playbook": revision.playbook, "ask": ask,
        "kind_title": revision.playbook.title.in_(lang()),
        "asked": asked,
        "asks_phone": all(question.type != "phone" for question in asked),
    }  # fmt: skip


def opener_at(actor: Actor, code: str) -> str:
    """The role in which somebody opens a case at a place: their post there, else as a resident."""
    from zhijin.core.ids import place_key
    from zhijin.core.roles import ROLES

    firms = [g.org_key for g in actor.grants if g.org_key is not None]
    held = sorted(
        (r for r in actor.roles_at(place_key(code), firms) if r in ROLES), key=lambda r: ROLES[r].level
    ) if code else []  # fmt: skip
    return held[0] if held else "resident"


def report_from(request: HttpRequest, ask: Any, kind: str, code: str, channel: str) -> Report:
    """What the page holds, as a report."""
    lon, lat = position(request)
    phone, name = contact(request)
    return Report(
        playbook=kind, channel=channel, key=request.POST.get("idempotency_key", "") or str(uuid7()),
        place_code=code, lon=lon, lat=lat, answers=entered(request, ask),
        photos=stored_photos(request, ask), phone=phone, name=name, **_firm(actor_of(request), code),
    )  # fmt: skip


def _firm(actor: Actor, code: str) -> dict[str, Any]:
    """The organisation in whose name somebody reports, when that is their only post."""
    if any(g.over_place for g in actor.grants):
        return {}
    keys = [g.org_key for g in actor.grants if g.org_key is not None]
    with scoped(actor):
        firm = orgs.by_keys(actor, keys).get(keys[0]) if keys else None
    return {"org_key": firm.key, "org_name": firm.name} if firm else {}


@gate("case.view", methods=("GET",))
def rates(request: HttpRequest) -> HttpResponse:
    """Response, resolution and satisfaction, always with their denominators."""
    actor = actor_of(request)
    place = request.GET.get("place", "").strip() or home_place(actor)
    month = request.GET.get("month", "")
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=clock.TZ)
    except ValueError:
        start = clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=32)).replace(day=1)
    here = places.get(place) if place else None
    below = places.children(place)[:40] if is_code(place) and len(place) < 12 else []
    if below:
        whole, found = selectors.rates_below(actor, start, end, place, len(below[0].code))
    else:
        whole, found = selectors.rates(actor, start, end, place), {}
    rows = [
        (child, found.get(child.code, selectors.NO_RATES))
        for child in below
        if any(lo < child.span[1] and child.span[0] < hi for lo, hi in actor.scope.places)
    ]
    context = {
        "place": here, "start": start,
        "whole": whole, "rows": rows,
        "before": f"{start - timedelta(days=1):%Y-%m}", "after": f"{end:%Y-%m}" if end <= clock.now() else "",
    }  # fmt: skip
    return render(request, "cases/rates.html", context)


@gate("case.view", methods=("GET",))
def requests(request: HttpRequest) -> HttpResponse:
    """Extensions, suspensions and exclusions that wait for a decision."""
    rows = selectors.pending_requests(actor_of(request), 100)
    found = {c.id: c for c in selectors.by_ids(actor_of(request), [r.case_id for r in rows])}
    pairs = [(row, CaseView(found[row.case_id])) for row in rows if row.case_id in found]
    return render(request, "cases/requests.html", {"pairs": pairs})


@gate("case.view", methods=("GET",))
def organisations(request: HttpRequest, pk: Any) -> HttpResponse:
    """Organisations that may be called to a case, for the whistle's list (a fragment)."""
    found = selectors.get(actor_of(request), pk)
    term = request.GET.get("q", "").strip()
    rows = callable_in(found.county, term)
    return render(request, "cases/_orgs.html", {"rows": rows, "q": term})


def back(pk: Any) -> HttpResponse:
    return redirect(reverse("desk:case", args=[pk]))
