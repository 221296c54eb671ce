"""The private part of a wall's address: the link's id with a seal that only this installation can make. It is
kept nowhere, so that nobody can read it out of the database."""

from __future__ import annotations

import base64
import binascii
import hmac
from uuid import UUID

from zhijin.core import crypto

_KEY = "home.wall-link"
_MAC = 15


def token_of(wall: UUID) -> str:
    """What stands in the address: 42 letters, digits, ``-`` and ``_``."""
    return base64.urlsafe_b64encode(wall.bytes + _mac(wall)).rstrip(b"=").decode()


def wall_of(token: str) -> UUID | None:
    """The link that a token opens; None when it is none of ours."""
    try:
        body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(body) != 16 + _MAC:
        return None
    wall = UUID(bytes=body[:16])
    return wall if hmac.compare_digest(_mac(wall), body[16:]) else None


def _mac(wall: UUID) -> bytes:
    return crypto.hmac_sm3(_KEY, wall.bytes)[:_MAC]
