"""A village with a programme whose every effect can be seen, and a way to run what follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.cases.conftest import IN_GRID, TUESDAY, files, ground, publish, report
from tests.cast import GRID, Cast
from zhijin.cases.models import Case
from zhijin.cases.services.intake import Opened, open_case
from zhijin.cases.services.moves import move
from zhijin.cases.services.reporter import act
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors
from zhijin.programmes import tasks

__all__ = ["files", "ground"]
SYSTEM = Actor.system("test")

PLAYBOOK = """
playbook: 1
id: effects
title: {zh: 路灯, en: Street lamp}
basis: 测试
opens:
  by: [resident, api_client]
  ask:
    - {field: what, type: longtext, required: true, label: {zh: 情况, en: What}}
    - {field: kind, type: choice, choices: [{id: lamp, zh: 灯不亮, en: Out}, {id: pole, zh: 歪了, en: Bent}]}
    - {field: where, type: point, label: {zh: 位置, en: Where}}
    - {field: photos, type: photo, max: 3}
    - {field: tel, type: phone, private: true, purpose: 联系}
states:
  reported:
    owner: grid_worker
    within: 2 work hours
    remind: [30 work minutes]
    late: [{escalate: township, notify: [village_staff]}]
    moves: [{to: handling, by: [grid_worker, township_officer]}]
  handling:
    owner: grid_worker
    within: 3 workdays
    late: {escalate: township}
    moves: [{to: closed, by: [grid_worker, township_officer], ask: [{field: note, type: longtext}]}]
  closed: {final: true}
points: [{when: closed, to: reporter, amount: 2, rule: 村规民约-3}]
publish: [{when: closed, fields: [what, kind, where, photos, note], board: village-affairs, days: 30}]
notify:
  - {when: handling, to: [reporter, grid_leader], text: {zh: "{title}在{place}开始办理", en: "{title} begins"}}
follow: [{when: closed, open: visit, after: 2 workdays, fields: {about: what, tel: tel}}]
"""
VISIT = """
playbook: 1
id: visit
title: {zh: 回访, en: Visit}
basis: 测试
opens:
  by: [grid_worker]
  ask:
    - {field: about, type: longtext, required: true}
    - {field: tel, type: phone, private: true, purpose: 联系}
states:
  planned: {owner: grid_worker, within: 5 workdays, late: {escalate: township}, moves: [{to: done, by: grid_worker}]}
  done: {final: true}
"""


@pytest.fixture
def effects(ground: Any) -> Iterator[None]:
    """Both programmes in force on the ground of the cast."""
    publish(PLAYBOOK)
    publish(VISIT)
    yield
    selectors.forget()


def opened(text: str = "村口的路灯不亮", **more: Any) -> Opened:
    """A lamp reported in the first grid on a Tuesday morning."""
    lon, lat = IN_GRID
    answers = {
        "what": text,
        "kind": "lamp",
        "where": {"lon": lon, "lat": lat},
        "tel": "13812345678",
    }
    values = {"playbook": "effects", "place_code": GRID, "lon": lon, "lat": lat, "answers": answers}
    with clock.freeze(TUESDAY):
        return open_case(
            actor=Actor.resident(), report=report(**{**values, **more}), opener="resident"
        )


def step(cast: Cast, made: Opened, to: str, **data: Any) -> None:
    """The township's officer takes a step."""
    move(actor=cast.township_officer.actor, case_id=made.case_id, move_id=to, data=data)


def closed(cast: Cast, text: str = "村口的路灯不亮", note: str = "已换灯泡", **more: Any) -> Opened:
    """A case from its report to its end, with everything that follows."""
    made = opened(text, **more)
    step(cast, made, "handling")
    step(cast, made, "closed", note=note)
    follow_all()
    return made


def waiting(task: str = "programmes.case_event") -> list[dict[str, Any]]:
    """The arguments of the jobs that wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task]
        )
        return [
            json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()
        ]


def follow_all(times: int = 1) -> int:
    """Run every job of the timeline, each so many times."""
    jobs = waiting()
    for job in jobs:
        for _ in range(times):
            tasks.follow(UUID(job["case"]), UUID(job["event"]))
    return len(jobs)


def case_of(made: Opened) -> Case:
    with scoped(SYSTEM):
        return Case.objects.get(pk=made.case_id)


__all__ += ["act", "case_of", "closed", "follow_all", "opened", "step", "waiting"]
