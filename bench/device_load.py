"""Many devices in one process, for the ingest benchmark: each signs in by TLS and publishes at QoS 1."""

from __future__ import annotations

import json
import selectors
import sys
import time
from pathlib import Path

from zhijin.core.bus.mqtt import Device

#: Packets of one device that may lack their receipt.
WINDOW = 20


class Load:
    """The devices of a file ``[[code, secret], …]``; ``rate`` 0 sends as fast as receipts come."""

    def __init__(self, told: dict[str, object]) -> None:
        self.devices: list[Device] = []
        self.seq: list[int] = []
        self.rows = list(told["devices"])  # type: ignore[call-overload]
        self.port, self.ca = int(str(told["port"])), Path(str(told["ca"]))
        self.first = int(str(told["first"]))
        self.acknowledged = 0

    def connect(self) -> float:
        """Sign every device in; returns the seconds it took."""
        self._wait_for_gate()
        began = time.monotonic()
        for code, secret in self.rows:
            device = Device("127.0.0.1", self.port, code, secret, self.ca, timeout=60)
            self.devices.append(device.connect())
            self.seq.append(self.first)
        return time.monotonic() - began

    def _wait_for_gate(self) -> None:
        code, secret = self.rows[0]
        for _ in range(300):
            try:
                Device("127.0.0.1", self.port, code, secret, self.ca).connect().leave()
            except OSError:
                time.sleep(0.2)
            else:
                return

    def send(self, index: int, count: int, alarm: bool) -> None:
        device, payloads = self.devices[index], []
        for _ in range(count):
            self.seq[index] += 1
            level = 5000 if alarm else 20 + self.seq[index] % 100
            at = time.time_ns() // 1_000_000
            payloads.append(
                f'{{"seq": {self.seq[index]}, "at": {at}, "kind": "smoke", "level": {level}, '
                '"temperature": 214, "battery": 88}'.encode()
            )
            alarm = False
        device.send(f"zj/d/{device.code}/ev", payloads)

    def flat_out(self, each: int, alarms: set[int]) -> dict[str, float]:
        """``each`` events of every device; devices in ``alarms`` send one that opens a case."""
        selector = selectors.DefaultSelector()
        for index, device in enumerate(self.devices):
            selector.register(device, selectors.EVENT_READ, index)
        left = [each] * len(self.devices)
        began = time.time()
        for index in range(len(self.devices)):
            self._more(index, left, index in alarms)
        wanted = each * len(self.devices)
        while sum(d.acknowledged for d in self.devices) < wanted:
            for key, _ in selector.select(10):
                device = self.devices[key.data]
                device.hear()
                if left[key.data] and len(device.open) <= WINDOW // 2:
                    self._more(key.data, left, False)
        return {"began": began, "ended": time.time(), "events": wanted}

    def _more(self, index: int, left: list[int], alarm: bool) -> None:
        count = min(WINDOW - len(self.devices[index].open), left[index])
        self.send(index, count, alarm)
        left[index] -= count

    def steady(self, rate: int, seconds: float, alarms: int) -> dict[str, float]:
        """``rate`` events a second in turn, one in ``alarms`` with a case."""
        began, sent = time.time(), 0
        while (now := time.time()) < began + seconds:
            while sent < (now - began) * rate:
                self.send(sent % len(self.devices), 1, sent % alarms == alarms - 1)
                sent += 1
            for device in self.devices:
                if device.open:
                    device.hear()
            time.sleep(0.002)
        for device in self.devices:
            device.wait()
        return {"began": began, "ended": time.time(), "events": sent}


def _say(answer: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Orders come as lines of JSON, answers go back so."""
    load = Load(json.loads(sys.stdin.readline()))
    _say({"connect_s": load.connect()})
    for line in sys.stdin:
        told = json.loads(line)
        if told["do"] == "flat_out":
            answer = load.flat_out(told["each"], set(told["alarms"]))
        else:
            answer = load.steady(told["rate"], told["seconds"], told["alarms"])
        _say(answer)


if __name__ == "__main__":
    main()
