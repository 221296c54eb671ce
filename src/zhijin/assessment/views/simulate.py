"""A changed definition, before it is put into force: who would move, and how many would be marked."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import forms
from zhijin.assessment.engine import load
from zhijin.assessment.engine.compare import Moved
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.pages import reading, words
from zhijin.assessment.pages.programme import said
from zhijin.assessment.pages.simulating import Simulated, simulate
from zhijin.assessment.views import asking
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.playbooks import api as playbooks

#: Rows shown; those whose marks change come first.
_SHOWN = 60
#: Reasons told of each.
_WHY = 3


@gate("assess.run", methods=("GET", "POST"), rate="12/m", opens=False)
def standing_simulate(request: Request, pk: UUID) -> HttpResponse:
    """Compute a past period by a revision and by what is in force, and show what differs."""
    with scoped(request.actor):
        row = playbooks.visible(request.actor, pk)
        if row.form != forms.KEY:
            raise NOT_FOUND()
        found = load(row.source, row.playbook).programme
        days = reading.periods(row.playbook)
    context: dict[str, Any] = {"row": row, "error": "", "current": _in_force(row)}
    if found is None or context["current"] is None:
        return render(request, "assessment/simulate.html", context | {"current": None})
    draft = forms.Programme(row.pk, row.place_code, row.revision, row.digest, found)
    context |= {
        "title": said(found.title, english=_english()),
        "periods": [(day.isoformat(), words.period(found.period, day)) for day in days],
    }
    if request.method == "POST":
        day = asking.day(request.POST.get("period", ""))
        if day not in days:
            raise BAD_REQUEST()
        context |= {"chosen": day.isoformat()} | _computed(request, context["current"], draft, day)
    return render(request, "assessment/simulate.html", context)


def _in_force(row: Any) -> forms.Programme | None:
    try:
        return forms.current(row.playbook, row.place_code)
    except Refusal:
        return None


def _computed(
    request: Request, current: forms.Programme, draft: forms.Programme, day: date
) -> dict[str, Any]:
    """The comparison, outside any transaction of the reader's: it may take seconds."""
    try:
        made = simulate(current, draft, Period(day, draft.model.period))
    except ValueError as error:
        return {"error": str(error)}
    with scoped(request.actor):
        return _shown(request, made, draft, current)


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _shown(
    request: Request, made: Simulated, draft: forms.Programme, current: forms.Programme
) -> dict[str, Any]:
    """Only what the reader may see of organisations; the counts are of all."""
    seen = orgs.by_keys(request.actor, [moved.org_key for moved in made.moved])
    rows = [(moved, seen[moved.org_key]) for moved in made.moved if moved.org_key in seen]
    named = {mark.mark: mark for mark in made.before.marks}
    return {
        "done": True, "seconds": f"{made.seconds:.1f}", "facts": f"{made.facts:,}",
        "rows": [
            {"org": org, "moved": moved, "why": why(moved, draft, current), "marks": marks(moved, draft),
             "total": [words.points(t) for t in moved.total]}
            for moved, org in rows[:_SHOWN]
        ],
        "more": max(len(rows) - _SHOWN, 0),
        "preview": made.after,
        "marks": [(title_of(mark.mark, draft), named.get(mark.mark), mark) for mark in made.after.marks],
    }  # fmt: skip


def title_of(name: str, draft: forms.Programme) -> str:
    """The title of a part, indicator or mark of the revision."""
    model = draft.model
    parts: list[Any] = [*model.dimensions, *model.joins, *model.indicators.values(), *model.marks]
    found = (said(part.title, english=_english()) for part in parts if part.id == name)
    return next(found, name)


def why(moved: Moved, draft: forms.Programme, current: forms.Programme) -> str:
    """The parts that changed most, with what each gives to the total: by its score, or by its weight."""
    old, new = weights(current), weights(draft)
    own, other = [], []
    for one in moved.reasons:
        name = title_of(one.part, draft)
        change = _signed(one.gives - one.gave)
        if one.before != one.after:
            text = _("{name} {before}→{after}（总分 {change}）").format(
                name=name, before=words.points(one.before), after=words.points(one.after),
                change=change,
            )  # fmt: skip
            own.append(text)
        elif old.get(one.part) != new.get(one.part):
            text = _("{name} 得分没变，权重 {before}→{after}（总分 {change}）").format(
                name=name, before=old.get(one.part, 0), after=new.get(one.part, 0), change=change
            )
            own.append(text)
        else:
            # With its dimension, or because another weighs more: only told where nothing else is.
            text = _("{name} 自己没变，占总分的比重变了（总分 {change}）")
            other.append(text.format(name=name, change=change))
    return _("；").join((own or other)[:_WHY])


def weights(programme: forms.Programme) -> dict[str, int]:
    """The weights of dimensions and joins, and of the indicators inside their dimensions."""
    model = programme.model
    parts: list[Any] = [*model.dimensions, *model.joins, *model.indicators.values()]
    return {part.id: part.weight for part in parts}


def _signed(value: int) -> str:
    return f"+{words.points(value)}" if value > 0 else words.points(value)


def marks(moved: Moved, draft: forms.Programme) -> str:
    """What would be marked anew, and what no longer."""
    before, after = (set(names) for names in moved.marks)
    told = []
    for names, text in (
        (after - before, _("新增认定：{marks}")),
        (before - after, _("不再认定：{marks}")),
    ):
        if names:
            told.append(
                text.format(marks=words.enumerated(title_of(n, draft) for n in sorted(names)))
            )
    return _("；").join(told)
