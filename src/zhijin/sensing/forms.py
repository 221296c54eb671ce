"""What is typed into the forms of devices and equipment, brought into shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhijin.core.errors import BAD_REQUEST
from zhijin.sensing.services.devices import Entry


def entry(given: Mapping[str, Any], kind: str = "", simulated: bool = False) -> Entry:
    """A device as the form tells of it. Raises CO400 for figures that are none."""
    return Entry(
        kind=kind or str(given.get("kind", "")), label=str(given.get("label", "")),
        place_code=str(given.get("place_code", "")).strip(), lon=_degrees(given, "lon", 180),
        lat=_degrees(given, "lat", 90), serves=whole(given, "serves") or 0,
        model=str(given.get("model", "")), serial=str(given.get("serial", "")),
        beat=_beat(given), simulated=simulated,
    )  # fmt: skip


def whole(given: Mapping[str, Any], key: str) -> int | None:
    """A whole number, or None when nothing was typed."""
    text = str(given.get(key) or "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise BAD_REQUEST(fields={key: text[:20]})
    return int(text)


def _beat(given: Mapping[str, Any]) -> int | None:
    minutes = whole(given, "beat")
    return None if minutes is None else minutes * 60


def _degrees(given: Mapping[str, Any], key: str, most: int) -> float | None:
    text = str(given.get(key) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise BAD_REQUEST(fields={key: text[:20]})
    return value
