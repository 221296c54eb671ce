"""Reads of service, within the viewer's scope from either side. Organisations and places are counted; no list is ever
put in the order of what a person did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)

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
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q
from zhijin.people.api import BranchMember

BOTH = ("sector_key", "industry_key")
OWN = ("sector_key",)


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
    # Asked of each need: there are few of them, and of reports hundreds of thousands.
    reached = reports(actor).filter(ended_on=None, place_key=OuterRef("place_key"))
    return Need.objects.filter(_own(actor) | Exists(reached))


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


def waiting_at(place_code: str, size: int = 30) -> list[tuple[Claim, Need]]:
    """What was done at a place and waits for those served to say so, the oldest first; the caller opens the scope."""
    rows = Claim.objects.filter(place_key=place_key(place_code), state=Claim.State.DONE)
    found = list(rows.order_by("done_at", "id")[:size])
    known = Need.objects.in_bulk({row.need_id for row in found})
    return [(row, known[row.need_id]) for row in found if row.need_id in known]


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
    links: list[Linked]
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
    done = Claim.objects.filter(member_id=member.id, state=Claim.State.CONFIRMED)
    return Mine(
        report, [one for one in _offered(report, teams) if one.id not in taken],
        [(row, known[row.need_id]) for row in rows if row.need_id in known],
        list(PostedDuty.objects.filter(member_id=member.id, until=None).order_by("since", "id")),
        _linked(links), teams,
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
    """One team's; see :func:`figures_of`."""
    return figures_of([team])[team.id]


def figures_of(some: Iterable[Team]) -> dict[UUID, TeamFigures]:
    """Figures by team; four queries however many they are, under the transaction's own scope."""
    ids = [team.id for team in some]

    def told(rows: QuerySet[Any], **what: Any) -> dict[UUID, dict[str, Any]]:
        grouped = rows.filter(team_id__in=ids).order_by().values("team_id").annotate(**what)
        return {row["team_id"]: row for row in grouped}

    done = told(Claim.objects.filter(state=Claim.State.CONFIRMED), **_SUMS)
    helped = told(HelpVisit.objects.all(), n=Count("id"), came=Sum("people"))
    there = told(Volunteer.objects.filter(left_on=None), n=Count("id"))
    pairs = told(HouseholdLink.objects.filter(until=None), n=Count("household_id", distinct=True))

    def of(rows: dict[UUID, dict[str, Any]], pk: UUID, key: str = "n") -> int:
        return rows.get(pk, {}).get(key) or 0

    return {
        pk: TeamFigures(
            of(there, pk), of(done, pk) + of(helped, pk), of(done, pk, "came") + of(helped, pk, "came"),
            of(done, pk, "spent"), of(pairs, pk),
        )
        for pk in ids
    }  # fmt: skip


_SUMS: dict[str, Any] = {
    "n": Count("id"), "came": Sum("people"), "spent": Sum(F("minutes") * F("people")),
}  # fmt: skip


def seen_link(actor: Actor) -> Q:
    """What an organisation does at a household is read by it, its line, and by whoever answers for the household's
    place."""
    return _own(actor) | scope_q(actor, "home_key")


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
        for one in with_left(HelpVisit.objects.filter(link_id__in=[row.id for row in rows]))
        .values("link_id")
        .annotate(n=Count("id"), last=Max("on"), waits=Count("id", filter=Q(left=True)))
    }
    none: dict[str, Any] = {"n": 0, "last": None, "waits": 0}
    return [
        Linked(row, told["n"], told["last"], told["waits"])
        for row in rows for told in (found.get(row.id, none),)
    ]  # fmt: skip


def get_link(actor: Actor, pk: UUID) -> HouseholdLink:
    """A link in sight. Raises CO404."""
    found = HouseholdLink.objects.filter(seen_link(actor), id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def with_left(rows: QuerySet[HelpVisit]) -> QuerySet[HelpVisit]:
    """Visits with ``left``: what they left open, no later visit of the same link has settled."""
    settled = HelpVisit.objects.filter(link_id=OuterRef("link_id"), settles=True)
    rows = rows.annotate(settled=Subquery(settled.order_by("-made_at").values("made_at")[:1]))
    waits = Q(open_matter=True) & (Q(settled=None) | Q(made_at__gte=F("settled")))
    return rows.annotate(left=ExpressionWrapper(waits, output_field=BooleanField()))


def visits_of(link: HouseholdLink) -> list[HelpVisit]:
    rows = with_left(HelpVisit.objects.filter(link_id=link.id))
    return list(rows.order_by("-on", "-id")[:200])
