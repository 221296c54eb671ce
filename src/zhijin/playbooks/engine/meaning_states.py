"""Checks of the states and steps: every name known, every state reachable, every road has an end."""

from __future__ import annotations

from collections.abc import Iterator

from zhijin.core.roles import ADMINISTRATIVE, ROLES, TOWNSHIP, resolve
from zhijin.playbooks.engine import words
from zhijin.playbooks.engine.checker import Checker, role_title
from zhijin.playbooks.engine.reader import Path
from zhijin.playbooks.engine.structure import closest, enumerated


def targets(checker: Checker, name: str) -> Iterator[tuple[str, Path]]:
    """Where a case may go from state ``name``: (state named, path of the name)."""
    state = checker.playbook.states[name]
    for index, move in enumerate(state.moves):
        yield move.to, ("states", name, "moves", index, "to")
    for index, rung in enumerate(state.late):
        if rung.move is not None:
            yield rung.move, ("states", name, "late", index, "move")


def exits(checker: Checker, name: str) -> set[str] | None:
    """The states reached from ``name``, misspellings as meant; None when some are unreadable."""
    found: set[str] = set()
    for target, _ in targets(checker, name):
        known = target in checker.playbook.states
        meant = target if known else closest(target, checker.playbook.states)
        if meant is None or checker.draft.ghost(target):
            return None
        found.add(meant)
    base: Path = ("states", name)
    torn = any(checker.draft.lost((*base, part)) for part in ("moves", "late", "final"))
    return None if torn or checker.draft.document.damaged(base) else found


def names(checker: Checker) -> None:
    """Every state and role that is named exists."""
    for name, state in checker.playbook.states.items():
        base: Path = ("states", name)
        for target, path in targets(checker, name):
            if checker.state(target, path) and target == name:
                checker.say("PB247", path, name=checker.title_of(name))
        if state.owner is not None:
            checker.role(state.owner, (*base, "owner"))
        for index, move in enumerate(state.moves):
            for number, role in enumerate(move.by):
                checker.role(role, (*base, "moves", index, "by", number))
        checker.unique([(move.id or "", (*base, "moves", index, "id"))
                        for index, move in enumerate(state.moves)])  # fmt: skip
    if checker.playbook.opens.start is not None:
        checker.state(checker.playbook.opens.start, ("opens", "start"))


def openers(checker: Checker) -> None:
    """Those who open a case may do so."""
    able = [key for key, role in ROLES.items() if "case.report" in role.permissions]
    for index, name in enumerate(checker.playbook.opens.by):
        path: Path = ("opens", "by", index)
        role = resolve(name)
        if checker.draft.ghost(name):
            continue
        if role is not None and (name == "reporter" or "case.report" not in role.permissions):
            checker.say("PB232", path, name=name, allowed=enumerated(able))
        else:
            checker.role(name, path)
    checker.unique([(name, ("opens", "by", index))
                    for index, name in enumerate(checker.playbook.opens.by)])  # fmt: skip


def ends(checker: Checker) -> None:
    """There is an end, ends are ends, and no state is a dead end."""
    states = checker.playbook.states
    if not any(s.final for s in states.values()) and not checker.draft.lost(("states",)):
        checker.say("PB208", ("states",), key=True)
    for name, state in states.items():
        base: Path = ("states", name)
        if state.final:
            for part in ("moves", "within", "late", "remind", "owner", "suspend", "extend"):
                if getattr(state, part):
                    checker.say("PB209", (*base, part), key=True,
                                name=checker.title_of(name), what=part)  # fmt: skip
        elif exits(checker, name) == set():
            checker.say("PB205", base, key=True, name=checker.title_of(name))


