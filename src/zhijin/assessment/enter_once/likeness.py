"""How well a column's header fits a measure: words alike, unit, period, what was chosen before. Plain Python.

No model: pairs of characters with single characters at half weight (女 in 党员/女 must find 女党员), which
needs no download, gives the same answer everywhere and can say its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from zhijin.assessment.enter_once.layout import clean

_UNIT = re.compile(r"[（(\[【]([^（）()\[\]【】]{1,14})[）)\]】]")
_SEQUENCE = re.compile(r"^(\d{1,2}|[一二三四五六七八九十]{1,2})[、.．]|^[（(]\d{1,2}[）)]|^[①-⑳]")
_FILLER = re.compile(r"其中|情况|数量|总数|合计|小计|个数|人数|户数|共计|总计|统计|数$|^#")
_PERIOD = re.compile(
    r"20\d\d年度?|本年度?|今年|上年末?|去年|上半年|下半年|第?[一二三四1-4]季度|本季度?|本月|当月|上月|"
    r"\d{1,2}[-—~至]\d{1,2}月|\d{1,2}月末?|累计|截至|截止|期末|年末|月末|本期|上期|新增"
)
#: What a unit's word says about the kind of figure.
UNITS: dict[str, str] = {
    "个": "count", "件": "count", "次": "count", "起": "count", "条": "count", "项": "count",
    "所": "count", "家": "count", "处": "count", "人": "person", "名": "person", "人次": "count",
    "户": "household", "%": "percent", "百分比": "percent", "率": "percent", "分钟": "minutes",
    "小时": "hours", "天": "days", "元": "money", "万元": "money", "亿元": "money",
}  # fmt: skip
_ALIKE = frozenset({"count", "person", "household"})
SURE = 80
LEAST = 38


@dataclass(frozen=True, slots=True)
class Words:
    """A header taken apart: what it counts, its unit, its period."""

    leaf: str
    whole: str
    unit: str
    scale: int
    period: str


@lru_cache(maxsize=4096)
def read(path: tuple[str, ...]) -> Words:
    """Take a header apart: ``("党员", "女（名）")`` → leaf 女, whole 党员女, unit person."""
    unit, scale, period = "", 1, ""
    parts = []
    for text in path:
        plain = _SEQUENCE.sub("", clean(text))
        for found in _UNIT.findall(plain):
            kind, factor = _unit(found)
            unit, scale = (kind, factor) if kind else (unit, scale)
        plain = _UNIT.sub("", plain)
        if not unit and plain.endswith(("率", "比例", "占比", "百分比")):
            unit = "percent"
        cue = _PERIOD.search(plain)
        period = cue[0] if cue else period
        parts.append(re.sub(r"[:：,，。、/\\—\-_*★☆·]", "", plain))
    parts = [part for part in parts if part]
    leaf = parts[-1] if parts else ""
    return Words(leaf, "".join(parts), unit, scale, period)


def _unit(text: str) -> tuple[str, int]:
    """The kind and scale of 名, 万元, %; nothing for other words in brackets."""
    for prefix, factor in (("", 1), ("万", 10_000), ("千", 1_000), ("亿", 100_000_000)):
        rest = text.removeprefix(prefix)
        if (
            text.startswith(prefix)
            and rest in UNITS
            and not (prefix == "" and text in {"万元", "亿元"})
        ):
            return UNITS[rest], factor
    return "", 1


@lru_cache(maxsize=16_384)
def core(text: str) -> str:
    """The words that tell, without fillers and periods."""
    plain = _PERIOD.sub("", clean(text).replace("周岁", "岁").replace("及以上", "以上"))
    short = _FILLER.sub("", plain)
    return short or plain


@lru_cache(maxsize=16_384)
def grams(text: str) -> tuple[dict[str, int], int]:
    """Pairs count two, single characters one; and what all of them count together."""
    out: Counter[str] = Counter(text)
    for one, other in pairwise(text):
        out[one + other] += 2
    return dict(out), sum(out.values())


@lru_cache(maxsize=65_536)
def alike(one: str, other: str) -> int:
    """How alike two short texts are, in percent (Dice over weighted pairs and characters)."""
    if not one or not other or set(one).isdisjoint(other):
        return 0
    if one == other:
        return 100
    (a, of_a), (b, of_b) = grams(one), grams(other)
    shared = sum(min(count, b[gram]) for gram, count in a.items() if gram in b)
    return 200 * shared // (of_a + of_b)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a measure offers to be found by. A ``rough`` one yields to others that fit as well."""

    id: str
    title: str
    synonyms: tuple[str, ...]
    unit: str
    group: str = ""
    flow: bool = False
    rough: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A measure for a column: percent, and why (``remembered``, ``same``, ``alike``, with cues)."""

    id: str
    percent: int
    reason: str
    word: str = ""


def suggest(
    path: Sequence[str], candidates: Iterable[Candidate], remembered: str = "", most: int = 6
) -> list[Suggestion]:
    """The best ``most`` measures for a column, best first."""
    words = read(tuple(path))
    found = []
    for candidate in candidates:
        if candidate.id == remembered:
            found.append(Suggestion(candidate.id, 100, "remembered"))
            continue
        percent, reason, word = _score(words, candidate)
        if percent >= LEAST:
            found.append(Suggestion(candidate.id, percent, reason, word))
    return sorted(found, key=lambda one: (-one.percent, one.id))[:most]


def _score(words: Words, candidate: Candidate) -> tuple[int, str, str]:
    best, reason, word = 0, "alike", ""
    leaf, whole = core(words.leaf), core(words.whole)
    group = core(words.whole.removesuffix(words.leaf))
    near = _near(group, candidate)
    for name in candidate.synonyms:
        want = core(name)
        exact = words.whole == name or whole == want
        if exact:
            percent = 97
        else:
            own = 97 if words.leaf == name else alike(leaf, want)
            percent = max(alike(whole, want), _in_group(own, near))
        if percent > best:
            best, reason, word = percent, "same" if percent >= 97 else "alike", name
    percent = _with_cues(best, words, candidate)
    return (percent * 4 // 5 if candidate.rough else percent), reason, word


def _near(group: str, candidate: Candidate) -> int | None:
    """How near the words above the lowest are to what the measure is about; None without any."""
    if not group:
        return None
    return max(alike(group, core(other)) for other in (candidate.group, *candidate.synonyms))


def _in_group(percent: int, near: int | None) -> int:
    """The lowest header word's likeness; what stands above it must not speak of something else."""
    if near is None:
        return percent
    return min(97, percent + 2) if near >= 25 and percent >= 60 else percent * 88 // 100


def _with_cues(percent: int, words: Words, candidate: Candidate) -> int:
    """Units and periods that agree lend weight; those that do not take it away."""
    if words.unit:
        both = words.unit in _ALIKE and candidate.unit in _ALIKE
        if words.unit == candidate.unit:
            percent += 3
        elif both:
            percent -= 2
        else:
            percent = percent * 55 // 100
    elif candidate.unit == "percent":
        percent = percent * 85 // 100
    if words.period and not words.period.startswith(("截", "期末", "年末", "月末")):
        percent += 2 if candidate.flow else -2
    return max(0, min(percent, 99))
