"""What a voice says: figures in words, readings, loudness, the cache."""

from __future__ import annotations

import math
import struct
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import NOTICE
from zhijin.broadcast.speaker import sound
from zhijin.broadcast.speech import engines, loudness, making
from zhijin.broadcast.speech.normalise import PAUSES, digits, normalise, number
from zhijin.broadcast.speech.pinyin import marked, spelled, syllables
from zhijin.core.files import path_of


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("7月15日至9月10日", "七月十五日至九月十日"),
        ("2026-07-15 08:05", "二零二六年七月十五日八点零五分"),
        ("每天11:00-17:00巡查", "每天十一点到十七点巡查"),
        ("今晚19：30开会", "今晚十九点三十分开会"),
        ("2:00", "两点整"),
        ("拨打119", "拨打幺幺九"),
        ("13985861234", "幺三九八五八六幺二三四"),
        ("0858-3632110", "零八五八，三六三二幺幺零"),
        ("12345热线", "幺二三四五热线"),
        ("110人", "一百一十人"),
        ("120元", "一百二十元"),
        ("水位3.5m", "水位三点五米"),
        ("-5℃～38℃", "零下五摄氏度到三十八摄氏度"),
        ("5km/h", "五公里每小时"),
        ("30%", "百分之三十"),
        ("10%-20%", "百分之十到百分之二十"),
        ("3/4", "四分之三"),
        ("1,250.50元", "一千二百五十元五角"),
        ("¥0.05", "五分"),
        ("2个人", "两个人"),
        ("第2天", "第二天"),
        ("2米", "两米"),
        ("3-5天", "三到五天"),
        ("3年以内", "三年以内"),
        ("1998年", "一九九八年"),
        ("WiFi免费", "无线网络免费"),
        ("【通知】（紧急）开会！", "通知，紧急，开会！"),
        ("第一行\n第二行", "第一行。第二行"),
        ("😀", ""),
        ("C区", "西区"),
    ],
)
def test_figures_are_written_out_as_people_say_them(written, spoken):
    assert normalise(written) == spoken


@given(st.integers(0, 10**16 - 1))
def test_numbers_in_words_are_the_number(value):
    assert _back(number(value)) == value


def _back(words: str) -> int:
    """The number that the words say."""
    units, groups = {"十": 10, "百": 100, "千": 1000}, {"万": 10**4, "亿": 10**8}
    total = group = digit = 0
    for c in words:
        if c in units:
            group += (digit or 1) * units[c]
            digit = 0
        elif c in groups:
            value = group + digit
            total = (
                (total + value) * groups[c]
                if c == "亿" and value == 0
                else total + value * groups[c]
            )
            group = digit = 0
        else:
            digit = 2 if c == "两" else "零一二三四五六七八九".index(c)
    return total + group + digit


@given(st.text(max_size=80))
def test_whatever_is_written_only_what_can_be_spoken_remains(text):
    out = normalise(text)
    assert all("\u3400" <= c <= "\u9fff" or c in PAUSES or c == "〇" for c in out)
    for one in syllables(out):
        assert one.reading or one.char in PAUSES or not one.toned


@given(st.from_regex(r"[0-9]{1,12}", fullmatch=True))
def test_every_digit_is_said(text):
    assert len(digits(text)) == len(text)


def test_words_decide_between_readings_and_people_have_the_last_word():
    found = syllables(normalise("银行行长不要下河"))
    assert spelled(found) == "yin2 hang2 hang2 zhang3 bu2 yao4 xia4 he2"
    assert ("xing2", "xíng") in found[1].choices
    fixed = syllables(normalise("银行行长"), {1: "xing2", 0: "xyz", 99: "hang2"})
    assert spelled(fixed) == "yin2 xing2 hang2 zhang3"
    assert syllables("大耆老村")[1].reading == "qi2"


@pytest.mark.parametrize(
    ("numbered", "shown"), [("lv4", "lǜ"), ("nv3", "nǚ"), ("de5", "de"), ("", "")]
)
def test_tones_are_marked(numbered, shown):
    assert marked(numbered) == shown


def test_speech_is_made_once_loud_enough_and_as_long_as_it_says(db, files):
    audio = making.say(NOTICE)
    assert making.say(NOTICE) == audio
    assert making.say(NOTICE, {1: "jj4"}).digest == audio.digest  # no syllable
    assert making.say("另一条通知。").digest != audio.digest
    rate, pcm = sound.decode(path_of(audio.digest), audio.media)
    assert abs(len(pcm) * 500 // rate - audio.millis) < 200
    assert abs(loudness.measured(pcm, rate) - loudness.TARGET) < 1.0
    path_of(audio.digest).unlink()
    assert making.say(NOTICE).digest == audio.digest
    assert path_of(audio.digest).exists()


def test_a_tone_has_the_loudness_that_the_standard_gives_it():
    rate = 48_000
    tone = array(
        "h", (int(32767 * math.sin(2 * math.pi * 997 * n / rate)) for n in range(rate * 3))
    )
    assert abs(loudness.measured(tone.tobytes(), rate) + 3.01) < 0.1
    assert loudness.measured(bytes(2 * rate), rate) == -70.0
    assert loudness.levelled(b"", rate) == b""
    quiet = array("h", (sample // 100 for sample in tone))
    loud = loudness.levelled(quiet.tobytes(), rate)
    assert abs(loudness.measured(loud, rate) + 14) < 0.3
    assert (
        max(abs(s) for s in struct.unpack(f"{len(loud) // 2}h", loud)) <= 32767 * loudness.PEAK + 1
    )


def test_the_voice_reads_syllables_not_letters():
    """In English the letters of 'zhong1' would take far longer than the syllable."""
    voice = engines.best()
    one, five = (voice.speak(syllables("中" * n)).millis for n in (1, 5))
    assert one < 900
    assert five < 3500


def test_without_lame_there_is_wav(db, files, monkeypatch):
    monkeypatch.setattr(making, "_lame", lambda: None)
    audio = making.say(NOTICE)
    assert audio.media == "audio/wav"
    with wave.open(str(path_of(audio.digest))) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)


def test_a_driver_registers_once():
    with pytest.raises(ValueError, match="registered twice"):
        engines.engine(type("Other", (), {"name": "espeak"}))
