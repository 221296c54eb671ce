"""The natural voice: its signs, its process where the weights are installed, and drafts that do not wait for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import NOTICE, SYSTEM, made
from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.services import drafting, sending
from zhijin.broadcast.speech import engines, loudness, making
from zhijin.broadcast.speech.engines.kokoro import phonemes
from zhijin.broadcast.speech.normalise import normalise
from zhijin.broadcast.speech.pinyin import Syllable, syllables
from zhijin.broadcast.tasks import speak
from zhijin.core.scope import scoped

INSTALLED = any(one.name == "kokoro" for one in engines.available())
needs_weights = pytest.mark.skipif(
    not INSTALLED,
    reason="the extra voice-natural (Kokoro-82M's weights, 63 MB) is not installed here",
)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("shui3", "ʂwei↓"), ("zhi1", "ꭧɨ→"), ("ci2", "ʦʰɨ↗"), ("ju4", "ʨy↘"), ("yuan2", "ɥɛ↗n"), ("lv4", "ly↘"),
        ("liu2", "ljou↗"), ("wen2", "wə↗n"), ("xiong2", "ɕjʊ↗ŋ"), ("er2", "ɚ↗"), ("de5", "tɤ"), ("bo1", "pwo→"),
        ("o2", "ɔ↗"), ("n2", "n↗"), ("yi1", "i→"), ("wu3", "u↓"), ("weng1", "wə→ŋ"),
    ],
)  # fmt: skip
def test_a_syllable_has_the_signs_that_the_model_was_taught(reading, expected):
    assert phonemes.signs(reading) == expected


def test_every_syllable_of_the_dictionary_has_signs_that_the_model_knows():
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_tone3

    common = range(0x4E00, 0x9FA6)
    found = {r for code in common for r in PINYIN_DICT.get(code, "").split(",") if r}
    readings = {to_tone3(one, neutral_tone_with_five=True, v_to_u=False) for one in found}
    silent = {
        one for one in readings if one[-1:] in "12345" and not phonemes.signs(one).strip("→↗↓↘")
    }
    assert silent == set()
    signs = {sign for one in readings if one[-1:] in "12345" for sign in phonemes.signs(one)}
    assert signs <= phonemes.VOCABULARY.keys()


@given(st.lists(st.sampled_from("水位上涨请注意安全，。！"), max_size=900).map("".join))
def test_pieces_are_short_enough_and_hold_every_syllable(text):
    pytest.importorskip("rjieba")
    found = [Syllable(n, char, "" if char in "，。！" else "shui3") for n, char in enumerate(text)]
    pieces = phonemes.pieces(found)
    assert all(0 < len(piece) <= 510 for piece in pieces)
    tone = phonemes.VOCABULARY["↓"]
    assert sum(piece.count(tone) for piece in pieces) == sum(bool(one.reading) for one in found)


@needs_weights
def test_it_speaks_for_as_long_as_a_person_would():
    voice = engines.best(slow=True)
    sound = voice.speak(syllables(normalise("请注意安全。")))
    assert sound.rate == 24_000
    assert 700 < sound.millis < 3000
    assert loudness.measured(sound.pcm, sound.rate) > -45


@needs_weights
def test_a_model_that_was_changed_does_not_speak(settings, tmp_path):
    settings.HOME = tmp_path
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "kokoro-v1.0.int8.onnx").write_bytes(b"something else")
    with pytest.raises(engines.Unavailable, match="digest"):
        engines.best(slow=True).speak(syllables("水"))


class Slow:
    """A natural voice that hums."""

    name, title, rank, slow = "hum", "Hum", 90, True
    spoke = 0

    def version(self) -> str:
        return "1"

    def speak(self, found: Sequence[Syllable]) -> engines.Sound:
        self.spoke += 1
        return engines.Sound(8000, b"\x00\x10\x00\xf0" * 4000)


@pytest.fixture
def hum(monkeypatch):
    engines.available()
    kept = {name: one for name, one in engines._engines.items() if not one.slow}
    monkeypatch.setattr(engines, "_engines", {**kept, "hum": Slow()})
    return engines._engines["hum"]


@pytest.fixture
def queued(monkeypatch):
    found: list[str] = []

    def defer(_name: str, **args: str) -> int:
        found.append(args["broadcast"])
        return len(found)

    monkeypatch.setattr("zhijin.core.jobs.defer", defer)
    return found


def _now(row: Broadcast) -> Broadcast:
    with scoped(SYSTEM):
        return Broadcast.objects.get(pk=row.pk)


def test_a_draft_is_heard_at_once_and_more_naturally_later(village, hum, queued, cast):
    row = made(SYSTEM)
    assert row.voice == "espeak"
    assert queued == [str(row.id)]
    desk = cast.branch_secretary.client
    page = f"/desk/broadcasts/{row.id}/"
    assert f'hx-get="{page}?voice=espeak"' in desk.get(page).content.decode()
    speak(str(row.id))
    assert (_now(row).voice, hum.spoke) == ("hum", 1)
    assert f'<a href="{page}">' in desk.get(f"{page}?voice=espeak").content.decode()
    assert 'id="voice"' not in desk.get(page).content.decode()
    # What it has said once it says again at once.
    again = made(SYSTEM)
    assert (again.voice, again.digest, hum.spoke) == ("hum", _now(row).digest, 1)
    assert len(queued) == 1


def test_it_takes_no_place_that_is_no_longer_free(village, hum, queued):
    out = made(SYSTEM)
    sending.submit(actor=SYSTEM, pk=out.id)
    changed = made(SYSTEM, text=NOTICE + "银行行长请注意。")
    stale = changed.digest

    def meanwhile(found: Sequence[Syllable]) -> engines.Sound:
        wanted = next(one for one in found if one.char == "行" and len(one.others) > 1)
        drafting.correct(actor=SYSTEM, pk=changed.id, readings={wanted.index: wanted.others[0]})
        return engines.Sound(8000, b"\x00\x10\x00\xf0" * 4000)

    hum.speak = meanwhile
    for row in (out, changed):
        speak(str(row.id))
        assert _now(row).voice == "espeak"
    assert _now(changed).digest != stale
    assert drafting.better_than("file") is None


def test_one_that_fails_takes_nothing_away(village, hum, queued, caplog):
    row = made(SYSTEM)

    def fails(found: Sequence[Syllable]) -> engines.Sound:
        raise engines.Unavailable("no memory")

    hum.speak = fails
    speak(str(row.id))
    assert "did not speak" in caplog.text
    assert (_now(row).voice, _now(row).digest) == ("espeak", row.digest)
    assert making.had(row.text, {}, hum) is None
