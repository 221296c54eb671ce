"""Civilisation practice on the desk: the figures with what is behind them, works, shows, councils."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.deliberation import asking
from zhijin.activities.models import Show, Work
from zhijin.activities.practice import reading, showing, writing
from zhijin.activities.service import showing as service
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.places import api as places

PAGE, FEW = 48, 12
WHERE = places.Question(places.WIDE, "activity.view")


@gate("activity.view")
def practice(request: Request) -> HttpResponse:
    """The figures by place and organisation, the latest works, shows ahead, councils; adding a work or a show."""
    refusal: Refusal | None = None
    if request.method == "POST":
        done = _made(request)
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    where = places.pick(request.actor, request.GET, "place", WHERE)
    try:
        asked, actor = replace(showing.wanted(request), place=where.sure()[:12]), request.actor
    except Refusal as unsure:
        return _which(request, where, unsure)
    councils = reading.councils(actor, asked)
    own = common.own_orgs(actor) if actor.can("activity.act") else []
    context: dict[str, Any] = {
        "tabs": service.tabs("practice", actor), "asked": asked, "where": where, "refusal": refusal,
        "given": request.POST,
        "totals": reading.totals(actor, asked), "links": showing.links(asked),
        "places": _places(request, asked),
        "by_org": [
            {**row, "links": showing.links(reading.Wanted(asked.year, asked.place, row["org_key"], asked.topic))}
            for row in reading.grouped(actor, asked, "org")
        ],
        "works": list(reading.works(actor, asked)[:FEW]),
        "ahead": list(reading.shows(actor, asked).filter(state=Show.State.CALLED).order_by("starts_at")[:FEW]),
        "place": service.place(asked.place) if asked.place else "",
        "picked": common.org_asked(request) if own else None,
        "councils": _councils(councils), "customs": reading.all_councils(councils),
        "years": _years(asked), "kinds": Work.Kind.choices, "topics": Work.Topic.choices,
        "show_kinds": Show.Kind.choices, "today": clock.today(), "now": clock.local(clock.now()), "most": reading.SHOWN,
    }  # fmt: skip
    return render(request, "activities/practice/practice.html", context)


def _which(request: Request, where: places.Picked, unsure: Refusal) -> HttpResponse:
    """While it is open which place is meant, no figures of another one are shown."""
    title = _("文明实践")
    context = {
        "tabs": service.tabs("practice", request.actor), "where": where, "refusal": unsure, "title": title,
    }  # fmt: skip
    return render(request, "activities/which.html", context, status=unsure.status)


def _places(request: Request, asked: reading.Wanted) -> list[dict[str, Any]]:
    """The figures of places below; what belongs to the place itself opens nowhere, since its code holds all below."""
    wide = reading.spread(request.actor, asked)
    rows = reading.grouped(request.actor, wide, "place")
    names, here = service.names_of(row["code"] for row in rows), reverse("desk:practice")
    for row in rows:
        code = row["code"]
        row["name"] = names.get(code, code)
        if len(code) > len(wide.place):
            row["links"] = showing.links(reading.Wanted(asked.year, code, asked.org, asked.topic))
            row["url"] = f"{here}?{showing.query(asked, place=code)}"
    return rows


def _councils(found: list[reading.Council]) -> list[tuple[reading.Council, str]]:
    names = service.names_of(one.place_code for one in found)
    return [(one, names.get(one.place_code, one.place_code)) for one in found]


def _years(asked: reading.Wanted) -> list[tuple[int, str, str]]:
    """All years, and the last three: number, word, address."""
    now, here = clock.today().year, reverse("desk:practice")
    rows = [(0, _("累计")), *((year, str(year)) for year in (now, now - 1, now - 2))]
    return [(year, word, f"{here}?{showing.query(asked, year=year)}") for year, word in rows]


def _made(request: Request) -> HttpResponse | Refusal:
    """Write down a work or a show, and go to it."""
    acts = {"work": _work, "show": _show}
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise BAD_REQUEST()
    try:
        with transaction.atomic():
            name, pk, told = act(request)
    except Refusal as refusal:
        return refusal
    messages.success(request, told)
    return redirect(name, pk=pk)


def _work(request: Request) -> tuple[str, UUID, str]:
    say = request.POST.get
    on = service.day(say("finished_on", ""))
    if on is None:
        raise BAD_REQUEST(fields={"finished_on": _("请填写日期。")})
    draft = writing.Draft(
        say("kind", ""), say("topic", ""), say("title", ""), on, say("consent", ""), say("about", ""),
        say("by", ""), showing.uploaded(request),
    )  # fmt: skip
    made = writing.add(actor=request.actor, org_key=common.org_asked(request).needed(), draft=draft)
    return "desk:work", made.id, _("已登记，公开的作品里看得到。")


def _show(request: Request) -> tuple[str, UUID, str]:
    say = request.POST.get
    plan = writing.Plan(
        say("kind", ""), say("title", ""), asking.moment(request), say("where", ""), say("link", "").strip(),
    )  # fmt: skip
    made = writing.call(actor=request.actor, org_key=common.org_asked(request).needed(), plan=plan)
    return "desk:show", made.id, _("已登记，办完以后请回来登记人数。")


@gate("activity.view", methods=("GET",))
def practice_list(request: Request) -> HttpResponse:
    """The records behind a figure: the same filter, under the reader's own rights."""
    asked = showing.wanted(request)
    what = request.GET.get("what", "")
    what = what if what in reading.WHAT else "works"
    rows = reading.records(request.actor, asked, what)
    total = rows.count()
    text = request.GET.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    page = max(1, min(page, 1 + (total - 1) // PAGE))
    shown = list(rows[(page - 1) * PAGE : page * PAGE])
    told = reading.totals(request.actor, asked)
    context = {
        "what": what, "asked": asked, "total": total, "rows": shown, "page": page, "previous": page - 1,
        "next": page + 1 if page * PAGE < total else 0, "query": showing.query(asked, what=what), "told": told,
        "places": service.names_of(row.place_code for row in shown), "topics": Work.Topic.choices,
        "back": f"{reverse('desk:practice')}?{showing.query(asked)}",
    }  # fmt: skip
    return render(request, "activities/practice/list.html", context)


@gate("activity.view")
def work(request: Request, pk: UUID) -> HttpResponse:
    """One work; taking it off the list."""
    found = reading.get_work(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":

        def withdraw() -> str:
            writing.withdraw(actor=request.actor, work_id=pk, why=request.POST.get("why", ""))
            return _("已撤下，不再公开，也不再计数。")

        done = common.act(request, {"withdraw": withdraw}, reverse("desk:work", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    context = {
        "work": found, "refusal": refusal, "place": service.place(found.place_code),
        "can": found.withdrawn_at is None and _may(request, found),
    }  # fmt: skip
    return render(request, "activities/practice/work.html", context)


@gate("activity.view", methods=("GET",))
def work_picture(request: Request, pk: UUID) -> HttpResponse:
    """A work's picture, for whoever sees the work."""
    return showing.picture(reading.get_work(request.actor, pk), "full")


@gate("activity.view")
def show(request: Request, pk: UUID) -> HttpResponse:
    """One show: how many took part, or that it is not held."""
    found = reading.get_show(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(request, _show_acts(request, found), reverse("desk:show", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = reading.get_show(request.actor, pk)
    context = {
        "show": found, "refusal": refusal, "place": service.place(found.place_code),
        "tone": showing.TONES.get(found.state, ""), "given": request.POST,
        "can": found.state == Show.State.CALLED and _may(request, found),
        "over": found.starts_at <= clock.now(),
    }  # fmt: skip
    return render(request, "activities/practice/show.html", context)


def _show_acts(request: Request, found: Show) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def held() -> str:
        online = common.number(request, "online") if say("online", "").strip() else 0
        count = writing.Count(
            common.number(request, "came"), online, say("how", ""), say("notes", "")
        )
        writing.held(actor=actor, show_id=found.id, count=count)
        return _("已登记，计入参与人次。")

    def cancel() -> str:
        writing.cancel(actor=actor, show_id=found.id, why=say("why", ""))
        return _("已取消。")

    return {"held": held, "cancel": cancel}


def _may(request: Request, row: Work | Show) -> bool:
    keys = (row.org_key,) if row.org_key is not None else ()
    return request.actor.can("activity.act", row.place_key, org_keys=keys, line_keys=row.line_keys)
