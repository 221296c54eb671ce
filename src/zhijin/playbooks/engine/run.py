"""One case on a virtual clock: opened, moved, suspended, late — as the platform would do it.

Scenarios and simulation both run on this. It keeps the same rules as the real cases, in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zhijin.core.roles import is_above, resolve
from zhijin.core.workcal import NEVER, Pause, WorkCalendar
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.machine import Fire, Machine
from zhijin.playbooks.engine.model import Move
from zhijin.playbooks.engine.values import FieldProblem

#: Automatic steps taken one after another before something must be wrong.
MOST_AUTOMATIC = 50


class Refused(Exception):
    """A step that cannot be taken. ``reason`` is role, state, why, field or not-allowed."""

    def __init__(self, reason: str, problems: list[FieldProblem] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.problems = problems or []

    def words(self, lang: str = "zh") -> str:
        """Why, in a sentence."""
        if self.problems:
            return "；".join(f"{p.field}: {p.message(lang)}" for p in self.problems)
        zh, en = _REASONS[self.reason]
        return en if lang.startswith("en") else zh


_REASONS = {
    "role": ("这个角色不能走这一步", "this role may not take it"),
    "state": ("这个状态没有这一步", "the state has no such step"),
    "when": ("条件不满足", "its condition does not hold"),
    "closed": ("事项已经结束", "the case has ended"),
    "not-allowed": ("方案不允许", "the playbook does not allow it"),
    "too-long": ("超过了方案允许的长度或次数", "longer or more often than allowed"),
    "not-suspended": ("没有挂起", "it is not suspended"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a case's history. ``event``: opened, entered, moved, late, remind, closed …"""

    at: datetime
    event: str
    state: str
    move: str = ""
    actor: str = ""
    fire: Fire | None = None


