"""Many loudspeakers in one process, for the fan-out benchmark: each signs in by TLS, hears its area, and answers an
order with one receipt at QoS 1. What each would play is not played."""

from __future__ import annotations

import json
import selectors
import sys
import time
from pathlib import Path

from zhijin.broadcast import orders
from zhijin.core.bus.mqtt import Device


class Ears:
    """The devices of a file ``[[code, secret], …]``."""

    def __init__(self, told: dict[str, object]) -> None:
        self.rows = list(told["devices"])  # type: ignore[call-overload]
        self.port, self.ca = int(str(told["port"])), Path(str(told["ca"]))
        self.place = str(told["place"])
        self.keys = {str(k): bytes.fromhex(str(v)) for k, v in dict(told["keys"]).items()}  # type: ignore[call-overload]
        self.devices: list[Device] = []
        self.seq = time.time_ns() // 1_000_000
        self.read: dict[bytes, orders.Order] = {}
        self.verify_s = 0.0

    def connect(self) -> float:
        """Sign everybody in; returns the seconds it took."""
        code, secret = self.rows[0]
        for _ in range(300):
            try:
                Device("127.0.0.1", self.port, code, secret, self.ca).connect().leave()
                break
            except OSError:
                time.sleep(0.2)
        began = time.monotonic()
        for code, secret in self.rows:
            device = Device(
                "127.0.0.1", self.port, code, secret, self.ca, timeout=60, keep_alive=3600
            )
            device.connect().subscribe(f"zj/a/{self.place}/loudspeaker/#")
            self.devices.append(device)
        return time.monotonic() - began

    def listen(self) -> dict[str, float]:
        """Until everybody has heard one order and has its receipt acknowledged."""
        selector = selectors.DefaultSelector()
        for index, device in enumerate(self.devices):
            device.acknowledged = 0
            selector.register(device, selectors.EVENT_READ, index)
        heard, done, last_heard = 0, 0, 0.0
        began = time.time()
        _say({"ready": 1})
        while done < len(self.devices) and time.time() - began < 300:
            for key, _ in selector.select(1):
                device = self.devices[key.data]
                before = device.acknowledged
                device.hear()
                for _topic, payload in device.received:
                    heard, last_heard = heard + 1, time.time()
                    self._answer(device, payload)
                device.received.clear()
                done += device.acknowledged > before
        return {
            "heard": heard,
            "acknowledged": done,
            "last_heard": last_heard,
            "ended": time.time(),
            "verify_s": self.verify_s,
        }

    def _order(self, payload: bytes) -> orders.Order:
        """The order in a message, verified. Every loudspeaker has a processor of its own for that; here one
        stands for all, so the same bytes are verified once."""
        if payload not in self.read:
            began = time.perf_counter()
            self.read[payload] = orders.read(orders.opened(payload, self.keys))
            self.verify_s = time.perf_counter() - began
        return self.read[payload]

    def _answer(self, device: Device, payload: bytes) -> None:
        self.seq += 1
        body: dict[str, object] = {
            "seq": self.seq,
            "at": time.time_ns() // 1_000_000,
            "state": "played",
        }
        if payload.startswith(b"bare"):
            # As large as the answer to an order.
            body["pad"] = "x" * 75
        else:
            order = self._order(payload)
            body |= {
                "order": order.id,
                "turn": order.turns[0].number,
                "attempt": order.attempt,
                "ms": order.millis,
            }
        device.send(f"zj/d/{device.code}/receipt", [json.dumps(body).encode()])


def _say(answer: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Orders come as lines of JSON, answers go back so."""
    ears = Ears(json.loads(sys.stdin.readline()))
    _say({"connect_s": ears.connect()})
    for _line in sys.stdin:
        _say(ears.listen())


if __name__ == "__main__":
    main()
