"""What was published of an organisation's standing: score, rank, size of the group, what it was named.

Only published and frozen results fill a sheet: what may still change is not reported to the upper level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from zhijin.assessment import forms
from zhijin.assessment.engine import Assessment
from zhijin.assessment.engine.periods import period_of
from zhijin.assessment.enter_once.catalogue.model import Field, Record
from zhijin.assessment.enter_once.catalogue.registry import register
from zhijin.assessment.enter_once.periods import Period
from zhijin.assessment.enter_once.subjects import Subject
from zhijin.assessment.models import Mark, Run, Score
from zhijin.assessment.pages import reading
from zhijin.assessment.periods import name_of
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key

GROUP = _("考核结果")
#: Of several programmes of one kind of period the first is meant by a plain “排名”.
FIRST = "double-drive"
_USUAL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "month": {
        "total": ("考核得分", "得分", "总分", "月得分", "考核分"),
        "rank": ("排名", "名次", "位次", "月排名", "在乡镇排名", "排队名次"),
        "of": ("参评数", "同组组织数", "参与排名数"),
        "mark": ("认定结果", "是否后进", "先进后进"),
    },
    "year": {
        "total": ("年度考核得分", "年度得分", "全年得分"),
        "rank": ("年度排名", "年度名次", "全年排名"),
        "of": ("年度参评数",),
        "mark": ("年度认定结果", "年度等次"),
    },
}
_TITLES = {"total": _("得分"), "rank": _("名次"), "of": _("同组数"), "mark": _("认定")}
_UNITS = {"total": "score", "rank": "number", "of": "number", "mark": "text"}
Found = dict[str, Score]


def by_programme(office: str) -> Iterable[Field]:
    """Four fields for each assessment programme in force at the office."""
    if not office:
        return
    usual: set[str] = set()
    for found in _in_force(office):
        model = found.model
        names = {} if model.period in usual else _USUAL.get(model.period, {})
        usual.add(model.period)
        for what, title in _TITLES.items():
            with override("zh-hans"):
                full = f"{model.title.zh}{title}"
            yield Field(
                f"standing.{model.id}.{what}", _titled(model, title), GROUP, _no_period,
                (full, *names.get(what, ())), unit=_UNITS[what], permission="assess.view",
                note=_("只填已公布的结果；按表的统计期最后一天所在的考核期。"), blank="unpublished",
                load_in=partial(_load, model, what), listed=partial(_listed, model),
            )  # fmt: skip


def _in_force(office: str) -> list[forms.Programme]:
    """The programmes that hold at the office, the usual one first."""
    every = {p.name for p in forms.all_in_force() if office.startswith(p.place_code)}
    held = [forms.current(name, office[:6]) for name in every]
    return sorted(held, key=lambda p: (p.name != FIRST, p.name))


def _titled(model: Assessment, title: Any) -> str:
    """In the reader's language; the registry asks anew for every page."""
    english = (get_language() or "").startswith("en")
    name = (model.title.en or model.title.zh) if english else model.title.zh
    return f"{name} {title}"


def _no_period(_actor: Actor, _subjects: Sequence[Subject]) -> Mapping[str, Any]:
    return {}


def _load(
    model: Assessment, what: str, actor: Actor, subjects: Sequence[Subject], sheet: Period
) -> Mapping[str, Any]:
    scores = _scores(model, actor, subjects, sheet)
    if what == "mark":
        return _marks(model, actor, scores)
    return {ref: getattr(score, what) for ref, score in scores.items() if score.rank is not None}


def _scores(model: Assessment, actor: Actor, subjects: Sequence[Subject], sheet: Period) -> Found:
    """The published line of each organisation; of a place, where it has exactly one organisation."""
    rows = Score.objects.filter(reading.seen(actor), run_id__in=_runs(model, sheet))
    keys = [int(one.id) for one in subjects if one.kind == "org"]
    out = {f"org:{row.org_key}": row for row in rows.filter(org_key__in=keys)} if keys else {}
    codes = [one.id for one in subjects if one.kind == "place" and len(one.id) <= 12]
    at_place: dict[str, list[Score]] = {}
    for row in rows.filter(place_key__in=[place_key(code) for code in codes]) if codes else ():
        at_place.setdefault(f"place:{row.place_code}", []).append(row)
    return out | {ref: found[0] for ref, found in at_place.items() if len(found) == 1}


def _runs(model: Assessment, sheet: Period) -> Any:
    period = period_of(sheet.last, model.period)
    return Run.objects.filter(
        programme=model.id, period_kind=period.kind, period_start=period.start,
        state__in=reading.PUBLIC,
    ).values("id")  # fmt: skip


def _marks(model: Assessment, actor: Actor, scores: Found) -> Mapping[str, Any]:
    titles = {mark.id: mark.title.zh for mark in model.marks}
    rows = Mark.objects.filter(
        reading.seen(actor), run_id__in={score.run_id for score in scores.values()},
        org_key__in={score.org_key for score in scores.values()},
    )  # fmt: skip
    named: dict[int, list[str]] = {}
    for mark in rows.order_by("kind"):
        named.setdefault(mark.org_key, []).append(titles.get(mark.kind, mark.kind))
    # Whoever was assessed and not named is told so: a blank would say that nobody knows.
    return {ref: "、".join(named.get(score.org_key, ["无"])) for ref, score in scores.items()}


def _listed(model: Assessment, actor: Actor, one: Subject, sheet: Period) -> list[Record]:
    """The line of the published result that the cell rests on, and the way to it."""
    score = _scores(model, actor, [one], sheet).get(one.ref)
    if score is None:
        return []
    try:
        run = Run.objects.get(id=score.run_id, county=score.county)
    except ObjectDoesNotExist:
        return []
    period = name_of(run.period_kind, run.period_start)
    text = gettext("{name}，{period}：第 {rank} 名，同组 {of} 个").format(
        name=score.name, period=period, rank=score.rank or "—", of=score.of
    )
    query = f"?programme={run.programme}&period={run.period_start}"
    return [
        Record(text, run.published_name, reverse("desk:standing-org", args=[score.org_key]) + query)
    ]


def install() -> None:
    """Register the maker; once, when the application starts."""
    register(maker=by_programme)
