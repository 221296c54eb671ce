"""The desk's pages of devices and equipment, as their readers see them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE
from tests.sensing.conftest import SYSTEM, Intake, everything, message, now_millis
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.sensing import selectors
from zhijin.sensing.models import Asset, Device, DeviceState
from zhijin.sensing.services import devices as services
from zhijin.sensing.services.assets import set_asset
from zhijin.sensing.services.devices import Entry, register

FORM = {"kind": "smoke", "label": "3 号烤房烟感", "place_code": GRID, "serves": "6", "beat": "30"}


def test_registering_shows_the_secret_once(ground, cast):
    client = cast.branch_secretary.client
    answer = client.post("/desk/devices/new/", FORM)
    assert answer.status_code == 200
    (device,) = everything(Device)
    secret = answer.context["secret"]
    assert len(secret) >= 24
    shown = answer.content.decode().partition("<main")[2]
    assert secret in shown
    assert shown.count(f'action="/desk/devices/{device.id}/"') == shown.count('method="post"') > 0
    assert 'href="?' not in shown, (
        "the page that shows the secret has another address than the device"
    )
    assert bytes(device.secret) == services.digest(device.code, secret)
    assert (device.place_code, device.serves, device.beat) == (GRID, 6, 1800)
    again = client.get(f"/desk/devices/{device.id}/")
    assert secret not in again.content.decode()
    assert again.headers["Cache-Control"] == "private, no-store"
    entries = list(JournalEntry.objects.values_list("action", "object"))
    assert ("device.register", device.record) in entries
    assert all(secret not in str(entry.detail) for entry in JournalEntry.objects.all())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "drone"}, "SE001"),
        ({"place_code": "999999"}, "SE002"),
        ({"label": " "}, "SE003"),
        ({"label": "x" * 61}, "SE003"),
        ({"beat": "99999999"}, "SE004"),
        ({"serves": "many"}, "CO400"),
        ({"lon": "east", "lat": "27"}, "CO400"),
        ({"lon": "nan", "lat": "27"}, "CO400"),
        ({"label": "村民张建国家烟感"}, "SE006"),
        ({"label": "烟感 13812345678"}, "SE006"),
        ({"model": "x" * 61}, "CO400"),
    ],
)
def test_what_cannot_be_registered_says_why(ground, cast, change, error):
    answer = cast.branch_secretary.client.post("/desk/devices/new/", {**FORM, **change})
    assert answer.status_code == 400
    assert answer.context["refusal"].id == error
    assert everything(Device) == []


def test_a_secretary_registers_in_the_own_village_only(ground, cast):
    client = cast.branch_secretary.client
    assert (
        client.post("/desk/devices/new/", {**FORM, "place_code": OTHER_VILLAGE}).status_code == 403
    )
    assert cast.grid_worker.client.get("/desk/devices/new/").status_code == 403


def test_the_position_finds_the_grid(ground, cast):
    at = {"lon": "103.615", "lat": "27.305"}
    cast.branch_secretary.client.post("/desk/devices/new/", {**FORM, **at, "place_code": VILLAGE})
    assert everything(Device)[0].place_code == VILLAGE + "002"


def test_the_list_shows_condition_and_last_reading(fire, device, intake: Intake, cast):
    smoke, _ = device(label="好烟感")
    tired, _ = device(label="没电烟感")
    device(label="新烟感")
    intake(smoke, message(1, level=42, battery=88))
    intake(tired, message(1, level=40, battery=9))
    page = cast.branch_secretary.client.get("/desk/devices/")
    rows = {row["device"].label: row for row in page.context["rows"]}
    assert {name: str(row["health"]) for name, row in rows.items()} == {
        "好烟感": "正常", "没电烟感": "电量低", "新烟感": "还没有连上",
    }  # fmt: skip
    assert rows["好烟感"]["shown"] == "烟雾浓度 42 ppm"
    assert page.context["counts"] == {"all": 3, "ok": 1, "battery": 1, "never": 1}
    only = cast.branch_secretary.client.get("/desk/devices/?show=battery&kind=smoke")
    assert [row["device"].label for row in only.context["rows"]] == ["没电烟感"]


def test_the_list_takes_the_same_statements_for_one_and_for_many(
    device, cast, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = cast.branch_secretary.client
    device()
    client.get("/desk/devices/")
    with CaptureQueriesContext(connection) as few:
        client.get("/desk/devices/")
    for number in range(12):
        device(label=f"{number} 号")
    with django_assert_num_queries(len(few)):
        client.get("/desk/devices/")


def test_the_head_counts_what_each_device_says_of_itself_in_one_statement(
    device, intake, cast, django_assert_num_queries
):
    """A prefecture has more devices than are read into a page: counted, none is left out."""
    made = {
        name: device(label=name)[0]
        for name in ("ok", "battery", "never", "silent", "shut", "held", "stopped")
    }
    for name in ("ok", "battery", "silent", "shut", "held"):
        intake(made[name], message(1, level=20, battery=10 if name == "battery" else 90))
    services.set_state(actor=SYSTEM, device_id=made["stopped"].id, state="stopped")
    soon = clock.now() + timedelta(minutes=5)
    with scoped(SYSTEM):
        DeviceState.objects.filter(device_id=made["silent"].id).update(dead_since=clock.now())
        Device.objects.filter(pk=made["shut"].id).update(shut_until=soon, shut_why="flood")
        Device.objects.filter(pk=made["held"].id).update(held_at=clock.now(), held_why="stuck")
    actor = cast.branch_secretary.actor
    with scoped(actor):
        said = [one.health for one in selectors.views_of(selectors.listing(actor, VILLAGE))]
        with django_assert_num_queries(1):
            counted = selectors.counts(actor, VILLAGE)
    assert sorted(said) == sorted(made)
    assert counted == {"all": 7} | dict.fromkeys(made, 1)


def test_others_do_not_see_a_device(device, cast):
    smoke, _ = device()
    assert cast.outsider.client.get(f"/desk/devices/{smoke.id}/").status_code == 404
    assert cast.outsider.client.get("/desk/devices/?place=" + VILLAGE).context["rows"] == []
    assert cast.grid_worker.client.get(f"/desk/devices/{smoke.id}/").status_code == 200
    answer = cast.grid_worker.client.post(f"/desk/devices/{smoke.id}/", {"do": "rotate"})
    assert answer.status_code == 403


def test_stop_start_retire_and_a_new_secret(device, cast):
    smoke, old = device()
    client, address = cast.branch_secretary.client, f"/desk/devices/{smoke.id}/"
    assert client.post(address, {"do": "stopped"}).status_code == 302
    assert str(client.get(address).context["row"]["health"]) == "停用"
    client.post(address, {"do": "active"})
    fresh = client.post(address, {"do": "rotate"}).context["secret"]
    assert fresh != old
    with scoped(SYSTEM):
        smoke.refresh_from_db()
    assert bytes(smoke.secret) == services.digest(smoke.code, fresh)
    client.post(address, {"do": "retired"})
    assert client.post(address, {"do": "active"}).status_code == 409
    assert client.post(address, {"do": "explode"}).status_code == 400


def test_a_device_that_was_shut_out_is_let_in_again(device, intake, cast):
    mad, _ = device()
    now = now_millis()
    intake(mad, *(message(seq, level=1) for seq in range(1, 1301)), millis=now)
    client = cast.branch_secretary.client
    page = client.get("/desk/devices/refused/")
    assert [row["device"].id for row in page.context["shut"]] == [mad.id]
    assert "发得太多" in page.content.decode()
    client.post(f"/desk/devices/{mad.id}/", {"do": "admit"})
    assert client.get("/desk/devices/refused/").context["shut"] == []


def test_readings_are_drawn_and_exported(device, intake, cast):
    import python_calamine

    smoke, _ = device()
    now = now_millis()
    intake(
        smoke,
        *(message(n, at=now - n * 900_000, level=n * 10, temperature=200) for n in range(1, 20)),
    )
    page = cast.grid_worker.client.get(f"/desk/devices/{smoke.id}/?hours=24")
    first, second = page.context["figures"]
    assert (first["title"], first["least"], first["most"]) == ("烟雾浓度", "10 ppm", "190 ppm")
    assert second["last"] == "20 °C"
    assert 'role="img"' in first["chart"]
    answer = cast.grid_worker.client.get(f"/desk/devices/{smoke.id}/readings.xlsx?hours=168")
    book = python_calamine.load_workbook(BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert sum("烟雾浓度" in str(row) for row in rows) == 19
    assert JournalEntry.objects.filter(action="device.export", object=smoke.record).exists()


def test_a_device_named_with_a_stroke_is_exported(device, intake, cast):
    smoke, _ = device()
    with scoped(SYSTEM):
        Device.objects.filter(pk=smoke.pk).update(label="村口/河边[2]：烟感*?")
    intake(smoke, message(1, at=now_millis(), level=3))
    answer = cast.grid_worker.client.get(f"/desk/devices/{smoke.id}/readings.xlsx")
    assert answer.status_code == 200


def test_an_export_that_is_too_long_keeps_the_newest_and_says_so(device, intake, cast, monkeypatch):
    import python_calamine

    smoke, _ = device()
    now = now_millis()
    intake(smoke, *(message(n, at=now - (20 - n) * 60_000, level=n) for n in range(1, 20)))
    real = selectors.readings
    monkeypatch.setattr(selectors, "readings", lambda one, since: real(one, since, most=5))
    answer = cast.grid_worker.client.get(f"/desk/devices/{smoke.id}/readings.xlsx?hours=24")
    sheet = python_calamine.load_workbook(BytesIO(answer.content)).get_sheet_by_index(0)
    told = str(sheet.to_python())
    assert sheet.name == f"只有最近的 5 条 {smoke.label}"[:31].strip()
    assert [n for n in range(1, 20) if f"烟雾浓度 {n} ppm" in told] == [15, 16, 17, 18, 19]
    assert told.index("烟雾浓度 15 ppm") < told.index("烟雾浓度 19 ppm")
    with scoped(SYSTEM):
        found, cut = real(smoke, clock.now() - timedelta(days=1))
    assert (len(found), cut) == (19, False)


def test_the_rules_are_told_in_sentences(fire, device, intake, cast):
    smoke, _ = device()
    intake(smoke, message(1, level=1200))
    page = cast.branch_secretary.client.get("/desk/devices/rules/")
    (programme,) = page.context["programmes"]
    assert programme["id"] == "test-fire"
    when, more = programme["lines"][0]
    assert when == "烟雾：烟雾浓度不小于 1000 ppm"
    assert more[0].startswith("同一设备 ")
    assert "22:00-06:00 先不打扰" in programme["lines"][3][1]
    (alarm,) = page.context["alarms"]
    assert alarm["shown"] == "烟雾浓度 1200 ppm"
    cast.branch_secretary.client.cookies["lang"] = "en"
    english = cast.branch_secretary.client.get("/desk/devices/rules/")
    assert "smoke level at least 1000 ppm" in english.content.decode()


def test_a_silent_device_becomes_a_case_once(ground, device, intake):
    from tests.cases.conftest import publish
    from zhijin.cases.models import Case
    from zhijin.sensing.services.alarms import look_for_silent

    publish(FAULTS)
    smoke, _ = device(beat=600)
    device(label="从未接入")
    intake(smoke, message(1, level=1))
    assert look_for_silent() == 0
    with clock.freeze(clock.now() + timedelta(minutes=21)):
        assert look_for_silent() == 1
        assert look_for_silent() == 0
    (case,) = everything(Case)
    assert (case.playbook, case.place_code, case.data["fault"]) == ("device-fault", GRID, "silent")
    intake(smoke, message(2, level=1))
    with scoped(SYSTEM):
        assert DeviceState.objects.get(device_id=smoke.id).dead_since is None


FAULTS = """
playbook: 1
id: device-fault
title: {zh: 设备故障, en: Device fault}
basis: 测试
opens:
  by: [device]
  ask:
    - {field: where, type: point, label: {zh: 位置, en: Where}}
    - {field: fault, type: choice, required: true, label: {zh: 故障, en: Fault}, choices: [{id: silent, zh: 失联, en: Silent}, {id: mad, zh: 乱报, en: Mad}, {id: late, zh: 补报, en: Late}]}
    - {field: what, type: longtext, label: {zh: 情况, en: What}}
