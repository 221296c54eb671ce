"""Signs what must be verifiable by anybody, years later: Ed25519 (RFC 8032) over the exact bytes of a document.

The private key is a file of the installation and leaves it never; public keys stay for good, in the database and on
a public page. Nothing of ours is needed for a check: see ``docs/how-to/verify-a-signature.md``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.db import transaction

from zhijin.core import clock, journal
from zhijin.core.actor import Actor
from zhijin.core.models import SigningKey

#: The suffix of a signature that lies beside its document.
SUFFIX = ".sig"
_SEED = 32
_SIGNATURE = 64
#: Integers that every JSON reader keeps exactly lie below this.
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of this installation; ``kid`` names it in signatures."""

    kid: str
    raw: bytes
    since: datetime | None = None
    current: bool = False

    @property
    def pem(self) -> str:
        """SubjectPublicKeyInfo in PEM (RFC 8410), as openssl reads it."""
        return _spki(self.raw, serialization.Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER form in hexadecimal; its beginning is the ``kid``."""
        return hashlib.sha256(_spki(self.raw, serialization.Encoding.DER)).hexdigest()


@dataclass(frozen=True, slots=True)
class Signature:
    """64 bytes over a document, by the key ``kid``."""

    kid: str
    value: bytes

    @property
    def text(self) -> str:
        return base64.b64encode(self.value).decode()


@dataclass(frozen=True, slots=True)
class Signed:
    """A document's exact bytes and the signature over them."""

    data: bytes
    signature: Signature

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def canonical(value: Any) -> bytes:
    """One form of a JSON value: UTF-8, keys sorted, no space, texts in NFC (RFC 8785 for these values).

    Holds texts, integers below 2^53, truth values, null, lists, and objects with ASCII keys. Raises
    TypeError for anything else: a float or a date would be read differently elsewhere.
    """
    plain = _plain(value)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int) and abs(value) < _EXACT:
        return value
    if isinstance(value, Mapping) and all(isinstance(k, str) and k.isascii() for k in value):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"canonical JSON cannot hold {type(value).__name__}: {value!r:.80}")


def sign(data: bytes) -> Signature:
    """Sign ``data`` with the present key, whose public half is kept in the same transaction."""
    private = _private()
    key = _public_of(private)
    _keep(key)
    return Signature(key.kid, private.sign(data))


def sign_document(kind: str, body: Mapping[str, Any], *, at: datetime | None = None) -> Signed:
    """Make and sign a document: canonical JSON of ``body`` with what it is, when, and by which key.

    ``kind`` (``assessment.result/1``) is part of what is signed, so that one document can never be
    passed off as another. ``body`` holds no key ``zhijin``, ``signed_at`` or ``key``. Raises
    ValueError for such a key and TypeError for what canonical JSON cannot hold (floats).
    """
    taken = {"zhijin", "signed_at", "key"} & set(body)
    if taken:
        raise ValueError(f"a signed document names these itself: {sorted(taken)}")
    moment = (at or clock.now()).astimezone(UTC).replace(microsecond=0)
    head = {"zhijin": kind, "signed_at": moment.isoformat(), "key": _public_of(_private()).kid}
    data = canonical({**head, **body}) + b"\n"
    return Signed(data, sign(data))


def verify(data: bytes, signature: Signature, key: PublicKey | None = None) -> bool:
    """Whether ``signature`` is this installation's over ``data`` (or that of ``key``)."""
    known = key or find_key(signature.kid)
    if known is None or len(signature.value) != _SIGNATURE:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(known.raw).verify(signature.value, data)
    except InvalidSignature:
        return False
    return True


def public_keys() -> list[PublicKey]:
    """Every key that ever signed here, the newest first. The present one is among them."""
    now = _public_of(_private())
    rows = [
        PublicKey(row.kid, bytes(row.public), row.since, row.kid == now.kid)
        for row in SigningKey.objects.order_by("-since", "kid")
    ]
    return rows if any(row.current for row in rows) else [now, *rows]


def find_key(kid: str) -> PublicKey | None:
    """The public key called ``kid``, also a retired one; None when it is not ours."""
    return next((key for key in public_keys() if key.kid == kid), None)


def rotate(*, actor: Actor, why: str) -> PublicKey:
    """Make a new key. The old private half is destroyed; its public half stays and verifies.

    Written beside and put in place at once: a process that signs meanwhile has the old or the new.
    """
    with transaction.atomic():
        old = _public_of(_private())
        _keep(old)
        fresh = Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(_SEED))
        key = _public_of(fresh)
        _keep(key)
        detail = {"why": why, "old": old.kid, "new": key.kid}
        journal.write(actor, "signing.rotate", f"signing-key:{key.kid}", detail=detail)
        seed = fresh.private_bytes(
            serialization.Encoding.Raw,
            serialization.PrivateFormat.Raw,
            serialization.NoEncryption(),
        )
        _replace(key_file(), seed)
    return key


def side_file(signature: Signature) -> str:
    """The text that lies beside a document as ``NAME.sig``; one ``name: value`` a line."""
    return (
        f"zhijin-signature: 1\nalgorithm: Ed25519\nkey: {signature.kid}\n"
        f"signature: {signature.text}\n"
    )


def read_side_file(text: str) -> Signature:
    """What :func:`side_file` wrote. Raises ValueError when it is no such text."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    if fields.get("zhijin-signature") != "1" or fields.get("algorithm") != "Ed25519":
        raise ValueError("not a signature file of version 1")
    try:
        raw = base64.b64decode(fields["signature"], validate=True)
    except (KeyError, binascii.Error) as error:
        raise ValueError("the signature is missing or not base64") from error
    if len(raw) != _SIGNATURE:
        raise ValueError("the signature is not 64 bytes")
    return Signature(fields.get("key", ""), raw)


def read_pem(text: str) -> PublicKey:
    """A public key from PEM. Raises ValueError when it is none, or not Ed25519."""
    try:
        found = serialization.load_pem_public_key(text.encode())
    except Exception as error:
        raise ValueError("not a public key in PEM") from error
    if not isinstance(found, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return _named(found.public_bytes_raw())


def key_file() -> Path:
    """Where the private key's 32 bytes lie, made once with mode 0600 like the other keys."""
    return Path(settings.HOME) / "keys" / "signing.key"


def _private() -> Ed25519PrivateKey:
    path = key_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, secrets.token_bytes(_SEED), only_new=True)
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def _replace(path: Path, seed: bytes, *, only_new: bool = False) -> None:
    """Write whole and durably; with ``only_new`` leave what another process made first."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(seed)
        out.flush()
        os.fsync(out.fileno())
    if not only_new:
        partial.replace(path)
        return
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _public_of(private: Ed25519PrivateKey) -> PublicKey:
    return _named(private.public_key().public_bytes_raw())


def _named(raw: bytes) -> PublicKey:
    digest = hashlib.sha256(_spki(raw, serialization.Encoding.DER)).hexdigest()
    return PublicKey(digest[:16], raw, current=True)


def _spki(raw: bytes, encoding: serialization.Encoding) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return Ed25519PublicKey.from_public_bytes(raw).public_bytes(encoding, form)


def _keep(key: PublicKey) -> None:
    row = SigningKey(kid=key.kid, public=key.raw, since=clock.now())
    SigningKey.objects.bulk_create([row], ignore_conflicts=True)
