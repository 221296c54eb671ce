"""Sends one request to an address that somebody entered, and to nowhere inside.

The host is resolved once, every address is checked, and the connection goes to the very address
that was checked: a second resolution could answer otherwise. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

TIMEOUT_SECONDS = 10.0
#: So much of an answer is read.
MOST_ANSWER = 16 * 1024
#: Hosts, ``host:port`` or networks that may be reached although they are inside; comma separated.
ALLOW = "ZHIJIN_WEBHOOK_ALLOW"
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """The address must not be called. ``reason`` is a short word for the delivery's record."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Outcome:
    """``status`` is the HTTP status, 0 when no answer came; ``error`` says why. ``body``: how the answer began."""

    status: int
    millis: int
    error: str = ""
    body: bytes = b""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be registered. Raises Refused; resolves nothing.

    Only ``https``; plain ``http`` only to what is allowed by name.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("malformed") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refused("scheme")
    if parts.username or parts.password or parts.fragment:
        raise Refused("malformed")
    if any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise Refused("malformed")
    if parts.scheme == "http" and not _allowed(parts.hostname, port or 80, ()):
        raise Refused("not_https")
    return parts


def resolve(host: str, port: int) -> str:
    """One address of ``host`` that may be called. Raises Refused when any of them is inside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("unknown_host") from error
    addresses = [ipaddress.ip_address(str(info[4][0]).split("%")[0]) for info in found]
    if not addresses:
        raise Refused("unknown_host")
    if not _allowed(host, port, addresses) and not all(is_outside(a) for a in addresses):
        raise Refused("inside")
    return str(addresses[0])


def is_outside(address: Address) -> bool:
    """Whether an address is on the public internet, looking through IPv6 forms that carry IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_outside(carried)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _allowed(host: str, port: int, addresses: tuple[Address, ...] | list[Address]) -> bool:
    """Whether the installation allows this host, host and port, or all of these addresses."""
    entries = [e.strip().lower() for e in os.environ.get(ALLOW, "").split(",") if e.strip()]
    if host.lower() in entries or f"{host.lower()}:{port}" in entries:
        return True
    networks = [n for n in map(_network, entries) if n is not None]
    literal = _literal(host)
    checked = list(addresses) or ([literal] if literal else [])
    return bool(checked) and all(any(a in n for n in networks) for a in checked)


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False) if "/" in entry else None
    except ValueError:
        return None


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """POST ``body`` once; every failure is an Outcome, never an exception."""
    begun = time.monotonic()
    try:
        status, answer = _posted(check_url(url), body, headers)
        return Outcome(status, _since(begun), "", answer)
    except Refused as refusal:
        return Outcome(0, _since(begun), refusal.reason)
    except TimeoutError:
        return Outcome(0, _since(begun), "timeout")
    except ssl.SSLError:
        return Outcome(0, _since(begun), "tls")
    except (OSError, http.client.HTTPException):
        return Outcome(0, _since(begun), "connection")


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


def _posted(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    address = resolve(host, port)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    raw = socket.create_connection((address, port), timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        connection.sock = raw
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        default = port == _PORTS[parts.scheme]
        name = f"[{host}]" if ":" in host else host
        sent = {"Host": name if default else f"{name}:{port}", **headers}
        connection.request("POST", target, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_ANSWER)
    finally:
        connection.close()
        raw.close()
