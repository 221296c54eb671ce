"""Signs and verifies webhooks after the Standard Webhooks specification (1.0.0). Plain Python.

A receiver may copy this file: it needs nothing but the standard library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far a message's time may differ from the receiver's, against replays.
TOLERANCE_SECONDS = 300


class BadSignature(Exception):
    """The message is not from the sender, was changed, or is too old or too new."""


def new_secret() -> str:
    """A fresh secret: ``whsec_`` and 32 random bytes in base64 (the specification wants 24 to 64)."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``. ValueError on a bad secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(
    secret_list: Iterable[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers. With two secrets both signatures are sent, so that a receiver may change
    over at any time while a secret is being rotated."""
    signatures = [sign(secret, message_id, timestamp, body) for secret in secret_list]
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(signatures)}


def verify(
    secret_list: Iterable[str],
    given: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance: int = TOLERANCE_SECONDS,
) -> None:
    """Return when one signature fits one secret and the time is near; else raise BadSignature.

    ``given`` are the request's headers, whatever the case of their names; ``body`` its raw bytes.
    """
    lowered = {name.lower(): value for name, value in given.items()}
    try:
        message_id, stamp, presented = lowered[ID], lowered[TIMESTAMP], lowered[SIGNATURE]
        timestamp = int(stamp)
    except (KeyError, ValueError) as error:
        raise BadSignature("the webhook headers are missing or malformed") from error
    if abs((time.time() if now is None else now) - timestamp) > tolerance:
        raise BadSignature("the message is too old or too new")
    expected = [sign(secret, message_id, timestamp, body) for secret in secret_list]
    if not any(
        hmac.compare_digest(one.encode(), other.encode())
        for one in presented.split()
        for other in expected
    ):
        raise BadSignature("no signature fits")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is whsec_ followed by base64") from error
