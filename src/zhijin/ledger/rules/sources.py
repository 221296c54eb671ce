"""The kinds of fact that may earn points. Facts about organisations' work are none: staff earn no points."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Source:
    """One kind of fact: how it is found whose deed it was, and what a rule may ask about."""

    kind: str
    zh: str
    en: str
    holder: Literal["claim", "subject"]
    attrs: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def sources() -> Mapping[str, Source]:
    """All kinds by name."""
    text = Path(__file__).with_name("sources.toml").read_text(encoding="utf-8")
    return {
        name: Source(name, one["zh"], one["en"], one["holder"], tuple(one["attrs"]))
        for name, one in tomllib.loads(text).items()
    }
