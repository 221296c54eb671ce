"""Opus beside MP3: made with the notice, signed with the order, chosen by the device that can play it."""

from __future__ import annotations

import array
import io
import math
from contextlib import suppress
from itertools import pairwise

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import SYSTEM, made, sent
from zhijin.broadcast import orders, wire
from zhijin.broadcast.models import Target
from zhijin.broadcast.orders import OPUS_MEDIA, Form
from zhijin.broadcast.speaker import sound
from zhijin.broadcast.speech import making
from zhijin.core.files import path_of
from zhijin.core.scope import scoped

DB = pytest.mark.django_db


def tone(rate: int, seconds: float = 2.0, hertz: float = 440.0) -> bytes:
    samples = (
        int(12_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds))
    )
    return array.array("h", samples).tobytes()


def hertz_of(pcm: bytes, rate: int) -> float:
    """By counting where the sound crosses zero, away from its ends."""
    samples = array.array("h", pcm)[rate // 4 : -rate // 4]
    crossings = sum(1 for a, b in pairwise(samples) if (a < 0) != (b < 0))
    return crossings / 2 / (len(samples) / rate)


@DB
@pytest.mark.parametrize("rate", [8000, 22_050, 24_000, 48_000])
def test_what_is_encoded_sounds_the_same_and_takes_half(files, tmp_path, rate):
    audio = making.keep(rate, tone(rate, 10.0), "test")
    path = path_of(audio.opus)
    assert path.read_bytes()[:4] == b"OggS"
    assert b"OpusHead" in path.read_bytes()[:64]
    found_rate, pcm = sound.decode(path, OPUS_MEDIA)
    assert abs(len(pcm) / 2 / found_rate - 10.0) < 0.05
    assert abs(hertz_of(pcm, found_rate) - 440) < 2
    # 24 kb/s: 30,000 bytes in ten seconds, give or take what the codec saves on a tone.
    assert audio.opus_size < 40_000
    assert audio.opus_size < audio.size


@DB
def test_without_the_library_there_is_no_opus_and_nothing_else_changes(files, monkeypatch):
    monkeypatch.setattr(making, "_sndfile", lambda: None)
    audio = making.keep(24_000, tone(24_000), "test")
    assert (audio.opus, audio.opus_size, audio.media) == ("", 0, "audio/mpeg")
    monkeypatch.setattr(sound, "_sndfile", lambda: None)
    assert not sound.playable(OPUS_MEDIA)
    assert sound.playable("audio/mpeg")
    with pytest.raises(sound.Unplayable):
        sound.decode(path_of(audio.digest), OPUS_MEDIA)


def test_what_is_no_opus_is_not_played(tmp_path):
    bad = tmp_path / "bad"
    for data in (b"", b"OggS" + bytes(200), b"<html>"):
        bad.write_bytes(data)
        with pytest.raises(sound.Unplayable):
            sound.decode(bad, OPUS_MEDIA)
    out = io.BytesIO()
    soundfile.write(out, [[0.1, 0.2]] * 24_000, 24_000, format="OGG", subtype="OPUS")
    bad.write_bytes(out.getvalue())
    with pytest.raises(sound.Unplayable):
        sound.decode(bad, OPUS_MEDIA)


def order(forms: tuple[Form, ...] = ()) -> orders.Order:
    return orders.Order(
        "1", 1, "plain", "t", ("53",), (), (orders.Turn(0, 1, 2),), "a" * 64, "audio/mpeg", "/a", 9, 10, 1, 0, 80,
        None, 0, 1_780_000_000_000, forms,
    )  # fmt: skip


SMALL = Form("b" * 64, OPUS_MEDIA, "/b", 4)


def document(one: orders.Order) -> dict:
    return {"signed_at": "2026-07-01T10:00:00+08:00", **orders.body(one)}


def test_an_order_names_the_other_form_and_a_device_takes_what_it_can_play():
    told = orders.read(document(order((SMALL,))))
    assert told.forms == (SMALL,)
    able = orders.fitted(told, lambda media: media == OPUS_MEDIA)
    assert (able.digest, able.media, able.path, able.size) == ("b" * 64, OPUS_MEDIA, "/b", 4)
    old = orders.fitted(told, lambda _media: False)
    assert (old.digest, old.media) == ("a" * 64, "audio/mpeg")


def test_an_agent_of_before_reads_the_order_as_it_was():
    """What older agents look at is unchanged, and an order without other forms is what it was to the byte."""
    new, before = orders.body(order((SMALL,))), orders.body(order())
    assert "forms" not in before["audio"]
    audio = {key: value for key, value in new["audio"].items() if key != "forms"}
    assert {**new, "audio": audio} == before


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda part: st.lists(part) | st.dictionaries(st.text(max_size=6), part),
    max_leaves=6,
)