def reachable(checker: Checker) -> None:
    """Every state can be reached from the first."""
    states = checker.playbook.states
    start = checker.playbook.initial
    if start not in states or checker.draft.pruned & {("opens", "start"), ("states",)}:
        return
    seen, queue = {start}, [start]
    while queue:
        found = exits(checker, queue.pop())
        if found is None:
            return  # something unreadable may lead anywhere
        queue += found - seen
        seen |= found
    for name in states:
        if name not in seen:
            checker.say("PB206", ("states", name), key=True, name=checker.title_of(name))


def ends_reachable(checker: Checker) -> None:
    """From every state some road leads to an end."""
    states = checker.playbook.states
    if not any(state.final for state in states.values()):
        return
    roads = {name: exits(checker, name) for name in states}
    ending = {name for name, state in states.items() if state.final or roads[name] is None}
    grown = True
    while grown:
        more = {name for name, to in roads.items() if to and to & ending} - ending
        ending |= more
        grown = bool(more)
    for name in states:
        if name not in ending and roads[name]:
            checker.say("PB207", ("states", name), key=True, name=checker.title_of(name))


def owners_can_act(checker: Checker) -> None:
    """The owner of a state may take at least one of its steps."""
    for name, state in checker.playbook.states.items():
        base: Path = ("states", name)
        if state.owner is None or state.final or not state.moves:
            continue
        owner = resolve(state.owner)
        if owner is None or owner.key in ADMINISTRATIVE or checker.draft.lost((*base, "moves")):
            continue
        if owner not in {resolve(role) for move in state.moves for role in move.by}:
            checker.say("PB217", (*base, "owner"), owner=role_title(state.owner),
                        name=checker.title_of(name))  # fmt: skip


def steps(checker: Checker) -> None:
    """A return says why; a whistle is blown from the township upwards."""
    for name, state in checker.playbook.states.items():
        for index, move in enumerate(state.moves):
            base: Path = ("states", name, "moves", index)
            if move.step in {"return", "rework"} and move.why != "required":
                checker.say("PB251", (*base, "step"))
            if not move.whistle:
                continue
            for number, role in enumerate(move.by):
                found = resolve(role)
                if found is not None and found.level < TOWNSHIP:
                    checker.say("PB259", (*base, "by", number), name=role_title(role))


def titles(checker: Checker) -> None:
    """States are titled, and titles are in both languages."""
    book = checker.playbook
    for name, state in book.states.items():
        path: Path = ("states", name)
        if state.title is None and name not in words.STATES:
            checker.say("PB246", path, key=True, name=name, key_="title")
    if not book.title.en and not checker.draft.lost(("title",)):
        checker.say("PB248", ("title",), name=book.title.zh)


def shared(checker: Checker) -> None:
    """Networks carry states of their own; a matter shared by sides names both."""
    book = checker.playbook
    for index, network in enumerate(book.networks):
        base: Path = ("networks", index)
        known = checker.role(network.role, (*base, "role"))
        for number, name in enumerate(network.states):
            path: Path = (*base, "states", number)
            if checker.state(name, path) and known:
                owner = book.states[name].owner
                if owner is None or resolve(owner) != resolve(network.role):
                    checker.say("PB241", path, name=checker.title_of(name),
                                role=role_title(network.role))  # fmt: skip
    for index, party in enumerate(book.parties):
        base = ("parties", index)
        checker.role(party.role, (*base, "role"))
        for number, name in enumerate(party.sees):
            if name != "all":
                checker.state(name, (*base, "sees", number))
        for number, name in enumerate(party.fields):
            checker.field(name, (*base, "fields", number))
    if len(book.parties) == 1 and not checker.draft.lost(("parties",)):
        checker.say("PB240", ("parties", 0))
    checker.unique([(n.id, ("networks", i, "id")) for i, n in enumerate(book.networks)])
    checker.unique([(p.id, ("parties", i, "id")) for i, p in enumerate(book.parties)])


CHECKS = (
    names, openers, ends, reachable, ends_reachable, owners_can_act, steps, titles, shared,
)  # fmt: skip

__all__ = ["CHECKS", "exits", "targets"]
