"""Pairs of characters for Chinese search and likeness: a two-character word has no trigram."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEEP = re.compile(r"[^0-9a-z㐀-鿿]+")
#: A report's text is bounded, and so is its index.
MOST = 240


def grams(*texts: str) -> list[str]:
    """The distinct pairs of neighbouring characters of the texts, sorted; at most MOST."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _KEEP.split(text.lower()):
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return sorted(list(found)[:MOST])


def likeness(one: Iterable[str], other: Iterable[str]) -> int:
    """How alike two sets of pairs are, in percent of the smaller one (0–100)."""
    a, b = set(one), set(other)
    if not a or not b:
        return 0
    return 100 * len(a & b) // min(len(a), len(b))
