"""Reads of service, within the viewer's scope from either side. Organisations and places are counted; no list is ever
put in the order of what a person did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Substr

from zhijin.activities.models import (
    Claim,
    CommunityReport,
    HelpVisit,
    HouseholdLink,
    Need,
    PostedDuty,
    ServiceItem,
    Team,
    Thanks,
    Volunteer,
    Work,
)
from zhijin.activities.service.common import within_year
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_key, place_span
from zhijin.core.scope import scope_q
from zhijin.people.api import BranchMember

BOTH = ("sector_key", "industry_key")
OWN = ("sector_key",)
#: The lengths of codes from the province down to the community.
LENGTHS = (2, 4, 6, 9, 12)


def _both(actor: Actor) -> Q:
    """What lies between two sides, one of which the viewer sees."""
    seen = scope_q(actor, "place_key", orgs="org_key", lines=BOTH)
    return seen | scope_q(actor, "unit_key")


def _own(actor: Actor) -> Q:
    return scope_q(actor, "place_key", orgs="org_key", lines=OWN)


def reports(actor: Actor) -> QuerySet[CommunityReport]:
    return CommunityReport.objects.filter(_both(actor))


def claims(actor: Actor) -> QuerySet[Claim]:
    return Claim.objects.filter(_both(actor))


def thanks(actor: Actor) -> QuerySet[Thanks]:
    return Thanks.objects.filter(_both(actor))


def needs(actor: Actor) -> QuerySet[Need]:
    """Needs of one's own places, and of the communities to which one's organisations reported."""
    # Asked of each need that is not one's own anyway: a province has some hundred thousand reports.
    reached = reports(actor).filter(ended_on=None, place_key=OuterRef("place_key"))
    return Need.objects.filter(_own(actor) | Q(Exists(reached)))


def get_need(actor: Actor, pk: UUID) -> Need:
    """A need in sight, or one of which the viewer sees a claim. Raises CO404."""
    found = needs(actor).filter(id=pk).first()
    if found is None and claims(actor).filter(need_id=pk).exists():
        found = Need.objects.filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def claims_of(actor: Actor, need: Need) -> list[Claim]:
    """Who took a need up, as far as the viewer sees it: in the order in which they did."""
    return list(claims(actor).filter(need_id=need.id).order_by("claimed_at", "id"))


def open_at(place_code: str, size: int = 60) -> list[Need]:
    """What a place asks for now and still needs somebody for, the next first; the caller opens the scope."""
    rows = Need.objects.filter(
        place_key=place_key(place_code), state=Need.State.OPEN, ends_at__gt=clock.now(), taken__lt=F("seats")
    )  # fmt: skip
    return list(rows.order_by("starts_at", "id")[:size])


@dataclass(frozen=True, slots=True)
class Offered:
    """What a place has for everybody: open needs, listed services, works."""

    needs: int = 0
    services: int = 0
    works: int = 0


def offered_at(place_code: str) -> Offered:
    """Counts for a place's first page, in one statement; the caller opens the scope."""
    here = {"place_key": place_key(place_code)}
    needs_ = Need.objects.filter(
        **here, state=Need.State.OPEN, ends_at__gt=clock.now(), taken__lt=F("seats")
    )
    listed = ServiceItem.objects.filter(**here, offered=True)
    works = Work.objects.filter(**here, withdrawn_at=None)
    parts = [
        rows.order_by().annotate(of=Value(name)).values("of").annotate(n=Count("id")).values_list("of", "n")
        for name, rows in (("needs", needs_), ("services", listed), ("works", works))
    ]  # fmt: skip
    return Offered(**dict(parts[0].union(*parts[1:], all=True)))


