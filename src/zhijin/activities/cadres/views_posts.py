"""Postings, county plans and commendations on the desk."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.cadres import plans, postings, programme, shown
from zhijin.activities.cadres.plans import Measure
from zhijin.activities.cadres.postings import Log, Sending
from zhijin.activities.cadres.views import day_asked, page_of
from zhijin.activities.cadres.where import named, placed
from zhijin.activities.models import WorkLog
from zhijin.activities.views import common
from zhijin.core import clock, files
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.models import StoredFile
from zhijin.orgs import api as orgs
from zhijin.places import api as places

#: Where a cadre may be sent.
SENT_TO = orgs.Question(("party",), "activity.organise", orgs.FEW)
STATES = ("now", "over", "home")


def _kinds(place: str) -> list[tuple[str, str]]:
    lang = get_language() or "zh"
    return [(one.id, one.title.in_(lang)) for one in programme.current(place).postings.logs]


@gate("activity.view")
@placed("postings")
def posting_list(request: Request, where: places.Picked) -> HttpResponse:
    """Postings below a place, and sending a cadre."""
    place, state = where.code, request.GET.get("state", "now")
    state = state if state in STATES else "now"
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(
            request, {"send": lambda: _send(request)}, f"{reverse('desk:postings')}?place={place}"
        )
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    can = request.actor.can("activity.organise")
    figures = postings.figures(request.actor, place)
    ever = figures["cadres"] or postings.postings(request.actor, place, "home").exists()
    context = {
        "tabs": shown.tabs("postings", place), **named(where), "state": state, "refusal": refusal,
        "figures": figures, "ever": ever, "typed": request.POST, "today": clock.today(),
        **page_of(request, postings.postings(request.actor, place, state)), "can": can,
        "picked": common.org_asked(request, SENT_TO) if can else None,
    }  # fmt: skip
    return render(request, "activities/cadres/postings.html", context)


def _send(request: Request) -> str:
    post = request.POST.get
    sending = Sending(
        post("holder", ""), post("from_name", ""), day_asked(request, "start"), day_asked(request, "ends"),
        post("first") == "1", None, post("username", "").strip()[:64],
    )  # fmt: skip
    postings.post_cadre(
        actor=request.actor, org_key=common.org_asked(request, SENT_TO).needed(), sending=sending
    )
    return _("已选派。")


@gate("activity.view")
def posting(request: Request, pk: UUID) -> HttpResponse:
    """One posting: what was done, writing a log, going home."""
    row = postings.get(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        acts = {"log": lambda: _log(request, pk), "end": lambda: _end(request, pk)}
        done = common.act(request, acts, reverse("desk:posting", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        row = postings.get(request.actor, pk)
    kinds = _kinds(row.place_code)
    found = page_of(request, postings.logs(row))
    found["rows"] = [(log, dict(kinds).get(log.kind, log.kind)) for log in found["rows"]]
    context = {
        "posting": row, "refusal": refusal, "kinds": kinds, **found, "today": clock.today(), "typed": request.POST,
        "can_log": row.ended_on is None and postings.may_log(request.actor, row),
        "can_end": row.ended_on is None and request.actor.can("activity.organise", row.place_key),
    }  # fmt: skip
    return render(request, "activities/cadres/posting.html", context)


def _log(request: Request, pk: UUID) -> str:
    log = Log(
        day_asked(request, "day"),
        request.POST.get("kind", ""),
        request.POST.get("text", ""),
        _photos(request),
    )
    postings.write_log(actor=request.actor, posting_id=pk, log=log)
    return _("日志已记下。")


def _photos(request: Request) -> tuple[str, ...]:
    """Digests of the photos that came with the form; place and device are taken out of them. Raises FL001–FL004."""
    out = []
    for upload in request.FILES.getlist("photos")[: postings.PHOTOS + 1]:
        if isinstance(upload, UploadedFile) and upload.file is not None:
            body = cast("BinaryIO", upload.file)
            out.append(files.store_photo(body, upload.name or "photo", upload.size or 0).digest)
    return tuple(out)


def _end(request: Request, pk: UUID) -> str:
    postings.end_posting(
        actor=request.actor,
        posting_id=pk,
        why=request.POST.get("why", ""),
        on=day_asked(request, "on"),
    )
    return _("驻村已结束。")


@gate("activity.view", methods=("GET",))
def log_photo(request: Request, pk: UUID, number: int) -> HttpResponse:
    """One photo of a log, to whoever sees the posting. Raises CO404."""
    log = WorkLog.objects.filter(id=pk).first()
    if log is None or number >= len(log.photos):
        raise NOT_FOUND()
    postings.get(request.actor, log.posting_id)
    stored = StoredFile.objects.filter(digest=log.photos[number]).first()
    path = files.path_of(log.photos[number])
    if stored is None or not path.exists():
        raise NOT_FOUND()
    answer = HttpResponse(path.read_bytes(), content_type=stored.media_type)
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@gate("activity.organise")
@placed("postings")
def commendations(request: Request, where: places.Picked) -> HttpResponse:
    """Who meets every condition of a commendation in a year: computed when asked for, in the order of places."""
    place, text = where.code, request.POST.get("year") or request.GET.get("year", "")
    # A year is judged when it is over.
    over = clock.today().year - 1
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else over
    found, refusal = None, None
    if request.method == "POST":
        try:
            with transaction.atomic():
                found = postings.compute(
                    actor=request.actor, place=request.POST.get("place", ""), year=year
                )
        except Refusal as error:
            refusal = error
    rules = programme.current(place).postings.commend
    context = {
        "tabs": shown.tabs("postings", place), **named(where), "year": year, "found": found, "refusal": refusal,
        "rules": rules, "cadres": [(row, shown.masked(row.holder)) for row in found.cadres] if found else [],
        "years": range(clock.today().year - 3, clock.today().year + 1),
    }  # fmt: skip
    return render(request, "activities/cadres/commend.html", context)


# -- county plans ----------------------------------------------------------------------------


@gate("activity.view")
@placed("plans")
def plan_list(request: Request, where: places.Picked) -> HttpResponse:
    """The counties' own plans with how far they are; beginning one."""
    place = where.code
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(request, {"make": lambda: _make(request)}, reverse("desk:county-plans"))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    found = page_of(request, plans.plans(request.actor, place))
    told = plans.standings(found["rows"])
    found["rows"] = [(row, told[row.id]) for row in found["rows"]]
    context = {
        "tabs": shown.tabs("plans", place), **named(where), **found, "refusal": refusal, "typed": request.POST,
        "told": plans.figures(request.actor, place),
        "counties": [one for one in common.hosting_places(request.actor) if len(one[0]) == 6],
        "year": clock.today().year, "below": len(place) > 6,
    }  # fmt: skip
    return render(request, "activities/cadres/plans.html", context)


