"""From the secretary's telephone to the sound and back: a real broker, real agents, a real browser."""

from __future__ import annotations

import array
import re
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.broadcast.conftest import (
    DOORS,
    NOTICE,
    RULES,
    SYSTEM,
    heard,
    made,
    put_into_force,
    sent,
    speaks,
)
from tests.browser import OpenPage, findings, overflow
from tests.cases.conftest import add_place, publish
from tests.cast import GRID, VILLAGE, Part, make_member
from tests.sensing.bus import Bus, wait_until
from zhijin.access.middleware import COOKIE
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.services import drafting, sending
from zhijin.broadcast.setting_up import setup_for
from zhijin.broadcast.speaker import Setup
from zhijin.core.scope import scoped
from zhijin.sensing.models import Device
from zhijin.sensing.services.devices import Entry, register

pytestmark = pytest.mark.django_db(transaction=True)
FENGJIAWAN = "520281127017"
PHONE = (390, 844)
NARROW = (360, 780)
#: The agents here are real and go by the clock on the wall: at night an ordinary notice would wait until morning.
AWAKE = re.sub(r"quiet: [\d:-]+", "quiet: none", RULES)


@pytest.fixture
def home(bus: Bus, settings: Any) -> Bus:
    """Keys of the broker and of the signature in the test's own home."""
    settings.HOME = bus.home.root
    bus.open_gate()
    speaks(bus)
    return bus


def setup(device: Device, site: str) -> Setup:
    return setup_for(actor=SYSTEM, device_id=device.id, site=site)


def is_speech(path: Path, millis: int) -> None:
    """The file is as long as the notice, loud, and has pauses: sound, silence and a tone would not do."""
    with wave.open(str(path), "rb") as file:
        rate, frames = file.getframerate(), file.getnframes()
        samples = array.array("h", file.readframes(frames))
    assert abs(frames * 1000 // rate - millis) < 300
    step = rate // 20
    power = [
        sum(s * s for s in samples[at : at + step]) / step
        for at in range(0, len(samples) - step, step)
    ]
    loud = [one for one in power if one > 1000**2]
    quiet = [one for one in power if one < 100**2]
    assert len(loud) > len(power) // 3
    assert len(quiet) > 4
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(samples)) * rate / len(samples)
    assert 300 < crossings < 8000


def test_two_loudspeakers_play_and_one_that_was_away_is_told_when_it_is_back(
    village, home, site, program
):
    put_into_force(AWAKE, VILLAGE)
    devices = [device for device, _secret in village]
    programs = [program(setup(device, site)) for device in devices]
    for one in programs[:2]:
        one.start()
    row = sent(SYSTEM)
    first, second, away = (device.label for device in devices)
    wait_until(
        lambda: [heard(row)[name].state for name in (first, second)] == [Target.State.PLAYED] * 2,
        60,
    )
    found = heard(row)
    for name, one in ((first, programs[0]), (second, programs[1])):
        target = found[name]
        assert target.received_at <= target.verified_at <= target.playing_at <= target.played_at
        (file,) = one.files()
        assert abs(target.millis - row.millis) < 300
        is_speech(file, row.millis)
    assert found[away].state == Target.State.LISTED
    assert found[away].sends >= 1
    programs[2].start()
    wait_until(lambda: heard(row)[away].state == Target.State.PLAYED, 60)
    wait_until(lambda: state_of(row) == Broadcast.State.ENDED)
    # Killed and started again, nobody plays it twice, whoever asks.
    for one in programs:
        one.kill()
        one.start()
    other = sent(SYSTEM, text="第二条通知。请大家关好门窗。")
    wait_until(lambda: all(one.state == Target.State.PLAYED for one in heard(other).values()), 60)
    assert [len(one.files()) for one in programs] == [2, 2, 2]


def state_of(row: Broadcast) -> str:
    with scoped(SYSTEM):
        return Broadcast.objects.get(pk=row.pk).state


def test_audio_that_was_changed_on_the_way_is_not_played(village, home, site, program, files):
    from zhijin.core.files import path_of

    put_into_force(AWAKE, VILLAGE)
    device = village[0][0]
    one = program(setup(device, site))
    row = made(SYSTEM)
    path = path_of(row.opus_digest)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    sending.submit(actor=SYSTEM, pk=row.id)
    one.start()
    wait_until(lambda: heard(row)[device.label].state == Target.State.FAILED, 60)
    assert heard(row)[device.label].why == "digest"
    assert one.files() == []
    # Mended, it is sent again to those that are listed, and plays.
    path.write_bytes(whole)
    sending.resend(actor=SYSTEM, pk=row.id)
    wait_until(lambda: heard(row)[device.label].state == Target.State.PLAYED, 60)


