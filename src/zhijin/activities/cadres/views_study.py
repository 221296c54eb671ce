"""The study of village cadres on the desk: what waits for whom, one application, the survey."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.activities.cadres import programme, shown, study, teams
from zhijin.activities.cadres.study import Wish
from zhijin.activities.cadres.teams import Asked
from zhijin.activities.cadres.views import page_of
from zhijin.activities.cadres.where import named, placed
from zhijin.activities.models import Study
from zhijin.activities.views import common
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.people import api as people
from zhijin.places import api as places

TONES = {"applied": "warn", "recommended": "info", "enrolled": "accent", "finished": "ok"}
#: So many cadres are offered at once; beyond them one looks at a narrower place first.
HOLDERS = 200
#: 7333.33, 7,333.33, 7333.33 元.
_YUAN = re.compile(r"^(\d{1,6}|\d{1,3}(?:[,，]\d{3}))(?:\.(\d{1,2}))?\s*元?$", re.ASCII)


def fen_of(text: str) -> int:
    """Yuan as typed, in fen. Raises CO400."""
    found = _YUAN.match(text.strip())
    if found is None:
        raise BAD_REQUEST(fields={"fee": _("学费写成元，最多两位小数。")})
    return int(found[1].replace(",", "").replace("，", "")) * 100 + int(
        (found[2] or "").ljust(2, "0")
    )


@gate("activity.view")
@placed("study")
def study_list(request: Request, where: places.Picked) -> HttpResponse:
    """Applications below a place by state, the figures, the survey, applying."""
    place, state = where.code, request.GET.get("state", "")
    state = state if state in Study.State.values else ""
    refusal: Refusal | None = None
    if request.method == "POST":
        acts = {"apply": lambda: _apply(request), "survey": lambda: _survey(request)}
        done = common.act(request, acts, f"{reverse('desk:studies')}?place={place}")
        if isinstance(done, HttpResponse):
            return done
        refusal = done
    told = study.figures(request.actor, place)
    found = page_of(request, study.studies(request.actor, place, state))
    found["rows"] = [(row, TONES.get(row.state, "")) for row in found["rows"]]
    can = request.actor.can("activity.act")
    context = {
        "tabs": shown.tabs("study", place), **named(where), "state": state, "refusal": refusal, "told": told,
        "states": [(key, word, told.by_state.get(key, 0)) for key, word in Study.State.choices], **found,
        "shares": programme.current(place).study, "can": can, "year": clock.today().year, "typed": request.POST,
        "picked": common.org_asked(request) if can else None, "levels": _levels(),
        "holders": _holders(request, place) if can else [], "most": HOLDERS,
    }  # fmt: skip
    return render(request, "activities/cadres/studies.html", context)


def _levels() -> list[tuple[int, object]]:
    return [(level, people.EDUCATION[level]) for level in study.LEVELS]


def _holders(request: Request, place: str) -> list[tuple[UUID, str]]:
    """Cadres of villages whom the viewer may hand in."""
    rows = teams.holders(request.actor, Asked(place, "both")).select_related("post", "org")
    found = rows.filter(org__isnull=False).order_by("place_key", "id")[:HOLDERS]
    return [
        (row.id, f"{row.org.name if row.org else ''} {row.post.label} {row.holder}")
        for row in found
    ]


def _apply(request: Request) -> str:
    post = request.POST.get
    wish = Wish(
        post("school", ""),
        post("course", ""),
        common.number(request, "level"),
        fen_of(post("fee", "")),
    )
    study.apply(actor=request.actor, appointment_id=common.uuid(request, "appointment"), wish=wish)
    return _("报名已提交，等乡镇推荐。")


def _survey(request: Request) -> str:
    counts = (
        common.number(request, "cadres"), common.number(request, "below"), common.number(request, "willing")
    )  # fmt: skip
    study.survey(
        actor=request.actor, org_key=common.org_asked(request).needed(), year=common.number(request, "year"),
        counts=counts, wishes=request.POST.get("wishes", ""),
    )  # fmt: skip
    return _("摸底情况已登记。")


@gate("activity.view")
def study_one(request: Request, pk: UUID) -> HttpResponse:
    """One application: where it stands, its shares, its results, and the next step."""
    row = study.get(request.actor, pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        done = common.act(request, _acts(request, pk), reverse("desk:study", args=[pk]))
        if isinstance(done, HttpResponse):
            return done
        refusal = done
        row = study.get(request.actor, pk)
    shares = programme.current(row.place_code).study
    public, own = (
        (row.public_fen, row.own_fen) if row.public_fen is not None else shares.split(row.fee_fen)
    )
    actor = request.actor
    context = {
        "study": row, "refusal": refusal, "results": study.results(row), "public": public, "own": own,
        "shares": shares, "tone": TONES.get(row.state, ""), "level": people.EDUCATION[row.level],
        "can": actor.can("activity.organise", row.place_key), "can_review": actor.can("assess.run", row.place_key),
        "steps": _steps(row), "typed": request.POST,
    }  # fmt: skip
    return render(request, "activities/cadres/study.html", context)


def _steps(row: Study) -> list[dict[str, object]]:
    done = {
        "applied": 1,
        "recommended": 2,
        "enrolled": 3,
        "stopped": 3,
        "declined": 2,
        "finished": 4,
    }[row.state]
    words = (_("本人报名"), _("乡镇推荐"), _("县级审核"), _("毕业"))
    return [
        {"label": word, "state": "done" if at < done else "", "current": at == done}
        for at, word in enumerate(words)
    ]


def _acts(request: Request, pk: UUID) -> dict[str, common.Act]:
    post, actor = request.POST.get, request.actor

    def told(_made: object, words: str) -> str:
        return words

    def result() -> str:
        taken, passed = common.number(request, "taken"), common.number(request, "passed")
        study.record_result(
            actor=actor, study_id=pk, term=post("term", ""), taken=taken, passed=passed
        )
        return _("学期结果已登记，计入考核依据。")

    why = post("why", "")
    return {
        "recommend": lambda: told(
            study.recommend(actor=actor, study_id=pk, why=why), _("已推荐，等县级审核。")
        ),
        "enrol": lambda: told(
            study.review(actor=actor, study_id=pk, agreed=True), _("已通过，费用分担已算出。")
        ),
        "decline": lambda: told(
            study.review(actor=actor, study_id=pk, agreed=False, why=why), _("未通过，原因已告知。")
        ),
        "result": result,
        "finish": lambda: told(
            study.end(actor=actor, study_id=pk, finished=True, why=why), _("已登记毕业。")
        ),
        "stop": lambda: told(
            study.end(actor=actor, study_id=pk, finished=False, why=why), _("已中止。")
        ),
    }
