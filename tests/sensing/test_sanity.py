"""A sensor gone mad: what counts as a sign, quarantine while others flow, one case, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.conftest import publish
from tests.sensing.conftest import PLAYBOOK, SYSTEM, Intake, everything, message, now_millis
from tests.sensing.test_pages import FAULTS
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors as playbooks
from zhijin.playbooks.engine import load
from zhijin.playbooks.engine.explain import explain
from zhijin.sensing import rules
from zhijin.sensing.models import Alarm, Device, Reading, Refused
from zhijin.sensing.sanity import Sign, Watcher
from zhijin.sensing.services.devices import admit

MINUTE = 60_000
SIGNS = """quarantine:
  - {id: smoke-range, sign: range, on: smoke, times: 5, within: 10 minutes}
  - {id: fire-flaps, sign: flapping, on: fire, times: 6, within: 1 minute}
  - {id: water-jumps, sign: jump, on: water_level, by: 2, times: 3, within: 30 minutes}
  - {id: power-stuck, sign: stuck, on: power, times: 10, within: 1 hour}
"""


@pytest.fixture
def signs(ground: Any) -> Iterator[None]:
    publish(FAULTS + SIGNS)
    publish(PLAYBOOK)
    rules.forget()
    yield
    rules.forget()
    playbooks.forget()


def held(device: Device) -> Device:
    with scoped(SYSTEM):
        return Device.objects.get(pk=device.id)


def faults() -> list[Case]:
    return [case for case in everything(Case) if case.playbook == "device-fault"]


def watcher(sign: str, *, times: int = 3, within: int = MINUTE, by: int = 0) -> Watcher:
    return Watcher(Sign("p:s", sign, 1, 0, by, times, within))


# -- the signs themselves -----------------------------------------------------------------------


def test_flapping_is_changes_not_readings():
    one = watcher("flapping")
    assert not any(one.sees(1, None, at) for at in range(0, 50_000, 100))
    assert [one.sees(n % 2, None, 50_000 + n) for n in range(4)] == [False, False, True, True]


def test_slow_changes_are_life():
    one = watcher("flapping")
    assert not any(one.sees(n % 2, None, n * MINUTE) for n in range(100))


def test_a_jump_is_between_neighbours_in_time():
    one = watcher("jump", by=100)
    assert [one.sees(v, None, n * 1000) for n, v in enumerate((0, 200, 190, 400, 0))] == [
        False, False, False, False, True,
    ]  # fmt: skip
    after_days = watcher("jump", by=100)
    assert not any(after_days.sees(n % 2 * 500, None, n * 2 * MINUTE) for n in range(20))


def test_stuck_lasts_and_has_readings():
    one = watcher("stuck", times=3, within=10 * MINUTE)
    assert not one.sees(7, None, 0)
    assert not any(one.sees(7, None, n * 1000) for n in range(1, 60))
    assert one.sees(7, None, 10 * MINUTE)
    assert not one.sees(8, None, 11 * MINUTE)
    assert not one.sees(8, None, 30 * MINUTE)


def test_what_comes_late_out_of_order_says_nothing():
    one = watcher("flapping")
    one.sees(0, None, 100_000)
    assert not any(one.sees(n % 2, None, n) for n in range(50))
    second = Watcher(Sign("p:s", "jump", 1, 1, 5, 2, MINUTE))
    assert not any(second.sees(n * 100, None, n) for n in range(9))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 10**7)), max_size=200))
def test_a_watcher_stays_small_and_needs_as_many_as_it_says(told):
    one = watcher("flapping", times=5)
    changes = 0
    last = None
    for value, at in told:
        mad = one.sees(value, None, at)
        changes += last is not None and value != last
        last = value
        assert len(one.seen) <= 6
        assert not mad or changes >= 5


# -- in the stream ------------------------------------------------------------------------------


def test_out_of_range_again_and_again_quarantines_while_others_flow(signs, device, intake: Intake):
    mad, _ = device()
    calm, _ = device(label="4 号烤房")
    bad = [message(n, level=100_001) for n in range(1, 9)]
    outcome = intake(mad, *bad)
    assert (outcome.stored, outcome.refused) == (0, 8)
    row = held(mad)
    assert (row.held_why, row.held_on) == ("range", 1)
    assert row.held_at is not None
    (case,) = faults()
    assert (case.data["fault"], case.id) == ("mad", row.fault_case)
    assert "读数一再超出范围" in case.text
    assert intake(calm, message(1, level=1200)).cases == 1
    assert held(calm).held_at is None
    assert [row.reason for row in everything(Refused)] == ["range"]


def test_readings_of_a_device_in_quarantine_are_kept_and_open_nothing(
    signs, device, intake: Intake
):
    flame, _ = device("fire")
    now = now_millis()
    flaps = [message(n, kind="fire", at=now + n * 1000, alarm=n % 2) for n in range(1, 20)]
    intake(flame, *flaps, millis=now + 20_000)
    assert held(flame).held_why == "flapping"
    assert len(everything(Reading)) == 19
    intake.forget()
    assert (
        intake(
            flame, message(40, kind="fire", at=now + 40_000, alarm=1), millis=now + 40_000
        ).alarms
        == 0
    )
    assert len(faults()) == 1


def test_it_confirms_nobody_either(signs, device, intake: Intake):
    smoke, _ = device()
    flame, _ = device("fire", label="堂屋")
    now = now_millis()
    intake(
        flame,
        *(message(n, kind="fire", at=now + n, alarm=n % 2) for n in range(1, 12)),
        millis=now + 20,
    )
    assert intake(smoke, message(1, at=now + 1000, level=150), millis=now + 1000).alarms == 0
    with scoped(SYSTEM):
        assert not Alarm.objects.filter(device_id=smoke.id).exists()


def test_jumps_and_a_stuck_figure(signs, device, intake: Intake):
    gauge, _ = device("water_level", label="桥头")
    meter, _ = device("power", label="台区")
    began = clock.now()
    start = now_millis()
    for n in range(6):
        at = start + n * MINUTE
        with clock.freeze(began + timedelta(minutes=n)):
            intake(
                gauge,
                message(n + 1, kind="water_level", at=at, level=1000 + n % 2 * 3000),
                millis=at,
            )
    for n in range(13):
        at = start + n * 6 * MINUTE
        with clock.freeze(began + timedelta(minutes=6 * n)):
            intake(meter, message(n + 1, kind="power", at=at, voltage=2201), millis=at)
    assert (held(gauge).held_why, held(meter).held_why) == ("jump", "stuck")
    assert len(faults()) == 2


def test_catching_up_is_no_madness(signs, device, intake: Intake):
    """Three days of a door in one second: by the time at which it moved, it moved twice an hour."""
    flame, _ = device("fire")
    now = now_millis()
    kept = [
        message(n, kind="fire", at=now - (200 - n) * 30 * MINUTE, alarm=n % 2)
        for n in range(1, 150)
    ]
    intake(flame, *kept, millis=now)
    assert held(flame).held_at is None


def test_somebody_looks_and_lets_it_back(signs, device, intake: Intake, cast):
    mad, _ = device()
    intake(mad, *(message(n, level=100_001) for n in range(1, 9)))
    client = cast.branch_secretary.client
    page = client.get(f"/desk/devices/{mad.id}/")
    told = page.content.decode()
    assert "烟雾：读数超出范围" in told
    assert "看维修事项" in told
    listed = client.get("/desk/devices/?show=shut")
    assert [str(row["health"]) for row in listed.context["rows"]] == ["已隔离"]
    assert [row["device"].id for row in client.get("/desk/devices/refused/").context["shut"]] == [
        mad.id
    ]
    assert (
        cast.grid_worker.client.post(f"/desk/devices/{mad.id}/", {"do": "admit"}).status_code == 403
    )
    assert client.post(f"/desk/devices/{mad.id}/", {"do": "admit"}).status_code == 302
    assert held(mad).held_at is None
    intake.registry.looked_at = 0.0
    assert intake(mad, message(20, level=1200)).cases == 1
    with scoped(SYSTEM):
        kinds = list(Fact.objects.filter(record=mad.record).values_list("kind", flat=True))
        assert kinds.count("device.held") == 1
        assert JournalEntry.objects.filter(action="device.admit", object=mad.record).exists()


def test_mad_again_while_the_case_is_open_is_the_same_case(signs, device, intake: Intake):
    mad, _ = device()
    intake(mad, *(message(n, level=100_001) for n in range(1, 9)))
    admit(actor=SYSTEM, device_id=mad.id)
    intake.registry.looked_at = 0.0
    intake(mad, message(20, level=1))
    assert held(mad).held_at is None
    intake(mad, *(message(n, level=100_001) for n in range(21, 29)))
    assert held(mad).held_at is not None
    assert len(faults()) == 1


def test_quarantine_survives_a_restart_and_is_told_once(signs, device, intake: Intake):
    mad, _ = device()
    intake(mad, *(message(n, level=100_001) for n in range(1, 9)))
    since = held(mad).held_at
    intake.forget()
    intake(mad, *(message(n, level=100_001) for n in range(9, 30)))
    assert held(mad).held_at == since
    assert len(faults()) == 1


def test_a_flood_has_its_case_too(signs, device, intake: Intake):
    mad, _ = device()
    now = now_millis()
    intake(mad, *(message(seq, level=1) for seq in range(1, 1301)), millis=now)
    (case,) = faults()
    assert "发得太多" in case.text


def test_new_signs_hold_for_devices_that_are_known_already(ground, device, intake: Intake):
    mad, _ = device()
    intake(mad, message(1, level=1))
    publish(FAULTS + SIGNS)
    playbooks.forget()
    intake(mad, *(message(n, level=100_001) for n in range(2, 9)))
    assert held(mad).held_why == "range"
    rules.forget()
    playbooks.forget()


# -- in the playbook ----------------------------------------------------------------------------


def test_signs_are_told_in_both_languages():
    book = load(FAULTS + SIGNS, "test").playbook
    assert book is not None
    chinese, english = explain(book, "zh"), explain(book, "en")
    assert "火情：火警来回跳，1 分钟内 6 次，就隔离这台设备" in chinese
    assert "水位：水位一次变化不小于 2 m" in chinese
    assert "供电：电压一直不变，至少1 小时 10 次" in chinese
    assert "Smoke out of range, 5 times within 10 minutes" in english