states:
  reported: {owner: grid_worker, within: 2 workdays, late: {escalate: village}, moves: [{to: closed, by: grid_worker, step: close}]}
  closed: {final: true}
"""  # noqa: E501


def test_coverage_is_computed_from_the_documents_figures(ground, cast):
    client = cast.branch_secretary.client
    given = {"place_code": VILLAGE, "kind": "port", "count": "184", "households": "500"}
    assert client.post("/desk/assets/", given).status_code == 302
    set_asset(actor=SYSTEM, place_code=VILLAGE, kind="camera", count=500)
    page = client.get("/desk/assets/")
    found = {one.kind: one for one in page.context["coverage"]}
    assert (found["port"].count, found["port"].households, found["port"].share) == (184, 500, 3680)
    assert (found["camera"].count, found["camera"].share) == (500, None)
    assert "36.8%" in page.content.decode()
    client.post("/desk/assets/", {**given, "count": "200"})
    assert [row.count for row in everything(Asset) if row.kind == "port"] == [200]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "satellite"}, 400),
        ({"count": "-3"}, 400),
        ({"count": "10", "used": "11"}, 400),
        ({"place_code": "123456"}, 400),
        ({"place_code": OTHER_VILLAGE}, 403),
    ],
)
def test_equipment_that_cannot_be_entered(ground, cast, change, status):
    given = {"place_code": VILLAGE, "kind": "port", "count": "184", **change}
    assert cast.branch_secretary.client.post("/desk/assets/", given).status_code == status
    assert everything(Asset) == []


def test_without_stated_households_those_registered_count(ground, cast):
    from zhijin.people.api import register_household

    with scoped(SYSTEM):
        for number in range(4):
            register_household(actor=SYSTEM, place_code=VILLAGE, number=str(number))
    set_asset(actor=SYSTEM, place_code=VILLAGE, kind="port", count=3)
    page = cast.branch_secretary.client.get("/desk/assets/")
    assert page.context["coverage"][0].share == 7500


def test_the_demonstration_is_made_once_and_says_what_it_is(ground):
    from zhijin.sensing.demo import DEVICES, seed

    assert seed() == {"devices": len(DEVICES), "assets": 5}
    assert seed() == {"devices": 0, "assets": 0}
    assert all(one.simulated for one in everything(Device))


def test_a_device_without_a_position_stands_where_it_was_put(ground):
    device, _secret = register(actor=SYSTEM, entry=Entry("bin", "村口垃圾箱", VILLAGE))
    assert (device.place_code, device.lon) == (VILLAGE, None)


def test_devices_come_in_from_excel_once(ground, cast):
    from zhijin.core.sheets import write_export
    from zhijin.orgs.api import run_import
    from zhijin.sensing.sheet import COLUMNS

    rows = [
        {"place_code": GRID, "kind": "smoke", "label": "1 号烤房烟感", "serves": 6},
        {"place_code": VILLAGE, "kind": "bin", "label": "村口垃圾箱", "model": "LJ-2"},
        {"place_code": OTHER_VILLAGE, "kind": "bin", "label": "别处"},
        {"place_code": VILLAGE, "kind": "door", "label": "村民张建国家门磁"},
    ]
    book = write_export(COLUMNS, rows, title="设备")
    actor = cast.branch_secretary.actor

    def take() -> dict[str, int]:
        with scoped(actor):
            _run, outcome = run_import(
                actor=actor, what="devices", source=BytesIO(book), name="设备.xlsx", partial=True
            )
        return {what: outcome.count(what) for what in ("added", "changed", "same")}

    assert take() == {"added": 2, "changed": 0, "same": 0}
    assert take() == {"added": 0, "changed": 0, "same": 2}
    assert {one.label for one in everything(Device)} == {"1 号烤房烟感", "村口垃圾箱"}


# -- a place by its name ------------------------------------------------------------------------


def test_a_device_stands_where_the_place_is_called_so(ground, cast):
    client = cast.branch_secretary.client
    blank = client.get("/desk/devices/new/").content.decode()
    assert 'value="大耆老村"' in blank
    asked = client.post("/desk/devices/new/", {**FORM, "place_code": "大耆老"})
    assert (asked.status_code, asked.context["refusal"].id) == (400, "PL004")
    assert [one.name for one in asked.context["picked"].choices] == [
        "大耆老村",
        "第一网格",
        "第二网格",
    ]
    chosen = {"place_code": "大耆老", "place_code.was": "大耆老", "place_code.code": GRID}
    assert client.post("/desk/devices/new/", {**FORM, **chosen}).status_code == 200
    assert everything(Device)[0].place_code == GRID
    listed = client.get("/desk/devices/", {"place": "第一网格"})
    assert listed.context["picked"].code == GRID
    assert len(listed.context["rows"]) == 1
    assert client.get("/desk/devices/", {"place": "邻县村"}).context["picked"].lost


def test_equipment_is_entered_by_the_name_of_its_village(ground, cast):
    client = cast.branch_secretary.client
    form = {"kind": "wifi", "count": "3", "place_code": "第二网格"}
    assert client.post("/desk/assets/", form).status_code == 302
    lost = client.post("/desk/assets/", {**form, "place_code": "没有"})
    assert (lost.status_code, lost.context["refusal"].id) == (400, "PL004")
    assert lost.context["stands"].text == "没有"
    assert len(client.get("/desk/assets/", {"place": "大耆老"}).context["rows"]) == 1


# -- two devices with one name -------------------------------------------------------------------


def test_one_that_signs_in_again_and_again_is_told_of_on_its_page(device, cast):
    from zhijin.core.bus import Address
    from zhijin.sensing import refusing
    from zhijin.sensing.gate import RESTLESS, RESTLESS_SECONDS, Gate

    gate = Gate(Address("h", 1, 2, Path("ca"), bytes(32)))
    assert [gate.restless("A", n * 20.0) for n in range(RESTLESS)] == [False] * (RESTLESS - 1) + [
        True
    ]
    # Told once, then counted anew; a device that comes back now and then is an ordinary one.
    assert not gate.restless("A", RESTLESS * 20.0)
    assert not any(gate.restless("B", n * (RESTLESS_SECONDS / 4)) for n in range(60))
    smoke, _ = device()
    with scoped(SYSTEM):
        refusing.count_one(smoke, "twice", RESTLESS)
    page = cast.branch_secretary.client.get(f"/desk/devices/{smoke.id}/").content.decode()
    assert "可能有两台用了同一个编号" in page


# -- the broker is away ------------------------------------------------------------------------------


def test_pages_say_when_the_broker_does_not_answer(device, cast, tmp_path, settings):
    import importlib
    import json
    import socket

    where = importlib.import_module("zhijin.core.bus.address")
    client = cast.branch_secretary.client
    assert "接入服务没有响应" not in client.get("/desk/devices/").content.decode()
    settings.HOME = tmp_path
    (tmp_path / "keys").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as door:
        told = {"host": "127.0.0.1", "port": door.getsockname()[1], "mqtt_port": 1, "mqtt_host": ""}
        file = tmp_path / "keys" / where.FILE
        file.write_text(json.dumps({**told, "issuer": "00", "passwords": {}}))
        assert "接入服务没有响应" not in client.get("/desk/devices/").content.decode()
    where._looked.clear()
    for path in ("/desk/devices/", "/desk/loudspeakers/"):
        assert "接入服务没有响应" in client.get(path).content.decode()
    where._looked.clear()
