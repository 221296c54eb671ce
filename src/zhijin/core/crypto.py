"""SM3, SM4-GCM field encryption and masks. Keys come from the key file and are never logged."""

from __future__ import annotations

import os
from functools import cache

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

_NONCE = 12
_TAG = 16
_VERSION = b"\x01"


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest (GB/T 32905)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


@cache
def _key(name: str) -> bytes:
    master: bytes = settings.ZHIJIN_MASTER_KEY
    mac = hmac.HMAC(master, hashes.SM3())
    mac.update(b"zhijin:" + name.encode())
    return mac.finalize()


@cache
def _mac(name: str) -> hmac.HMAC:
    """Only ever copied: preparing a key takes longer than a short text does."""
    return hmac.HMAC(_key(name), hashes.SM3())


@cache
def _cipher(purpose: str) -> algorithms.SM4:
    return algorithms.SM4(_key("seal:" + purpose)[:16])


def hmac_sm3(key_name: str, data: bytes) -> bytes:
    """HMAC-SM3 of ``data`` under the derived key ``key_name``; 32 bytes."""
    mac = _mac(key_name).copy()
    mac.update(data)
    return mac.finalize()


def seal(purpose: str, plain: str) -> bytes:
    """Encrypt a field with SM4-GCM: version ‖ nonce ‖ tag ‖ ciphertext.

    ``purpose`` (``person.phone``) is authenticated too, so that a value cannot be moved to
    another column.
    """
    nonce = os.urandom(_NONCE)
    enc = Cipher(_cipher(purpose), modes.GCM(nonce)).encryptor()
    enc.authenticate_additional_data(purpose.encode())
    body = enc.update(plain.encode()) + enc.finalize()
    return _VERSION + nonce + enc.tag + body


def unseal(purpose: str, blob: bytes | memoryview) -> str:
    """Decrypt what :func:`seal` gave.

    Raises ``cryptography.exceptions.InvalidTag`` if touched, ValueError if it is no such thing.
    """
    blob = bytes(blob)
    if blob[:1] != _VERSION:
        raise ValueError("sealed by an unknown version")
    if len(blob) < 1 + _NONCE + _TAG:
        raise ValueError("cut off: shorter than its nonce and tag")
    nonce, tag, body = blob[1:13], blob[13 : 13 + _TAG], blob[13 + _TAG :]
    dec = Cipher(_cipher(purpose), modes.GCM(nonce, tag)).decryptor()
    dec.authenticate_additional_data(purpose.encode())
    return (dec.update(body) + dec.finalize()).decode()


def blind(purpose: str, plain: str) -> bytes:
    """A keyed index of a value, for equality search without decrypting; 32 bytes."""
    return hmac_sm3("blind:" + purpose, plain.strip().upper().encode())


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳小红 → 欧**红: the first character, stars, and the last when longer than 3."""
    if len(name) <= 1:
        return "*"
    tail = name[-1] if len(name) > 3 else ""
    return name[0] + "*" * (len(name) - 1 - len(tail)) + tail


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; shorter numbers keep the last two digits."""
    if len(phone) < 7:
        return "*" * max(len(phone) - 2, 0) + phone[-2:]
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_id(number: str) -> str:
    """An identity number keeps its first and last character."""
    return number if len(number) < 3 else number[0] + "*" * (len(number) - 2) + number[-1]
