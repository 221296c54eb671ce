"""The demonstration's activities, simulated on real places: the 84 units under the prefecture of document 003 with a
spot check and mutual reviews, the documents' villages with pledges, a contest, a reporting review and visits."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from zhijin.access import api as access
from zhijin.activities import demo_texts as texts
from zhijin.activities.models import Event, ModelUnit, Sheet, Task, Undertaking, Visit
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors import model_units as naming
from zhijin.activities.services import (
    ballots,
    checks,
    contests,
    cycles,
    events,
    model_units,
    mutual,
    reviews,
    undertakings,
    visits,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs

SYSTEM = Actor("system", "demo", "演示主办方")
PREFECTURE, TOWNSHIP, VILLAGE = "5306", "530602105", "530602105207"
UNITS = 84


def make_units() -> int:
    """The Party organisations of 84 units directly under 昭通市 (document 003); returns how many are new."""
    with scoped(SYSTEM):
        there = set(_units().values_list("name", flat=True))
        new = [name for name in texts.unit_names(UNITS) if name not in there]
        for name in new:
            orgs.register_organisation(
                actor=SYSTEM, place_code=PREFECTURE, name=name, kind="general_branch", sector=3,
                members=30 + len(name) * 3, simulated=True,
            )  # fmt: skip
    return len(new)


def _units() -> Any:
    rows = orgs.listing(SYSTEM, orgs.Filter(place=PREFECTURE, sector=3, kind="party"))
    return rows.filter(place_code=PREFECTURE, simulated=True, name__startswith="昭通市").order_by(
        "key"
    )


def make(today: date) -> int:
    """Everything else, once; needs the cast's accounts. Returns how many activities there are."""
    with scoped(SYSTEM):
        if Undertaking.objects.filter(simulated=True).exists():
            return 0
        units = list(_units()[:UNITS])
        villages = _villages()
        _pledges(today, villages)
        if len(units) == UNITS:
            _check(today, units)
            _mutual(today, units)
            _model_unit(today, units)
            _cycle(today)
        if len(villages) >= 4:
            _contest(today, villages[:6])
            _review(today, villages[:3])
            _visits(today, villages)
        return sum(model.objects.count() for model in (Undertaking, Event, ModelUnit, Visit))


def _villages() -> list[orgs.Organisation]:
    """The leading Party organisation of each village of 靖安镇, 大耆老村 first."""
    rows = orgs.listing(SYSTEM, orgs.Filter(place=TOWNSHIP, kind="party")).order_by("key")
    by_place: dict[str, orgs.Organisation] = {}
    for org in rows:
        if len(org.place_code) == 12:
            by_place.setdefault(org.place_code, org)
    return sorted(by_place.values(), key=lambda org: (org.place_code != VILLAGE, org.key))


def _at(day: date, hour: int = 9) -> Any:
    return clock.freeze(datetime.combine(day, time(hour, 30), clock.TZ))


def _pledges(today: date, villages: list[orgs.Organisation]) -> None:
    start = today.replace(month=1, day=1)
    for index, org in enumerate(villages[:4]):
        for kind, title, begins, ends, items in texts.pledges(start):
            draft = undertakings.Draft(kind, title, texts.leader(index), begins, ends,
                                       target=texts.TARGETS[kind], simulated=True)  # fmt: skip
            with _at(min(today, begins + timedelta(days=12))):
                row = undertakings.draw_up(
                    actor=SYSTEM, org_key=org.key, draft=draft,
                    items=[undertakings.Item(*item) for item in items],
                )  # fmt: skip
                undertakings.publish(actor=SYSTEM, undertaking_id=row.id)
            _progress(today, row, index)


def _progress(today: date, row: Undertaking, index: int) -> None:
    tasks = Task.objects.filter(undertaking_id=row.id).order_by("seq")
    for task in tasks:
        # Every fourth item is left undone, so that there is something due and late to see.
        if task.due > today or (task.seq + index) % 4 == 0:
            continue
        for percent, days in ((40, 40), (100, 3 if task.seq % 3 else -4)):
            with _at(min(today, max(row.begins, task.due - timedelta(days=days)))):
                undertakings.report(
                    actor=SYSTEM, task_id=task.id, percent=percent, what=texts.told(percent),
                    done=percent == 100,
                )  # fmt: skip


def _plan(kind: str, title: str, place: str, today: date, **more: Any) -> events.Plan:
    return events.Plan(kind, title, place, today.year, simulated=True, **more)


