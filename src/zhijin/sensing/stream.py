"""Makes sure that what devices say is kept for those who take it in, before any device is let in.

MQTT's own stream keeps a message only while somebody has asked for it (interest retention). So every durable
consumer must exist before the gate opens; the gate calls :func:`ensure` first.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from zhijin.core.bus import Address, BusError, Client, Device
from zhijin.sensing.topics import KEPT, STREAM

SECOND = 1_000_000_000
INGEST = "ingest"


@dataclass(frozen=True)
class Consumer:
    """A durable reader of one channel of every device. ``wait``: seconds until an unacknowledged
    message is given out again."""

    name: str
    channel: str
    wait: int = 6
    pending: int = 20_000


_consumers: dict[str, Consumer] = {INGEST: Consumer(INGEST, "ev")}


def register_consumer(name: str, channel: str) -> None:
    """Let a room above (loudspeakers) read a channel. Raises ValueError when the name is taken."""
    wanted = Consumer(name, channel)
    if _consumers.get(name, wanted) != wanted:
        raise ValueError(f"the consumer {name} is registered twice")
    _consumers[name] = wanted


def ensure(bus: Client, address: Address) -> None:
    """Make the MQTT streams and every registered consumer; safe to call again. Raises BusError."""
    _make_streams(address)
    for one in _consumers.values():
        config = {
            "durable_name": one.name, "ack_policy": "explicit", "deliver_policy": "all",
            "filter_subjects": [f"{KEPT}zj.d.*.{one.channel}"], "ack_wait": one.wait * SECOND,
            "max_ack_pending": one.pending, "max_waiting": 64,
        }  # fmt: skip
        subject = f"$JS.API.CONSUMER.CREATE.{STREAM}.{one.name}"
        bus.ask(subject, {"stream_name": STREAM, "config": config})


def _make_streams(address: Address) -> None:
    """The gateway makes its streams when the first MQTT client of the account signs in: one of ours does."""
    host = address.mqtt_host if address.mqtt_host != "0.0.0.0" else "127.0.0.1"  # noqa: S104
    failed: OSError | None = None
    for node, port in address.mqtt_nodes or ((host, address.mqtt_port),):
        device = Device(
            node, port, "ingest", address.passwords["ingest"], address.ca, client_id="zhijin-ingest"
        )
        try:
            with device, contextlib.suppress(OSError):
                device.leave()
        except OSError as error:
            failed = error
        else:
            return
    raise BusError(f"MQTT: {failed}") from failed
