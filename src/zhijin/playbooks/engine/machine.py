"""A playbook that runs: which steps may be taken, what they ask, and when the clock strikes.

Plain functions of their arguments; the caller keeps the case, the clock and the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from zhijin.core.roles import resolve
from zhijin.core.workcal import NEVER, Pause, WorkCalendar
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.indicators import holds
from zhijin.playbooks.engine.model import FieldSpec, Move, Party, Playbook, Rung, State
from zhijin.playbooks.engine.values import FieldProblem, applies, problems

Pauses = Sequence[Pause] | Sequence[tuple[datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class Action:
    """What the clock does: tell ``role``, escalate to ``role``, or move to ``state``."""

    kind: Literal["remind", "escalate", "notify", "move"]
    role: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Fire:
    """One stroke of the clock. (kind, index) names it within one stay in a state, for ever.

    ``due`` is true of the one that marks the deadline itself (kind late, index 0).
    """

    at: datetime
    kind: Literal["remind", "late"]
    index: int
    due: bool
    actions: tuple[Action, ...]


class Machine:
    """A playbook ready to run. Immutable and free of I/O, so one serves a whole process."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook

    @property
    def initial(self) -> str:
        """The state in which a case begins."""
        return self.playbook.initial

    @cached_property
    def finals(self) -> frozenset[str]:
        """The states in which a case ends."""
        return frozenset(name for name, state in self.playbook.states.items() if state.final)

    def state(self, name: str) -> State:
        """The state called ``name``. Raises KeyError."""
        return self.playbook.states[name]

    def owner(self, state: str) -> str | None:
        """The key of the role that answers for ``state``; None at an end."""
        return _key(self.state(state).owner)

    # -- steps -------------------------------------------------------------------

    def moves(
        self, state: str, roles: Iterable[str], data: Mapping[str, Any] | None = None
    ) -> list[Move]:
        """The steps out of ``state`` that somebody holding ``roles`` may take.

        With ``data`` of the case, steps whose condition does not hold are left out.
        """
        held = {_key(role) for role in roles}
        return [
            move
            for move in self.state(state).moves
            if held & {_key(role) for role in move.by} and (data is None or holds(move.when, data))
        ]

    def move(self, state: str, move_id: str) -> Move:
        """The step of that id out of ``state``. Raises KeyError."""
        for move in self.state(state).moves:
            if move.id == move_id:
                return move
        raise KeyError(move_id)

    def may_open(self, role: str) -> bool:
        """Whether ``role`` may open a case of this playbook."""
        return _key(role) in {_key(name) for name in self.playbook.opens.by}

    def asked(self, specs: Iterable[FieldSpec], role: str | None = None) -> list[FieldSpec]:
        """Those of ``specs`` that are asked of ``role``; conditions are judged while filling in."""
        return [
            spec
            for spec in specs
            if not spec.by or role is None or _key(role) in map(_key, spec.by)
        ]

    def check(
        self,
        move: Move,
        data: Mapping[str, Any],
        why: str = "",
        *,
        role: str | None = None,
        case: Mapping[str, Any] | None = None,
    ) -> list[FieldProblem]:
        """What keeps ``move`` from being taken with ``data`` and reason ``why``.

        ``case`` is what the case holds already; a field's condition may look at it.
        """
        found = _with_case(move.ask, data, role, case)
        if move.why == "required" and not why.strip():
            found.append(FieldProblem("why", "PF023", "请写明理由", "Please give the reason"))
        if len(why) > 1000:
            found.append(FieldProblem("why", "PF024", "理由最多 1000 个字",
                                      "The reason has at most 1000 characters"))  # fmt: skip
        if case is not None and not holds(move.when, {**case, **data}):
            found.append(FieldProblem("", "PF025", "现在还不能走这一步",
                                      "This step cannot be taken now"))  # fmt: skip
        return found

    def check_opening(self, data: Mapping[str, Any], role: str | None = None) -> list[FieldProblem]:
        """What keeps a case from being opened with ``data`` by ``role``."""
        found = problems(self.playbook.opens.ask, data, role)
        if role is not None and not self.may_open(role):
            found.append(FieldProblem("", "PF026", "您不能上报这类事项",
                                      "You cannot open this kind of case"))  # fmt: skip
        return found

    def priority(self, data: Mapping[str, Any]) -> str | None:
        """The priority of a case opened with ``data``: the first whose condition holds."""
        default = None
        for item in self.playbook.priorities:
            if item.when and holds(item.when, data):
                return item.id
            if not item.when and default is None:
                default = item.id
        return default

    # -- clocks ------------------------------------------------------------------

    def within(self, state: str, priority: str | None = None) -> Duration | None:
        """The time allowed in ``state`` at ``priority``; None when there is no deadline."""
        table = self.state(state).within
        if priority is not None and priority in table:
            return table[priority]
        found = table.get("")
        if found is None or priority is None:
            return found
        factor = next((p.factor for p in self.playbook.priorities if p.id == priority), 1)
        return found.scaled(Fraction(str(factor)))

    def due_at(
        self,
        state: str,
        entered_at: datetime,
        calendar: WorkCalendar,
        pauses: Pauses = (),
        extensions: Sequence[Duration | str] = (),
        priority: str | None = None,
    ) -> datetime | None:
        """The deadline of a stay in ``state`` since ``entered_at``, in UTC.

        None when there is none, or when the clock stands and nobody has set it going again.
        """
        within = self.within(state, priority)
        if within is None:
            return None
        stood = [Pause(*pause) for pause in pauses]
        due = within.after(entered_at, calendar, stood)
        for extra in extensions:
            length = Duration.parse(extra) if isinstance(extra, str) else extra
            due = length.after(due, calendar, stood) if due != NEVER else due
        return None if due == NEVER else due

    def timeline(
        self,
        state: str,
        entered_at: datetime,
        calendar: WorkCalendar,
        pauses: Pauses = (),
        extensions: Sequence[Duration | str] = (),
        priority: str | None = None,
    ) -> list[Fire]:
        """Every stroke of the clock in this stay, in order of time; empty while it stands.

        Reminders that would come before the stay began are left out. What happens at the deadline
        itself is late 0; the later rungs follow as late 1, 2, …
        """
        due = self.due_at(state, entered_at, calendar, pauses, extensions, priority)
        if due is None:
            return []
        spec = self.state(state)
        fires = []
        for index, length in enumerate(spec.remind):
            at = length.before(due, calendar)
            if entered_at < at < due:
                fires.append(
                    Fire(at, "remind", index, False, (Action("remind", _key(spec.owner)),))
                )
        stood = [Pause(*pause) for pause in pauses]
        at_once = [rung for rung in spec.late if rung.after is None]
        fires.append(Fire(due, "late", 0, True, _actions(at_once)))
        for index, rung in enumerate([r for r in spec.late if r.after is not None], 1):
            assert rung.after is not None
            at = rung.after.after(due, calendar, stood)
            if at != NEVER:
                fires.append(Fire(at, "late", index, False, _actions([rung])))
        return sorted(fires, key=lambda fire: (fire.at, fire.kind == "late", fire.index))

    # -- sides -------------------------------------------------------------------

    def party(self, roles: Iterable[str]) -> Party | None:
        """The side on which somebody holding ``roles`` stands, where a matter has sides."""
        held = {_key(role) for role in roles}
        return next((p for p in self.playbook.parties if _key(p.role) in held), None)

    def sees(self, party: Party, state: str) -> bool:
        """Whether ``party`` may see the stay in ``state``."""
        return "all" in party.sees or state in party.sees


def _key(name: str | None) -> str | None:
    role = resolve(name) if name is not None else None
    return role.key if role is not None else name


def _actions(rungs: Iterable[Rung]) -> tuple[Action, ...]:
    """Telling comes before escalating, and moving comes last."""
    found: list[Action] = []
    for rung in rungs:
        found += [Action("notify", _key(role)) for role in rung.notify]
        if rung.escalate is not None:
            found.append(Action("escalate", _key(rung.escalate)))
        if rung.move is not None:
            found.append(Action("move", state=rung.move))
    return tuple(found)


def _with_case(
    specs: Sequence[FieldSpec],
    data: Mapping[str, Any],
    role: str | None,
    case: Mapping[str, Any] | None,
) -> list[FieldProblem]:
    """Problems of ``data``, with conditions judged over the case and the new answers together."""
    whole = {**(case or {}), **data}
    asked = [spec for spec in specs if applies(spec, whole, role)]
    plain = [spec.model_copy(update={"when": []}) for spec in asked]
    rest = {spec.field for spec in specs} - {spec.field for spec in asked}
    return problems(plain, {name: value for name, value in data.items() if name not in rest}, role)


__all__ = ["Action", "FieldProblem", "Fire", "Machine"]
