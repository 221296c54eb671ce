"""The private part of a wall's address (:mod:`zhijin.core.private_links`): it holds until the link is revoked."""

from __future__ import annotations

from uuid import UUID

from zhijin.core.private_links import PrivateLinks

LINKS = PrivateLinks("home.wall-link")


def token_of(wall: UUID) -> str:
    """What stands in the address: 42 letters, digits, ``-`` and ``_``."""
    return LINKS.token(wall.bytes)


def wall_of(token: str) -> UUID | None:
    """The link that a token opens; None when it is none of ours."""
    key = LINKS.key_of(token)
    return UUID(bytes=key) if key is not None and LINKS.opens(token) else None
