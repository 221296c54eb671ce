"""Terms and teams on the desk: elections due, one organisation's term, the make-up of teams, community workers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.cadres import elections, programme, shown, teams, workers
from zhijin.activities.cadres.elections import Draft, Seat
from zhijin.activities.cadres.teams import Asked
from zhijin.activities.cadres.where import named, placed
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.orgs import api as orgs
from zhijin.people import api as people
from zhijin.places import api as places

PAGE, YEAR = 50, 365


def day_of(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def day_asked(request: Request, name: str) -> date:
    """A day of the form. Raises CO400."""
    found = day_of(request.POST.get(name, ""))
    # Other years are slips of the keyboard, and at the end of all years nothing can be reckoned any more.
    if found is None or not 1900 <= found.year <= 2200:
        raise BAD_REQUEST(fields={name: _("请填写日期。")})
    return found


def page_of(request: Request, rows: Any) -> dict[str, Any]:
    """One page of ``rows``, with the numbers of those beside it."""
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    found = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    return {
        "rows": found[:PAGE],
        "page": page,
        "previous": page - 1,
        "next": page + 1 if len(found) > PAGE else 0,
    }


def _within(request: Request) -> int:
    """How many days ahead the list reaches: a year, or what ``?within=`` says."""
    text = request.GET.get("within", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else YEAR


@gate("activity.view", methods=("GET",))
@placed("elections")
def due(request: Request, where: places.Picked) -> HttpResponse:
    """Elections due and overdue: by place, by month, and the organisations behind a figure."""
    place, state = where.code, request.GET.get("state", "")
    state = state if state in teams.STATES else ""
    by_place = teams.due_by_place(request.actor, place)
    known = places.get_many(row.place for row in by_place)
    rows, today, within = (
        teams.due_list(request.actor, place, state),
        clock.today(),
        _within(request),
    )
    if not state:
        rows = rows.filter(term_ends__lte=today + timedelta(days=within))
    context = {
        "tabs": shown.tabs("elections", place), **named(where), "state": state,
        "total": {name: sum(getattr(row, name) for row in by_place) for name in teams.STATES},
        "by_place": [(row, known.get(row.place)) for row in by_place],
        "months": [(month, n) for month, n in teams.calendar(request.actor, place) if n],
        "warn": programme.current(place).elections.warn,
        "today": today, "within": within, "renewed": teams.renewed(request.actor, place, today.replace(month=1, day=1)),
        **page_of(request, rows),
    }  # fmt: skip
    return render(request, "activities/cadres/elections.html", context)


@gate("activity.view")
def term(request: Request, key: int) -> HttpResponse:
    """One organisation: its elected posts and who holds them, its elections, and recording one."""
    org = orgs.get(request.actor, key)
    rule = programme.current(org.place_code).rule(org.kind)
    if rule is None:
        raise NOT_FOUND()
    refusal: Refusal | None = None
    if request.method == "POST":
        acts = {"hold": lambda: _hold(request, org), "know": lambda: _know(request)}
        done = common.act(request, acts, reverse("desk:election-org", args=[key]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    can = request.actor.can("org.edit", org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    made = people.makeup(teams.holders(request.actor, Asked(team="both", org=org.key)))
    context = {
        "org": org, "rule": rule, "refusal": refusal, "can": can and org.valid_to is None,
        "seats": teams.seats(org), "elections": teams.elections_of(request.actor, org),
        "typed": request.POST, "today": clock.today(), "education": people.EDUCATION.items(),
        "certificates": people.CERTIFICATES.items(), "traits": shown.traits(),
        "made": made, "few": made.known < shown.FEW,
        "makeup": shown.makeup(made) if made.known >= shown.FEW else [],
    }  # fmt: skip
    return render(request, "activities/cadres/term.html", context)


def _hold(request: Request, org: orgs.Organisation) -> str:
    seats = []
    for post, _held in teams.seats(org):
        for number in range(post.seats):
            holder = request.POST.get(f"holder-{post.id}-{number}", "").strip()
            if holder:
                name = f"concurrent-{post.id}-{number}"
                seats.append(Seat(post.id, holder, concurrent=request.POST.get(name) == "1"))
    draft = Draft(
        day_asked(request, "held_on"), common.number(request, "electors"), common.number(request, "voted"),
        tuple(seats),
    )  # fmt: skip
    elections.hold(actor=request.actor, org_key=org.key, draft=draft)
    return _("换届已登记。请补上当选人的学历和类别，班子结构就能统计。")


def _know(request: Request) -> str:
    """What is known of a holder; what is left empty stays as it was."""
    post = request.POST.get
    values: dict[str, Any] = {"gender": post("gender", "")}
    for name in ("birth_year", "education", "certificate"):
        values[name] = common.number(request, name) if post(name, "").strip() else None
    if post("traits_known") == "1":
        values |= {key: post(key) == "1" for key, _word in shown.traits()}
    people.record_particulars(
        actor=request.actor, appointment_id=common.uuid(request, "appointment"), **values
    )
    return _("已登记。页面上只显示人数，不显示个人的情况。")


# -- make-up ---------------------------------------------------------------------------------


def _asked(request: Request, place: str) -> Asked:
    get = request.GET.get
    team, org = get("team", "secretary"), get("org", "")
    return Asked(
        place, team if team in teams.TEAMS else "secretary",
        int(org) if org.isascii() and org.isdigit() and len(org) <= 18 else None,
        day_of(get("since", "")), day_of(get("until", "")), get("fresh") == "1",
    )  # fmt: skip


def _query(asked: Asked, **more: str) -> str:
    values = {
        "place": asked.place, "team": asked.team, "org": asked.org or "", "since": asked.since or "",
        "until": asked.until or "", "fresh": "1" if asked.fresh else "", **more,
    }  # fmt: skip
    return urlencode({key: value for key, value in values.items() if value})


@gate("activity.view", methods=("GET",))
@placed("teams")
def team(request: Request, where: places.Picked) -> HttpResponse:
    """The make-up of teams: every share with its denominator, opening to who is counted."""
    asked = _asked(request, where.code)
    made = people.makeup(teams.holders(request.actor, asked))
    context = {
        "tabs": shown.tabs("teams", asked.place), **named(where), "asked": asked, "makeup": shown.makeup(made),
        "made": made, "teams": shown.teams(), "query": _query(asked),
    }  # fmt: skip
    return render(request, "activities/cadres/team.html", context)


@gate("activity.view", methods=("GET",))
@placed("teams")
def team_list(request: Request, where: places.Picked) -> HttpResponse:
    """The posts behind a share, names masked: the very filter that counted them, under the reader's own rights."""
    asked, share = _asked(request, where.code), request.GET.get("share", "")
    rows = teams.holders(request.actor, asked)
    try:
        rows = people.counted(rows, share) if share else rows
    except KeyError as error:
        raise NOT_FOUND() from error
    common_note = {"share": share or "all", "team": asked.team}
    shown.note_opened(request.actor, asked.place, common_note)
    total = rows.count()
    found = page_of(request, rows.select_related("post", "org").order_by("place_key", "id"))
    found["rows"] = [(row, shown.masked(row.holder)) for row in found["rows"]]
    context = {
        **named(where), "asked": asked, "title": shown.share_name(share), "total": total, **found,
        "query": _query(asked, share=share), "back": _query(asked), "team_name": shown.teams()[asked.team],
    }  # fmt: skip
    return render(request, "activities/cadres/team_list.html", context)


