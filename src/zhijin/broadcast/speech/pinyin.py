"""Characters into syllables with their tones; where a character has several readings, all of them are offered.

Numbered pinyin (``hang2``, ``lv4``, 5 for the neutral tone). Words decide between readings (pypinyin's
dictionary); what it gets wrong, a person corrects, and the correction goes with the broadcast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from types import ModuleType

from zhijin.broadcast.speech import sandhi
from zhijin.broadcast.speech.normalise import PAUSES

_SYLLABLE = re.compile(r"[a-zê]{1,6}[1-5]\Z")
#: pypinyin's ``Style.TONE3``: the tone as a digit behind the syllable.
TONE3 = 8
#: Words of notices that the dictionary lacks or reads otherwise.
WORDS: dict[str, list[list[str]]] = {
    "大耆老村": [["dà"], ["qí"], ["lǎo"], ["cūn"]],
    "幺": [["yāo"]],
    "撮箕": [["cuō"], ["jī"]],
    "下河": [["xià"], ["hé"]],
    "重点时段": [["zhòng"], ["diǎn"], ["shí"], ["duàn"]],
}


@cache
def _dictionary() -> ModuleType:
    """pypinyin, with our words. Read when something is first spoken: it is the heaviest of all imports, and
    most processes never speak."""
    import pypinyin

    pypinyin.load_phrases_dict(WORDS)
    return pypinyin


@dataclass(frozen=True, slots=True)
class Syllable:
    """One character: how it is read, and which other readings it has. Pauses have no reading."""

    index: int
    char: str
    reading: str = ""
    others: tuple[str, ...] = ()

    @property
    def toned(self) -> str:
        """With the tone as a mark: ``háng``."""
        return marked(self.reading)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Readings to choose from: numbered and marked."""
        return [(one, marked(one)) for one in (self.reading, *self.others)]


def syllables(text: str, corrections: Mapping[int, str] | None = None) -> list[Syllable]:
    """Every character of a normalised text. ``corrections`` by index win; what is no syllable is ignored."""
    fixed = corrections or {}
    out: list[Syllable] = []
    for part in re.findall(f"[{PAUSES}]|[^{PAUSES}]+", text):
        if part in PAUSES:
            out.append(Syllable(len(out), part))
            continue
        spoken = _dictionary().lazy_pinyin(part, style=TONE3, neutral_tone_with_five=True)
        if len(spoken) != len(part):
            spoken = [_alone(char)[0] for char in part]
        spoken = sandhi.settled(part, spoken)
        for char, reading in zip(part, spoken, strict=True):
            index = len(out)
            alone = _alone(char)
            wanted = fixed.get(index, "")
            chosen = wanted if known_syllable(wanted) else reading
            if not _SYLLABLE.match(chosen):
                continue
            # Tone sandhi (不要 bú yào) is no other reading; the rest is offered.
            known = {chosen, reading} if len(alone) > 1 or wanted else {chosen}
            many = len(alone) > 1 or chosen not in {*alone, reading}
            others = tuple(sorted((set(alone) | known) - {chosen})) if many else ()
            out.append(Syllable(index, char, chosen, others))
    return out


@cache
def _syllables() -> frozenset[str]:
    """Every syllable of the dictionary, without its tone."""
    from pypinyin.contrib.tone_convert import to_normal

    _dictionary()
    from pypinyin.constants import PINYIN_DICT

    every = {one for readings in PINYIN_DICT.values() for one in readings.split(",")}
    return frozenset(to_normal(one, v_to_u=False) for one in every)


def known_syllable(numbered: str) -> bool:
    """Whether it is a syllable of Mandarin with its tone: ``qi2``, ``lv4``, ``de5``."""
    return bool(_SYLLABLE.match(numbered)) and numbered[:-1] in _syllables()


def segments(text: str) -> list[str]:
    """A text without pauses as words, by the dictionary's own words."""
    _dictionary()
    from pypinyin.seg.mmseg import seg

    return [str(word) for word in seg.cut(text)]


@lru_cache(maxsize=4096)
def _alone(char: str) -> tuple[str, ...]:
    found = _dictionary().pinyin(char, style=TONE3, heteronym=True, neutral_tone_with_five=True)
    return tuple(one for one in found[0] if _SYLLABLE.match(one)) or ("",)


@lru_cache(maxsize=4096)
def marked(numbered: str) -> str:
    """``lv4`` → ``lǜ``."""
    from pypinyin.contrib.tone_convert import to_tone

    return str(to_tone(numbered.rstrip("5").replace("v", "ü"))) if numbered else ""


def lifted(found: Sequence[Syllable]) -> list[Syllable]:
    """With every third tone before another as it is said (``shui3 jing3`` → ``shui2 jing3``), for a voice that does not
    do so itself. What is shown keeps the dictionary's tone, as people write it."""
    out: list[Syllable] = []
    for voiced, group in groupby(found, key=lambda one: bool(one.reading)):
        line = list(group)
        if voiced:
            line = _lifted(line)
        out += line
    return out


def _lifted(line: list[Syllable]) -> list[Syllable]:
    at, words = 0, []
    for word in segments("".join(one.char for one in line)):
        words.append([one.reading for one in line[at : at + len(word)]])
        at += len(word)
    said = sandhi.lifted(words)
    return [replace(one, reading=reading) for one, reading in zip(line, said, strict=True)]


def spelled(found: list[Syllable]) -> str:
    """Syllables and pauses in one line, for a voice: ``xia4 ji4 fang2 ni4 shui3, ``."""
    pauses = {"，": ",", "、": ",", "；": ";", "：": ",", "。": ".", "？": "?", "！": "!"}
    words = [one.reading or pauses.get(one.char, ",") for one in found]
    return re.sub(r" ([,;.?!])", r"\1", " ".join(words))