@given(ANYTHING)
def test_forms_that_are_none_make_the_order_unreadable_and_nothing_worse(forms):
    told = document(order())
    told["audio"]["forms"] = forms
    with suppress(orders.Bad):
        assert orders.read(told).forms == ()


def test_more_forms_than_anybody_makes_are_refused():
    with pytest.raises(orders.Bad):
        orders.read(document(order((SMALL,) * 5)))
    with pytest.raises(orders.Bad):
        orders.read(document(order((Form("b", OPUS_MEDIA, "/b", 4),))))


def test_an_agent_fetches_and_plays_the_small_form(box, monkeypatch):
    pcm = tone(24_000, 1.0)
    out = io.BytesIO()
    import hashlib

    import numpy as np

    soundfile.write(out, np.frombuffer(pcm, dtype="<i2"), 24_000, format="OGG", subtype="OPUS")
    data = out.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    (box.folder / "audio").mkdir(parents=True, exist_ok=True)
    (box.folder / "audio" / digest).write_bytes(data)
    told = box.order(forms=(Form(digest, OPUS_MEDIA, "/b", len(data)),), here=False)
    box.hear(told)
    box.turn(lambda: "played" in box.states())
    assert 950 <= next(iter(box.sounds.heard.values())) <= 1100


def test_an_agent_that_cannot_plays_the_other(box, monkeypatch):
    monkeypatch.setattr(sound, "_sndfile", lambda: None)
    box.hear(box.order(forms=(SMALL,)))
    box.turn(lambda: "played" in box.states())
    assert box.agent.store.find("00000000-0000-4000-8000-000000000001", 0).media == "audio/wav"


@DB
def test_the_platform_signs_both_and_gives_both_out(village, client):
    row = sent(SYSTEM)
    assert row.opus_digest
    data = wire._signed(row, [], [], [], 1)
    assert row.opus_digest.encode() in data
    assert row.digest.encode() in data
    for digest, media in ((row.digest, "audio/mpeg"), (row.opus_digest, OPUS_MEDIA)):
        answer = client.get(f"/broadcast/audio/{digest}/")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, media)
        assert len(answer.content) in {row.size, row.opus_size}
    with scoped(SYSTEM):
        assert Target.objects.filter(broadcast_id=row.id).count() == 3


@DB
def test_a_correction_speaks_both_forms_anew(village):
    from zhijin.broadcast.services import drafting

    row = made(SYSTEM, text="银行行长来了。")
    other = drafting.correct(actor=SYSTEM, pk=row.id, readings={1: "xing2"})
    assert other.opus_digest not in {"", row.opus_digest}
    assert path_of(other.opus_digest).exists()


@DB
def test_both_forms_of_a_notice_are_equally_long(village):
    row = made(SYSTEM)
    lengths = []
    for digest in (row.digest, row.opus_digest):
        found = sound.decode(
            path_of(digest), OPUS_MEDIA if digest == row.opus_digest else "audio/mpeg"
        )
        lengths.append(len(found[1]) / 2 / found[0])
    assert abs(lengths[0] - lengths[1]) < 0.15
    assert abs(lengths[1] - row.millis / 1000) < 0.05
