"""Meetings and study counted by organisation, and the list of records behind every figure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.cadres import where
from zhijin.activities.meetings import programme, reading
from zhijin.activities.meetings.reading import Wanted
from zhijin.activities.meetings.views import lang, year_asked
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.places import api as places
from zhijin.ui.picking import Typed

PAGE = 50


def _place(request: Request) -> places.Picked:
    """The place that ``?place=`` names, by its name or code; nothing without it."""
    return where.WHERE.pick(request.actor, "place", Typed.of(request.GET, "place"))


def _wanted(request: Request) -> Wanted:
    get = request.GET.get
    place, org, kind = _place(request).code, get("org", ""), get("kind", "")
    return Wanted(
        year_asked(request), place if len(place) <= 12 else "",
        int(org) if org.isascii() and org.isdigit() and len(org) <= 18 else None,
        kind[:24] if kind.replace("-", "").isalnum() else "", get("opening", "")[:8],
    )  # fmt: skip


def _titles() -> dict[str, str]:
    """Kinds of the shipped programme by their names in the reader's language."""
    return {kind.id: kind.title.in_(lang()) for kind in programme.current("").model.kinds}


@gate("activity.view", methods=("GET",))
def meeting_counts(request: Request) -> HttpResponse:
    """How many of each kind in one's scope, and by organisation; every figure opens to its records."""
    wanted = _wanted(request)
    titles = _titles()
    totals = reading.totals(request.actor, wanted)
    # The most frequent first: a phone shows the first few columns.
    by_kind = totals["by_kind"]
    columns = sorted((key for key in titles if by_kind.get(key)), key=lambda key: -by_kind[key])
    rows = [
        {"org": one, "cells": [(titles[key], one["kinds"].get(key, 0), _to(wanted, org=one["key"], kind=key))
                               for key in columns],
         "law": (one["law"], _to(wanted, org=one["key"], opening="law"))}
        for one in reading.by_org(request.actor, wanted)
    ]  # fmt: skip
    context = {
        "wanted": wanted, "totals": totals, "rows": rows, "heads": [titles[key] for key in columns],
        "stats": _stats(totals, columns, titles, wanted), "years": _years(wanted.year),
        "picked": _place(request), "most": reading.MOST_ORGS,
    }  # fmt: skip
    return render(request, "activities/meetings/counts.html", context)


def _years(year: int) -> list[int]:
    """The last three years and the one shown: back to now is one step from anywhere."""
    now = clock.today().year
    return sorted({year, *range(now - 2, now + 1)})


def _stats(
    totals: dict[str, Any], columns: list[str], titles: dict[str, str], wanted: Wanted
) -> list[tuple[str, int, str]]:
    rows = [(titles[key], totals["by_kind"][key], _to(wanted, kind=key)) for key in columns]
    rows.append((_("会前学法"), totals["law"], _to(wanted, opening="law")))
    rows.append((_("第一议题"), totals["first"], _to(wanted, opening="first")))
    return rows


def _to(wanted: Wanted, **more: Any) -> str:
    query = {"year": wanted.year, "place": wanted.place, "org": wanted.org or "", **more}
    return f"{reverse('desk:meeting-list')}?{urlencode({k: v for k, v in query.items() if v})}"


@gate("activity.view", methods=("GET",))
def meeting_list(request: Request) -> HttpResponse:
    """The records behind a figure: the same filter, under the reader's own rights."""
    wanted = _wanted(request)
    rows = reading.held(request.actor, wanted)
    total = rows.count()
    page = min(common.page_asked(request), 1 + total // PAGE)
    shown = rows.defer("minutes", "agenda").order_by("-held_on", "-id")[
        (page - 1) * PAGE : page * PAGE
    ]
    titles = _titles()
    context = {
        "wanted": wanted, "total": total, "rows": [(row, titles.get(row.kind, row.kind)) for row in shown],
        "kind": titles.get(wanted.kind, ""), "page": page,
        "next": page + 1 if total > page * PAGE else 0, "previous": page - 1,
    }  # fmt: skip
    return render(request, "activities/meetings/list.html", context)
