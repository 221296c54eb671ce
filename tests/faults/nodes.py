"""Three real NATS nodes by the file of ``deploy/``, as a cluster that others run, and devices that load them."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tests.sensing.conftest import message
from zhijin.config import broker, certificates
from zhijin.config.home import CHECKOUT
from zhijin.config.ports import random_port
from zhijin.core.bus import Address, BusError, Client, Device, address
from zhijin.core.bus.nkeys import Issuer
from zhijin.sensing.stream import ensure

NODES = ("a", "b", "c")
CONF = CHECKOUT / "deploy" / "nats" / "node.conf"


def quoted(text: object) -> str:
    """As a value of NATS's settings: without quotes a password may be read as a number."""
    return json.dumps(str(text))


class Cluster:
    """The nodes on free ports below 32768 of 127.0.0.1."""

    def __init__(self, root: Path) -> None:
        self.root, self.keys = root, root / "keys"
        self.keys.mkdir()
        certificates.prepare(self.keys, ["127.0.0.1", "localhost"])
        self.seed = secrets.token_bytes(32)
        self.passwords = {user: secrets.token_urlsafe(24) for user in broker.USERS}
        self.route = secrets.token_hex(12)
        ports = iter(self._ports(9))
        self.ports = {node: (next(ports), next(ports), next(ports)) for node in NODES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._write()

    def _write(self) -> None:
        """``keys/broker.json`` as ``deploy/README.md`` has it written."""
        nats, mqtt, _ = self.ports["a"]
        told = {
            "host": "127.0.0.1", "port": nats, "mqtt_host": "127.0.0.1", "mqtt_port": mqtt,
            "issuer": self.seed.hex(), "passwords": self.passwords,
            "nodes": [f"127.0.0.1:{ports[0]}" for ports in self.ports.values()],
            "mqtt_nodes": [f"127.0.0.1:{ports[1]}" for ports in self.ports.values()],
        }  # fmt: skip
        (self.keys / "broker.json").write_text(json.dumps(told))

    @staticmethod
    def _ports(count: int) -> list[int]:
        found: set[int] = set()
        while len(found) < count:
            found.add(random_port())
        return sorted(found)

    def environment(self, node: str) -> dict[str, str]:
        nats, mqtt, cluster = self.ports[node]
        routes = [f"nats://route:{self.route}@127.0.0.1:{self.ports[n][2]}" for n in NODES]
        told = {
            "NODE": node, "NATS": f"127.0.0.1:{nats}", "MQTT": f"127.0.0.1:{mqtt}",
            "CLUSTER": f"127.0.0.1:{cluster}", "STORE": self.root / node, "CERT": self.keys / "broker.pem",
            "KEY": self.keys / "broker.key", "ROUTE_PASSWORD": self.route, "ISSUER": Issuer(self.seed).public,
            **{f"PASSWORD_{user.upper()}": word for user, word in self.passwords.items()},
        }  # fmt: skip
        values = {f"ZHIJIN_{key}": quoted(value) for key, value in told.items()}
        return {**os.environ, **values, "ZHIJIN_ROUTES": json.dumps(routes)}

    def start(self, node: str) -> None:
        binary = broker.program()
        assert binary is not None, "nats-server is not installed"
        with (self.root / f"{node}.log").open("ab") as log:
            self.processes[node] = subprocess.Popen(
                [str(binary), "-c", str(CONF)], env=self.environment(node), stdout=log, stderr=log
            )

    def kill(self, node: str) -> None:
        process = self.processes.pop(node)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for node in list(self.processes):
            self.kill(node)

    @property
    def address(self) -> Address:
        return address(self.root)

    def client(self) -> Client:
        """A connection to the first node that runs. Raises BusError."""
        return self.address.client("ingest").connect()

    def make_streams(self) -> bool:
        try:
            with closing(self.client()) as bus:
                ensure(bus, self.address)
        except BusError:
            return False
        return True

    def streams(self) -> dict[str, dict[str, Any]]:
        """Every stream with its leader and its replicas; empty while nobody leads."""
        try:
            with closing(self.client()) as bus:
                names = bus.ask("$JS.API.STREAM.NAMES")["streams"] or []
                return {n: bus.ask(f"$JS.API.STREAM.INFO.{n}").get("cluster") or {} for n in names}
        except BusError:
            return {}

    def whole(self) -> bool:
        """Whether every stream has a leader and two replicas that are up to date."""
        found = self.streams()
        return bool(found) and all(
            one.get("leader") and sum(r.get("current", False) for r in one.get("replicas", ())) == 2
            for one in found.values()
        )


class Load:
    """A device that says numbers at QoS 1 to whichever node it reaches, and counts those acknowledged."""

    def __init__(
        self, cluster: Cluster, number: int, device: tuple[str, str], stopped: threading.Event
    ) -> None:
        self.cluster, self.number, self.stopped = cluster, number, stopped
        self.code, self.secret = device
        self.acknowledged: list[int] = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        said = 0
        turn = self.number
        while not self.stopped.is_set():
            turn += 1
            with suppress(OSError), self.device(NODES[turn % 3]) as device:
                while not self.stopped.is_set():
                    # One after the other, so that what an answer acknowledges is beyond doubt.
                    said += 1
                    if not device.publish(f"zj/d/{self.code}/ev", message(said, level=20)):
                        break
                    self.acknowledged.append(said)

    def device(self, node: str) -> Device:
        """Its connection to a node, not opened yet."""
        port = self.cluster.ports[node][1]
        return Device(
            "127.0.0.1", port, self.code, self.secret, self.cluster.keys / "ca.pem", timeout=3
        )