def team_names(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names of teams by id."""
    return dict(Team.objects.filter(id__in=[one for one in ids if one]).values_list("id", "name"))


def teams_at(place_code: str, size: int = 20) -> list[tuple[Team, int]]:
    """A place's teams with how many are in each; two statements. The caller opens the scope."""
    rows = Team.objects.filter(place_key=place_key(place_code), ended_on=None)
    found = list(rows.order_by("founded_on", "id")[:size])
    there = Volunteer.objects.filter(team_id__in=[row.id for row in found], left_on=None)
    people = dict(there.values_list("team_id").annotate(n=Count("id")))
    return [(row, people.get(row.id, 0)) for row in found]


# -- one member ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mine:
    """What one member has before them; the hours are theirs alone to see."""

    report: CommunityReport | None
    open_needs: list[Need]
    claims: list[tuple[Claim, Need]]
    duties: list[PostedDuty]
    links: list[tuple[HouseholdLink, int]]
    teams: list[Team]
    minutes: int


def of_member(member: BranchMember) -> Mine:
    """The caller opens the scope; nine queries."""
    report = CommunityReport.objects.filter(member_id=member.id, ended_on=None).first()
    teams = list(
        Team.objects.filter(
            id__in=Volunteer.objects.filter(member_id=member.id, left_on=None).values("team_id"),
            ended_on=None,
        ).order_by("founded_on", "id")
    )
    rows = list(Claim.objects.filter(member_id=member.id).order_by("-claimed_at")[:40])
    known = Need.objects.in_bulk({row.need_id for row in rows})
    taken = {row.need_id for row in rows if row.state != Claim.State.WITHDRAWN}
    links = list(
        HouseholdLink.objects.filter(member_id=member.id, until=None).order_by("number", "id")
    )
    visits = dict(
        HelpVisit.objects.filter(link_id__in=[row.id for row in links])
        .values_list("link_id").annotate(n=Count("id"))
    )  # fmt: skip
    done = Claim.objects.filter(member_id=member.id, state=Claim.State.CONFIRMED)
    return Mine(
        report, [one for one in _offered(report, teams) if one.id not in taken],
        [(row, known[row.need_id]) for row in rows if row.need_id in known],
        list(PostedDuty.objects.filter(member_id=member.id, until=None).order_by("since", "id")),
        [(row, visits.get(row.id, 0)) for row in links], teams,
        done.aggregate(n=Sum(F("minutes") * F("people")))["n"] or 0,
    )  # fmt: skip


def _offered(report: CommunityReport | None, teams: Iterable[Team]) -> list[Need]:
    """Needs that a member may take up: of their community, and calls to their teams; the next first."""
    here = Q(place_key=report.place_key, team_id=None) if report is not None else Q(pk__in=())
    called = Q(team_id__in=[team.id for team in teams])
    rows = Need.objects.filter(here | called, state=Need.State.OPEN, ends_at__gt=clock.now())
    return list(rows.filter(taken__lt=F("seats")).order_by("starts_at", "id")[:40])


# -- teams --------------------------------------------------------------------------------------


def teams(actor: Actor) -> QuerySet[Team]:
    return Team.objects.filter(_own(actor)).order_by("place_key", "founded_on", "id")


def get_team(actor: Actor, pk: UUID) -> Team:
    """A team in sight. Raises CO404."""
    found = teams(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def volunteers(team: Team) -> list[Volunteer]:
    """Who is in the team now, in the order in which they joined."""
    return list(Volunteer.objects.filter(team_id=team.id, left_on=None).order_by("joined_on", "id"))


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """A team's figures, from the record: ``times`` counts everybody who served each time (人次)."""

    volunteers: int
    services: int
    times: int
    minutes: int
    pairs: int


def team_figures(team: Team) -> TeamFigures:
    """Four queries, under the transaction's own scope."""
    done = Claim.objects.filter(team_id=team.id, state=Claim.State.CONFIRMED).aggregate(**_SUMS)
    helped = HelpVisit.objects.filter(team_id=team.id).aggregate(n=Count("id"), times=Sum("people"))
    pairs = HouseholdLink.objects.filter(team_id=team.id, until=None)
    return TeamFigures(
        Volunteer.objects.filter(team_id=team.id, left_on=None).count(),
        done["n"] + helped["n"], (done["came"] or 0) + (helped["times"] or 0),
        done["spent"] or 0, pairs.aggregate(n=Count("household_id", distinct=True))["n"],
    )  # fmt: skip


_SUMS: dict[str, Any] = {
    "n": Count("id"), "came": Sum("people"), "spent": Sum(F("minutes") * F("people")),
}  # fmt: skip


# -- duties and links ---------------------------------------------------------------------------


def duties(actor: Actor, org_key: int) -> list[PostedDuty]:
    """Duties held now in an organisation, by duty."""
    rows = PostedDuty.objects.filter(_own(actor), org_key=org_key, until=None)
    return list(rows.order_by("title", "since", "id")[:500])


@dataclass(frozen=True, slots=True)
class Linked:
    """A link with how often somebody was there, when last, and whether something is left to do."""

    link: HouseholdLink
    visits: int
    last: Any
    open_matters: int


def links(actor: Actor, org_key: int) -> list[Linked]:
    """Standing links of an organisation in the order of households; two queries."""
    rows = HouseholdLink.objects.filter(_own(actor), org_key=org_key, until=None)
    rows = rows.order_by("number", "kind", "id")[:1000]
    return _linked(list(rows))


def _linked(rows: list[HouseholdLink]) -> list[Linked]:
    found = {
        one["link_id"]: one
        for one in HelpVisit.objects.filter(link_id__in=[row.id for row in rows])
        .values("link_id")
        .annotate(n=Count("id"), last=Max("on"), left=Count("id", filter=Q(open_matter=True)))
    }
    none: dict[str, Any] = {"n": 0, "last": None, "left": 0}
    return [
        Linked(row, told["n"], told["last"], told["left"])
        for row in rows for told in (found.get(row.id, none),)
    ]  # fmt: skip


def get_link(actor: Actor, pk: UUID) -> HouseholdLink:
    """A link in sight. Raises CO404."""
    found = HouseholdLink.objects.filter(_own(actor), id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def visits_of(link: HouseholdLink) -> list[HelpVisit]:
    return list(HelpVisit.objects.filter(link_id=link.id).order_by("-on", "-id")[:200])


# -- figures ------------------------------------------------------------------------------------


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


def totals(actor: Actor, wanted: Wanted) -> dict[str, int]:
    """The year's figures; five queries. A member who moved house counts once."""
    members = records(actor, wanted, "members").aggregate(
        members=Count("member_id", distinct=True), communities=Count("place_key", distinct=True),
        orgs=Count("org_key", distinct=True),
    )  # fmt: skip
    served = records(actor, wanted, "services").aggregate(
        services=Count("id"), times=Sum("people"), minutes=Sum(F("minutes") * F("people")),
        satisfied=Count("id", filter=Q(satisfied=True)),
    )  # fmt: skip
    asked = records(actor, wanted, "needs").aggregate(
        needs=Count("id"), seats=Sum("seats"), taken=Sum("taken")
    )
    more = {what: records(actor, wanted, what).count() for what in ("units", "thanks")}
    return {key: value or 0 for key, value in {**members, **served, **asked, **more}.items()}


def next_length(place: str) -> int | None:
    """How long the codes one level below are; None below a community."""
    return next((n for n in LENGTHS if n > len(place)), None)


def by_place(actor: Actor, wanted: Wanted) -> list[dict[str, Any]]:
    """The figures of each place one level below, in the order of codes; two queries."""
    length = next_length(wanted.place)
    if length is None:
        return []
    part = Substr("place_code", 1, length)
    return _grouped(actor, wanted, ("code",), {"code": part})


def spread(actor: Actor, wanted: Wanted) -> Wanted:
    """The same, from the narrowest place that holds all of it: there is more than one below to compare; two queries."""
    ends: list[str] = []
    for what in ("members", "services"):
        found = records(actor, wanted, what).aggregate(lo=Min("place_code"), hi=Max("place_code"))
        ends += [code for code in found.values() if code]
    holding = [
        n for n in LENGTHS[:-1] if n > len(wanted.place) and len({code[:n] for code in ends}) == 1
    ]
    return Wanted(wanted.year, ends[0][: holding[-1]], wanted.org) if holding else wanted


def by_org(actor: Actor, wanted: Wanted, size: int = 200) -> list[dict[str, Any]]:
    """The figures of each organisation that serves, in the order of places; two queries."""
    # Who is among the first of both sides together is among the first of either, so each may stop there.
    name = {"org_name": Max("org_name")}
    rows = _grouped(actor, wanted, ("unit_key", "org_key"), {}, name, size)
    return sorted(rows, key=lambda one: (one["unit_key"], one["org_key"]))[:size]


def _grouped(
    actor: Actor, wanted: Wanted, by: tuple[str, ...], more: dict[str, Any],
    also: dict[str, Any] | None = None, size: int | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    order, said = (by if size else ()), also or {}
    members, served = (
        records(actor, wanted, what).order_by(*order).annotate(**more).values(*by)
        for what in ("members", "services")
    )
    found: dict[Any, dict[str, Any]] = {}
    empty = {"members": 0, "services": 0, "times": 0, "minutes": 0}
    for rows in (
        members.annotate(members=Count("member_id", distinct=True), **said)[:size],
        served.annotate(
            services=Count("id"), times=Sum("people"), minutes=Sum(F("minutes") * F("people")), **said
        )[:size],
    ):
        for row in rows:
            one = found.setdefault(tuple(row[key] for key in by), dict(empty))
            one.update({key: value for key, value in row.items() if value is not None})
    return [found[key] for key in sorted(found)]
