"""Events that come late: kept and told, collected in one case, and never run to as if they were new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cases.conftest import publish
from tests.sensing.conftest import SYSTEM, Intake, everything, message, now_millis
from tests.sensing.test_pages import FAULTS
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.sensing import rules, selectors
from zhijin.sensing.models import Alarm, Device, DeviceState, Reading

HOUR = 3_600_000


@pytest.fixture
def watched(fire: None) -> None:
    """The fire programme, and the one about devices."""
    publish(FAULTS)
    rules.forget()


def made() -> list[tuple[str, str]]:
    return sorted((case.playbook, case.data.get("fault", "")) for case in everything(Case))


def test_old_smoke_opens_no_urgent_case_but_one_to_look_at(watched, device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    outcome = intake(
        smoke,
        *(message(n, at=now - 72 * HOUR + n * 1000 * 60 * 31, level=1200) for n in range(1, 6)),
        millis=now,
    )
    assert (outcome.stored, outcome.alarms, outcome.cases) == (5, 5, 1)
    assert made() == [("device-fault", "late")]
    alarms = everything(Alarm)
    assert {alarm.state for alarm in alarms} == {"late"}
    assert {alarm.case_id for alarm in alarms} == {everything(Case)[0].id}
    assert all(row.received - row.at > timedelta(hours=60) for row in everything(Reading))


def test_the_next_batch_of_the_day_joins_the_same_case(watched, device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 50 * HOUR, level=1200), millis=now)
    intake.forget()
    intake(smoke, message(2, at=now - 20 * HOUR, level=1200), millis=now)
    assert made() == [("device-fault", "late")]
    assert len({alarm.case_id for alarm in everything(Alarm)}) == 1


def test_what_is_new_in_the_same_batch_is_run_to(watched, device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(
        smoke,
        message(1, at=now - 30 * HOUR, level=1200),
        message(2, at=now - 1000, level=1300),
        millis=now,
    )
    assert made() == [("device-fault", "late"), ("test-fire", "")]


def test_just_within_the_hour_is_new(watched, device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 55 * 60_000, level=1200), millis=now)
    assert made() == [("test-fire", "")]


def test_a_programme_says_for_how_long_it_is_news(device, intake: Intake, ground):
    from tests.sensing.conftest import PLAYBOOK

    publish(PLAYBOOK.replace("at_least: 1000, quiet", "at_least: 1000, fresh: 3 days, quiet"))
    rules.forget()
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 60 * HOUR, level=1200), millis=now)
    assert made() == [("test-fire", "")]


def test_old_news_silences_nothing_new(device, intake: Intake, ground):
    """Both lie in one quiet time: the old one sent nobody, so the new one does."""
    from tests.sensing.conftest import PLAYBOOK

    publish(FAULTS)
    publish(
        PLAYBOOK.replace(
            "at_least: 1000, quiet: 30 minutes", "at_least: 1000, fresh: 5 minutes, quiet: 6 hours"
        )
    )
    rules.forget()
    smoke, _ = device()
    now = now_millis()
    for seq, ago in ((1, 20), (2, 10), (3, 0), (4, 0)):
        intake(smoke, message(seq, at=now - ago * 60_000 + seq, level=1200), millis=now)
    assert made() == [("device-fault", "late"), ("test-fire", "")]
    assert sorted(alarm.state for alarm in everything(Alarm)) == ["late", "opened"]
    intake.forget()
    intake(smoke, message(5, at=now - 15 * 60_000, level=1200), millis=now)
    intake(smoke, message(6, at=now + 10, level=1200), millis=now)
    assert made() == [("device-fault", "late"), ("test-fire", "")]


def test_without_the_programme_about_devices_it_is_kept_all_the_same(fire, device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    outcome = intake(smoke, message(1, at=now - 30 * HOUR, level=1200), millis=now)
    assert (outcome.stored, outcome.alarms, outcome.cases) == (1, 1, 0)
    assert [(alarm.state, alarm.case_id) for alarm in everything(Alarm)] == [("late", None)]


def test_an_old_event_that_a_new_one_confirms_is_new(watched, device, intake: Intake):
    smoke, _ = device()
    flame, _ = device("fire", label="堂屋")
    now = now_millis()
    intake(smoke, message(1, at=now - 59 * 60_000, level=150), millis=now)
    late = now + 2 * 60_000
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        intake(flame, message(1, kind="fire", at=now - 56 * 60_000, alarm=1), millis=late)
    assert made() == [("test-fire", "")]


def test_a_clock_behind_does_not_hide_a_fire(watched, device, intake: Intake):
    """A detector eight hours slow that reports in time: its pace tells, and the grid worker is sent."""
    smoke, _ = device()
    began = clock.now()
    for minute, level in ((0, 20), (10, 20), (20, 1200)):
        with clock.freeze(began + timedelta(minutes=minute)):
            now = now_millis()
            intake(smoke, message(minute + 1, at=now - 8 * HOUR, level=level), millis=now)
    assert made() == [("test-fire", "")]
    with scoped(SYSTEM):
        assert abs(DeviceState.objects.get(device_id=smoke.id).clock_off + 8 * 3600) < 5


def test_how_slow_a_clock_is_survives_a_restart(watched, device, intake: Intake):
    smoke, _ = device()
    began = clock.now()
    for minute in (0, 10):
        with clock.freeze(began + timedelta(minutes=minute)):
            intake(
                smoke,
                message(minute + 1, at=now_millis() - 8 * HOUR, level=20),
                millis=now_millis(),
            )
    intake.forget()
    with clock.freeze(began + timedelta(minutes=11)):
        intake(smoke, message(30, at=now_millis() - 8 * HOUR, level=1200), millis=now_millis())
    assert made() == [("test-fire", "")]


def test_a_clock_ahead_opens_in_time(watched, device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now + 26 * HOUR, level=1200), millis=now)
    assert made() == [("test-fire", "")]


def test_a_late_reading_does_not_take_the_place_of_the_newest(device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(5, at=now, level=42), millis=now)
    intake(smoke, message(4, at=now - 2 * HOUR, level=900), millis=now + 10)
    with scoped(SYSTEM):
        kept = DeviceState.objects.get(device_id=smoke.id)
    assert (kept.value, kept.events) == (42, 2)


def test_pages_mark_what_came_late(watched, device, intake: Intake, cast):
    from io import BytesIO

    import python_calamine

    smoke, _ = device()
    now = now_millis()
    intake(
        smoke,
        message(1, at=now - 5 * HOUR, level=1200),
        message(2, at=now - 4 * HOUR, level=30),
        message(3, at=now, level=20),
        millis=now,
    )
    client = cast.branch_secretary.client
    page = client.get(f"/desk/devices/{smoke.id}/")
    assert page.context["late"].count == 2
    told = page.content.decode()
    assert "2 条读数是设备断网后补报的" in told
    assert [one["title"] for one in page.context["alarms"]] == ["晚到"]
    client.cookies["lang"] = "en"
    english = client.get(f"/desk/devices/{smoke.id}/").content.decode()
    assert "2 readings" in english
    assert not any(
        "\u4e00" <= c <= "\u9fff" for c in str(english[english.index("2 readings") :][:160])
    )
    client.cookies["lang"] = "zh"
    answer = client.get(f"/desk/devices/{smoke.id}/readings.xlsx?hours=24")
    rows = python_calamine.load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert sum("晚到" in row for row in rows) == 3


def test_a_wall_shows_no_signal_of_yesterday(watched, device, intake: Intake, cast):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 30 * HOUR, level=1200), millis=now)
    actor = cast.branch_secretary.actor
    with scoped(actor):
        since = clock.now() - timedelta(days=1)
        assert selectors.signals(actor, smoke.place_code[:12], since, "zh") == []


def test_a_page_says_how_far_a_clock_is_off(device, intake: Intake, cast):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now + 26 * HOUR, level=1), millis=now)
    page = cast.branch_secretary.client.get(f"/desk/devices/{smoke.id}/")
    assert page.context["clock"] == "快 1 天 2 小时"


def test_looking_for_what_is_late_is_one_statement(device, intake: Intake):
    smoke, _ = device()
    now = now_millis()
    intake(smoke, message(1, at=now - 2 * HOUR, level=1), millis=now)
    with scoped(SYSTEM), CaptureQueriesContext(connection) as told:
        found = selectors.late(Device.objects.get(pk=smoke.id), 24)
    assert found is not None
    assert found.count == 1
    assert len(told) == 2