def _make(request: Request) -> str:
    post = request.POST.get
    plans.make(
        actor=request.actor, county=post("county", ""), year=common.number(request, "year"),
        title=post("title", ""), basis=post("basis", ""),
    )  # fmt: skip
    return _("方案已建立，请加上措施。")


@gate("activity.view")
def plan(request: Request, pk: UUID) -> HttpResponse:
    """One plan: measures, how far each is, adding one, telling progress."""
    row = plans.get(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        acts = {"add": lambda: _add(request, pk), "progress": lambda: _progress(request)}
        done = common.act(request, acts, reverse("desk:county-plan", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    context: dict[str, Any] = {
        "plan": row, "refusal": refusal, "measures": plans.measures(row), "lines": plans.LINES.items(),
        "can": request.actor.can("activity.organise", row.place_key), "today": clock.today(), "typed": request.POST,
    }  # fmt: skip
    return render(request, "activities/cadres/plan.html", context)


def _add(request: Request, pk: UUID) -> str:
    post = request.POST.get
    wanted = Measure(
        post("line", ""), post("text", ""), post("lead", ""), common.number(request, "goal"), post("unit", ""),
        day_asked(request, "due"),
    )  # fmt: skip
    plans.add(actor=request.actor, plan_id=pk, measure=wanted)
    return _("措施已加上。")


def _progress(request: Request) -> str:
    plans.progress(
        actor=request.actor, measure_id=common.uuid(request, "measure"), done=common.number(request, "done"),
        note_text=request.POST.get("note", ""),
    )  # fmt: skip
    return _("进展已登记。")
