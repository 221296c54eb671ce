"""How tones change beside each other in Mandarin: 一, 不, and the third tone before another one.

The dictionary gives each character its own tone. People say yí biàn, bú yào, shuí jǐng; a voice that spells syllables
one by one has to be told. Rules of 普通话水平测试 (the Putonghua test's outline, on 变调). Plain Python.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Before these 一 counts: the first month, day, floor, group. 一组 is the first group far oftener than a set of.
_ORDERED = frozenset("月号日楼组区栋幢单级班队期")
#: With these 一 makes a word that is never the end of a number: 一定, 一起, also after 千万.
_WORDS = frozenset("定起共律切样般直边些旦并概下致刻")
#: After these 一 ends a word or a number and keeps its tone: 第一, 十一, 周一, 统一.
_DIGITS = frozenset("十零〇一二三四五六七八九")
_KEEPS = _DIGITS | frozenset("第初周统唯专同单划逐之")
#: In numbers 一 changes before these alone: 一百, 一千, 一万, 一亿.
_POWERS = frozenset("百千万亿")


def settled(chars: str, tones: Sequence[str]) -> list[str]:
    """The readings of one clause with 一 and 不 as they are said; everything else stays.

    ``chars`` holds no pauses; ``tones`` is numbered pinyin, one for each character (``yi1``, ``bu4``).
    """
    out = list(tones)
    for at, char in enumerate(chars):
        after = out[at + 1][-1:] if at + 1 < len(out) else ""
        if char == "一" and out[at][:-1] == "yi":
            out[at] = "yi1" if not after or _counts(chars, at) else _light(chars, at, after)
        elif char == "不" and out[at][:-1] == "bu":
            out[at] = "bu5" if _between(chars, at) else "bu2" if after == "4" else "bu4"
    return out


def _between(chars: str, at: int) -> bool:
    """看一看, 是不是: the same word before and behind, and nothing of weight in the middle; not 一户一户."""
    if not 0 < at < len(chars) - 1 or chars[at - 1] != chars[at + 1]:
        return False
    return at == 1 or chars[at - 2] != chars[at]


def _counts(chars: str, at: int) -> bool:
    """Whether the 一 there is a number of an order, or the end of a number or a word."""
    before, behind = chars[:at], chars[at + 1]
    if behind in _WORDS:
        return False
    if behind in _ORDERED or (behind in _DIGITS and behind != "十"):
        return True
    if before.endswith(("星期", "礼拜")) or before[-1:] in _KEEPS:
        return True
    if before[-1:] == "点":
        return before[-2:-1] in _DIGITS
    return before[-1:] in _POWERS and behind not in _POWERS


def _light(chars: str, at: int, after: str) -> str:
    if _between(chars, at):
        return "yi5"
    # What is light now was mostly of the fourth tone: 一个.
    return "yi2" if after in "45" else "yi4"


def lifted(words: Sequence[Sequence[str]]) -> list[str]:
    """The readings of one clause, word by word, in which a third tone before a third is said as a second.

    From the end: a word of its own gives way to what follows (``wo3 zou3``, ``wo2``), a longer one only to a single
    character (``bao2 guan2 hao3``): between two longer words people stop for a moment.
    """
    out: list[str] = []
    for at in range(len(words) - 1, -1, -1):
        word = list(words[at])
        near = len(word) == 1 or (at + 1 < len(words) and len(words[at + 1]) == 1)
        following = out[0] if out and near else ""
        for place in range(len(word) - 1, -1, -1):
            # The word's own tones as they stand: of three thirds in a word the first two are lifted.
            behind = words[at][place + 1] if place + 1 < len(word) else following
            if word[place].endswith("3") and behind.endswith("3"):
                word[place] = word[place][:-1] + "2"
        out[:0] = word
    return out
