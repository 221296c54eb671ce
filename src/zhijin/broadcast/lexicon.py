"""How a place's own words are read: kept once, used by every later preview at or below the place.

A word of a lexicon holds wherever it stands in a text; of several that fit the longest counts, and of two that are the
same the one of the narrower place. What somebody corrects in a broadcast wins over both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from zhijin.broadcast.models import Word
from zhijin.broadcast.services.common import SYSTEM
from zhijin.broadcast.speech import making
from zhijin.broadcast.speech.normalise import PAUSES
from zhijin.broadcast.speech.pinyin import Syllable, known_syllable, marked, segments
from zhijin.core.actor import Actor
from zhijin.core.ids import ancestor_codes
from zhijin.core.scope import scope_q, scoped

#: Characters of a word; a single one would hold everywhere, which is what dictionaries are for.
LEAST, MOST = 2, 12
#: A county's code has so many digits: lexicons belong to counties and what lies in them.
COUNTY_DIGITS = 6
Readings = tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A word that holds at a place, and the place whose lexicon it is from."""

    place_code: str
    readings: Readings


def at(place_code: str) -> dict[str, Held]:
    """Every word that holds at a place: its own and those of the places above it, up to the county."""
    codes = [c for c in (*ancestor_codes(place_code), place_code) if len(c) >= COUNTY_DIGITS]
    with scoped(SYSTEM):
        rows = list(
            Word.objects.filter(place_code__in=codes).values_list("place_code", "word", "pinyin")
        )
    rows.sort(key=lambda row: len(row[0]))
    return {word: Held(code, tuple(pinyin.split())) for code, word, pinyin in rows}


def applied(text: str, words: Mapping[str, Held]) -> dict[int, str]:
    """Readings by index in the normalised text, where they differ from what would be read without the lexicon."""
    found = making.spoken(text)
    out: dict[int, str] = {}
    for start, word in occurrences(found, words):
        for offset, reading in enumerate(words[word].readings):
            if found[start + offset].reading != reading:
                out[start + offset] = reading
    return out


def occurrences(found: list[Syllable], words: Mapping[str, Held]) -> list[tuple[int, str]]:
    """Where words of the lexicon stand, from the left, the longest first; they do not overlap."""
    line = "".join(one.char for one in found)
    lengths = sorted({len(word) for word in words}, reverse=True)
    out, start = [], 0
    while start < len(line):
        word = next(
            (line[start : start + n] for n in lengths if line[start : start + n] in words), ""
        )
        if word:
            out.append((start, word))
        start += len(word) or 1
    return out


def learnt(
    text: str, before: Mapping[int, str], after: Mapping[int, str], words: Mapping[str, Held]
) -> dict[str, Readings]:
    """The words that a correction teaches: the word of the lexicon that stood there, else the word of the dictionary,
    else the character with its neighbour. Only what was changed teaches."""
    old, new = making.spoken(text, before), making.spoken(text, after)
    changed = [one.index for one, was in zip(new, old, strict=True) if one.reading != was.reading]
    spans = {
        index: (start, len(word))
        for start, word in occurrences(new, words)
        for index in range(start, start + len(word))
    }
    out: dict[str, Readings] = {}
    for index in changed:
        start, length = spans.get(index) or _around(new, index)
        part = new[start : start + length]
        if LEAST <= len(part) <= MOST and all(one.reading for one in part):
            out["".join(one.char for one in part)] = tuple(one.reading for one in part)
    return out


def _around(found: list[Syllable], index: int) -> tuple[int, int]:
    """Start and length of the word around a character, within the pauses."""
    begin = end = index
    while begin > 0 and found[begin - 1].char not in PAUSES:
        begin -= 1
    while end + 1 < len(found) and found[end + 1].char not in PAUSES:
        end += 1
    at_ = begin
    for word in segments("".join(one.char for one in found[begin : end + 1])):
        if at_ <= index < at_ + len(word):
            if len(word) >= LEAST:
                return at_, len(word)
            break
        at_ += len(word)
    if index < end:
        return index, 2
    return max(begin, index - 1), index - max(begin, index - 1) + 1


def numbered(pinyin: str) -> Readings | None:
    """Syllables as people type them (``dà qí lǎo cūn``, ``da4 qi2 lao3 cun1``), as numbered ones; None for what is no
    pinyin."""
    from pypinyin.contrib.tone_convert import to_tone3

    out = []
    for part in pinyin.replace("'", " ").replace("’", " ").lower().split():
        one = part if part[-1].isdigit() else to_tone3(part, neutral_tone_with_five=True)
        one = one.replace("ü", "v").replace("u:", "v")
        if not known_syllable(one):
            return None
        out.append(one)
    return tuple(out)


def shown(pinyin: str) -> str:
    """With tone marks, as pages show it."""
    return " ".join(marked(one) for one in pinyin.split())


def own(actor: Actor, place: str) -> QuerySet[Word]:
    """The words of the lexicons at or below a place, within the reader's scope."""
    rows = Word.objects.filter(scope_q(actor, "place_key"))
    if place:
        rows = (
            rows.filter(place_code__startswith=place)
            if len(place) <= 12
            else rows.filter(place_code=place)
        )
    return rows.order_by("place_key", "word")


def inherited(place: str) -> list[tuple[str, Held]]:
    """The words that hold at a place and come from places above it."""
    return sorted(
        (word, held) for word, held in at(place).items() if place and held.place_code != place
    )
