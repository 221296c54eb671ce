"""What the tests of playbooks share: a sound playbook to spoil, and short ways to read findings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from zhijin.core.workcal import TZ, WorkCalendar
from zhijin.playbooks.engine import Loaded, Machine, Playbook, load

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "playbooks").glob("*/playbook.yaml"))
CALENDAR = WorkCalendar()

SOUND = """\
playbook: 1
id: drain
title: {zh: 排水沟堵塞, en: Blocked drain}
basis: 村规民约第三条
opens:
  by: [resident, grid_worker]
  ask:
    - {field: where, type: point, required: true}
    - field: kind
      type: choice
      choices:
        - {id: leaves, zh: 落叶, en: Leaves}
        - {id: mud, zh: 淤泥, en: Mud}
    - {field: depth, type: number, min: 0, max: 300, label: {zh: 深度, en: Depth}}
    - {field: phone, type: phone, private: true, purpose: 联系上报人}
priorities:
  - {id: urgent, title: {zh: 紧急, en: Urgent}, factor: 0.5, when: {field: kind, is: mud}}
  - {id: normal, title: {zh: 一般, en: Normal}}
states:
  reported:
    owner: grid_worker
    within: 4 work hours
    remind: 1 work hour
    late:
      - {escalate: village}
      - {after: 1 workday, escalate: township}
    moves:
      - {to: handling, by: grid_worker, step: accept}
      - {to: returned, by: grid_worker, why: required, step: return}
  handling:
    owner: grid_worker
    within: 3 workdays
    remind: 1 workday
    late: {escalate: village}
    suspend: {max: 5 workdays, approver: village}
    extend: {max: 2 workdays, approver: village}
    moves:
      - id: done
        to: verifying
        by: grid_worker
        ask:
          - {field: after, type: photo, required: true, max: 3}
  verifying:
    owner: reporter
    within: 5 days
    late: {move: closed}
    moves:
      - {id: confirm, to: closed, by: reporter, ask: {field: satisfied, type: rating}}
      - {id: again, to: handling, by: reporter, why: required}
  returned: {final: true, outcome: refused}
  closed: {final: true}
points: {when: closed, to: reporter, amount: 2, rule: 村规民约-积分-3}
publish: {when: closed, fields: [where, kind, after], board: village-affairs}
notify: {when: verifying, to: reporter, text: {zh: "“{title}”已办好", en: "“{title}” is done"}}
indicators:
  - {id: reports, title: {zh: 件数, en: Reports}, count: {event: opened}}
  - id: pace
    title: {zh: 用时, en: Pace}
    elapsed: {from: reported, to: closed}
"""


def spoilt(*changes: tuple[str, str], base: str = SOUND) -> str:
    """``base`` with each (old, new) replaced once; an old text that is not there fails the test."""
    for old, new in changes:
        assert old in base, f"not in the sound playbook: {old!r}"
        base = base.replace(old, new, 1)
    return base


def check(*changes: tuple[str, str]) -> Loaded:
    """The sound playbook with ``changes``, loaded."""
    return load(spoilt(*changes), "drain.yaml")


def ids(loaded: Loaded) -> list[str]:
    """The ids found, in order."""
    return [finding.id for finding in loaded.findings]


def sound() -> Playbook:
    """The sound playbook."""
    loaded = load(SOUND, "drain.yaml")
    assert loaded.playbook is not None, [f.render() for f in loaded.findings]
    assert not loaded.findings
    return loaded.playbook


def machine(*changes: tuple[str, str]) -> Machine:
    """A machine of the sound playbook with ``changes`` that keep it sound."""
    loaded = check(*changes)
    assert loaded.playbook is not None, [f.render() for f in loaded.findings]
    return Machine(loaded.playbook)


def at(text: str) -> datetime:
    """``2026-03-02 09:00`` in the time of China."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=TZ)


def local(moment: datetime | None) -> str:
    """A moment as people in China write it; empty for None."""
    return moment.astimezone(TZ).strftime("%Y-%m-%d %H:%M") if moment else ""
