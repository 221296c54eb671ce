"""What a loudspeaker is told: a signed document (Ed25519) that names audio by its digest. Plain Python: the platform
writes these and the agent reads them, and the agent has no Django.

An envelope is JSON: ``{"document": text, "key": kid, "signature": base64}``; the signature is over the bytes of the
text. See ``docs/explanation/loudspeakers.md``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLAY, STOP = "broadcast.order/1", "broadcast.stop/1"
#: The levels of GB/T warnings, rising; the last interrupts whatever is being played.
LEVELS = ("plain", "blue", "yellow", "orange", "red")
RED = len(LEVELS) - 1
MOST_BYTES = 32 * 1024
MOST_TURNS = 62
MOST_FORMS = 4
OPUS_MEDIA = "audio/ogg; codecs=opus"
#: An order may lie about this far ahead of the device's clock before one of the two is wrong.
SKEW_MS = 10 * 60 * 1000
MINUTE_MS = 60_000
#: What a receipt may say; the order is that of a playing that goes well.
STATES = (
    "received", "verified", "queued", "playing", "interrupted", "played", "failed", "refused", "expired", "stopped",
)  # fmt: skip


class Bad(ValueError):
    """An order that is not obeyed. ``why`` is one of a few words, told in the receipt."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Turn:
    """One time at which it is to be played: number, and from when to when it may begin (ms since 1970)."""

    number: int
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Form:
    """The same sound in another form; signed with the order, so that the device may choose."""

    digest: str
    media: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be played, where and when. ``areas`` are division codes, ``to`` device codes (either is enough).

    ``quiet``: minutes of the day (China) between which it waits, unless it is orange or red. ``forms``: other forms of
    the audio, smaller ones first; devices that know nothing of them play the first.
    """

    id: str
    attempt: int
    level: str
    title: str
    areas: tuple[str, ...]
    to: tuple[str, ...]
    turns: tuple[Turn, ...]
    digest: str
    media: str
    path: str
    size: int
    millis: int
    times: int
    gap: int
    volume: int
    quiet: tuple[int, int] | None
    spread: int
    signed_at: int
    forms: tuple[Form, ...] = ()

    @property
    def rank(self) -> int:
        return LEVELS.index(self.level)

    @property
    def until(self) -> int:
        return max(turn.until for turn in self.turns)


def body(order: Order) -> dict[str, Any]:
    """The document's content, to be signed; ``signed_at`` is added by who signs."""
    return {
        "id": order.id, "attempt": order.attempt, "level": order.level, "title": order.title,
        "areas": list(order.areas), "to": list(order.to),
        "turns": [[turn.number, turn.at, turn.until] for turn in order.turns],
        "audio": {"digest": order.digest, "media": order.media, "path": order.path,
                  "size": order.size, "millis": order.millis, **_forms(order)},
        "times": order.times, "gap": order.gap, "volume": order.volume,
        "quiet": list(order.quiet) if order.quiet else None, "spread": order.spread,
    }  # fmt: skip


def _forms(order: Order) -> dict[str, Any]:
    found = [
        {"digest": one.digest, "media": one.media, "path": one.path, "size": one.size}
        for one in order.forms
    ]
    return {"forms": found} if found else {}


def fitted(order: Order, playable: Callable[[str], bool]) -> Order:
    """The order with the first of its other forms that this device can play; as it is when there is none."""
    for form in order.forms:
        if playable(form.media):
            return replace(
                order, digest=form.digest, media=form.media, path=form.path, size=form.size
            )
    return order


def envelope(data: bytes, key: str, signature: bytes) -> bytes:
    """The document with its signature, as it goes over the broker."""
    told = {
        "document": data.decode(),
        "key": key,
        "signature": base64.b64encode(signature).decode(),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def opened(payload: bytes, keys: Mapping[str, bytes]) -> dict[str, Any]:
    """The signed document. ``keys`` are raw public keys by name. Raises Bad (``format``, ``signature``)."""
    if len(payload) > MOST_BYTES:
        raise Bad("format")
    try:
        told = json.loads(payload)
        document, name = str(told["document"]), str(told["key"])
        signature = base64.b64decode(told["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise Bad("format") from error
    if name not in keys:
        raise Bad("signature")
    try:
        Ed25519PublicKey.from_public_bytes(keys[name]).verify(signature, document.encode())
        found = json.loads(document)
    except (InvalidSignature, ValueError) as error:
        raise Bad("signature") from error
    if not isinstance(found, dict):
        raise Bad("format")
    return found


def read(document: Mapping[str, Any]) -> Order:
    """An order from a document that was verified. Raises Bad(``format``)."""
    try:
        order = _read(document)
    except (KeyError, TypeError, ValueError) as error:
        raise Bad("format") from error
    sound = (
        order.level in LEVELS and 1 <= len(order.turns) <= MOST_TURNS and len(order.digest) == 64
        and 1 <= order.times <= 20 and 0 <= order.gap <= 600 and 0 <= order.volume <= 100
        and all(turn.at <= turn.until for turn in order.turns) and order.id and order.attempt >= 1
        and len(order.forms) <= MOST_FORMS and all(len(form.digest) == 64 for form in order.forms)
    )  # fmt: skip
    if not sound:
        raise Bad("format")
    return order


def _read(document: Mapping[str, Any]) -> Order:
    audio, quiet = document["audio"], document["quiet"]
    return Order(
        id=str(document["id"]), attempt=int(document["attempt"]), level=str(document["level"]),
        title=str(document["title"]), areas=tuple(map(str, document["areas"])),
        to=tuple(map(str, document["to"])),
        turns=tuple(Turn(int(n), int(at), int(until)) for n, at, until in document["turns"]),
        digest=str(audio["digest"]), media=str(audio["media"]), path=str(audio["path"]),
        size=int(audio["size"]), millis=int(audio["millis"]), times=int(document["times"]),
        gap=int(document["gap"]), volume=int(document["volume"]),
        quiet=(int(quiet[0]), int(quiet[1])) if quiet else None, spread=int(document["spread"]),
        signed_at=signed_at(document),
        forms=tuple(
            Form(str(one["digest"]), str(one["media"]), str(one["path"]), int(one["size"]))
            for one in audio.get("forms", ())
        ),
    )  # fmt: skip


def signed_at(document: Mapping[str, Any]) -> int:
    """When the document was signed, in milliseconds. Raises ValueError, KeyError."""
    return int(datetime.fromisoformat(str(document["signed_at"])).timestamp() * 1000)


def meant_for(areas: tuple[str, ...], to: tuple[str, ...], code: str, place: str) -> bool:
    """Whether a device at ``place`` is meant: named itself, or at or below an area.

    A grid (15 digits) is not below a group (14 digits) that shares its beginning.
    """
    if code in to:
        return True
    return any(area == place or (len(area) <= 12 and place.startswith(area)) for area in areas)


def judge(order: Order, code: str, place: str, now: int) -> None:
    """Raise Bad when this device must not obey: ``area``, ``clock`` or ``expired``."""
    if not meant_for(order.areas, order.to, code, place):
        raise Bad("area")
    if order.signed_at > now + SKEW_MS:
        raise Bad("clock")
    if order.until < now:
        raise Bad("expired")


def in_quiet(quiet: tuple[int, int] | None, now: int) -> bool:
    """Whether a moment lies in the quiet hours (minutes of the day in China, may cross midnight)."""
    if quiet is None or quiet[0] == quiet[1]:
        return False
    minute = (now // 60_000 + 8 * 60) % (24 * 60)
    begin, end = quiet
    return begin <= minute < end if begin < end else minute >= begin or minute < end
