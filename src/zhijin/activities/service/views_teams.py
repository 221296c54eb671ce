"""Volunteer teams on the desk: who is in one, what it did, calls for help, letters of praise."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.models import Need, Team, Thanks
from zhijin.activities.service import reading, showing, teams
from zhijin.activities.views import common
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.orgs import api as orgs
from zhijin.people import api as people

PAGE = 40


@gate("activity.view", methods=("GET",))
def team_list(request: Request) -> HttpResponse:
    """Volunteer teams in one's scope."""
    page = Paginator(reading.teams(request.actor), PAGE).get_page(request.GET.get("page"))
    told = reading.figures_of(page)
    context = {
        "tabs": showing.tabs("teams", request.actor), "can": bool(common.own_orgs(request.actor)), "page": page,
        "rows": [(row, told[row.id]) for row in page],
        "places": showing.names_of(row.place_code for row in page),
    }  # fmt: skip
    return render(request, "activities/service/teams.html", context)


@gate("activity.act")
def team_new(request: Request) -> HttpResponse:
    """Found a team."""
    own = common.own_orgs(request.actor)
    if not own:
        raise NOT_FOUND()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                made = teams.found(
                    actor=request.actor, org_key=common.org_asked(request).needed(),
                    name=request.POST.get("name", ""), about=request.POST.get("about", ""),
                )  # fmt: skip
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已成立，请登记队员。"))
            return redirect("desk:team", pk=made.id)
    context = {"picked": common.org_asked(request), "refusal": refusal, "say": request.POST}
    return render(request, "activities/service/team_form.html", context)


@gate("activity.view")
def team(request: Request, pk: UUID) -> HttpResponse:
    """One team: its figures, its volunteers, calls for help, letters of praise."""
    found = reading.get_team(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(request, _team_acts(request, found), reverse("desk:team", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    can = showing.leads(request.actor, found) and found.ended_on is None
    letters = reading.thanks(request.actor).filter(team_id=found.id)
    here = showing.serves_here(request.actor, found.place_key)
    context = {
        "team": found, "can": can, "here": here, "refusal": refusal,
        "figures": reading.team_figures(found), "volunteers": reading.volunteers(found),
        "place": showing.place(found.place_code),
        "calls": list(Need.objects.filter(team_id=found.id).order_by("-starts_at", "-id")[:20]),
        "letters": list(letters.filter(state=Thanks.State.SHOWN).order_by("-made_at")[:20]),
        "unread": list(letters.filter(state=Thanks.State.NEW).order_by("made_at")[:20]) if here else [],
        "members": _joinable(request, found) if can and request.GET.get("add") == "1" else [],
        "people": _residents(request, request.GET.get("name", "")) if can else [],
        "adding": request.GET.get("add") == "1", "name": request.GET.get("name", ""),
        "pairs": [one for one in reading.links(request.actor, found.org_key or 0) if one.link.team_id == found.id],
    }  # fmt: skip
    return render(request, "activities/service/team.html", context)


def _joinable(request: Request, found: Team) -> list[tuple[UUID, str]]:
    org = orgs.get(request.actor, found.org_key or 0)
    there = {row.member_id for row in reading.volunteers(found)}
    return [(pk, name) for pk, name in showing.members(request, org, "team") if pk not in there]


def _residents(
    request: Request, name: str
) -> list[tuple[people.Person, list[tuple[UUID, str]] | None]]:
    """Registered residents of a whole name, for whoever may see the register; beside whoever may be a minor stand
    the adults of their household."""
    if len(name.strip()) < 2 or not request.actor.can("person.view"):
        return []
    rows = list(people.listing(request.actor, people.Filter(q=name.strip()[:32]))[:10])
    beside = teams.adults_beside(request.actor, rows)
    return [(one, beside.get(one.id)) for one in rows]


def _team_acts(request: Request, found: Team) -> dict[str, common.Act]:
    actor, say = request.actor, request.POST.get

    def join() -> str:
        how = say("consent_how", "")
        person = showing.maybe_uuid(say("person", ""))
        if person is not None:
            teams.join_person(
                actor=actor, team_id=found.id, person_id=person, consent_how=how,
                guardian_id=showing.maybe_uuid(say("guardian", "")),
            )  # fmt: skip
        else:
            member = common.uuid(request, "member")
            teams.join_member(actor=actor, team_id=found.id, member_id=member, consent_how=how)
        return _("已登记。")

    def leave() -> str:
        teams.leave(actor=actor, volunteer_id=common.uuid(request, "volunteer"))
        return _("已登记退出。")

    def letter() -> str:
        teams.take_in(
            actor=actor, place_code=found.place_code, org_key=found.org_key or 0, team_id=found.id,
            letter=teams.Letter(say("text", ""), say("signed", "")),
        )  # fmt: skip
        return _("已收下，看过以后再展示。")

    def read(state: str, told: str) -> str:
        teams.read_thanks(actor=actor, thanks_id=common.uuid(request, "thanks"), state=state)
        return told

    return {
        "join": join, "leave": leave, "letter": letter,
        "show": lambda: read(Thanks.State.SHOWN, _("已展示在队伍页面上。")),
        "keep": lambda: read(Thanks.State.KEPT, _("已留存，不展示。")),
    }  # fmt: skip
