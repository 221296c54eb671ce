"""Where the broker is and with which passwords the platform's own processes reach it."""

from __future__ import annotations

import json
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


def _nodes(told: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Of ``host:port``."""
    found = (one.rpartition(":") for one in told)
    return tuple((host.strip("[]"), int(port)) for host, _, port in found)
