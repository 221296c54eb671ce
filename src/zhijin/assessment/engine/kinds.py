"""The catalogue of facts that the rooms write: what an indicator may be computed from.

Read from ``kinds.toml``; other rooms add their kinds there or by :func:`declare`. The months in
Parquet hold one column for each attribute named here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

AttrType = Literal["text", "number", "flag"]
#: Columns of every fact that a condition may name beside its attributes.
COLUMNS: Final[dict[str, AttrType]] = {"playbook": "text", "subject": "text", "value": "number"}


@dataclass(frozen=True)
class FactKind:
    """One kind of fact. ``value`` says what its value counts; ``attrs`` what can be asked about."""

    id: str
    zh: str
    en: str
    value: str
    attrs: Mapping[str, AttrType] = field(default_factory=dict)
    personal: bool = False


_declared: dict[str, FactKind] = {}


@lru_cache(maxsize=1)
def _shipped() -> dict[str, FactKind]:
    text = Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8")
    return {name: FactKind(id=name, **given) for name, given in tomllib.loads(text).items()}


def declare(*kinds: FactKind) -> None:
    """Add kinds of a room that keeps its own list. ValueError when one is declared differently."""
    for kind in kinds:
        if catalogue().get(kind.id, kind) != kind:
            raise ValueError(f"fact kind {kind.id} is declared twice")
        types = attribute_types()
        for name, wanted in kind.attrs.items():
            if types.get(name, wanted) != wanted:
                raise ValueError(f"attribute {name} is {types[name]}, not {wanted}")
        _declared[kind.id] = kind


def catalogue() -> dict[str, FactKind]:
    """All kinds by id, patterns (``case.*``) among them."""
    return {**_shipped(), **_declared}


def kind(name: str) -> FactKind | None:
    """The kind that ``name`` is: listed itself, or by its pattern; None when no room writes it."""
    found = catalogue()
    if name.endswith("*"):
        return None
    return found.get(name) or found.get(f"{name.partition('.')[0]}.*")


def attribute_types() -> dict[str, AttrType]:
    """The type of every attribute. The same name has one type everywhere, so it is one column."""
    types: dict[str, AttrType] = {}
    for item in catalogue().values():
        for name, given in item.attrs.items():
            if types.setdefault(name, given) != given:
                raise ValueError(f"attribute {name} has two types")
    return types
