"""Posted duties, household links and their visits on the desk; the figures of service with what is behind them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.models import HelpVisit, HouseholdLink, Need
from zhijin.activities.service import counting, helping, reading, showing
from zhijin.activities.service.counting import Wanted
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import is_code
from zhijin.orgs.api import Organisation
from zhijin.people import api as people

PAGE = 50


@gate("activity.view")
def household_links(request: Request) -> HttpResponse:
    """Who holds which duty in an organisation, and who looks after which household."""
    org = showing.org_of(request)
    can = org is not None and _may(request, org)
    refusal: Refusal | None = None
    if request.method == "POST":
        if org is None or not can:
            raise NOT_FOUND()
        back = f"{reverse('desk:household-links')}?org={org.key}"
        done = common.act(request, _acts(request, org), back)
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    adding = request.GET.get("add", "") if can else ""
    context: dict[str, Any] = {
        "tabs": showing.tabs("links", request.actor), "org": org, "can": can, "refusal": refusal, "adding": adding,
        "duties": reading.duties(request.actor, org.key) if org else [],
        "links": reading.links(request.actor, org.key) if org else [],
        "members": showing.members(request, org, "household-links") if org and adding else [],
        "households": _households(request, org) if org and adding == "link" else [],
        "teams": list(reading.teams(request.actor).filter(ended_on=None, org_key=org.key)) if org else [],
        "kinds": HouseholdLink.Kind.choices,
    }  # fmt: skip
    context["pairs"] = sum(one.link.kind == HouseholdLink.Kind.PAIR for one in context["links"])
    status = refusal.status if refusal is not None else 200
    return render(request, "activities/service/links.html", context, status=status)


def _may(request: Request, org: Organisation) -> bool:
    return request.actor.can(
        "activity.act", org.place_key, org_keys=(org.key,), line_keys=org.line_keys
    )


def _households(request: Request, org: Organisation) -> list[people.Household]:
    """Households of the organisation's village, by their numbers."""
    if not is_code(org.place_code) or len(org.place_code) != 12:
        return []
    lo = org.place_key // 1_000_000 * 1_000_000
    rows = people.visible_households(request.actor).filter(valid_to=None)
    return list(
        rows.filter(place_key__gte=lo, place_key__lt=lo + 1_000_000).order_by("number")[:2000]
    )


def _acts(request: Request, org: Organisation) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def duty() -> str:
        helping.post_duty(
            actor=actor, org_key=org.key, member_id=common.uuid(request, "member"),
            title=say("title", ""), duties=say("duties", ""),
        )  # fmt: skip
        return _("已设岗。")

    def end_duty() -> str:
        helping.end_duty(actor=actor, duty_id=common.uuid(request, "duty"))
        return _("已结束。")

    def link() -> str:
        wanted = helping.Linking(
            say("kind", ""), common.uuid(request, "household"), showing.maybe_uuid(say("member", "")),
            showing.maybe_uuid(say("team", "")),
        )  # fmt: skip
        helping.link(actor=actor, org_key=org.key, wanted=wanted)
        return _("已联系上，走访和帮助记在这一户下面。")

    return {"duty": duty, "end-duty": end_duty, "link": link}


