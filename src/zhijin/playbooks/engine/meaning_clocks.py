"""Checks of deadlines: an owner, a sensible length, reminders before, escalation upwards."""

from __future__ import annotations

from fractions import Fraction

from zhijin.core.roles import LEVEL_ROLES, ROLES, is_above
from zhijin.playbooks.engine.checker import Checker, role_title
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.model import State
from zhijin.playbooks.engine.reader import Path
from zhijin.playbooks.engine.structure import enumerated, hint

LONGEST_DAYS = 366


def _above(owner: str | None) -> tuple[str, str]:
    """The short names of levels above ``owner``."""
    if owner is None:
        return enumerated(LEVEL_ROLES)
    return enumerated(name for name in LEVEL_ROLES if is_above(name, owner))


def deadlines(checker: Checker) -> None:
    """Each deadline has an owner and a sensible length, for a priority that exists."""
    priorities = [priority.id for priority in checker.playbook.priorities]
    for name, state in checker.playbook.states.items():
        base: Path = ("states", name)
        if state.final:
            continue
        if state.within and state.owner is None and not checker.draft.lost((*base, "owner")):
            checker.say("PB210", (*base, "within"), key=True, name=checker.title_of(name))
        for priority, within in state.within.items():
            path = (*base, "within", priority)
            _length(checker, within, path)
            if priority and priority not in priorities and not checker.draft.ghost(priority):
                checker.say("PB237", path, key=True, name=priority,
                            hint=hint(priority, priorities),
                            allowed=enumerated(priorities))  # fmt: skip


def _length(checker: Checker, length: Duration, path: Path) -> None:
    if length.count == 0:
        checker.say("PB214", path, value=str(length), why=("等于零", "is nothing"))
    elif length.rough_minutes() > LONGEST_DAYS * 1440:
        checker.say("PB214", path, value=str(length), why=("太长", "is too long"))


def clockless(checker: Checker) -> None:
    """Nothing follows from a deadline that is not there, and no case lies for ever."""
    for name, state in checker.playbook.states.items():
        base: Path = ("states", name)
        if state.final or state.within or checker.draft.lost((*base, "within")):
            continue
        for part in ("late", "remind", "suspend", "extend"):
            if getattr(state, part):
                checker.say("PB211", (*base, part), key=True, what=part)
        if state.moves and not state.late:
            checker.say("PB250", base, key=True, name=checker.title_of(name))


def reminders(checker: Checker) -> None:
    """A reminder comes before the deadline."""
    for name, state in checker.playbook.states.items():
        for index, remind in enumerate(state.remind):
            path: Path = ("states", name, "remind", index)
            _length(checker, remind, path)
            for within in state.within.values():
                if within.count and remind.rough_minutes() >= within.rough_minutes():
                    checker.say("PB215", path, remind=str(remind), within=str(within))
                    break


def ladders(checker: Checker) -> None:
    """Escalation goes upwards, rung after rung."""
    for name, state in checker.playbook.states.items():
        previous = -1
        for index, rung in enumerate(state.late):
            base: Path = ("states", name, "late", index)
            after = rung.after.rough_minutes() if rung.after else 0
            if after <= previous:
                checker.say("PB216", (*base, "after") if rung.after else base)
            previous = after
            if rung.after is not None:
                _length(checker, rung.after, (*base, "after"))
            for number, role in enumerate(rung.notify):
                checker.role(role, (*base, "notify", number))
            if rung.escalate is not None:
                _escalation(checker, state, rung.escalate, (*base, "escalate"))


def _escalation(checker: Checker, state: State, upper: str, path: Path) -> None:
    if not checker.role(upper, path) or state.owner is None or state.owner not in ROLES:
        return
    if not is_above(upper, state.owner):
        checker.say("PB212", path, upper=role_title(upper), lower=role_title(state.owner),
                    allowed=_above(state.owner))  # fmt: skip


def automatic_circles(checker: Checker) -> None:
    """Automatic steps for lateness must not chase each other without end."""
    follows = {
        name: rung.move
        for name, state in checker.playbook.states.items()
        for rung in state.late
        if rung.move is not None
    }
    reported: set[str] = set()
    for start in follows:
        trail = [start]
        while trail[-1] in follows and follows[trail[-1]] not in trail:
            trail.append(follows[trail[-1]])
        after = follows.get(trail[-1])
        if after == start and not reported & set(trail):
            reported |= set(trail)
            index = next(i for i, rung in enumerate(checker.playbook.states[start].late)
                         if rung.move)  # fmt: skip
            checker.say("PB213", ("states", start, "late", index, "move"),
                        circle=" → ".join([*trail, start]))  # fmt: skip


def relief(checker: Checker) -> None:
    """Suspension and extension are approved by somebody above the owner."""
    for name, state in checker.playbook.states.items():
        for part in ("suspend", "extend"):
            spec = getattr(state, part)
            if spec is None:
                continue
            base: Path = ("states", name, part)
            _length(checker, spec.max, (*base, "max"))
            if spec.approver is None or not checker.role(spec.approver, (*base, "approver")):
                continue
            if state.owner in ROLES and not is_above(spec.approver, state.owner or ""):
                checker.say("PB238", (*base, "approver"), approver=role_title(spec.approver),
                            owner=role_title(state.owner or ""),
                            allowed=_above(state.owner))  # fmt: skip


def silent_reporter(checker: Checker) -> None:
    """Whatever waits for the reporter goes on without them in the end."""
    for name, state in checker.playbook.states.items():
        base: Path = ("states", name)
        if state.owner == "reporter" and not any(rung.move for rung in state.late):
            others = {role for move in state.moves for role in move.by} - {"reporter"}
            if not others and not checker.draft.lost(base):
                checker.say("PB253", (*base, "owner"), name=checker.title_of(name))


def priorities(checker: Checker) -> None:
    """One priority is the default; a factor makes a difference; conditions can be judged."""
    found = checker.playbook.priorities
    checker.unique([(item.id, ("priorities", i, "id")) for i, item in enumerate(found)])
    defaults = [index for index, item in enumerate(found)
                if not item.when and not checker.draft.lost(("priorities", index))]  # fmt: skip
    for index in defaults[1:]:
        checker.say("PB236", ("priorities", index))
    for name, state in checker.playbook.states.items():
        within = state.within.get("")
        for priority in found if within is not None and within.count else ():
            assert within is not None
            factor = Fraction(str(priority.factor))
            if factor != 1 and within.scaled(factor) == within:
                checker.say("PB256", ("states", name, "within"), priority=priority.id,
                            value=str(within))  # fmt: skip


CHECKS = (
    deadlines, clockless, reminders, ladders, automatic_circles, relief, silent_reporter,
    priorities,
)  # fmt: skip
