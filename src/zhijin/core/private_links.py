"""Addresses that are keys: who has one sees one thing, without an account. Nothing of them is stored.

A token is the id of a row and a seal over it that only this installation can make, so that nobody can read one out of
the database or a backup without the keys. It holds as long as its row does: a row that ended or was revoked is not
found by whoever asks, and a row with a ``version`` voids all its tokens with the next one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from zhijin.core import crypto, ratelimit

#: Bytes of the seal: 120 bits, beyond all guessing.
SEAL = 15
#: Tokens that open nothing, from one address, before it has to wait: a screen with a revoked link asks once a minute.
WRONG = "120/10m"


@dataclass(frozen=True, slots=True)
class PrivateLinks:
    """One kind of private address. ``purpose`` separates its key from all others, ``size`` is the length of an id."""

    purpose: str
    size: int = 16

    def token(self, key: bytes, version: int | None = None) -> str:
        """What stands in the address of ``key``: letters, digits, ``-`` and ``_`` (42 for an id of 16 bytes)."""
        return base64.urlsafe_b64encode(key + self._seal(key, version)).rstrip(b"=").decode()

    def key_of(self, token: str) -> bytes | None:
        """The id that a token names, before it is known to be good; None when it is no token at all."""
        body = self._body(token)
        return body[: self.size] if body else None

    def opens(self, token: str, version: int | None = None) -> bool:
        """Whether the token was made here for its id at this ``version`` of the row; compared in constant time."""
        body = self._body(token)
        if not body:
            return False
        return hmac.compare_digest(self._seal(body[: self.size], version), body[self.size :])

    def refuse_guesses(self, source: str) -> None:
        """Count a token that opened nothing, by the caller's address. Raises CO429 when there were too many."""
        ratelimit.hit(f"link:{self.purpose}:{source}", WRONG)

    def _seal(self, key: bytes, version: int | None) -> bytes:
        more = b"" if version is None else version.to_bytes(2, "big")
        return crypto.hmac_sm3(self.purpose, key + more)[:SEAL]

    def _body(self, token: str) -> bytes:
        try:
            body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return b""
        return body if len(body) == self.size + SEAL else b""
