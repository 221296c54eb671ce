"""A year of cases under a playbook on a virtual clock: how long they take, what is late, who is busy.

Cases may be last year's openings with what they took, or drawn from a seed. The same input gives
the same result. It says what the rules would do, not what people will do.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from zhijin.core.workcal import TZ, WorkCalendar
from zhijin.playbooks.engine.durations import Duration, Unit
from zhijin.playbooks.engine.machine import Machine
from zhijin.playbooks.engine.model import FieldSpec, Move, Playbook
from zhijin.playbooks.engine.run import CaseRun, Refused
from zhijin.playbooks.engine.values import applies, is_blank, problems

MOST_STEPS = 60
HORIZON = timedelta(days=400)
#: Minutes of a stay in which nobody ever acted: the clock alone moved the case on.
NOBODY = 10_000_000


@dataclass(frozen=True)
class Opening:
    """One case to play: when, by whom, with what.

    ``took`` gives the minutes until somebody acted in a state (:data:`NOBODY` when nobody did);
    states that are not in it are drawn from habits.
    """

    at: datetime
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    took: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Habits:
    """How people act: the typical share of the time allowed, its spread, and how often not at all."""

    pace: float = 0.4
    spread: float = 0.8
    silent: float = 0.4
    usual: float = 0.85


@dataclass(frozen=True)
class StateLoad:
    """One state's part: how many stays, how many ran late, minutes at the 50th and 90th percent."""

    state: str
    stays: int
    late: int
    p50: int
    p90: int


@dataclass(frozen=True)
class RoleLoad:
    """One role's part: steps taken, strokes of the clock received, most steps on one day."""

    role: str
    steps: int
    told: int
    busiest: int


@dataclass(frozen=True)
class Simulation:
    """What came out. Durations are elapsed minutes from opening to end."""

    cases: int
    closed: int
    late_cases: int
    escalations: int
    p50: int
    p90: int
    longest: int
    states: list[StateLoad]
    roles: list[RoleLoad]
    outcomes: dict[str, int]
    provisional_years: list[int]

    def as_dict(self) -> dict[str, Any]:
        out = dict(self.__dict__)
        out["states"] = [dict(vars_of(item)) for item in self.states]
        out["roles"] = [dict(vars_of(item)) for item in self.roles]
        return out


def vars_of(item: StateLoad | RoleLoad) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(item, name)) for name in item.__dataclass_fields__)


def openings(
    playbook: Playbook, count: int, start: datetime, days: int = 365, seed: int = 1
) -> list[Opening]:
    """``count`` openings spread over ``days`` from ``start``, mostly by day, drawn from ``seed``."""
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        hour = dice.choices(range(24), [1] * 7 + [6] * 13 + [3] * 4)[0]
        at = start.astimezone(TZ).replace(hour=0, minute=0, second=0, microsecond=0)
        at += timedelta(days=dice.randrange(days), hours=hour, minutes=dice.randrange(60))
        by = dice.choices(playbook.opens.by, [4] + [1] * (len(playbook.opens.by) - 1))[0]
        found.append(Opening(at, by, answers(playbook.opens.ask, by, dice, at)))
    return sorted(found, key=lambda item: item.at)


def simulate(
    playbook: Playbook,
    cases: Iterable[Opening],
    calendar: WorkCalendar | None = None,
    habits: Habits | None = None,
    seed: int = 1,
) -> Simulation:
    """Play every case to its end (or 400 days)."""
    calendar = calendar or WorkCalendar()
    machine = Machine(playbook)
    dice = random.Random(seed)
    runs = []
    for opening in cases:
        try:
            runs.append(_played(machine, calendar, opening, habits or Habits(), dice))
        except Refused:
            continue
    return _summed(machine, calendar, runs)


def _played(
    machine: Machine, calendar: WorkCalendar, opening: Opening, habits: Habits, dice: random.Random
) -> CaseRun:
    by = opening.by if machine.may_open(opening.by) else machine.playbook.opens.by[0]
    data = _fitted(machine.playbook.opens.ask, opening, by, dice)
    run = CaseRun.open(machine, calendar, opening.at, by, data)
    end = opening.at + HORIZON
    for _ in range(MOST_STEPS):
        if run.closed or run.now > end:
            break
        state, entered = run.state, run.entered_at
        at = _acts_at(run, opening, habits, dice)
        run.advance(min(at, end))
        if run.state != state or run.entered_at != entered:
            continue  # the clock moved it on
        move = _chosen(run, habits, dice)
        if move is None or at > end:
            run.advance(end)
            break
        by = _by(run, move)
        data = answers(move.ask, by, dice, run.now, run.data)
        try:
            run.take(move.id or move.to, by, data, "模拟")
        except Refused:
            run.advance(end)
            break
    return run


def _fitted(
    specs: Sequence[FieldSpec], opening: Opening, by: str, dice: random.Random
) -> dict[str, Any]:
    """What was given, as far as it answers ``specs``; what is required beyond that is made up.

    Last year's cases answered last year's questions, and what is private is not handed over.
    """
    asked = {spec.field: spec for spec in specs}
    data = {
        name: value
        for name, value in opening.data.items()
        if name in asked and not problems([asked[name].model_copy(update={"when": []})],
                                          {name: value}, by)
    }  # fmt: skip
    for spec in specs:
        if spec.required and is_blank(data.get(spec.field)) and applies(spec, data, by):
            data[spec.field] = _answer(spec, dice, opening.at)
    return data


