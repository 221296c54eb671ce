"""Syllables into the signs that Kokoro-82M was taught Mandarin with (those of misaki's first Chinese front end):
IPA without diacritics, the tone as an arrow behind the nucleus, words apart. Plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from zhijin.broadcast.speech.pinyin import Syllable

#: Signs of the model's vocabulary that are used here, by their numbers.
VOCABULARY = {
    ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "ʦ": 20, "ʨ": 21, "ꭧ": 23, "a": 43, "e": 47, "f": 48, "i": 51,
    "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "s": 61, "t": 62, "u": 63, "w": 65, "x": 66,
    "y": 67, "ɔ": 76, "ɕ": 77, "ə": 83, "ɚ": 85, "ɛ": 86, "ɥ": 99, "ɨ": 101, "ŋ": 112, "ɻ": 126, "ʂ": 130,
    "ʊ": 135, "ɤ": 140, "ʰ": 162, "↓": 169, "→": 171, "↗": 172, "↘": 173,
}  # fmt: skip
#: The model takes 510 at once; shorter pieces sound livelier.
MOST = 400
_INITIALS = {
    "": "", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ",
    "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
#: 0 stands where the tone goes.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ê": "ɛ0", "ei": "ei0", "en": "ə0n",
    "eng": "ə0ŋ", "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0",
    "in": "i0n", "ing": "i0ŋ", "io": "jɔ0", "iong": "jʊ0ŋ", "iou": "jou0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0",
    "u": "u0", "ua": "wa0", "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n",
    "ueng": "wə0ŋ", "uo": "wo0", "ü": "y0", "üan": "ɥɛ0n", "üe": "ɥe0", "ün": "y0n",
    "m": "m0", "n": "n0", "ng": "ŋ0",
}  # fmt: skip
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_HUMMED = frozenset({"m", "n", "ng"})
_BUZZING = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
_PAUSES = {"，": ",", "、": ",", "；": ",", "：": ":", "。": ".", "？": "?", "！": "!"}
_ENDS = frozenset(".?!")


def signs(reading: str) -> str:
    """``shui3`` → ``ʂwei↓``. A syllable that Mandarin has not is silent."""
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    plain, tone = reading[:-1], reading[-1]
    if plain in _HUMMED:
        initial, final = "", plain
    else:
        initial = str(to_initials(plain, strict=True))
        final = str(to_finals(plain, strict=True, v_to_u=True))
    if final == "i" and initial in _BUZZING:
        shape = "ɨ0"
    elif final == "o" and not initial:
        shape = "ɔ0"
    else:
        shape = _FINALS.get(final, "")
    return _INITIALS.get(initial, "") + shape.replace("0", _TONES[tone])


def pieces(syllables: Sequence[Syllable]) -> list[list[int]]:
    """What the model speaks one after the other: sentences, the long ones cut where one breathes."""
    out: list[str] = []
    now = ""
    for clause in _clauses(syllables):
        if now and len(now) + len(clause) > MOST:
            out.append(now)
            now = ""
        now += clause
        if clause.rstrip()[-1:] in _ENDS:
            out.append(now)
            now = ""
    found = [one.strip() for one in (*out, now)]
    return [[VOCABULARY[sign] for sign in one] for one in found if one.strip(" ,.:?!")]


def _clauses(syllables: Iterable[Syllable]) -> Iterator[str]:
    """Words up to a pause; without a pause for long, up to where it is long enough."""
    now = ""
    for word in words(syllables):
        if not word[0].reading:
            yield now.rstrip() + _PAUSES.get(word[0].char, ",") + " "
            now = ""
            continue
        told = "".join(signs(one.reading) for one in word)
        if len(now) + len(told) > MOST - 2:
            yield now
            now = ""
        now += told + " "
    if now:
        yield now


def words(found: Iterable[Syllable]) -> list[list[Syllable]]:
    """Syllables of one word together; pauses alone."""
    import rjieba

    out: list[list[Syllable]] = []
    for spoken, group in groupby(found, key=lambda one: bool(one.reading)):
        line = list(group)
        parts = rjieba.cut("".join(one.char for one in line)) if spoken else "." * len(line)
        at = 0
        for part in parts:
            out.append(line[at : at + len(part)])
            at += len(part)
    return out