@dataclass
class CaseRun:
    """A case that lives in memory."""

    machine: Machine
    calendar: WorkCalendar
    now: datetime
    opener: str
    data: dict[str, Any]
    state: str = ""
    entered_at: datetime = NEVER
    priority: str | None = None
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[Duration] = field(default_factory=list)
    fired: set[tuple[str, int]] = field(default_factory=set)
    history: list[Happening] = field(default_factory=list)
    late: bool = False

    @classmethod
    def open(
        cls,
        machine: Machine,
        calendar: WorkCalendar,
        at: datetime,
        by: str,
        data: Mapping[str, Any],
        priority: str | None = None,
    ) -> CaseRun:
        """Open a case at ``at``. Raises Refused."""
        problems = machine.check_opening(data, by)
        if problems:
            raise Refused("field", problems)
        run = cls(machine, calendar, at, by, dict(data))
        run.priority = priority or machine.priority(data)
        run.history.append(Happening(at, "opened", machine.initial, actor=by))
        run._enter(machine.initial)
        return run

    @property
    def closed(self) -> bool:
        return self.machine.state(self.state).final

    @property
    def suspended(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end is None

    @property
    def due(self) -> datetime | None:
        """The deadline of the present stay."""
        return self.machine.due_at(
            self.state, self.entered_at, self.calendar, self.pauses, self.extensions, self.priority
        )

    def take(
        self, move_id: str, by: str, data: Mapping[str, Any] | None = None, why: str = ""
    ) -> None:
        """Take a step. Raises Refused."""
        move = self.offered(move_id, by)
        data = data or {}
        problems = self.machine.check(move, data, why, role=by, case=self.data)
        if problems:
            raise Refused("why" if problems[0].field == "why" else "field", problems)
        self.data.update(data)
        self._leave(move, by)
        self._enter(move.to)

    def offered(self, move_id: str, by: str) -> Move:
        """The step of that id, when ``by`` may take it now. Raises Refused."""
        if self.closed:
            raise Refused("closed")
        try:
            move = self.machine.move(self.state, move_id)
        except KeyError:
            raise Refused("state") from None
        if move not in self.machine.moves(self.state, {by}):
            raise Refused("role")
        if move not in self.machine.moves(self.state, {by}, self.data):
            raise Refused("when")
        return move

    def suspend(self, by: str) -> None:
        """Stop the clock. Raises Refused."""
        spec = self.machine.state(self.state).suspend
        if spec is None or self.suspended:
            raise Refused("not-allowed")
        if spec.approver is not None and self._differs(by, spec.approver):
            raise Refused("role")
        self.pauses.append(Pause(self.now))
        self.history.append(Happening(self.now, "suspended", self.state, actor=by))

    def resume(self, by: str = "") -> None:
        """Set the clock going again. Raises Refused."""
        if not self.suspended:
            raise Refused("not-suspended")
        self.pauses[-1] = Pause(self.pauses[-1].start, self.now)
        self.history.append(Happening(self.now, "resumed", self.state, actor=by))

    def extend(self, by: str, length: Duration) -> None:
        """Put the deadline off. Raises Refused."""
        spec = self.machine.state(self.state).extend
        if spec is None:
            raise Refused("not-allowed")
        if self._differs(by, spec.approver):
            raise Refused("role")
        if length.rough_minutes() > spec.max.rough_minutes() or len(self.extensions) >= spec.times:
            raise Refused("too-long")
        self.extensions.append(length)
        self.history.append(Happening(self.now, "extended", self.state, actor=by))

    def advance(self, to: datetime) -> list[Fire]:
        """Let time pass until ``to``; the clock strikes whatever is due, each stroke once."""
        struck: list[Fire] = []
        for _ in range(MOST_AUTOMATIC):
            fire = next((f for f in self.pending() if f.at <= to), None)
            if fire is None:
                break
            self.now = max(self.now, fire.at)
            struck.append(fire)
            self._strike(fire)
        self.now = max(self.now, to)
        return struck

    def pending(self) -> list[Fire]:
        """The strokes still to come in this stay."""
        if self.closed:
            return []
        fires = self.machine.timeline(
            self.state, self.entered_at, self.calendar, self.pauses, self.extensions, self.priority
        )
        return [fire for fire in fires if (fire.kind, fire.index) not in self.fired]

    def entered(self, state: str) -> datetime | None:
        """When the case first came into ``state``."""
        return next((h.at for h in self.history if h.event == "entered" and h.state == state), None)

    def _differs(self, by: str, approver: str) -> bool:
        return resolve(by) != resolve(approver) and not is_above(by, approver)

    def _strike(self, fire: Fire) -> None:
        self.fired.add((fire.kind, fire.index))
        event = "late" if fire.due else fire.kind if fire.kind == "remind" else "escalated"
        self.late = self.late or fire.due
        self.history.append(Happening(self.now, event, self.state, actor="system", fire=fire))
        for action in fire.actions:
            if action.kind == "move" and action.state is not None:
                name = f"late:{action.state}"
                self.history.append(Happening(self.now, "moved", self.state, name, "system"))
                self._enter(action.state)

    def _leave(self, move: Move, by: str) -> None:
        if self.suspended:
            self.resume(by)
        self.history.append(Happening(self.now, "moved", self.state, move.id or move.to, by))

    def _enter(self, state: str) -> None:
        self.state, self.entered_at = state, self.now
        self.pauses, self.extensions, self.fired, self.late = [], [], set(), False
        self.history.append(Happening(self.now, "entered", state))
        if self.closed:
            self.history.append(Happening(self.now, "closed", state))


def transitions(machine: Machine) -> list[tuple[str, str]]:
    """Every way of going on: (state, step id), and (state, ``late:target``) for automatic ones."""
    found = []
    for name, state in machine.playbook.states.items():
        found += [(name, move.id or move.to) for move in state.moves]
        found += [(name, f"late:{rung.move}") for rung in state.late if rung.move]
    return list(dict.fromkeys(found))
