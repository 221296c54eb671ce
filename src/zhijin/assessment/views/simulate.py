"""A changed definition, before it is put into force: who would move, and how many would be marked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment import forms
from zhijin.assessment.engine.compare import Moved
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Simulation
from zhijin.assessment.pages import reading, words
from zhijin.assessment.pages.programme import said
from zhijin.assessment.services import simulating
from zhijin.assessment.views import asking
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND, Refusal
from zhijin.orgs import api as orgs
from zhijin.playbooks import api as playbooks

#: Reasons told of each.
_WHY = 3


@gate("assess.run", methods=("GET", "POST"), rate="12/m")
def standing_simulate(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a past period by a revision and by what is in force; the answer has a page of its own."""
    row = playbooks.visible(request.actor, pk)
    if row.form != forms.KEY:
        raise NOT_FOUND()
    draft, current = forms.read(row), _in_force(row)
    if draft is None or current is None:
        return render(request, "assessment/simulate.html", {"row": row, "current": None})
    context = _asked(row, draft)
    if request.method == "POST":
        day = asking.day(request.POST.get("period", ""))
        if day is None or day not in reading.periods(row.playbook):
            raise BAD_REQUEST()
        period = Period(day, draft.model.period)
        try:
            made = simulating.ask(actor=request.actor, current=current, draft=draft, period=period)
        except Refusal as error:
            context |= {"refusal": error, "chosen": day.isoformat()}
            return render(request, "assessment/simulate.html", context, status=error.status)
        return redirect("desk:standing-simulation", pk=made.id)
    return render(request, "assessment/simulate.html", context)


@gate("assess.run", methods=("GET",))
def standing_simulation(request: Request, pk: UUID) -> HttpResponse:
    """How far one's own simulation is, and then what came of it."""
    sim = simulating.get(request.actor, pk)
    row = playbooks.visible(request.actor, sim.draft)
    draft = forms.read(row)
    current = forms.read(playbooks.visible(request.actor, sim.current))
    if draft is None or current is None:
        raise NOT_FOUND()
    context = _asked(row, draft) | {
        "sim": sim, "chosen": sim.period_start.isoformat(), "steps": _steps(sim),
    }  # fmt: skip
    if sim.state == Simulation.State.DONE:
        context |= _shown(request, sim.result, draft, current)
    response = render(request, "assessment/simulate.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _asked(row: Any, draft: forms.Programme) -> dict[str, Any]:
    days = reading.periods(row.playbook)
    return {
        "row": row, "current": True, "title": said(draft.model.title, english=_english()),
        "periods": [(day.isoformat(), words.period(draft.model.period, day)) for day in days],
    }  # fmt: skip


def _steps(sim: Simulation) -> list[dict[str, Any]]:
    """Where it stands: what is behind it, what is being done."""
    names = {
        "waiting": _("排队"), "reading": _("读取记录"), "computing": _("按两版各算一遍"), "done": _("结果"),
    }  # fmt: skip
    order = list(names)
    at = order.index(sim.state) if sim.state in names else -1
    return [
        {"label": name, "state": "done" if number < at or key == sim.state == "done" else "",
         "current": number == at}
        for number, (key, name) in enumerate(names.items())
    ]  # fmt: skip


def _in_force(row: Any) -> forms.Programme | None:
    try:
        return forms.current(row.playbook, row.place_code)
    except Refusal:
        return None


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _shown(
    request: Request, result: dict[str, Any], draft: forms.Programme, current: forms.Programme
) -> dict[str, Any]:
    """What was written down; of organisations only what the reader may see now."""
    moves = simulating.unpacked(result["rows"])
    seen = orgs.by_keys(request.actor, [moved.org_key for moved in moves])
    before = result["before"]
    return {
        "done": True, "seconds": f"{result['millis'] / 1000:.1f}", "facts": f"{result['facts']:,}",
        "rows": [
            {"org": seen[moved.org_key], "moved": moved, "why": why(moved, draft, current),
             "marks": marks(moved, draft), "total": [words.points(t) for t in moved.total]}
            for moved in moves if moved.org_key in seen
        ],
        "more": result["more"], "preview": result,
        "marks": [(title_of(name, draft), before.get(name), mark) for name, mark in result["after"].items()],
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