# -- community workers -----------------------------------------------------------------------


@gate("activity.view", methods=("GET",))
@placed("workers")
def community_workers(request: Request, where: places.Picked) -> HttpResponse:
    """Posts, vacancies and grades of community workers by place, with sub-districts and communities counted."""
    place, grade = where.code, request.GET.get("grade", "")
    staffing = workers.staffing(request.actor, place)
    known = places.get_many(row.place for row in staffing)
    rules = programme.current(place).workers
    counted = workers.grades(request.actor, place)
    titles = {one.id: one.title.in_(get_language() or "zh") for one in rules.grades}
    seats, held = sum(row.seats for row in staffing), sum(row.held for row in staffing)
    rows = workers.workers(request.actor, place, grade if grade in (*titles, "none") else "")
    found = page_of(request, rows)
    streets, communities = workers.divisions(place)
    context = {
        "tabs": shown.tabs("workers", place), **named(where), "grade": grade, "basis": rules.basis,
        "staffing": [(row, known.get(row.place)) for row in staffing], "seats": seats, "held": held,
        "vacant": sum(row.vacant for row in staffing), "streets": streets, "communities": communities,
        "grades": [(key, titles[key], n) for key, n in counted.items()],
        "ungraded": max(0, held - sum(counted.values())),
        **found, "vacancies": workers.vacancies(request.actor, place)[:30], "of": shown.grade_of(found["rows"], titles),
    }  # fmt: skip
    context["rows"] = [(row, context["of"].get(row.id, "")) for row in found["rows"]]
    return render(request, "activities/cadres/workers.html", context)


@gate("activity.view")
def community_worker(request: Request, pk: UUID) -> HttpResponse:
    """One worker's grades, the conditions of the next, and giving it."""
    held = shown.appointment(request.actor, pk)
    rules = programme.current(held.place_code).workers
    refusal: Refusal | None = None
    if request.method == "POST":
        acts = {"grade": lambda: _grade(request, pk), "know": lambda: _know(request)}
        done = common.act(request, acts, reverse("desk:community-worker", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    nearest, conditions = workers.outlook(request.actor, held)
    lang = get_language() or "zh"
    context = {
        "held": held, "refusal": refusal, "next": nearest, "next_title": nearest.title.in_(lang) if nearest else "",
        "conditions": [(workers.said(one), one.met) for one in conditions], "rules": rules,
        "grades": [(one.id, one.title.in_(lang)) for one in rules.grades],
        "history": shown.history(held, {one.id: one.title.in_(lang) for one in rules.grades}),
        "can": request.actor.can("activity.organise", held.place_key), "today": clock.today(),
        "can_know": request.actor.can("org.edit", held.place_key), "education": people.EDUCATION.items(),
        "certificates": people.CERTIFICATES.items(), "traits": shown.traits(),
    }  # fmt: skip
    return render(request, "activities/cadres/worker.html", context)


def _grade(request: Request, pk: UUID) -> str:
    workers.give_grade(
        actor=request.actor, appointment_id=pk, grade=request.POST.get("grade", ""),
        decision=request.POST.get("decision", ""), since=day_asked(request, "since"),
    )  # fmt: skip
    return _("等级已登记。")
