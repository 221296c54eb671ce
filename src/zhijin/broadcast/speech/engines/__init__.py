"""Voices. A driver is one folder that registers itself; a duplicate name is an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from zhijin.broadcast.speech.pinyin import Syllable


class Unavailable(RuntimeError):
    """The voice is not installed here, or failed."""


@dataclass(frozen=True)
class Sound:
    """16-bit mono samples."""

    rate: int
    pcm: bytes

    @property
    def millis(self) -> int:
        return len(self.pcm) * 500 // self.rate


class Engine(Protocol):
    """One way of speaking. ``version`` is part of the cache's key; ``rank`` orders preference; a ``slow`` one
    speaks in a job, since nobody should wait for a page so long."""

    name: str
    title: str
    rank: int
    slow: bool

    def version(self) -> str:
        """Empty when the engine is not installed here."""

    def speak(self, syllables: Sequence[Syllable]) -> Sound:
        """Raises Unavailable."""


_engines: dict[str, Engine] = {}
DRIVERS = ("espeak", "kokoro")


def engine(kind: Callable[[], Engine]) -> Callable[[], Engine]:
    """Register a driver. Raises ValueError when its name is taken."""
    made = kind()
    if made.name in _engines:
        raise ValueError(f"the voice {made.name} is registered twice")
    _engines[made.name] = made
    return kind


def available() -> list[Engine]:
    """Those installed here, the best first."""
    for name in DRIVERS:
        import_module(f"{__name__}.{name}")
    return sorted((one for one in _engines.values() if one.version()), key=lambda one: -one.rank)


def best(*, slow: bool = False) -> Engine:
    """The best voice installed; a slow one only where ``slow``, or where there is no other. Raises Unavailable."""
    found = available()
    if not found:
        raise Unavailable("no voice is installed")
    return next((one for one in found if slow or not one.slow), found[0])


def title(name: str) -> str:
    """What a voice is called, also one that is no longer installed."""
    available()
    return _engines[name].title if name in _engines else name
