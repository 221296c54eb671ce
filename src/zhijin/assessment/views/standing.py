"""The standing of a place at any level, on the screen, as a document and as a sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import services
from zhijin.assessment.models import Adjustment, Run
from zhijin.assessment.pages import reading, words
from zhijin.assessment.pages.programme import about
from zhijin.assessment.pages.reading import Wanted
from zhijin.assessment.pages.standing import BELOW, Standing, read
from zhijin.assessment.views import asking, files
from zhijin.core import clock
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.places import api as places


@gate("assess.view", methods=("GET",))
def standing(request: Request) -> HttpResponse:
    """Who stands where; ``as=docx`` and ``as=xlsx`` give files of the same."""
    wanted = asking.wanted(request)
    found = read(request.actor, wanted) if wanted is not None else None
    if wanted is None or found is None:
        return render(request, "assessment/nothing.html", {})
    wish = request.GET.get("as", "")
    if wish in files.KINDS:
        return files.standing(request, found, wish)
    shown = request.GET.get("view", "")
    if wanted.mark or not BELOW.get(len(wanted.place)):
        shown = "orgs"
    context = _context(request, found, wanted) | {
        "view": shown if shown in {"orgs", "places"} else "places",
        "map": _map(found) if shown != "orgs" else "",
    }
    return render(request, "assessment/standing.html", context)


@gate("assess.publish", opens=False, methods=("POST",), rate="30/m")
def publish(request: Request, pk: UUID) -> HttpResponse:
    """Publish a computed result; one that it replaces stays beside it."""
    with scoped(request.actor):
        run = Run.objects.filter(id=pk).first()
    if run is None:
        raise NOT_FOUND()
    try:
        services.publish_run(actor=request.actor, run_id=pk)
    except Refusal as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, f"{error.message} {error.help}")
    else:
        messages.success(
            request, _("已公布。十五天内可以就记录申诉；后进、先进的后续事项会自动开出。")
        )
    address = f"{reverse('desk:standing')}?programme={run.programme}&period={run.period_start}"
    return redirect(f"{address}&place={run.place_code}")


def _publishable(found: Standing) -> list[Run]:
    """Results that the reader may publish now: periods that are over, in whole counties."""
    ready = [run for run in (*found.runs, *found.waiting) if run.state == Run.State.READY]
    return [
        run
        for run in ready
        if run.period_end <= clock.today() and found.actor.can("assess.publish", run.place_key)
    ]


def _context(request: Request, found: Standing, wanted: Wanted) -> dict[str, Any]:
    place = places.find(wanted.place) if wanted.place else None
    kind = found.runs[0].period_kind
    return {
        "s": found,
        "wanted": wanted,
        "about": found.about,
        "place": place,
        "chain": chain(wanted),
        "heading": place.short if place else _("全部"),
        "period": found.period_name,
        "previous": found.previous_name,
        "short": (
            words.short_month(found.previous) if found.previous else "",
            words.short_month(wanted.period),
        ),
        "periods": [
            (day.isoformat(), words.period(kind, day))
            for day in reading.periods(wanted.programme, wanted.place)
        ],
        "programmes": _titled(wanted.place),
        "sectors": orgs.SECTORS.items(),
        "state": words.state(found.state, found.runs[0].period_end),
        "rules": words.rules(found.about),
        "publishable": _first_of(_publishable(found), wanted.place),
        "waiting_appeals": len(found.appeals),
        "waiting_adjustments": Adjustment.objects.filter(
            reading.seen(request.actor), state=Adjustment.State.PROPOSED
        ).count(),
        "tabs": tabs(request, found),
        "dimensions": found.about.own,
        "previous_page": wanted.page - 1,
        "next_page": wanted.page + 1,
    }


def _titled(place: str) -> list[tuple[str, str]]:
    """Programmes with a standing at ``place``: ids, and titles as each newest result has them."""
    newest = (
        Run.objects.filter(reading.runs_in(place), state__in=reading.STANDING)
        .order_by("programme", "-period_start")
        .distinct("programme")
        .select_related("revision")
        .defer("canonical", "signature")
    )
    return [(run.programme, about(run).title) for run in newest]


def _first_of(ready: list[Run], place: str) -> list[tuple[Run, str, int]]:
    """The first to publish, its county's name where the page shows more than that, and how many follow."""
    for run in ready:
        county = places.find(run.place_code)
        wider = len(place) < len(run.place_code) and county is not None
        return [(run, county.short if wider and county is not None else "", len(ready) - 1)]
    return []


def chain(wanted: Wanted) -> list[tuple[str, str]]:
    """Breadcrumbs through the standing's places."""
    base = f"{reverse('desk:standing')}?programme={wanted.programme}&period={wanted.period}"
    line = [*places.ancestors(wanted.place), *filter(None, [places.find(wanted.place)])]
    return [(place.short, f"{base}&place={place.code}") for place in line]


def tabs(request: Request, found: Standing) -> list[dict[str, Any]]:
    """Places below, all organisations, laggards, advanced."""
    wanted = found.wanted
    base = (
        f"{reverse('desk:standing')}?programme={wanted.programme}&place={wanted.place}"
        f"&period={wanted.period}"
    )
    if wanted.sector:
        base += f"&sector={wanted.sector}"
    shown = wanted.mark or request.GET.get("view", "")
    made = []
    if BELOW.get(len(wanted.place)):
        current = shown not in {"orgs", "laggard", "advanced"}
        made.append({"label": _("各地"), "url": base, "current": current})
    plain = shown == "orgs" or (not made and not wanted.mark)
    made.append({"label": _("全部组织"), "url": f"{base}&view=orgs", "current": plain,
                 "count": len(found.totals)})  # fmt: skip
    for mark, name in words.MARKS.items():
        made.append({"label": name, "url": f"{base}&mark={mark}", "current": wanted.mark == mark,
                     "count": found.counts.get(mark, 0)})  # fmt: skip
    return made


def _map(found: Standing) -> str:
    """The places below on their outlines: counties from above, villages inside a county."""
    wanted = found.wanted
    digits = 6 if len(wanted.place) < 6 else 12
    rows = reading.summaries(found.actor, found.runs, wanted, digits)
    shades = {row.code: places.Shade(row.middle) for row in rows if len(row.code) == digits}
    ground = wanted.place[:6] if len(wanted.place) >= 6 else ""
    return places.score_map(shades, _("各地得分"), ground=ground)
