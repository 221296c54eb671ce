"""Where the broker is and with which passwords the platform's own processes reach it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from zhijin.core.bus.nats import BusError, Client

#: Beside the other keys, since it holds passwords; written by ``zhijin up``.
FILE = "broker.json"


@dataclass(frozen=True)
class Address:
    """``host`` and ``port`` of NATS, ``mqtt_port`` for devices, the file of the authority's certificate.

    ``nodes`` and ``mqtt_nodes``: all nodes of a cluster as the platform's own processes reach them; empty for one.
    """

    host: str
    port: int
    mqtt_port: int
    ca: Path
    issuer_seed: bytes
    mqtt_host: str = "127.0.0.1"
    passwords: dict[str, str] = field(default_factory=dict)
    nodes: tuple[tuple[str, int], ...] = ()
    mqtt_nodes: tuple[tuple[str, int], ...] = ()

    def client(self, user: str, **more: Any) -> Client:
        """A client that is not connected yet, in the name of one of our own users."""
        (host, port), *others = self.nodes or ((self.host, self.port),)
        return Client(
            host, port, user, self.passwords[user], name=user, others=tuple(others), **more
        )


def address(home: Path | None = None) -> Address:
    """Of this installation. Raises BusError when it never had a broker."""
    keys = Path(home or settings.HOME) / "keys"
    try:
        told = json.loads((keys / FILE).read_text())
    except (OSError, ValueError) as error:
        raise BusError("there is no broker here; zhijin up starts one") from error
    return Address(
        told["host"], told["port"], told["mqtt_port"], keys / "ca.pem",
        bytes.fromhex(told["issuer"]), told["mqtt_host"], told["passwords"],
        _nodes(told.get("nodes", ())), _nodes(told.get("mqtt_nodes", ())),
    )  # fmt: skip


#: How long an answer to :func:`answers` holds, and how long it is waited for, in seconds.
FRESH_SECONDS, PATIENCE = 5.0, 0.3
_looked: dict[str, tuple[float, bool]] = {}


def answers() -> bool:
    """Whether a node of the broker takes connections, for pages; True where there never was a broker."""
    try:
        where = address()
    except BusError:
        return True
    nodes = where.nodes or ((where.host, where.port),)
    key, now = repr(nodes), time.monotonic()
    looked_at, found = _looked.get(key, (-1e9, True))
    if now - looked_at > FRESH_SECONDS:
        found = any(_open(host, port) for host, port in nodes)
        _looked[key] = (now, found)
    return found


def _open(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except OSError:
        return False
    return True


def _nodes(told: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Of ``host:port``."""
    found = (one.rpartition(":") for one in told)
    return tuple((host.strip("[]"), int(port)) for host, _, port in found)