def _acts_at(run: CaseRun, opening: Opening, habits: Habits, dice: random.Random) -> datetime:
    """When the owner gets to it: as it took last year, or a share of the time allowed."""
    if run.state in opening.took:
        return run.entered_at + timedelta(minutes=opening.took[run.state])
    owner = run.machine.owner(run.state)
    share = habits.pace * dice.lognormvariate(0, habits.spread)
    if owner == "reporter" and dice.random() < habits.silent:
        share = 3.0
    within = run.machine.within(run.state, run.priority) or Duration(1, Unit.WORKDAYS)
    return _share(within, share).after(run.entered_at, run.calendar)


def _share(within: Duration, share: float) -> Duration:
    """A share of a length of time, by the minute; workdays are taken as office time."""
    factor = Fraction(max(1, round(share * 1000)), 1000)
    per_day = {Unit.WORKDAYS: 420, Unit.DAYS: 1440}.get(within.unit)
    if per_day is None:
        return within.scaled(factor)
    unit = Unit.WORK_MINUTES if within.unit is Unit.WORKDAYS else Unit.MINUTES
    return Duration(within.count * per_day, unit).scaled(factor)


def _chosen(run: CaseRun, habits: Habits, dice: random.Random) -> Move | None:
    """The step taken: mostly the first that goes forward, now and then another."""
    owner = run.machine.owner(run.state)
    able = run.machine.moves(run.state, {owner} if owner else (), run.data)
    if not able:
        able = [
            m
            for m in run.machine.state(run.state).moves
            if m in run.machine.moves(run.state, m.by, run.data)
        ]
    if len(able) < 2:
        return able[0] if able else None
    rest = (1 - habits.usual) / (len(able) - 1)
    return dice.choices(able, [habits.usual] + [rest] * (len(able) - 1))[0]


def _by(run: CaseRun, move: Move) -> str:
    owner = run.machine.owner(run.state)
    mine = owner is not None and move in run.machine.moves(run.state, {owner})
    return owner if mine and owner is not None else move.by[0]


def answers(
    specs: Sequence[FieldSpec],
    by: str,
    dice: random.Random,
    now: datetime,
    case: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Plausible answers to a form: all that is required, half of the rest."""
    data: dict[str, Any] = {}
    for spec in specs:
        asked = applies(spec, {**(case or {}), **data}, by)
        if asked and (spec.required or dice.random() < 0.5):
            data[spec.field] = _answer(spec, dice, now)
    return data


def _answer(spec: FieldSpec, dice: random.Random, now: datetime) -> Any:
    digest = hashlib.sha256(str(dice.random()).encode()).hexdigest()
    low, local = spec.min or 0, now.astimezone(TZ)
    if spec.type in {"choice", "choices"}:
        picked = dice.choice(spec.choices).id
        return picked if spec.type == "choice" else [picked]
    if spec.type in {"number", "money"}:
        return round(max(low, dice.uniform(low, min(spec.max or low + 100, low + 100))), 0) or low
    if spec.type == "rating":
        return dice.choices(range(1, 6), [1, 1, 2, 6, 10])[0]
    return {
        "date": local.date().isoformat(),
        "time": local.strftime("%H:%M"),
        "datetime": local.strftime("%Y-%m-%dT%H:%M"),
        "boolean": dice.random() < 0.2,
        "point": {"lon": 103.7 + dice.random() / 10, "lat": 27.3 + dice.random() / 10},
        "place": "530602105207",
        "photo": [digest],
        "file": [digest],
        "phone": "13800000000",
        "id_number": "11010519491231002X",
    }.get(spec.type, "模拟" * max(1, int(low)))


@dataclass
class _Tally:
    """What is counted while the histories are read."""

    stays: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    late: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[str, object]] = field(default_factory=Counter)
    escalations: int = 0

    def read(self, run: CaseRun) -> None:
        """Count one case."""
        entered = run.history[0].at
        for item in run.history:
            if item.event == "moved":
                self.stays[item.state].append(_minutes(item.at - entered))
                if item.actor != "system":
                    self.steps[item.actor] += 1
                    self.days[item.actor, item.at.astimezone(TZ).date()] += 1
            elif item.event == "entered":
                entered = item.at
            self.late[item.state] += item.event == "late"
            for action in item.fire.actions if item.fire else ():
                self.told[action.role or ""] += action.role is not None
                self.escalations += action.kind == "escalate"

    def role(self, name: str) -> RoleLoad:
        """The load of one role."""
        busiest = max((n for (who, _), n in self.days.items() if who == name), default=0)
        return RoleLoad(name, self.steps[name], self.told[name], busiest)


def _summed(machine: Machine, calendar: WorkCalendar, runs: list[CaseRun]) -> Simulation:
    tally = _Tally()
    for run in runs:
        tally.read(run)
    whole = sorted(_minutes(run.entered_at - run.history[0].at) for run in runs if run.closed)
    years = {year for run in runs for year in (run.history[0].at.year, run.now.year)}
    return Simulation(
        cases=len(runs),
        closed=len(whole),
        late_cases=sum(any(h.event == "late" for h in run.history) for run in runs),
        escalations=tally.escalations,
        p50=percentile(whole, 50),
        p90=percentile(whole, 90),
        longest=whole[-1] if whole else 0,
        states=[
            _state_load(name, tally.stays[name], tally.late[name])
            for name in machine.playbook.states
            if tally.stays[name]
        ],
        roles=[tally.role(name) for name in sorted({*tally.steps, *tally.told} - {""})],
        outcomes=dict(Counter(run.state for run in runs if run.closed)),
        provisional_years=sorted(year for year in years if calendar.provisional(year)),
    )


def _state_load(name: str, stays: list[int], late: int) -> StateLoad:
    stays.sort()
    return StateLoad(name, len(stays), late, percentile(stays, 50), percentile(stays, 90))


def percentile(values: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile of sorted ``values``; 0 when there are none."""
    return values[max(0, -(-len(values) * percent // 100) - 1)] if values else 0


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60
