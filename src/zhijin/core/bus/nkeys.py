"""NATS keys and the tokens that they sign (NKEYS, ADR-26 of NATS: authorization callouts).

A key is an Ed25519 key written in base32 with a prefix byte and a CRC-16 at the end.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ACCOUNT = 0 << 3
#: The bus verifies with this name only ("alg" of NATS tokens, version 2).
_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}


def _crc16(data: bytes) -> int:
    """CRC-16/XMODEM."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def encode(prefix: int, key: bytes) -> str:
    """A public key as NATS writes it: base32 of prefix, key and checksum."""
    body = bytes([prefix]) + key
    return base64.b32encode(body + _crc16(body).to_bytes(2, "little")).decode().rstrip("=")


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Issuer:
    """An account key made from 32 secret bytes; signs what the bus believes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = encode(_ACCOUNT, raw)

    def sign(self, claims: dict[str, Any]) -> str:
        """A token of ``claims``; ``iss`` and ``jti`` are added."""
        body = {**claims, "iss": self.public}
        text = json.dumps(body, separators=(",", ":"), sort_keys=True)
        body["jti"] = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        head = _b64(json.dumps(_HEADER, separators=(",", ":")).encode())
        payload = _b64(json.dumps(body, separators=(",", ":")).encode())
        signed = f"{head}.{payload}"
        return f"{signed}.{_b64(self._key.sign(signed.encode()))}"


def read(token: bytes | str) -> dict[str, Any]:
    """The claims of a token, not verified: for what the bus itself sends over an inner connection."""
    text = token.decode() if isinstance(token, bytes) else token
    body = text.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims
