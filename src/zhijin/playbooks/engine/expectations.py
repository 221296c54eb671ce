"""Compares what a scenario expects with what happened, one item at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zhijin.core.roles import resolve
from zhijin.core.workcal import TZ
from zhijin.playbooks.engine.evaluate import evaluate
from zhijin.playbooks.engine.machine import Fire, Machine
from zhijin.playbooks.engine.run import CaseRun
from zhijin.playbooks.engine.scenario_model import Expectation, Stroke, moment_of

#: (key in ``expect``, what it is in both languages, wanted, found)
Difference = tuple[str, tuple[str, str], Any, Any]


def differences(
    machine: Machine, run: CaseRun, struck: Sequence[Fire], expect: Expectation
) -> Iterator[Difference]:
    """What is not as ``expect`` says."""
    yield from _plain(machine, run, expect)
    if expect.fired is not None:
        yield from _strokes(struck, expect.fired)
    if expect.points is not None:
        found = points_given(machine, run)
        if found != expect.points:
            yield "points", ("积分", "points"), expect.points, found
    if expect.published is not None:
        shown = published_fields(machine, run)
        if sorted(shown) != sorted(expect.published):
            yield "published", ("公开的项目", "what is published"), expect.published, shown
    yield from _people(machine, run, expect)
    for name, wanted in (expect.indicators or {}).items():
        item = next((i for i in machine.playbook.indicators if i.id == name), None)
        value = evaluate(item, [run]) if item is not None else "?"
        if value != wanted:
            yield "indicators", (f"指标 {name}", f"indicator {name}"), wanted, value


def _plain(machine: Machine, run: CaseRun, expect: Expectation) -> Iterator[Difference]:
    owner = machine.owner(run.state)
    wanted_owner = resolve(expect.owner) if expect.owner is not None else None
    checks: list[tuple[str, tuple[str, str], Any, Any]] = [
        ("state", ("状态", "the state"), expect.state, run.state),
        ("owner", ("负责人", "the owner"), wanted_owner and wanted_owner.key, owner),
        ("priority", ("优先级", "the priority"), expect.priority, run.priority),
        ("late", ("是否逾期", "lateness"), expect.late, run.late),
    ]
    for key, what, wanted, found in checks:
        if wanted is not None and wanted != found:
            yield key, what, wanted, found
    if expect.due is not None:
        due = run.due
        found = due.astimezone(TZ).strftime("%Y-%m-%d %H:%M") if due else False
        wanted = moment_of(expect.due).strftime("%Y-%m-%d %H:%M") if expect.due else False
        if wanted != found:
            yield "due", ("期限", "the deadline"), wanted, found


def _strokes(struck: Sequence[Fire], expected: Sequence[Stroke]) -> Iterator[Difference]:
    found = [stroke for fire in struck for stroke in [_stroke(fire)]]
    wanted = [_wanted(item) for item in expected]
    same = len(found) == len(wanted) and all(
        all(have.get(key) == value for key, value in want.items())
        for have, want in zip(found, wanted, strict=True)
    )
    if not same:
        short = [{k: v for k, v in have.items() if v is not None} for have in found]
        yield "fired", ("时钟敲的", "what the clock struck"), wanted, short


def _stroke(fire: Fire) -> dict[str, Any]:
    escalate = next((a.role for a in fire.actions if a.kind == "escalate"), None)
    move = next((a.state for a in fire.actions if a.kind == "move"), None)
    at = fire.at.astimezone(TZ).strftime("%Y-%m-%d %H:%M")
    return {"kind": fire.kind, "index": fire.index, "escalate": escalate, "move": move, "at": at}


def _wanted(stroke: Stroke) -> dict[str, Any]:
    role = resolve(stroke.escalate) if stroke.escalate else None
    given = {"kind": stroke.kind, "index": stroke.index, "escalate": role and role.key,
             "move": stroke.move, "at": stroke.at}  # fmt: skip
    return {key: value for key, value in given.items() if value is not None}


def points_given(machine: Machine, run: CaseRun) -> dict[str, int]:
    """Points by role that the case has earned: each rule once, on first reaching its state."""
    found: dict[str, int] = {}
    for rule in machine.playbook.points:
        if run.entered(rule.when) is not None:
            found[rule.to] = found.get(rule.to, 0) + rule.amount
    return found


def published_fields(machine: Machine, run: CaseRun) -> list[str]:
    """Fields of the case that stand on a board: those named and filled in."""
    found: list[str] = []
    for item in machine.playbook.publish:
        if run.entered(item.when) is not None:
            found += [name for name in item.fields if name in run.data and name not in found]
    return found


def _people(machine: Machine, run: CaseRun, expect: Expectation) -> Iterator[Difference]:
    if expect.notified is not None:
        told = [role for n in machine.playbook.notify if n.when == run.state for role in n.to]
        if sorted(told) != sorted(expect.notified):
            yield "notified", ("通知的人", "who is told"), expect.notified, told
    for role, wanted in (expect.moves or {}).items():
        found = [move.id for move in machine.moves(run.state, {role}, run.data)]
        if found != wanted:
            yield "moves", (f"{role} 能走的步子", f"steps open to {role}"), wanted, found
    for name, visible in (expect.sees or {}).items():
        party = next((p for p in machine.playbook.parties if p.id == name), None)
        seen = party is not None and machine.sees(party, run.state)
        if seen is not visible:
            yield "sees", (f"{name} 是否看得到", f"whether {name} sees this"), visible, seen
