"""A demonstration's standings: computed month by month, published as an office would, and what followed.

July's marks of 清镇市 lead to cases; those are carried through by simulated people, each step at a time of
its own. The months after show what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from zhijin.assessment import demo, forms
from zhijin.assessment.engine.periods import Period, shifted
from zhijin.assessment.models import Batch, Follow, Run
from zhijin.assessment.periods import moment
from zhijin.assessment.services.computing import compute
from zhijin.assessment.services.following import follow_run
from zhijin.assessment.services.publishing import publish_run
from zhijin.assessment.services.requesting import queue
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span
from zhijin.core.roles import ROLES
from zhijin.core.scope import scoped

PROGRAMME = "double-drive"
#: The county whose marks of this month lead to cases.
COUNTY, FOLLOWED = "520181", date(2026, 7, 1)
SYSTEM = demo.SYSTEM
#: (days after opening, move, role, answers) of a rectification, and of what is learnt from.
_MEND: tuple[tuple[int, str, str, Mapping[str, Any]], ...] = (
    (3, "submit", "village_secretary", {
        "causes": "网格巡查不到位，接单迟，办结后回访少，群众评价低",
        "target": "85", "tasks": "网格员每天两巡\n事项当天接单\n书记每周看一次逾期清单\n办结必回访",
        "leader": "街道党工委副书记", "until": "2026-10-31"}),
    (5, "approve", "township_officer", {}),
    (12, "visited", "village_secretary", {
        "visited-on": "2026-08-15", "learned": "限时接单、逾期亮牌、办结回访三件事照着做"}),
    (62, "ready", "village_secretary", {"result": "四项任务全部完成，积案清零"}),
    (66, "passed", "township_officer", {"checked": "抽查十件事项，九件按时办结，回访都有记录"}),
    (68, "release", "county_officer", {"effect": "九月起不在后三名，逾期率和评价都明显好转"}),
)  # fmt: skip
_LEARN: tuple[tuple[int, str, str, Mapping[str, Any]], ...] = (
    (6, "submit", "village_secretary", {
        "practice": "网格员每天两巡，事项当天接单；书记每周看一次逾期清单，当场派人；办结后两天内回访，评价低的重办。",
        "effect": "环节逾期率在百分之五以下，群众评价四分以上的占九成"}),
    (9, "publish", "township_officer", {}),
    (60, "close", "township_officer", {"visitors": "结对的后进组织"}),
)  # fmt: skip


def standings(today: date, counties: Iterable[str], *, anew: bool = False) -> dict[str, int]:
    """Compute and publish every month that is missing (all of them when ``anew``).

    Returns how many runs were made, and how many cases followed.
    """
    made = {"runs": 0, "follow_ups": 0}
    wanted = set(counties)
    with scoped(SYSTEM):
        programme = forms.current(PROGRAMME, "")
        runs = Run.objects.filter(programme=PROGRAMME, period_kind="month")
        there = set() if anew else set(runs.values_list("period_start", flat=True))
    for month in demo.months_to_compute(today):
        if month in there:
            continue
        with clock.freeze(moment(shifted(month, 1)) + timedelta(days=2, hours=10)):
            made["runs"] += _computed(programme, Period(month))
        with clock.freeze(_published_at(month, today)):
            _publish(month, wanted)
            if month == FOLLOWED:
                made["follow_ups"] = _follow(moment(today))
    return made


def _published_at(month: date, today: date) -> datetime:
    """Two days after its end; the newest a few days ago, since a result may be contested for fifteen."""
    usual = moment(shifted(month, 1)) + timedelta(days=2, hours=14)
    if month != demo.months_to_compute(today)[-1]:
        return usual
    return max(usual, moment(today) - timedelta(days=4) + timedelta(hours=14))


def _computed(programme: forms.Programme, period: Period) -> int:
    with scoped(SYSTEM):
        batch = queue(SYSTEM, programme, period, "", Batch.Reason.DUE)
    return compute(batch.id).runs


def _publish(month: date, counties: set[str]) -> None:
    with scoped(SYSTEM):
        ready = Run.objects.filter(
            programme=PROGRAMME, period_start=month, state=Run.State.READY,
            place_code__in=counties,
        )  # fmt: skip
        ids = list(ready.values_list("id", "place_code"))
    for run_id, code in ids:
        publish_run(actor=_somebody("county_officer", code), run_id=run_id, follow=False)


def _somebody(role: str, code: str) -> Actor:
    """A simulated person with the role over the place."""
    name = f"演示{ROLES[role].zh}"
    return Actor("account", f"demo-{role}", name, (Grant(role, code, *place_span(code)),))


def _follow(present: datetime) -> int:
    """Open what follows July in 清镇市, and carry it through."""
    with scoped(SYSTEM):
        run = Run.objects.filter(
            programme=PROGRAMME, period_start=FOLLOWED, place_code=COUNTY,
            state=Run.State.PUBLISHED,
        ).first()  # fmt: skip
    if run is None:
        return 0
    follow_run(run.id, run.county)
    with scoped(SYSTEM):
        rows = list(Follow.objects.filter(run_id=run.id).exclude(case_id=None))
    began = clock.now()
    for row in rows:
        _carry_through(row, began, present)
    return len(rows)


def _carry_through(row: Follow, began: datetime, present: datetime) -> None:
    """The steps of one case, as far as it has not gone already."""
    steps = _MEND if row.opens == "rectification" else _LEARN
    assert row.case_id is not None
    with scoped(SYSTEM):
        case = cases.Case.objects.get(pk=row.case_id)
    if case.version > 1:
        return
    for days, move, role, answers in steps:
        if began + timedelta(days=days) > present:
            return
        with clock.freeze(began + timedelta(days=days)):
            cases.move(
                actor=_somebody(role, row.place_code), case_id=case.id, move_id=move, data=answers
            )
