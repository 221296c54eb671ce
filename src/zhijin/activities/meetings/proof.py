"""Proof of presence without a clock-in: a short code that is shown in the meeting and changes every minute, and the
private address of a branch's calendar. No place, no track, no device is asked for. Plain Python over core.crypto.

A clock that is set back does not bring old codes back: the highest minute that a meeting has seen is kept with it
(``floor``), and codes go on from there.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from zhijin.core import crypto
from zhijin.core.private_links import PrivateLinks

SECONDS = 60
DIGITS = 6
_CODE = "activities.meeting-code"
FEEDS = PrivateLinks("activities.calendar-feed", 8)


def step_at(moment: datetime, floor: int = 0) -> int:
    """The number of the minute of ``moment``, never below ``floor``."""
    return max(int(moment.timestamp()) // SECONDS, floor)


def code_of(meeting: UUID, step: int) -> str:
    """The six digits that a meeting shows in one minute."""
    mac = crypto.hmac_sm3(_CODE, meeting.bytes + step.to_bytes(8, "big"))
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def is_shown(meeting: UUID, typed: str, step: int) -> bool:
    """Whether ``typed`` is the code of this minute or the one before (somebody was still typing)."""
    digits = "".join(c for c in typed if c.isascii() and c.isdigit())
    good = [hmac.compare_digest(digits, code_of(meeting, one)) for one in (step, max(step - 1, 0))]
    return any(good)


def feed_token(org_key: int, version: int) -> str:
    """The private part of the address of a branch's calendar; a new version voids the old."""
    return FEEDS.token(org_key.to_bytes(8, "big"), version)


def feed_org(token: str) -> int | None:
    """The organisation that a token names, before it is known to be good; None when it is no token."""
    key = FEEDS.key_of(token)
    return int.from_bytes(key, "big", signed=True) if key is not None else None


def is_feed(token: str, version: int) -> bool:
    return FEEDS.opens(token, version)