@pytest.mark.browser
def test_the_secretary_types_hears_and_sends(
    home: Bus, files: Any, open_page: OpenPage, site: str, program
):
    for code, name in (("520281", "盘州市"), ("520281127", "双凤镇"), (FENGJIAWAN, "封家湾社区")):
        add_place(code, name)
    put_into_force(AWAKE)
    publish(DOORS)
    secretary = make_member("feng", Part("封书记", "village_secretary", FENGJIAWAN))
    devices = [
        register(actor=SYSTEM, entry=Entry("loudspeaker", label, FENGJIAWAN))[0]
        for label in ("广场云喇叭", "二组云喇叭")
    ]
    programs = [program(setup(device, site)) for device in devices]
    programs[0].start()
    page = open_page(
        "/desk/broadcasts/new/?notice=summer-water",
        size=PHONE,
        storage_state=signed_in(secretary, site),
    )
    assert "防溺水" in page.locator("#text").input_value()
    _says_something(page)
    page.locator("#text").fill(NOTICE)
    assert overflow(page) == []
    assert findings(page) == []
    page.get_by_role("button", name="先听一遍").click()
    page.wait_for_url("**/broadcasts/*-*/")
    heard_here = page.evaluate(
        "async () => { const a = document.querySelector('audio'); a.muted = true; await a.play(); return a.duration; }"
    )
    assert heard_here > 5
    assert page.locator("ruby").count() > 20
    assert overflow(page) == []
    assert findings(page) == []
    page.get_by_role("button", name="发出", exact=True).click()
    page.locator("#board").wait_for()
    page.locator("[data-heard='6']").wait_for()
    assert "播放了 1 台" in page.locator("#board").inner_text()
    assert findings(page) == []
    programs[1].start()
    page.locator("[data-heard='6']").nth(1).wait_for()
    for one in programs:
        (file,) = one.files()
        is_speech(file, round(heard_here * 1000))
    _the_countys_channels(open_page, site)


def _the_countys_channels(open_page: OpenPage, site: str) -> None:
    """The pages of robots and gateways, at 360 pixels."""
    officer = make_member("pan", Part("潘干部", "county_officer", FENGJIAWAN[:6]))
    page = open_page("/desk/channels/", size=NARROW, storage_state=signed_in(officer, site))
    page.get_by_text("短信网关的设置").click()
    assert overflow(page) == []
    assert findings(page) == []
    page.locator("#label").fill("网格员工作群")
    page.locator("#url").fill("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1")
    page.get_by_role("button", name="登记渠道").click()
    page.get_by_role("button", name="试发一条").wait_for()
    assert overflow(page) == []
    assert findings(page) == []


def _says_something(page: Any) -> None:
    """Recording fills the file's field with a WAV of what the (beeping) microphone heard."""
    status = page.locator("[data-record-status]")
    page.get_by_role("button", name="不写字，直接说").click()
    page.wait_for_function(
        "() => /[1-9] 秒/.test(document.querySelector('[data-record-status]').textContent)"
    )
    page.get_by_role("button", name="说完了").click()
    page.wait_for_function("() => document.querySelector('#audio').files.length === 1")
    page.locator("[data-record-sound]").wait_for()
    assert "录好了" in status.inner_text()
    data = bytes(
        page.evaluate(
            "async () => [...new Uint8Array(await document.querySelector('#audio').files[0].arrayBuffer())]"
        )
    )
    seconds, pcm = drafting._decoded(data, 60)
    assert 0.5 < seconds < 30
    assert max(array.array("h", pcm)) > 1000
    page.evaluate("() => { document.querySelector('#audio').value = ''; }")


def signed_in(member: Any, site: str) -> dict[str, Any]:
    host = site.split("//")[1].split(":", maxsplit=1)[0]
    cookie = {
        "name": COOKIE, "value": member.token, "domain": host, "path": "/", "expires": -1,
        "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip
    return {"cookies": [cookie], "origins": []}


def test_the_setup_file_comes_from_the_page_once(village, home, cast):
    client: Client = cast.branch_secretary.client
    device = village[0][0]
    answer = client.post(f"/desk/loudspeakers/{device.id}/setup.json")
    told = answer.json()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (told["code"], told["place"], told["site"]) == (device.code, GRID, "http://testserver")
    assert told["keys"]
    assert "BEGIN CERTIFICATE" in told["ca"]
    assert (
        cast.grid_worker.client.post(f"/desk/loudspeakers/{device.id}/setup.json").status_code
        == 403
    )
    assert (
        cast.outsider.client.post(f"/desk/loudspeakers/{device.id}/setup.json").status_code == 404
    )
