"""A village with devices, a programme with rules of the tests' own, and a broker where one is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.conftest import IN_GRID, IN_GRID_2, files, ground, publish
from tests.cast import VILLAGE
from tests.sensing.bus import Bus
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors
from zhijin.sensing import rules
from zhijin.sensing.intake import Arrived, Outcome, take_in
from zhijin.sensing.models import Device
from zhijin.sensing.registry import Registry
from zhijin.sensing.services.devices import Entry, register

__all__ = ["files", "ground"]
SYSTEM = Actor.system("test")

PLAYBOOK = """
playbook: 1
id: test-fire
title: {zh: 测试火情, en: Test fire}
basis: 测试
opens:
  by: [device, grid_worker]
  ask:
    - {field: where, type: point, label: {zh: 位置, en: Where}}
    - {field: what, type: longtext, label: {zh: 情况, en: What}}
states:
  warned:
    title: {zh: 待到场, en: To be checked}
    owner: grid_worker
    within: 10 minutes
    late: {escalate: village}
    moves: [{to: closed, by: grid_worker, step: close}]
  closed: {final: true}
sensing:
  - {id: thick, on: smoke, at_least: 1000, quiet: 30 minutes, where: where, says: what}
  - {id: twice, on: smoke, at_least: 300, times: 2, within: 1 minute, quiet: 30 minutes, says: what}
  - id: both
    on: smoke
    at_least: 100
    confirm: {on: fire, at_least: 1, within: 5 minutes, near: village}
    quiet: 30 minutes
  - {id: bin, on: bin, at_least: 90, quiet: 20 hours, not_between: "22:00-06:00", says: what}
"""


@pytest.fixture
def fire(ground: Any) -> Iterator[None]:
    """The programme in force on the ground of the cast."""
    publish(PLAYBOOK)
    rules.forget()
    selectors.forget()
    yield
    rules.forget()
    selectors.forget()


@pytest.fixture
def device(ground: Any) -> Callable[..., tuple[Device, str]]:
    """Makes a device in the first grid: ``device("smoke")`` gives it and its secret."""

    def make(kind: str = "smoke", **more: Any) -> tuple[Device, str]:
        at = more.pop("at", IN_GRID)
        entry = {"label": "3 号烤房", "place_code": VILLAGE, **more}
        if at is not None:
            entry |= {"lon": at[0], "lat": at[1]}
        return register(actor=SYSTEM, entry=Entry(kind=kind, **entry))

    return make


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    """A broker that runs; gate and worker only when the test opens them."""
    one = Bus(tmp_path / "bus")
    one.start()
    try:
        yield one
    finally:
        one.stop()


def now_millis() -> int:
    return int(clock.now().timestamp() * 1000)


def message(seq: int, kind: str = "smoke", at: int | None = None, **measures: Any) -> bytes:
    """What a device sends."""
    body = {"seq": seq, "at": now_millis() if at is None else at, "kind": kind, **measures}
    return json.dumps(body).encode()


class Intake:
    """Takes messages in without a broker, as the worker would."""

    def __init__(self) -> None:
        self.registry = Registry()

    def __call__(self, device: Device, *payloads: bytes, millis: int | None = None) -> Outcome:
        at = now_millis() if millis is None else millis
        return take_in([Arrived(device.code, data, at) for data in payloads], self.registry)

    def forget(self) -> None:
        """As after a restart."""
        self.registry = Registry()
        rules.forget()


@pytest.fixture
def intake(db: None) -> Intake:
    return Intake()


def everything(model: Any) -> list[Any]:
    """All rows of a table, seen as the system."""
    with scoped(SYSTEM):
        return list(model.objects.all())


__all__ += ["IN_GRID_2"]