@gate("activity.view")
def household_link(request: Request, pk: UUID) -> HttpResponse:
    """One link: its visits, and writing one down."""
    found = reading.get_link(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(
            request, _link_acts(request, found), reverse("desk:household-link", args=[pk])
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = reading.get_link(request.actor, pk)
    rows = reading.visits_of(found)
    can = request.actor.can(
        "activity.act", found.place_key, org_keys=(found.org_key or 0,), line_keys=found.line_keys
    )
    context = {
        "link": found, "visits": rows, "can": can and found.until is None, "refusal": refusal,
        "kinds": HelpVisit.Kind.choices, "today": clock.today(), "times": sum(row.people for row in rows),
        "waits": sum(getattr(row, "left", False) for row in rows),
    }  # fmt: skip
    status = refusal.status if refusal is not None else 200
    return render(request, "activities/service/link.html", context, status=status)


def _link_acts(request: Request, found: HouseholdLink) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def visit() -> str:
        helping.visit(actor=actor, link_id=found.id, visited=visited_of(request))
        return _("已记下。")

    def unlink() -> str:
        helping.unlink(actor=actor, link_id=found.id, why=say("why", ""))
        return _("已结束，以前的记录还在。")

    return {"visit": visit, "unlink": unlink}


def visited_of(request: Any) -> helping.Visited:
    """What a form says of a visit. Raises CO400."""
    say = request.POST.get
    number = common.number(request, "people") if say("people", "").strip() else 1
    return helping.Visited(
        say("kind", ""), say("what", ""), showing.day(say("on", "")), number, say("open") == "1",
        say("settles") == "1",
    )  # fmt: skip


# -- figures ------------------------------------------------------------------------------------


def _wanted(request: Request) -> Wanted:
    get = request.GET.get
    place, org, text = get("place", ""), get("org", ""), get("year", "")
    now = clock.today().year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else now
    return Wanted(
        min(max(year, 2000), now), place if is_code(place) and len(place) <= 12 else "",
        int(org) if org.isascii() and org.isdigit() and len(org) <= 18 else None,
    )  # fmt: skip


def _query(wanted: Wanted, **more: Any) -> str:
    values = {"year": wanted.year, "place": wanted.place, "org": wanted.org or "", **more}
    return urlencode({key: value for key, value in values.items() if value})


def _to(wanted: Wanted, **more: Any) -> str:
    return f"{reverse('desk:service-list')}?{_query(wanted, **more)}"


@gate("activity.view", methods=("GET",))
def service_counts(request: Request) -> HttpResponse:
    """The year by level of place and by organisation; every figure opens to its records."""
    wanted = _wanted(request)
    rows = counting.by_place(request.actor, counting.spread(request.actor, wanted))
    names = showing.names_of(row["code"] for row in rows)
    here = reverse("desk:service-counts")
    context = {
        "tabs": showing.tabs("counts", request.actor), "wanted": wanted,
        "totals": counting.totals(request.actor, wanted),
        "rows": [
            {**row, "name": names.get(row["code"], row["code"]),
             "url": f"{here}?{_query(wanted, place=row['code'])}" if len(row["code"]) < 12
             else _to(wanted, place=row["code"], what="members")}
            for row in rows
        ],
        "orgs": [
            {**row, "members_url": _to(wanted, org=row["org_key"], what="members"),
             "services_url": _to(wanted, org=row["org_key"], what="services")}
            for row in counting.by_org(request.actor, wanted)
        ],
        "place": showing.place(wanted.place) if wanted.place else "", "most": counting.SIZE,
        "links": {what: _to(wanted, what=what) for what in counting.WHAT},
        "years": [(year, f"{here}?{_query(wanted, year=year)}") for year in _years(wanted.year)],
    }  # fmt: skip
    return render(request, "activities/service/counts.html", context)


def _years(year: int) -> list[int]:
    """The last three years and the one shown: back to now is one step from anywhere."""
    now = clock.today().year
    return sorted({year, *range(now - 2, now + 1)})


@gate("activity.view", methods=("GET",))
def service_list(request: Request) -> HttpResponse:
    """The records behind a figure: the same filter, under the reader's own rights."""
    wanted = _wanted(request)
    what = request.GET.get("what", "")
    if what not in counting.WHAT:
        what = "services"
    rows = counting.records(request.actor, wanted, what)
    total = rows.count()
    text = request.GET.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    page = max(1, min(page, 1 + (total - 1) // PAGE))
    # In the order of the table's index, so that a page of hundreds of thousands is found without sorting them.
    order = (
        ("place_key", "reported_on", "id") if what in ("members", "units") else ("place_key", "id")
    )
    shown = list(rows.order_by(*order)[(page - 1) * PAGE : page * PAGE])
    titles = Need.objects.in_bulk({row.need_id for row in shown}) if what == "services" else {}
    context = {
        "what": what, "wanted": wanted, "total": total,
        "heads": counting.HEADS[what](rows) if what in counting.HEADS else total,
        "page": page, "next": page + 1 if page * PAGE < total else 0,
        "rows": [(row, titles.get(getattr(row, "need_id", None))) for row in shown],
        "places": showing.names_of(row.place_code for row in shown), "previous": page - 1,
        "query": _query(wanted, what=what), "back": f"{reverse('desk:service-counts')}?{_query(wanted)}",
    }  # fmt: skip
    return render(request, "activities/service/list.html", context)
