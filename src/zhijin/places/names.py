"""What a code and an official name tell about a place: its kind, and its name as people say it.

Plain Python; knows no tables.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise


class Kind(StrEnum):
    """Classes that the digits of a township or village carry (GB/T 10114; NBS division codes)."""

    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    TOWNSHIP = "township"
    QUASI_TOWNSHIP = "quasi_town"
    COMMUNITY = "community"
    VILLAGE = "village"
    QUASI_COMMUNITY = "quasi_comm"
    QUASI_VILLAGE = "quasi_vill"


_TOWNSHIP_KINDS: dict[str, str] = {
    "0": Kind.SUBDISTRICT.value,
    "1": Kind.TOWN.value,
    "2": Kind.TOWNSHIP.value,
    "3": Kind.TOWNSHIP.value,
}
_VILLAGE_KINDS: dict[str, str] = {
    "0": Kind.COMMUNITY.value,
    "1": Kind.COMMUNITY.value,
    "2": Kind.VILLAGE.value,
    "3": Kind.VILLAGE.value,
    "4": Kind.QUASI_COMMUNITY.value,
    "5": Kind.QUASI_VILLAGE.value,
}
_ENDINGS = (
    (re.compile(r"(?<=社区)(居民委员会|居委会|村民委员会|村委会)$"), ""),
    (re.compile(r"(居民委员会|居委会)$"), "社区"),
    (re.compile(r"(?<=村)(村民委员会|村委会|委员会)$"), ""),
    (re.compile(r"(村民委员会|村委会)$"), "村"),
)


def kind_of(code: str) -> str:
    """The kind of a township or village by its code; empty for every other level."""
    if len(code) == 9:
        return _TOWNSHIP_KINDS.get(code[6], Kind.QUASI_TOWNSHIP.value)
    if len(code) == 12:
        return _VILLAGE_KINDS.get(code[9], Kind.QUASI_VILLAGE.value)
    return ""


def short_name(name: str) -> str:
    """大耆老村村民委员会 → 大耆老村; 乌兰路社区居委会 → 乌兰路社区; other names unchanged."""
    for ending, instead in _ENDINGS:
        short, changed = ending.subn(instead, name)
        if changed:
            return short
    return name


def bigrams(text: str) -> list[str]:
    """The distinct pairs of neighbouring characters, in order."""
    return list(dict.fromkeys(a + b for a, b in pairwise(text)))
