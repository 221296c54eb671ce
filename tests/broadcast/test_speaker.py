"""The agent: what it obeys, what it refuses, and that nothing is played twice, whenever the power goes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import Box
from tests.cast import OTHER_VILLAGE
from zhijin.broadcast import orders
from zhijin.broadcast.speaker import setup, sound
from zhijin.broadcast.speaker.store import Store

ONE, TWO, THREE = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
HOUR = 3_600_000


def played(box: Box, id_: str = ONE) -> bool:
    task = box.agent.store.find(id_, 0)
    return task is not None and task.state == "played"


def test_a_notice_goes_its_way_and_every_step_is_told(box: Box):
    box.hear(box.order(seconds=2.0))
    box.turn(lambda: played(box))
    assert box.states() == ["received", "verified", "playing", "played"]
    assert box.told()[-1]["ms"] == 2000
    assert box.sounds.heard == {f"{ONE}/0": 2000}


def test_told_twice_it_plays_once_and_says_again_how_it_stands(box: Box):
    order = box.order()
    box.hear(order)
    box.turn(lambda: played(box))
    box.hear(order)
    box.hear(replace(order, attempt=2, to=("ABCDEFGH",), areas=()))
    box.turn()
    assert box.sounds.order == [f"{ONE}/0"]
    assert box.states()[-2:] == ["played", "played"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"areas": (OTHER_VILLAGE,)}, "area"),
        ({"areas": ("530602105207002",)}, "area"),
        ({"areas": (), "to": ("ANOTHER",)}, "area"),
        ({"turns": (orders.Turn(0, 0, 1),)}, "expired"),
        ({"signed_at": 1_780_000_000_000 + HOUR}, "clock"),
        ({"level": "purple"}, "format"),
        ({"times": 50}, "format"),
        ({"turns": ()}, "format"),
    ],
)
def test_what_it_must_not_obey_is_refused_and_told_why(box: Box, change, why):
    box.hear(replace(box.order(), **change))
    box.turn()
    assert [(body["state"], body["why"]) for body in box.told()] == [("refused", why)]
    assert box.agent.store.find(ONE, 0) is None


def test_a_forged_order_is_refused(box: Box):
    document = box.document(box.order())
    data = box.envelope(document)
    told = json.loads(data)
    changed = told["document"].replace('"volume": 100', '"volume": 99')
    for payload in (
        box.envelope(document, Ed25519PrivateKey.generate()),
        json.dumps({**told, "document": changed}).encode(),
        json.dumps({**told, "key": "other"}).encode(),
    ):
        box.agent._hear(payload)
    for payload in (
        b"",
        b"{}",
        b"[]",
        b"x" * 40_000,
        json.dumps({**told, "signature": "!"}).encode(),
    ):
        box.agent._hear(payload)
    box.turn()
    assert [body["why"] for body in box.told()] == ["signature"] * 3 + ["format"] * 5
    assert not box.sounds.order


def test_a_document_of_another_kind_is_no_order(box: Box):
    document = {**box.document(box.order()), "zhijin": "assessment.result/1"}
    box.agent._hear(box.envelope(document))
    assert box.told()[0]["why"] == "format"


@given(st.binary(max_size=300))
def test_noise_never_ends_the_agent(data):
    with pytest.raises(orders.Bad):
        orders.opened(data, {"k": bytes(32)})


def test_after_its_time_it_is_not_played(box: Box):
    box.hear(box.order(here=False))
    box.turn()
    box.clock.at += HOUR + 1
    box.order()  # the audio has come too late
    box.turn(lambda: box.states()[-1] in {"expired", "failed"})
    assert not box.sounds.order


def test_a_clock_that_goes_back_does_not_open_what_has_expired(box: Box):
    late = box.order(THREE, at=box.clock.at + 2 * HOUR, signed_at=box.clock.at)
    box.clock.at += 2 * HOUR
    box.hear(replace(late, signed_at=box.clock.at))
    box.turn(lambda: played(box, THREE))
    box.clock.at -= 2 * HOUR
    box.hear(box.order(ONE, at=box.clock.at))
    assert box.told()[-1] | {"at": 0} == {
        "order": ONE,
        "state": "refused",
        "why": "expired",
        "at": 0,
    }


def test_the_schedule_is_kept_without_a_network_and_over_a_restart(box: Box):
    turns = tuple(
        orders.Turn(n, box.clock.at + (n + 1) * HOUR, box.clock.at + (n + 2) * HOUR)
        for n in range(3)
    )
    box.hear(box.order(turns=turns))
    box.turn(lambda: box.agent.store.find(ONE, 2).state == "verified")
    assert not box.sounds.order
    for number in range(3):
        box.restart()
        box.clock.at += HOUR + 1000
        box.turn(lambda number=number: box.agent.store.find(ONE, number).state == "played")
    assert box.sounds.order == [f"{ONE}/{n}" for n in range(3)]


def test_killed_while_it_sounds_it_does_not_begin_again(box: Box):
    box.sounds.hold = lambda: True
    box.hear(box.order(seconds=3.0))
    box.turn(lambda: bool(box.sounds.order))
    box.turn(lambda: "playing" in box.states())
    box.restart()
    assert box.states()[-1] == "failed"
    assert box.told()[-1]["why"] == "cut"
    box.sounds.hold = lambda: False
    box.hear(box.order(seconds=3.0))
    box.turn()
    assert box.sounds.order == [f"{ONE}/0"]
    # Only when people ask for it anew.
    box.hear(box.order(seconds=3.0, attempt=2))
    box.turn(lambda: played(box))
    assert box.sounds.order == [f"{ONE}/0"] * 2


def test_red_interrupts_the_others_wait_and_nothing_vanishes(box: Box):
    box.sounds.hold = lambda: (
        len(box.sounds.order) == 1 and box.sounds.heard.get(f"{ONE}/0", 0) >= 1000
    )
    box.hear(box.order(ONE, seconds=2.0))
    box.turn(lambda: box.sounds.heard.get(f"{ONE}/0", 0) >= 1000)
    box.hear(box.order(TWO, seconds=1.0, level="orange"))
    box.turn(lambda: box.agent.store.find(TWO, 0).state == "queued")
    box.sounds.hold = lambda: (
        False
        if box.agent._playing is None or box.agent._playing._stop.is_set()
        else len(box.sounds.order) == 1
    )
    box.hear(box.order(THREE, seconds=1.0, level="red"))
    box.turn(lambda: all(played(box, one) for one in (ONE, TWO, THREE)))
    assert box.sounds.order == [f"{ONE}/0", f"{THREE}/0", f"{TWO}/0", f"{ONE}/0"]
    told = [(body["order"][-1], body["state"], body.get("why", "")) for body in box.told()]
    assert ("2", "queued", "busy") in told
    assert ("1", "interrupted", "") in told
    # It goes on where it was cut off.
    assert box.sounds.heard[f"{ONE}/0"] == 2000
    assert box.agent.store.find(ONE, 0).played == 2000


def test_quiet_hours_hold_a_notice_back_but_not_a_warning(box: Box):
    box.clock.at = 1_780_000_000_000 // 86_400_000 * 86_400_000 + 15 * HOUR  # 23:00 in China
    quiet = (21 * 60 + 30, 6 * 60 + 30)
    until = box.clock.at + 12 * HOUR
    turn = (orders.Turn(0, box.clock.at, until),)
    box.hear(box.order(ONE, quiet=quiet, turns=turn))
    box.hear(box.order(TWO, quiet=quiet, turns=turn, level="orange"))
    box.turn(lambda: played(box, TWO))
    assert box.agent.store.find(ONE, 0).state == "queued"
    box.clock.at += 8 * HOUR
    box.turn(lambda: played(box, ONE))


def test_stopped_in_the_middle(box: Box):
    box.sounds.hold = lambda: box.agent._playing is None or not box.agent._playing._stop.is_set()
    later = (
        orders.Turn(0, box.clock.at, box.clock.at + HOUR),
        orders.Turn(1, box.clock.at + HOUR, box.clock.at + 2 * HOUR),
    )
    box.hear(box.order(seconds=5.0, turns=later))
    box.turn(lambda: bool(box.sounds.order))
    stop = {
        "zhijin": orders.STOP,
        "id": ONE,
        "areas": ["530602105207"],
        "to": [],
        "signed_at": "2026-01-01T00:00:00+00:00",
    }
    box.agent._hear(box.envelope({**stop, "areas": [OTHER_VILLAGE]}))
    assert box.states()[-1] == "refused"
    box.agent._hear(box.envelope(stop))
    assert [box.agent.store.find(ONE, n).state for n in (0, 1)] == ["stopped", "stopped"]
    box.clock.at += HOUR
    box.turn()
    assert len(box.sounds.order) == 1


def test_spoilt_audio_is_fetched_anew_and_never_played(box: Box):
    order = box.order(at=box.clock.at + HOUR)
    box.hear(order)
    box.turn(lambda: box.agent.store.find(ONE, 0).state == "verified")
    (box.folder / "audio" / order.digest).write_bytes(b"rotten")
    box.clock.at += HOUR
    box.turn(lambda: box.agent.store.find(ONE, 0).state == "received")
    assert not box.sounds.order


def test_a_card_that_fails_is_told(box: Box):
    box.sounds.fail = True
    box.hear(box.order())
    box.turn(lambda: box.states()[-1] == "failed")
    assert box.told()[-1]["why"] == "sound"


def test_repeated_with_a_pause_and_softer(box: Box):
    box.hear(box.order(seconds=1.0, times=2, gap=1, volume=50))
    box.turn(lambda: played(box))
    assert box.agent.store.find(ONE, 0).played == 3000
    assert sound.louder(b"\x10\x27", 50) == b"\x88\x13"


def test_receipts_wait_until_the_broker_has_them(tmp_path: Path):
    store = Store(tmp_path)
    ((seq, body),) = store.receipts()
    assert body == {"state": "hello", "why": "new"}
    store.close()
    store = Store(tmp_path)
    assert [one for one, _ in store.receipts()] == [seq]
    store.told([seq])
    assert store.receipts() == []
    store.say({"state": "hello"})
    assert store.receipts()[0][0] == seq + 1
    store.close()


def test_the_setup_file_comes_back_as_it_was(tmp_path: Path, box: Box):
    path = tmp_path / "setup.json"
    path.write_text(box.setup.text())
    assert setup.load(path) == box.setup
    path.write_text("{}")
    with pytest.raises(ValueError, match="no setup"):
        setup.load(path)


def test_the_sound_card_is_fed_and_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "out"
    fake = tmp_path / "aplay"
    fake.write_text(f'#!/bin/sh\necho "$@" > {out}.args\ncat > {out}\n')
    fake.chmod(0o755)
    playing = sound.Playing(lambda rate: sound.Aplay(rate, str(fake)), 8000, b"\x01\x00" * 8000)
    playing._thread.join(120)
    assert playing.done
    assert out.stat().st_size == 16_000
    assert "-r 8000" in out.with_suffix(".args").read_text()
    missing = sound.Playing(
        lambda rate: sound.Aplay(rate, str(tmp_path / "none")), 8000, b"\x01\x00"
    )
    missing._thread.join(120)
    assert missing.error


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 2_000_000_000_000))
def test_quiet_hours_are_a_span_of_the_day(begin, end, now):
    minute = (now // 60_000 + 480) % 1440
    span = [(begin + n) % 1440 for n in range((end - begin) % 1440)]
    assert orders.in_quiet((begin, end), now) is (minute in span)


@pytest.mark.parametrize(
    ("area", "place", "meant"),
    [
        ("530602105207", "530602105207", True),
        ("530602105207", "530602105207001", True),
        ("53", "530602105207001", True),
        ("530602105207001", "530602105207001", True),
        ("530602105207001", "530602105207", False),
        ("53060210520700", "530602105207001", False),
        ("530602105208", "530602105207001", False),
    ],
)
def test_areas(area, place, meant):
    assert orders.meant_for((area,), (), "X", place) is meant