def _check(today: date, units: list[orgs.Organisation]) -> None:
    """45 of 84 units drawn; a dozen problems in every state (document 003 counts 130)."""
    with _at(today - timedelta(days=40)):
        plan = _plan("check", "作风纪律随机抽查", PREFECTURE, today)
        event = checks.make(actor=SYSTEM, plan=plan, size=45, source=texts.SOURCE)
        events.invite(actor=SYSTEM, event_id=event.id, org_keys=[org.key for org in units])
        checks.publish_list(actor=SYSTEM, event_id=event.id)
    with _at(today - timedelta(days=33), 15):
        drawn = checks.draw(actor=SYSTEM, event_id=event.id, seed=texts.SEED, told=texts.TOLD)
    first = next((row for row in drawn if row.org_name == texts.LEAD_UNIT), drawn[0])
    rows = [first, *(row for row in drawn if row is not first)]
    for number, (aspect, what) in enumerate(texts.PROBLEMS):
        with _at(today - timedelta(days=25 - number)):
            found = checks.find(actor=SYSTEM, event_id=event.id, org_key=rows[number].org_key or 0,
                                aspect=aspect, what=what)  # fmt: skip
        if number % 3 == 0:
            continue
        with _at(today - timedelta(days=10)):
            checks.rectify(actor=SYSTEM, problem_id=found.id, done=texts.RECTIFIED)
        if number % 3 == 1:
            with _at(today - timedelta(days=6)):
                checks.verify(actor=Actor.system("demo-checker"), problem_id=found.id, good=True)


CRITERIA = [
    Criterion("c1", "党建工作", 40),
    Criterion("c2", "中心工作", 40),
    Criterion("c3", "群众评价", 20),
]


def _mutual(today: date, units: list[orgs.Organisation]) -> None:
    """The present half-year's round, going on: some handed in, one late, the rest owed."""
    half = "H1" if today.month <= 6 else "H2"
    with _at(today - timedelta(days=12)):
        plan = _plan("mutual", "市直机关半年互评", PREFECTURE, today, period=f"{today.year}{half}",
                     due_at=datetime.combine(today + timedelta(days=9), time(23, 59, 59), clock.TZ))  # fmt: skip
        event = mutual.make(actor=SYSTEM, plan=plan, criteria=CRITERIA, each=3)
        events.invite(actor=SYSTEM, event_id=event.id, org_keys=[org.key for org in units])
        mutual.start(actor=SYSTEM, event_id=event.id, seed=f"{today.year}{half}")
    lead = next(org for org in units if org.name == texts.LEAD_UNIT)
    rows = Sheet.objects.filter(event_id=event.id).exclude(from_org=lead.key).order_by("id")
    for number, sheet in enumerate(rows[:40]):
        with _at(today - timedelta(days=9 - number % 8)):
            marks = {"c1": 78 + number % 17, "c2": 74 + number % 21, "c3": 80 + number % 15}
            mutual.hand_in(
                actor=SYSTEM, sheet_id=sheet.id, marks=marks, reasons=texts.reason(number)
            )


def _cycle(today: date) -> None:
    """The units' yearly cycle, from this month on; the worker takes its steps."""
    draft = cycles.Draft(PREFECTURE, "市直机关工作周期", CRITERIA, sector=3,
                         begins=today.replace(day=1), simulated=True)  # fmt: skip
    cycles.begin(actor=SYSTEM, draft=draft)


def _model_unit(today: date, units: list[orgs.Organisation]) -> None:
    for index, org in enumerate(units[2:5]):
        with _at(today - timedelta(days=30)):
            unit = model_units.apply(actor=SYSTEM, org_key=org.key, host_code=PREFECTURE,
                                     year=today.year, level="city", simulated=True)  # fmt: skip
            model_units.take_in(
                actor=SYSTEM, unit_id=unit.id, fact_ids=[f.id for f in naming.facts_of(unit)]
            )
            said = {key: texts.SAID[key] for key, rows in naming.evidence(unit).items() if rows}
            model_units.hand_in(actor=SYSTEM, unit_id=unit.id, statements=said)
        if index == 0:
            continue
        with _at(today - timedelta(days=20)):
            model_units.recommend(
                actor=SYSTEM, unit_id=unit.id, opinion="制度落实，群众满意，同意推荐。"
            )


