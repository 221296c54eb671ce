"""From messages to committed rows and cases, without a broker."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import GRID, VILLAGE
from tests.sensing.conftest import IN_GRID_2, SYSTEM, Intake, everything, message, now_millis
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.sensing.models import Alarm, Device, DeviceState, Reading, Refused
from zhijin.sensing.services.devices import rotate, set_state

MORNING = datetime(2026, 6, 9, 9, 0, tzinfo=clock.TZ)


def cases() -> list[Case]:
    return everything(Case)


def state(device: Device) -> DeviceState:
    with scoped(SYSTEM):
        return DeviceState.objects.get(device_id=device.id)


def test_an_event_becomes_a_row_and_the_device_is_known_to_live(device, intake: Intake):
    smoke, _ = device()
    outcome = intake(smoke, message(1, level=120, temperature=215, battery=87))
    assert (outcome.stored, outcome.refused) == (1, 0)
    (row,) = everything(Reading)
    assert (row.device_id, row.seq, row.kind, row.value, row.second, row.battery) == (
        smoke.id, 1, 1, 120, 215, 87,
    )  # fmt: skip
    assert (row.county, row.place_key) == (530602, smoke.place_key)
    kept = state(smoke)
    assert (kept.events, kept.battery, kept.value, kept.high) == (1, 87, 120, 1)
    assert kept.last_at is not None


def test_the_heartbeat_is_no_reading(device, intake: Intake):
    smoke, _ = device()
    intake(smoke, message(1, level=50), message(2, kind="status", battery=40, uptime=3))
    assert len(everything(Reading)) == 1
    kept = state(smoke)
    assert (kept.battery, kept.value, kept.high) == (40, 50, 2)


def test_a_repeated_message_counts_once_also_after_a_restart(device, intake: Intake):
    smoke, _ = device()
    first, second = message(1, level=10), message(2, level=11)
    assert intake(smoke, first, second, first).again == 1
    intake.forget()
    outcome = intake(smoke, second, first)
    assert (outcome.stored, outcome.again) == (0, 2)
    assert len(everything(Reading)) == 2


def test_messages_may_come_out_of_order(device, intake: Intake):
    smoke, _ = device()
    intake(smoke, *(message(seq, level=seq) for seq in (5, 3, 9, 1, 4)))
    assert sorted(row.seq for row in everything(Reading)) == [1, 3, 4, 5, 9]


def test_what_is_too_old_to_judge_is_refused_and_counted(device, intake: Intake):
    smoke, _ = device()
    intake(smoke, message(5000, level=1), message(17, level=1))
    (refused,) = everything(Refused)
    assert (refused.reason, refused.count) == ("old", 1)


def test_a_new_secret_lets_a_device_count_from_one_again(device, intake: Intake):
    smoke, _ = device()
    intake(smoke, message(5000, level=1))
    rotate(actor=SYSTEM, device_id=smoke.id)
    intake.forget()
    assert intake(smoke, message(1, level=2)).stored == 1


def test_a_new_secret_counts_from_one_though_the_old_one_was_still_in_hand(device, intake: Intake):
    """What the worker had in hand writes the old window back once more: it does not count any longer."""
    smoke, _ = device()
    intake(smoke, message(5000, level=1))
    rotate(actor=SYSTEM, device_id=smoke.id)
    intake(smoke, message(5001, level=1))
    intake.registry.looked_at = 0.0
    outcome = intake(smoke, message(1, level=2), message(2, level=2))
    assert (outcome.stored, outcome.refused) == (2, 0)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "json"),
        (b"\xff\xfe", "json"),
        (b"[1]", "json"),
        (b"[" * 400, "json"),
        (b"x" * 600, "size"),
        (b'{"seq": 1, "at": 1, "kind": "nothing"}', "schema"),
        (b'{"seq": 1, "at": 1, "kind": ["smoke"]}', "schema"),
        (b'{"seq": 1, "at": 1, "kind": "smoke"}', "schema"),
        (b'{"seq": 1.5, "at": 1, "kind": "smoke", "level": 3}', "schema"),
        (b'{"seq": true, "at": 1, "kind": "smoke", "level": 3}', "schema"),
        (b'{"seq": 0, "at": 1, "kind": "smoke", "level": 3}', "range"),
        (b'{"seq": 1, "at": 1, "kind": "smoke", "level": 100001}', "range"),
        (b'{"seq": 1, "at": 1, "kind": "smoke", "level": NaN}', "schema"),
        (b'{"seq": 1, "at": 1, "kind": "smoke", "level": "3"}', "schema"),
        (b'{"seq": 1, "at": 1, "kind": "smoke", "level": 3, "battery": 101}', "range"),
        (b'{"seq": 1, "at": 1, "kind": "door", "open": true}', "kind"),
    ],
)
def test_bad_messages_are_refused_each_for_its_reason(device, intake: Intake, payload, reason):
    smoke, _ = device()
    outcome = intake(smoke, payload, message(7, level=1))
    assert (outcome.stored, outcome.refused) == (1, 1)
    assert [row.reason for row in everything(Refused)] == [reason]


@pytest.mark.parametrize("key", ["face", "plate", "name", "image", "phone", "embedding"])
def test_what_could_tell_of_a_person_never_comes_in(device, intake: Intake, key):
    camera, _ = device("camera")
    secret = "贵A·12345 张三"
    payload = message(1, kind="camera_hazard", hazard="fire", **{key: secret})
    assert intake(camera, payload).refused == 1
    (refused,) = everything(Refused)
    assert refused.reason == "schema"
    assert key in refused.detail
    assert "张三" not in refused.detail
    assert everything(Reading) == []


def test_an_unknown_field_is_not_repeated_since_its_name_may_tell(device, intake: Intake):
    camera, _ = device("camera")
    intake(camera, message(1, kind="camera_hazard", hazard="fire", zhangsan=1))
    assert "zhangsan" not in everything(Refused)[0].detail


@pytest.mark.parametrize("hours", [-24 * 30, 3])
def test_a_wrong_clock_is_put_right_and_told(device, intake: Intake, hours):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=max(0, now + hours * 3_600_000), level=5), millis=now)
    (row,) = everything(Reading)
    assert abs(row.at - row.received) < timedelta(seconds=1)
    assert abs(state(smoke).clock_off - hours * 3600) < 5


def test_what_was_measured_offline_keeps_its_time(device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 3 * 3_600_000, level=5), millis=now)
    (row,) = everything(Reading)
    assert row.received - row.at == timedelta(hours=3)
    assert state(smoke).clock_off == 0


def test_a_flood_is_cut_off_and_others_flow(device, intake: Intake):
    mad, _ = device()
    calm, _ = device(label="4 号烤房")
    now = now_millis()
    outcome = intake(mad, *(message(seq, level=1) for seq in range(1, 1301)), millis=now)
    assert (outcome.stored, outcome.refused) == (600, 700)
    assert intake(calm, message(1, level=1), millis=now).stored == 1
    with scoped(SYSTEM):
        mad.refresh_from_db()
        calm.refresh_from_db()
        (refused,) = Refused.objects.filter(device_id=mad.id)
        assert Fact.objects.filter(kind="device.shut", record=mad.record).count() == 1
    assert mad.shut_why == "flood"
    assert mad.shut_until is not None
    assert calm.shut_until is None
    assert (refused.reason, refused.count) == ("flood", 700)


def test_a_stopped_device_is_not_heard(device, intake: Intake):
    smoke, _ = device()
    set_state(actor=SYSTEM, device_id=smoke.id, state="stopped")
    assert intake(smoke, message(1, level=1)).refused == 1
    assert intake(Device(code="NOBODY"), message(1, level=1)).nobody == 1


def test_an_alarm_opens_a_case_with_the_grid_worker_in_the_same_commit(fire, device, intake, cast):
    smoke, _ = device()
    outcome = intake(smoke, message(1, level=1200))
    assert (outcome.alarms, outcome.cases) == (1, 1)
    (case,) = cases()
    (alarm,) = everything(Alarm)
    assert (case.playbook, case.place_code, case.owner_role) == ("test-fire", GRID, "grid_worker")
    assert (case.reporter, case.channel) == (f"device:{smoke.code}", "device")
    assert "烟雾浓度 1200 ppm" in case.text
    assert case.data["where"] == {"lon": smoke.lon, "lat": smoke.lat}
    assert (alarm.case_id, alarm.case_number, alarm.state) == (case.id, case.number, "opened")
    from zhijin.cases.api import today

    worker = cast.grid_worker.actor
    with scoped(worker):
        assert [view.case.id for view in today(worker, ["grid_worker"])] == [case.id]


def test_a_failing_commit_leaves_neither_event_nor_case(fire, device, intake, monkeypatch):
    smoke, _ = device()
    from zhijin.sensing import rules

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("cut off")

    monkeypatch.setattr(rules.journal, "write", broken)
    with pytest.raises(RuntimeError):
        intake(smoke, message(1, level=1200))
    assert everything(Reading) == cases() == everything(Alarm) == []
    monkeypatch.undo()
    intake.forget()
    assert intake(smoke, message(1, level=1200)).cases == 1


def test_one_case_in_the_quiet_time_also_after_a_restart(fire, device, intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now, level=1200), message(2, at=now + 1, level=1300))
    intake.forget()
    intake(smoke, message(3, at=now + 60_000, level=1400), millis=now + 60_000)
    assert len(cases()) == 1
    later = now + 31 * 60_000
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        intake(smoke, message(4, at=later, level=1400), millis=later)
    assert len(cases()) == 2


def test_often_enough_within_the_window(fire, device, intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 120_000, level=400))
    assert cases() == []
    intake(smoke, message(2, at=now - 50_000, level=400))
    assert cases() == []
    intake(smoke, message(3, at=now, level=400))
    assert [alarm.rule for alarm in everything(Alarm)] == ["twice"]


def test_a_second_device_confirms_whichever_comes_first(fire, device, intake):
    smoke, _ = device()
    flame, _ = device("fire", label="堂屋", at=IN_GRID_2)
    now = now_millis()
    intake(smoke, message(1, at=now, level=150))
    assert cases() == []
    intake(flame, message(1, kind="fire", at=now + 1000, alarm=1), millis=now + 1000)
    (case,) = cases()
    assert case.reporter == f"device:{smoke.code}"
    assert case.place_code == GRID


def test_the_first_device_may_come_second(fire, device, intake):
    smoke, _ = device()
    flame, _ = device("fire", at=IN_GRID_2)
    now = now_millis()
    intake(flame, message(1, kind="fire", at=now, alarm=True))
    intake(smoke, message(1, at=now + 1000, level=150), millis=now + 1000)
    assert [case.reporter for case in cases()] == [f"device:{smoke.code}"]


def test_a_confirmation_too_late_or_by_itself_does_not_count(fire, device, intake):
    smoke, _ = device()
    flame, _ = device("fire", at=IN_GRID_2)
    now = now_millis()
    intake(smoke, message(1, at=now - 400_000, level=150), message(2, kind="fire", at=now, alarm=1))
    intake(flame, message(1, kind="fire", at=now, alarm=1))
    assert cases() == []


def test_at_night_a_bin_waits_until_morning(fire, device, intake):
    from zhijin.sensing.services.alarms import open_held

    bin_, _ = device("bin", label="村口垃圾箱")
    night = MORNING.replace(hour=23)
    with clock.freeze(night):
        intake(bin_, message(1, kind="bin", fill=95))
        (alarm,) = everything(Alarm)
        assert (alarm.state, cases()) == ("held", [])
        assert clock.local(alarm.open_at) == MORNING.replace(day=10, hour=6)
        assert open_held() == 0
    with clock.freeze(MORNING.replace(day=10, hour=6, minute=1)):
        assert open_held() == 1
        assert open_held() == 0
    (case,) = cases()
    assert "满溢度 95 %" in case.text
    assert everything(Alarm)[0].case_id == case.id


def test_a_case_that_is_refused_does_not_lose_the_event(fire, device, intake, monkeypatch):
    smoke, _ = device()
    from zhijin.core.errors import BAD_REQUEST
    from zhijin.sensing import rules

    def refuse(**_: Any) -> None:
        raise BAD_REQUEST()

    monkeypatch.setattr(rules.cases, "open_case", refuse)
    assert intake(smoke, message(1, level=1200)).alarms == 1
    (alarm,) = everything(Alarm)
    assert (alarm.state, alarm.case_id) == ("dropped", None)
    assert alarm.why.startswith("CO400")
    assert len(everything(Reading)) == 1


def test_a_batch_takes_as_many_statements_as_one_event(device, intake):
    smoke, _ = device()
    intake(smoke, message(1, level=1))
    with CaptureQueriesContext(connection) as few:
        intake(smoke, message(2, level=1))
    with CaptureQueriesContext(connection) as many:
        intake(smoke, *(message(seq, level=1) for seq in range(3, 300)))
    assert len(many) == len(few) <= 10


def test_rows_lie_where_the_device_stood(fire, device, intake, cast):
    smoke, _ = device()
    intake(smoke, message(1, level=1))
    from zhijin.sensing.services.devices import Entry, change

    change(actor=SYSTEM, device_id=smoke.id, entry=Entry("smoke", "新址", VILLAGE + "002"))
    intake.forget()
    intake(smoke, message(2, level=1))
    places = [row.place_key for row in everything(Reading)]
    assert len(set(places)) == 2
    with scoped(cast.grid_worker.actor):
        assert Reading.objects.count() == 1
    with scoped(cast.outsider.actor):
        assert Reading.objects.count() == 0


def test_a_message_is_small_json():
    assert len(message(2**53, level=100_000, temperature=-600, battery=100)) < 200
    assert json.loads(message(1, level=1))["kind"] == "smoke"
