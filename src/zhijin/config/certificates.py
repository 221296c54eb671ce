"""The installation's own certificate authority for devices, made at the first start, and the broker's certificate.

Devices are given ``ca.pem``; it is valid for twenty years, since they are screwed to poles. The broker's own
certificate is renewed, at a start and twice a day, whenever its names changed or it ends within sixty days.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS, SERVER_DAYS, RENEW_DAYS = 20 * 365, 397, 60


def names_of(host: str) -> list[str]:
    """The names and addresses under which devices reach us; all of the machine's for 0.0.0.0."""
    names = {"localhost", "127.0.0.1", socket.gethostname()}
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        for found in psutil.net_if_addrs().values():
            names |= {a.address for a in found if a.family is socket.AF_INET}
    elif host:
        names.add(host)
    extra = os.environ.get("ZHIJIN_BROKER_NAMES", "")
    return sorted(names | {name.strip() for name in extra.split(",") if name.strip()})


def prepare(keys: Path, names: Iterable[str]) -> None:
    """Make what is missing or runs out in ``keys``: ca.pem, ca.key, broker.pem, broker.key."""
    wanted = sorted(names)
    ca_file, ca_key = keys / "ca.pem", keys / "ca.key"
    if not (ca_file.exists() and ca_key.exists()):
        _make_authority(ca_file, ca_key)
    if not _still_good(keys / "broker.pem", wanted):
        _make_server(keys, wanted)


def ends_at(path: Path) -> datetime:
    """When a certificate ends, aware. Raises OSError or ValueError when it cannot be read."""
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _still_good(path: Path, names: list[str]) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    held = {str(name.value) for name in found}
    long = certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=RENEW_DAYS)
    return long and set(names) <= held


def _make_authority(ca_file: Path, ca_key: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zhijin devices")])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(name, name, key.public_key(), CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _keep(ca_key, _pem(key))
    _keep(ca_file, certificate.public_bytes(Encoding.PEM))


def _make_server(keys: Path, names: list[str]) -> None:
    ca = x509.load_pem_x509_certificate((keys / "ca.pem").read_bytes())
    ca_key = load_pem_private_key((keys / "ca.key").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zhijin broker")])
    certificate = (
        _builder(name, ca.subject, key.public_key(), SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    _keep(keys / "broker.key", _pem(key))
    _keep(keys / "broker.pem", certificate.public_bytes(Encoding.PEM))


def _builder(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # A device whose clock is a little behind must not refuse us.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(path: Path, data: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
    fresh.replace(path)
