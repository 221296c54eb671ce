"""One message that nobody foresaw keeps no other from its row and its case, and nobody from signing in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sensing.conftest import everything, message
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.bus import Message
from zhijin.core.scope import scoped
from zhijin.sensing import gate as gates
from zhijin.sensing import intake as intakes
from zhijin.sensing.gate import Asked, Gate, digest
from zhijin.sensing.models import Alarm, Reading
from zhijin.sensing.services import alarms
from zhijin.sensing.worker import Worker


class Bus:
    def __init__(self) -> None:
        self.said: list[Any] = []

    def publish_many(self, messages: Any) -> None:
        self.said += messages


@pytest.fixture
def worker(fire: Any, monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(Worker, "hold_lock", lambda _self: None)
    return Worker(address=None)  # type: ignore[arg-type]


def said(code: str, data: bytes) -> Message:
    stamp = json.loads(data)["at"] * 1_000_000
    return Message(f"$MQTT.msgs.zj.d.{code}.ev", 1, f"$JS.ACK.s.c.1.1.1.{stamp}.0", data)


def stumble(monkeypatch: pytest.MonkeyPatch, over: int, error: Exception) -> None:
    """The rules fail as soon as they see a reading of so much."""
    applied = intakes.rules.apply

    def apply(taken: Any) -> Any:
        if any(one.event.reading.value == over for one in taken):
            raise error
        return applied(taken)

    monkeypatch.setattr(intakes.rules, "apply", apply)


def test_where_the_rules_fail_over_one_event_all_rows_and_the_others_cases_are_there(
    worker, device, monkeypatch
):
    odd, well = device()[0], device(label="4 号烤房")[0]
    stumble(monkeypatch, 4321, ZeroDivisionError("nobody foresaw it"))
    batch = [
        said(well.code, message(1, level=50)),
        said(odd.code, message(1, level=4321)),
        said(well.code, message(2, level=1200)),
    ]
    outcome = worker.commit(batch)
    assert (outcome.stored, outcome.refused, outcome.cases) == (3, 0, 1)
    assert sorted(row.value for row in everything(Reading)) == [50, 1200, 4321]


def test_what_fails_without_the_rules_too_is_never_acknowledged(worker, device, monkeypatch):
    monkeypatch.setattr(intakes, "_store", lambda _taken: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        worker.commit([said(device()[0].code, message(1, level=50))])
    assert everything(Reading) == []


def test_one_alarm_that_cannot_be_opened_in_the_morning_holds_up_no_other(
    fire, device, intake, monkeypatch
):
    odd, well = device("bin", label="一号箱")[0], device("bin", label="二号箱")[0]
    night = datetime(2026, 6, 9, 23, 0, tzinfo=clock.TZ)
    with clock.freeze(night):
        for one in (odd, well):
            intake(one, message(1, kind="bin", fill=95))
    opened = alarms.rules.open_case

    def open_case(alarm: Alarm, *rest: Any) -> Any:
        if alarm.device_id == odd.id:
            raise ZeroDivisionError("nobody foresaw it")
        return opened(alarm, *rest)

    monkeypatch.setattr(alarms.rules, "open_case", open_case)
    with clock.freeze(night + timedelta(hours=8)):
        assert alarms.open_held() == 1
        assert alarms.open_held() == 0, "not tried again at once"
    monkeypatch.setattr(alarms.rules, "open_case", opened)
    with clock.freeze(night + timedelta(hours=8, minutes=11)):
        assert alarms.open_held() == 1, "nor lost"


def test_an_alarm_whose_device_is_gone_holds_up_no_other(fire, device, intake, caplog):
    odd, well = device("bin", label="一号箱")[0], device("bin", label="二号箱")[0]
    night = datetime(2026, 6, 9, 23, 0, tzinfo=clock.TZ)
    with clock.freeze(night):
        for one in (odd, well):
            intake(one, message(1, kind="bin", fill=95))
    with scoped(Actor.system("test")):
        Alarm.objects.filter(device_id=odd.id).update(device_id=2**40)
    with clock.freeze(night + timedelta(hours=8)):
        assert alarms.open_held() == 1
        assert alarms.open_held() == 0, "not tried again at once"
    assert "was not opened" in caplog.text


def test_one_silent_device_of_which_nobody_can_be_told_hides_no_other(
    fire, device, intake, monkeypatch
):
    odd, well = device(label="一号", beat=600)[0], device(label="二号", beat=600)[0]
    for one in (odd, well):
        intake(one, message(1, level=1))
    told: list[int] = []

    def miss(one: Any) -> None:
        if one.id == odd.id:
            raise ZeroDivisionError("nobody foresaw it")
        told.append(one.id)

    monkeypatch.setattr(alarms, "_miss", miss)
    with clock.freeze(clock.now() + timedelta(minutes=21)):
        assert (alarms.look_for_silent(), told) == (2, [well.id])


def test_a_name_that_no_statement_takes_throws_nobody_out(device, monkeypatch):
    smoke, secret = device()
    gate = Gate.__new__(Gate)
    gate.bus, gate.entered = Bus(), {}  # type: ignore[assignment]
    gate.issuer = None  # type: ignore[assignment]
    questions = {
        "well": Asked("r1", "s", "u", smoke.code, secret, smoke.code),
        "odd": Asked("r2", "s", "u", "x\0y", "", "x\0y"),
    }
    monkeypatch.setattr(gates, "asked", questions.__getitem__)
    monkeypatch.setattr(gates, "answer", lambda _i, _one, _d, why, _n: why.encode())
    assert gate.reply(["odd", "well"]) == 1  # type: ignore[list-item]
    assert gate.bus.said == [("r2", "", b"unknown device"), ("r1", "", b"")]
    assert digest(smoke.code, secret)
