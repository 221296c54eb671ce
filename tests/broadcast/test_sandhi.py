"""Tones beside each other: as people say them, by the outline of the Putonghua test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.broadcast.services.drafting import _first_words
from zhijin.broadcast.speech import sandhi
from zhijin.broadcast.speech.engines.espeak import Espeak
from zhijin.broadcast.speech.normalise import normalise
from zhijin.broadcast.speech.pinyin import lifted, spelled, syllables


def read(text: str) -> str:
    return spelled(syllables(normalise(text)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("讲一遍", "jiang3 yi2 bian4"),
        ("一户一户", "yi2 hu4 yi2 hu4"),
        ("一起", "yi4 qi3"),
        ("一天", "yi4 tian1"),
        ("千万一定", "qian1 wan4 yi2 ding4"),
        ("早点一起来", "zao3 dian3 yi4 qi3 lai2"),
        ("看一看", "kan4 yi5 kan4"),
        ("一百一十一户", "yi4 bai3 yi1 shi2 yi1 hu4"),
        ("一万一千", "yi2 wan4 yi4 qian1"),
    ],
)
def test_one_gives_way_to_what_follows(text, said):
    assert read(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("第一书记", "di4 yi1 shu1 ji4"),
        ("11月1日", "shi2 yi1 yue4 yi1 ri4"),
        ("1月", "yi1 yue4"),
        ("星期一上午", "xing1 qi1 yi1 shang4 wu3"),
        ("统一", "tong3 yi1"),
        ("逐一登记", "zhu2 yi1 deng1 ji4"),
        ("1组", "yi1 zu3"),
        ("21户", "er4 shi2 yi1 hu4"),
        ("万一", "wan4 yi1"),
        ("一", "yi1"),
    ],
)
def test_one_that_counts_or_ends_a_word_keeps_its_tone(text, said):
    assert read(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("不要不来", "bu2 yao4 bu4 lai2"),
        ("是不是", "shi4 bu5 shi4"),
        ("不", "bu4"),
        ("不，要", "bu4, yao4"),
    ],
)
def test_not_gives_way_to_a_fourth_tone(text, said):
    assert read(text) == said


def test_whoever_corrects_has_the_last_word():
    found = syllables("讲一遍", {1: "yi1"})
    assert spelled(found) == "jiang3 yi1 bian4"
    assert spelled(lifted(found)) == "jiang3 yi1 bian4"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([["shui3", "jing3"]], "shui2 jing3"),
        ([["wo3"], ["zou3"], ["le5"]], "wo2 zou3 le5"),
        ([["bao3", "guan3"], ["hao3"]], "bao2 guan2 hao3"),
        ([["lao3"], ["bao3", "guan3"]], "lao3 bao2 guan3"),
        ([["yu3", "san3"], ["hen3", "hao3"]], "yu2 san3 hen2 hao3"),
        ([["hen3"], ["gao1"]], "hen3 gao1"),
        ([], ""),
    ],
)
def test_a_third_tone_before_a_third_is_lifted(words, said):
    assert " ".join(sandhi.lifted(words)) == said


def test_what_is_shown_keeps_the_dictionarys_third_tone_and_what_is_heard_does_not():
    found = syllables("水井，请你来")
    assert spelled(found) == "shui3 jing3, qing3 ni3 lai2"
    assert spelled(lifted(found)) == "shui2 jing3, qing2 ni3 lai2"
    # The voice is given what people say: two spellings of one sound are one sound.
    said = syllables("水井，请你来", {0: "shui2", 3: "qing2"})
    assert Espeak().speak(found).pcm == Espeak().speak(said).pcm


@given(st.text(st.sampled_from("一不第十百万月户是看来水井，。"), max_size=24))
def test_nothing_is_lost_and_only_tones_change(text):
    found = syllables(normalise(text))
    assert [one.char for one in lifted(found)] == [one.char for one in found]
    for before, after in zip(found, lifted(found), strict=True):
        assert before.reading[:-1] == after.reading[:-1]
        assert (before.reading == after.reading) or (
            before.reading[-1:] + after.reading[-1:] == "32"
        )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("各位村民，明天起气温升高，请看好孩子。", "明天起气温升高"),
        ("各位村民请注意：明天停水。", "明天停水"),
        ("尊敬的家长朋友们，大家好！暑假到了", "暑假到了"),
        ("封家湾社区的各位居民：今晚八点开坝坝会。", "今晚八点开坝坝会"),
        ("夏季防溺水通知。各位村民请注意：天气炎热", "夏季防溺水通知"),
        ("请通知村民，明天停水。", "请通知村民"),
        ("各位村民", "各位村民"),
        ("各位村民，开会。明天上午九点", "开会。明天上午九点"),
        ("", ""),
    ],
)
def test_a_notice_is_named_by_what_it_is_about(text, title):
    assert _first_words(text) == title
