"""Courses on the desk: the list, making one, its parts, how far the branch is, and the page for the hall's screen."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.learning import reading, writing
from zhijin.activities.meetings.views import may_act, org_asked
from zhijin.activities.models import Course, CoursePart, CourseProgress
from zhijin.activities.views import common
from zhijin.core import clock, files
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.models import StoredFile
from zhijin.orgs import api as orgs

PAGE = 30
TONES = {"open": "ok", "draft": "info"}


@gate("activity.view")
def courses(request: Request) -> HttpResponse:
    """Courses of one organisation and those from above; a new one."""
    org = org_asked(request)
    if org is None:
        raise NOT_FOUND()
    can = may_act(request.actor, org)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                made = _made(request, org)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("已建立，请加上内容。"))
            return redirect("desk:course", pk=made.id)
    rows = Course.objects.filter(reading.for_branch(org.key, org.place_code))
    rows = rows.filter(Q(org_key=org.key) | ~Q(state=Course.State.DRAFT))
    page = Paginator(rows.order_by("-made_at", "-id"), PAGE).get_page(request.GET.get("page"))
    far = reading.reaches(list(page), org.key)
    context = {
        "org": org, "can": can, "refusal": refusal, "page": page, "today": clock.today(),
        "reaching": request.actor.can("activity.organise", org.place_key, line_keys=org.line_keys),
        "rows": [(row, TONES.get(row.state, ""), far[row.id]) for row in page],
    }  # fmt: skip
    return render(request, "activities/learning/courses.html", context)


def _made(request: Request, org: orgs.Organisation) -> Course:
    say = request.POST.get
    return writing.make(
        actor=request.actor, org_key=org.key, title=say("title", ""), about=say("about", ""),
        below=say("below") == "1", until=_day(say("until", "")),
    )  # fmt: skip


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _seen(request: Request, pk: UUID) -> Course:
    """A course of one's scope, or one from above that is open to all below. Raises CO404."""
    own = reading.courses(request.actor).filter(id=pk).first()
    found = own or reading.offered(request.actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


@gate("activity.view")
def course(request: Request, pk: UUID) -> HttpResponse:
    """One course: its parts, how far the branch is, and what its makers may do."""
    found = _seen(request, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(request, _acts(request, found), reverse("desk:course", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        found = _seen(request, pk)
    can = may_act(request.actor, found)
    # Of a course from above a branch sees how far it is itself: of the maker's members it sees nobody.
    branch = None if can else org_asked(request)
    about = branch.key if branch is not None else found.org_key or 0
    context = {
        "course": found, "can": can, "refusal": refusal, "parts": reading.parts(found.id),
        "tone": TONES.get(found.state, ""), "screens": dict(CourseProgress.Screen.choices),
        "reach": reading.reach(found, about), "branch": branch, "back": about,
    }  # fmt: skip
    return render(request, "activities/learning/course.html", context)


def _acts(request: Request, found: Course) -> dict[str, common.Act]:
    say = request.POST.get

    def add() -> str:
        part = writing.Part(say("title", ""), say("text", ""), say("link", ""), _stored(request))
        writing.add(actor=request.actor, course_id=found.id, part=part)
        return _("已加上一节。")

    def state(wanted: str, told: str) -> str:
        writing.set_state(actor=request.actor, course_id=found.id, state=wanted)
        return told

    return {
        "add": add,
        "open": lambda: state("open", _("已开课，党员在自己的页面上看得到。")),
        "close": lambda: state("closed", _("已结课。")),
    }


def _stored(request: Request) -> str:
    """The digest of an uploaded file; empty when there is none. Raises FL001–FL004."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or upload.file is None:
        return ""
    body = cast("BinaryIO", upload.file)
    return files.store_document(body, upload.name or "file", upload.size or 0).digest


@gate("activity.view", methods=("GET",))
def course_file(request: Request, pk: UUID) -> HttpResponse:
    """The file of a part, as a download."""
    part = CoursePart.objects.filter(id=pk).first()
    if part is None:
        raise NOT_FOUND()
    _seen(request, part.course_id)
    return served(part)


def served(part: CoursePart) -> HttpResponse:
    """A part's file; only ever a download, since a PDF may hold anything. Raises CO404."""
    stored = StoredFile.objects.filter(digest=part.digest).first() if part.digest else None
    path = files.path_of(part.digest) if stored is not None else None
    if stored is None or path is None or not path.exists():
        raise NOT_FOUND()
    answer = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{part.digest[:12]}"'
    return answer


def _size(text: str) -> str:
    """How large a part's text may be for all of it to stand on one screen of 16:9."""
    return next(
        (name for most, name in ((60, "l"), (180, "m"), (420, "s")) if len(text) <= most), "xs"
    )


@gate("activity.view", methods=("GET",))
def course_show(request: Request, pk: UUID) -> HttpResponse:
    """One part at a time in large type, for the screen of the hall."""
    found = _seen(request, pk)
    rows = reading.parts(found.id)
    text = request.GET.get("part", "1")
    at = (
        min(max(int(text), 1), max(len(rows), 1))
        if text.isascii() and text.isdigit() and len(text) < 4
        else 1
    )
    part = rows[at - 1] if rows else None
    context = {
        "course": found, "part": part, "at": at, "all": len(rows),
        "picture": bool(part and reading.pictures([part])), "size": _size(part.text if part else ""),
        "next": at + 1 if at < len(rows) else 0, "previous": at - 1,
    }  # fmt: skip
    return render(request, "activities/learning/show.html", context)
