"""Figures of service within the viewer's scope, from either side: by place and by organisation, in one year, each of
them the count of the very records that its list shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Substr

from zhijin.activities.models import Claim, CommunityReport, Need
from zhijin.activities.service.common import within_year
from zhijin.activities.service.reading import claims, needs, reports, thanks
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span

#: The lengths of codes from the province down to the community.
LENGTHS = (2, 4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a figure or a list is narrowed to: a year, a place with all below it, one organisation."""

    year: int
    place: str = ""
    org: int | None = None


WHAT = ("members", "units", "services", "needs", "thanks")


def records(actor: Actor, wanted: Wanted, what: str) -> QuerySet[Any]:
    """The records behind a figure: counts and lists run the same filter.

    A report counts in every year in which it stood; a service in the year in which it was confirmed.
    """
    first, after = within_year(wanted.year)
    start, end = (datetime.combine(day, time(0), clock.TZ) for day in (first, after))
    rows: QuerySet[Any]
    if what in ("members", "units"):
        standing = Q(ended_on=None) | Q(ended_on__gte=first)
        rows = reports(actor).filter(
            standing, reported_on__lt=after, member_id__isnull=what == "units"
        )
    elif what == "services":
        rows = claims(actor).filter(
            state=Claim.State.CONFIRMED, confirmed_at__gte=start, confirmed_at__lt=end
        )
    elif what == "needs":
        # Also those of the communities to which one's organisations reported, as on the page of needs.
        rows = needs(actor).filter(state=Need.State.OPEN, made_at__gte=start, made_at__lt=end)
    else:
        rows = thanks(actor).filter(made_at__gte=start, made_at__lt=end)
    if wanted.place:
        lo, hi = place_span(wanted.place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    return rows if wanted.org is None else rows.filter(org_key=wanted.org)


#: Up to so many members who ended a report are told apart by name; above, everybody is.
FEW = 2000


#: Whose a report is, however often they moved to another branch.
WHO = Coalesce("who_id", "member_id")


def _moved(rows: QuerySet[CommunityReport]) -> list[UUID] | None:
    """Who ended a report among ``rows``, and so may have another there; None when they are many.

    A member moves house, or to another branch, which ends the report too.

    Nearly every member has one report: where the few others are known, members are rows, and to count rows costs far
    less than to tell hundreds of thousands of members apart. Read first and not as a part of the count: the planner
    underrates how many rows a scope lets through, and would look for them once for each report.
    """
    ended = rows.filter(ended_on__isnull=False).order_by()
    ids = ended.values_list(WHO, flat=True).distinct()[: FEW + 1]
    found = [pk for pk in ids if pk is not None]
    return found if len(found) <= FEW else None


def _heads(rows: QuerySet[CommunityReport], *keys: str, **more: Any) -> list[QuerySet[Any]]:
    """Members counted once each, in parts that add up: those with one report, and those who may have more."""
    moved = _moved(rows)
    plain = rows.order_by().annotate(**more, who=WHO).values(*keys)
    apart = Count("who", distinct=True)
    if moved is None:
        return [plain.annotate(members=apart)]
    if not moved:
        return [plain.annotate(members=Count("id"))]
    return [
        plain.exclude(who__in=moved).annotate(members=Count("id")),
        plain.filter(who__in=moved).annotate(members=apart),
    ]


def members(rows: QuerySet[CommunityReport]) -> int:
    """People, not reports: whoever moved house or to another branch in the year counts once."""
    moved, told = _moved(rows), rows.order_by().annotate(who=WHO)
    if moved is None:
        return told.values("who").distinct().count()
    return told.exclude(who__in=moved).count() + len(moved) if moved else rows.count()


def units(rows: QuerySet[CommunityReport]) -> int:
    """Units, not reports: one that reports to several communities, or again, counts once."""
    return rows.order_by().values("org_key").distinct().count()


#: Reports are several to one who reported; everything else is counted record by record.
HEADS: Final[dict[str, Callable[[QuerySet[CommunityReport]], int]]] = {
    "members": members, "units": units,
}  # fmt: skip


def totals(actor: Actor, wanted: Wanted) -> dict[str, int]:
    """The year's figures; seven queries. A member who moved house, or to another branch, counts once."""
    rows = records(actor, wanted, "members")
    communities = rows.values("place_key").distinct().count()
    served = records(actor, wanted, "services").aggregate(
        services=Count("id"), times=Sum("people"), minutes=Sum(F("minutes") * F("people")),
        satisfied=Count("id", filter=Q(satisfied=True)),
    )  # fmt: skip
    asked = records(actor, wanted, "needs").aggregate(
        needs=Count("id"), seats=Sum("seats"), taken=Sum("taken")
    )
    more = {
        "units": units(records(actor, wanted, "units")),
        "thanks": records(actor, wanted, "thanks").count(),
    }
    told = {"members": members(rows), "communities": communities, **served, **asked, **more}
    return {key: value or 0 for key, value in told.items()}


def next_length(place: str) -> int | None:
    """How long the codes one level below are; None below a community."""
    return next((n for n in LENGTHS if n > len(place)), None)


def by_place(actor: Actor, wanted: Wanted) -> list[dict[str, Any]]:
    """The figures of each place one level below, in the order of codes; four queries at the most."""
    length = next_length(wanted.place)
    if length is None:
        return []
    part = Substr("place_code", 1, length)
    found = _grouped(actor, wanted, "code", {"code": part})
    return [found[key] for key in sorted(found)]


def spread(actor: Actor, wanted: Wanted) -> Wanted:
    """The same, from the narrowest place that holds all of it: there is more than one below to compare; two queries."""
    ends: list[str] = []
    for what in ("members", "services"):
        found = records(actor, wanted, what).aggregate(lo=Min("place_key"), hi=Max("place_key"))
        # A key begins with its place's code.
        ends += [str(key)[:12] for key in found.values() if key]
    holding = [
        n for n in LENGTHS[:-1] if n > len(wanted.place) and len({code[:n] for code in ends}) == 1
    ]
    return Wanted(wanted.year, ends[0][: holding[-1]], wanted.org) if holding else wanted


#: So many organisations are listed at the most, in the order of places.
SIZE = 200


def by_org(actor: Actor, wanted: Wanted, size: int = SIZE) -> list[dict[str, Any]]:
    """The figures of organisations that serve, the first ``size`` in the order of places; four queries at the most."""
    found = _grouped(actor, wanted, "org_key", {}, ("org_name", "unit_key"), size)
    return sorted(found.values(), key=lambda one: (one["unit_key"], one["org_key"]))[:size]


def _grouped(
    actor: Actor, wanted: Wanted, by: str, more: dict[str, Any], also: tuple[str, ...] = (), size: int | None = None
) -> dict[Any, dict[str, Any]]:  # fmt: skip
    """By key; with ``size`` only as many groups as can be among the first of the order of places."""
    keys = (by, *also)
    heads = _heads(records(actor, wanted, "members"), *keys, **more)
    served = records(actor, wanted, "services").order_by().annotate(**more).values(*keys)
    spent = Sum(F("minutes") * F("people"))
    work = served.annotate(services=Count("id"), times=Sum("people"), minutes=spent)
    found: dict[Any, dict[str, Any]] = {}
    for rows in (*heads, work):
        for row in rows.order_by("unit_key", by)[:size] if size else rows:
            empty = {"members": 0, "services": 0, "times": 0, "minutes": 0}
            one = found.setdefault(row[by], empty)
            for key, value in row.items():
                if key == "members":
                    one[key] += value
                elif value is not None:
                    one[key] = value
    return found
