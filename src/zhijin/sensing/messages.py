"""Reads one message of a device. Whole numbers, words of closed lists, nothing else: a message with anything
that is not asked for is refused, whatever it holds, so that nothing about a person is ever stored.

``{"seq": 17, "at": 1767225600000, "kind": "smoke", "level": 412, "battery": 87}``: ``seq`` grows for as long
as the device lives, ``at`` is its clock in milliseconds since 1970, the rest is in :mod:`zhijin.core.signals`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from zhijin.core.signals import KINDS, Kind, Measure, Reading

MOST_BYTES = 512
MOST_SEQ = 2**53
#: What else may stand in a message: the device's own condition.
COMMON = {"battery": (0, 100), "signal": (-200, 0)}
_HEAD = frozenset({"seq", "at", "kind", *COMMON})
_ALLOWED = {kind.key: _HEAD | {measure.key for measure in kind.measures} for kind in KINDS.values()}
#: Names that tell an installer which camera setting to switch off; others are not repeated.
_TELLING = frozenset(
    {"face", "faces", "plate", "person", "name", "image", "picture", "photo", "id", "gender", "age",
     "embedding", "track", "url", "audio", "text", "phone"}
)  # fmt: skip


class Bad(ValueError):
    """A message that is not taken in. ``reason`` is one of a few words; ``detail`` never quotes it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Event:
    """A message that fits: sequence number, the device's time in milliseconds, and what was read."""

    seq: int
    millis: int
    reading: Reading


def read(data: bytes) -> Event:
    """Take a message apart. Raises Bad with ``size``, ``json``, ``schema`` or ``range``."""
    if len(data) > MOST_BYTES:
        raise Bad("size", f"{len(data)} > {MOST_BYTES}")
    try:
        # Five times as fast as the standard library, where every event passes.
        told = from_json(data, cache_strings="keys")
    except ValueError as error:
        raise Bad("json") from error
    if not isinstance(told, dict):
        raise Bad("json", "no object")
    name = told.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Bad("schema", "kind")
    seq = _whole(told.get("seq"), "seq", 1, MOST_SEQ)
    millis = _whole(told.get("at"), "at", 0, MOST_SEQ)
    _only_known(told, kind)
    values: list[int | None] = [None, None]
    for index, measure in enumerate(kind.measures):
        values[index] = _figure(told, measure)
    battery = told.get("battery")
    if battery is not None:
        battery = _whole(battery, "battery", *COMMON["battery"])
    if (signal := told.get("signal")) is not None:
        _whole(signal, "signal", *COMMON["signal"])
    return Event(seq, millis, Reading(kind.number, values[0], values[1], battery))


def _only_known(told: dict[str, Any], kind: Kind) -> None:
    allowed = _ALLOWED[kind.key]
    if not told.keys() <= allowed:
        others = told.keys() - allowed
        named = sorted(others & _TELLING)
        raise Bad("schema", "not allowed: " + (", ".join(named) or f"{len(others)} unknown"))


def _figure(told: dict[str, Any], measure: Measure) -> int | None:
    found = told.get(measure.key)
    if found is None:
        if measure.required:
            raise Bad("schema", f"missing: {measure.key}")
        return None
    if measure.words:
        if found not in measure.words:
            raise Bad("range", measure.key)
        return measure.words.index(found)
    if found is True or found is False:
        if measure.least != 0 or measure.most != 1:
            raise Bad("schema", measure.key)
        return int(found)
    return _whole(found, measure.key, measure.least, measure.most)


def _whole(found: Any, key: str, least: int, most: int) -> int:
    if type(found) is not int:
        raise Bad("schema", key)
    if not least <= found <= most:
        raise Bad("range", key)
    return found
