"""Organisational life on the desk: the year, calling and recording a meeting, one meeting, its code, its minutes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities import errors
from zhijin.activities.meetings import (
    acts,
    paper,
    presence,
    proof,
    reading,
    views_overview,
    writing,
)
from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.forms import (
    BeginForm,
    CallForm,
    MinutesForm,
    RecordForm,
    rounded_now,
)
from zhijin.activities.meetings.programme import kind_at, sections_of, words_at
from zhijin.activities.models import Attendee, Branch, Meeting, Resolution
from zhijin.activities.views import common
from zhijin.core import clock, documents, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.orgs import api as orgs
from zhijin.people import api as people


def lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def org_asked(request: Request) -> orgs.Organisation | None:
    """The organisation that ``?org=`` names, or the only (first) one that the viewer answers for."""
    key = request.POST.get("org") or request.GET.get("org", "")
    if key:
        if not (key.isascii() and key.isdigit() and len(key) <= 18):
            raise NOT_FOUND()
        return orgs.get(request.actor, int(key))
    kept = reading.branches(request.actor).first()
    if kept is not None:
        return orgs.get(request.actor, kept.org_key or 0)
    own = common.own_orgs(request.actor)
    return own[0] if own else None


def may_act(actor: Actor, row: Any) -> bool:
    keys = (row.org_key,) if hasattr(row, "org_key") else (row.key,)
    return actor.can("activity.act", row.place_key, org_keys=keys, line_keys=row.line_keys)


def year_asked(request: Request) -> int:
    text = request.GET.get("year", "")
    now = clock.today().year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else now
    return min(max(year, 2000), now + 1)


@gate("activity.view")
def meetings(request: Request) -> HttpResponse:
    """A branch's year as a calendar: what is due, what was held, what comes; or how to take it up.

    Whoever answers for more than a village sees all branches of the area first.
    """
    if views_overview.oversees(request):
        return views_overview.page_of(request)
    org = org_asked(request)
    branch = Branch.objects.filter(org_key=org.key).first() if org else None
    can = org is not None and may_act(request.actor, org)
    refusal: Refusal | None = None
    form = BeginForm(request.POST or None, initial={"begins": clock.today().replace(day=1)})
    if request.method == "POST":
        if org is None:
            raise NOT_FOUND()
        back = f"{reverse('desk:meetings')}?org={org.key}"
        done = common.act(request, acts.of_branch(request, org, form), back)
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    context: dict[str, Any] = {
        "org": org, "branch": branch, "can": can, "refusal": refusal, "form": form, "lang": lang(),
        "others": reading.branches(request.actor).exclude(org_key=org.key if org else 0)[:60],
        "year": reading.year_of(branch, year_asked(request)) if branch else None,
        "today": clock.today(), "members": people.members_of(request.actor, org.key) if org else [],
    }  # fmt: skip
    if branch is not None and can:
        token = proof.feed_token(branch.org_key or 0, branch.feed_version)
        context["feed"] = request.build_absolute_uri(reverse("portal:branch-feed", args=[token]))
    return render(request, "activities/meetings/year.html", context)


def _own_branch(request: Request) -> tuple[orgs.Organisation, Branch, Kind | None]:
    """The branch asked for and the kind that ``?kind=`` names. Raises CO403, CO404, AV080, AV082."""
    org = org_asked(request)
    if org is None:
        raise NOT_FOUND()
    branch = writing.branch_of(request.actor, org.key)
    name = request.POST.get("kind") or request.GET.get("kind", "")
    kind = kind_at(branch.place_code, name, branch.programme) if name else None
    if name and kind is None:
        raise errors.NO_SUCH_KIND(kind=name)
    return org, branch, kind


def _kinds(request: Request, branch: Branch, to: str) -> HttpResponse:
    """Which kind: what is due comes first."""
    year = reading.year_of(branch, clock.today().year)
    urgent = [kind for kind, _cell in year.due]
    rest = [kind for kind in year.life.kinds if kind not in urgent]
    context = {
        "org": branch,
        "urgent": [kind for at, kind in enumerate(urgent) if kind not in urgent[:at]],
        "rest": rest,
        "to": to,
        "lang": lang(),
    }
    return render(request, "activities/meetings/kinds.html", context)


@gate("activity.act")
def meeting_new(request: Request) -> HttpResponse:
    """Call a meeting."""
    org, branch, kind = _own_branch(request)
    if kind is None:
        return _kinds(request, branch, "desk:meeting-new")
    initial = {"starts_at": rounded_now(), "place": branch.place, "link": branch.link,
               "agenda": "\n".join(kind.agenda)}  # fmt: skip
    form = CallForm(request.POST or None, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = writing.call(actor=request.actor, org_key=org.key, wanted=form.wanted(kind))
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已通知，会议在每个党员的页面上了。"))
            return redirect("desk:meeting", pk=made.id)
    context = {"form": form, "org": org, "kind": kind, "refusal": refusal, "lang": lang()}
    return render(request, "activities/meetings/call.html", context)


@gate("activity.act")
def meeting_record(request: Request) -> HttpResponse:
    """Write down a meeting that was held, on one page."""
    org, branch, kind = _own_branch(request)
    if kind is None:
        return _kinds(request, branch, "desk:meeting-record")
    rows = people.members_on(org.key, clock.today())
    roll = [row for row in rows if kind.who == "members" or row.committee]
    names = people.member_names(
        actor=request.actor, org=org, ids=[row.id for row in roll], about="meeting-record"
    )
    initial = {"starts_at": rounded_now(), "place": branch.place, "link": branch.link,
               "agenda": "\n".join(kind.agenda)}  # fmt: skip
    form = RecordForm(request.POST or None, initial=initial, kind=kind, roll=roll, names=names,
                      words=words_at(branch.place_code, lang(), branch.programme))  # fmt: skip
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = writing.record(
                    actor=request.actor, org_key=org.key, wanted=form.wanted(kind),
                    minutes=form.minutes(), present=form.present, remote=form.remote,
                )  # fmt: skip
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已记好，计入{day}所在的一期。").format(day=made.held_on))
            return redirect("desk:meeting", pk=made.id)
    context = {"form": form, "org": org, "kind": kind, "refusal": refusal, "lang": lang()}
    return render(request, "activities/meetings/record.html", context)


@gate("activity.view")
def meeting(request: Request, pk: UUID) -> HttpResponse:
    """One meeting: its notice, its roll, its votes, its minutes, and what may be done in it now."""
    found = reading.get(request.actor, pk)
    kind = kind_at(found.place_code, found.kind)
    words = words_at(found.place_code, lang())
    given = request.POST if request.POST.get("do") == "finish" else None
    form = MinutesForm(given, kind=kind, words=words) if kind else None
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(
            request, acts.of_meeting(request, found, form), reverse("desk:meeting", args=[pk])
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = reading.get(request.actor, pk)
    context = {
        **_shown(request, found),
        "kind": kind,
        "form": form,
        "refusal": refusal,
        "lang": lang(),
        "sections": [(words.get(title, title), body) for title, body in sections_of(found)],
        "agenda": [words.get(line, line) for line in found.agenda],
    }
    return render(request, "activities/meetings/meeting.html", context)


def _shown(request: Request, found: Meeting) -> dict[str, Any]:
    can = may_act(request.actor, found)
    roll = reading.attendees(found)
    names = names_for(request, found, [row.member_id for row in roll], "meeting") if can else {}
    counts = dict.fromkeys(Attendee.State.values, 0)
    for row in roll:
        counts[row.state] += 1
    return {
        "meeting": found, "can": can, "counts": counts, "tone": acts.TONES.get(found.state, ""),
        "roll": [(row, names.get(row.member_id, row.name_masked)) for row in roll],
        "present": counts["present"], "remote": sum(row.remote for row in roll),
        "puts": reading.resolutions(found),
        "due": clock.now() >= found.starts_at,
    }  # fmt: skip


def names_for(request: Request, row: Meeting, ids: list[UUID], about: str) -> dict[UUID, str]:
    """Full names for whoever answers for the branch; journalled."""
    org = orgs.get(request.actor, row.org_key or 0)
    return people.member_names(actor=request.actor, org=org, ids=ids, about=about)


@gate("activity.act", methods=("GET",))
def meeting_code(request: Request, pk: UUID) -> HttpResponse:
    """The code that is shown in the room and in the call: six digits and a picture, new every minute."""
    found = reading.get(request.actor, pk)
    if not found.is_open and "HX-Request" in request.headers:
        # A screen that still shows the code of a meeting that is over asks no more: 286 ends htmx's polling.
        over = {"meeting": found}
        return render(request, "activities/meetings/code_over.html", over, status=286)
    found, code, left = presence.show_code(actor=request.actor, meeting_id=pk)
    address = request.build_absolute_uri(reverse("portal:meeting-sign", args=[pk, code]))
    roll = reading.attendees(found)
    context = {
        "meeting": found, "code": code, "left": left, "due": len(roll), "address": address,
        "here": sum(row.state == Attendee.State.PRESENT for row in roll),
        "picture": segno.make(address, error="m").svg_data_uri(scale=6, border=2),
    }  # fmt: skip
    answer = render(request, "activities/meetings/code.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@gate("activity.act", methods=("GET",))
def meeting_file(request: Request, pk: UUID) -> HttpResponse:
    """The minutes as a Word file; who took it out stands at its foot and in the journal."""
    found = reading.get(request.actor, pk)
    if found.state != Meeting.State.HELD or not may_act(request.actor, found):
        raise NOT_FOUND()
    roll = reading.attendees(found)
    names = names_for(request, found, [row.member_id for row in roll], "minutes")
    puts = (
        Resolution.objects.filter(meeting_id=found.id).defer("sealed").order_by("opened_at", "id")
    )
    taken = f"{request.actor.name} · {clock.local(clock.now()):%Y-%m-%d %H:%M}"
    closed = found.closed_at or found.made_at
    body = paper.minutes(found, roll, list(puts), names, taken, closed)
    journal.write(request.actor, "meeting.file", found.record, place_key=found.place_key)
    answer = HttpResponse(body, content_type=documents.CONTENT_TYPE)
    answer["Content-Disposition"] = (
        content_disposition_header(True, f"{found.title}.docx") or "attachment"
    )
    answer["Cache-Control"] = "no-store"
    return answer