def _contest(today: date, villages: list[orgs.Organisation]) -> None:
    judges = [access.actor_of(str(account.id)) for account in _judges()]
    with _at(today - timedelta(days=70)):
        event = contests.make(actor=SYSTEM, plan=_plan("contest", "靖安镇党建工作擂台比武", TOWNSHIP, today),
                              criteria=CRITERIA, trim=1)  # fmt: skip
        events.invite(actor=SYSTEM, event_id=event.id, org_keys=[org.key for org in villages])
        for number, org in enumerate(villages):
            contests.enter(actor=SYSTEM, event_id=event.id, org_key=org.key,
                           title=texts.ENTRIES[number][0], summary=texts.ENTRIES[number][1])  # fmt: skip
        for account in _judges():
            events.name_judge(actor=SYSTEM, event_id=event.id, username=account.username)
        contests.start(actor=SYSTEM, event_id=event.id)
    for at, judge in enumerate(filter(None, judges)):
        rows = list(
            Sheet.objects.filter(event_id=event.id, account=judge.label).order_by("org_key")
        )
        for number, sheet in enumerate(rows):
            marks = {"c1": 95 - 4 * number - at, "c2": 92 - 3 * number + at, "c3": 90 - number}
            with _at(today - timedelta(days=63)), scoped(judge):
                contests.hand_in(
                    actor=judge, sheet_id=sheet.id, marks=marks, reasons="做法实，成效看得见"
                )
    with _at(today - timedelta(days=62)):
        contests.close(actor=SYSTEM, event_id=event.id)


def _judges() -> list[Any]:
    names = ("xian", "gongan", "jiaotong", "yingji", "minzheng")
    return list(access.Account.objects.filter(username__in=names).order_by("username"))


def _review(today: date, villages: list[orgs.Organisation]) -> None:
    """Last quarter's reporting review, counted; and one that is open for reports and questions."""
    with _at(today - timedelta(days=50)):
        event = reviews.make(
            actor=SYSTEM, plan=_plan("review", "靖安镇书记述职评议", TOWNSHIP, today)
        )
        events.invite(actor=SYSTEM, event_id=event.id, org_keys=[org.key for org in villages])
        reviews.start(actor=SYSTEM, event_id=event.id)
        for index, org in enumerate(villages):
            row = reviews.report(actor=SYSTEM, event_id=event.id, org_key=org.key,
                                 name=texts.leader(index), body=texts.REPORT)  # fmt: skip
            question = reviews.ask(
                actor=SYSTEM, event_id=event.id, entrant_id=row.id, what=texts.QUESTION
            )
            reviews.answer(actor=SYSTEM, question_id=question.id, what=texts.ANSWER)
        slips = ballots.enrol(actor=SYSTEM, event_id=event.id, names=texts.VOTERS)
        ballots.open_vote(actor=SYSTEM, event_id=event.id)
        rows = ballots.asked(Event.objects.get(id=event.id))
        for number, slip in enumerate(slips[:-2]):
            picks = {str(row.id): texts.choice(number, at) for at, row in enumerate(rows)}
            ballots.cast(code=slip.code, choices=picks)
        ballots.close(actor=SYSTEM, event_id=event.id)
    with _at(today - timedelta(days=5)):
        plan = _plan("review", "靖安镇年终述职评议", TOWNSHIP, today,
                     due_at=datetime.combine(today + timedelta(days=20), time(18), clock.TZ))  # fmt: skip
        event = reviews.make(actor=SYSTEM, plan=plan)
        events.invite(actor=SYSTEM, event_id=event.id, org_keys=[org.key for org in villages])
        reviews.start(actor=SYSTEM, event_id=event.id)


def _visits(today: date, villages: list[orgs.Organisation]) -> None:
    with _at(today - timedelta(days=75)):
        held = visits.ask(actor=SYSTEM, guest=villages[0].key, host=villages[1].key, simulated=True,
                          on=today - timedelta(days=60), purpose="学习村规民约积分怎样办")  # fmt: skip
        visits.answer(actor=SYSTEM, visit_id=held.id, agreed=True, words="欢迎，上午九点村委会见")
    with _at(today - timedelta(days=59)):
        visits.hold(actor=SYSTEM, visit_id=held.id, people=7, learned=texts.LEARNED)
    visits.ask(actor=SYSTEM, guest=villages[2].key, host=villages[0].key, simulated=True,
               on=today + timedelta(days=6), purpose="看大耆老村数字乡村大屏怎样用")  # fmt: skip
