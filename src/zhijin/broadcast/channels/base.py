"""What a way of sending is: it makes a request from a message, and says what the answer means. Plain Python that opens
no connection and keeps nothing: the platform sends, waits, repeats and writes down.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.utils.functional import Promise

Text = str | Promise
SENT, REFUSED, AGAIN = "sent", "refused", "again"


class Bad(ValueError):
    """An address, a secret or a setting that cannot be right; says which in the reader's words."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told. ``what``: ``say``, ``stop`` (it was withdrawn) or ``test``. ``link``: where more stands."""

    title: str
    text: str
    what: str = "say"
    level: str = ""
    place: str = ""
    link: str = ""
    drill: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Where it goes: address, secret and the settings of this kind. ``number`` is a person's telephone for kinds that
    reach persons; ``ref`` is the same at every repetition of one message."""

    url: str
    secret: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    ref: str = ""

    def __repr__(self) -> str:
        """Nothing that must not stand in a log."""
        return f"Route({self.ref})"


@dataclass(frozen=True, slots=True)
class Call:
    """One POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Call({len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means: taken, refused for good, or to be tried again (after ``wait`` seconds at least).

    ``reason`` is the vendor's code and words.
    """

    state: Literal["sent", "refused", "again"]
    reason: str = ""
    wait: int = 0


class Channel(ABC):
    """One kind. ``hosts`` are the vendor's; ``per_minute`` is what it takes from one address; ``personal`` kinds reach
    persons by their telephone, one request each. ``settings``: names of further fields of the form."""

    key: str
    title: Text
    help: Text
    hosts: tuple[str, ...]
    per_minute: int
    personal: bool
    secret: Literal["none", "optional", "required"]
    settings: tuple[str, ...]

    @abstractmethod
    def check(self, route: Route) -> None:
        """Raise Bad when the address, the secret or a setting cannot be right."""

    @abstractmethod
    def call(self, route: Route, message: Message, now: float) -> Call:
        """The request; ``now`` in seconds since 1970, of the real clock."""

    @abstractmethod
    def verdict(self, route: Route, status: int, body: bytes) -> Verdict:
        """What came back: HTTP status and the answer's beginning."""


def told(body: bytes) -> dict[str, Any]:
    """The answer's object; empty when it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def number_of(value: Any) -> int | None:
    """A code that some write as a number and some as text."""
    if isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def by_status(status: int) -> Verdict | None:
    """What the HTTP status alone decides; None for an answer that has to be read."""
    if status == 429:
        return Verdict("again", "HTTP 429", 60)
    if status >= 500:
        return Verdict("again", f"HTTP {status}")
    if status in {401, 403, 404, 410}:
        return Verdict("refused", f"HTTP {status}")
    return None


def json_call(url: str, body: Mapping[str, Any]) -> Call:
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Call(url, data, {"Content-Type": "application/json; charset=utf-8"})


#: What vendors whose answers hold ``errcode`` say when they are busy.
_BUSY: Final = -1


def by_errcode(status: int, body: bytes, slow: frozenset[int], pause: int) -> Verdict:
    """What an answer with ``errcode`` and ``errmsg`` means; ``slow``: the codes of too many messages, after which one
    waits ``pause`` seconds."""
    if (found := by_status(status)) is not None:
        return found
    answer = told(body)
    code = number_of(answer.get("errcode"))
    reason = f"{code} {answer.get('errmsg', '')}".strip()
    if code == 0:
        return Verdict("sent")
    if code is None:
        return Verdict("again", f"HTTP {status}")
    if code in slow:
        return Verdict("again", reason, pause)
    return Verdict("again" if code == _BUSY else "refused", reason)
