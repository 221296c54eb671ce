"""Devices that are not there, speaking for real: over TLS, with secrets, at QoS 1. For demonstrations and trials;
takes only devices that are registered as simulated, and gives each a new secret for the occasion."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.bus import Device as Agent
from zhijin.core.bus import address
from zhijin.core.scope import scoped
from zhijin.sensing.models import Device
from zhijin.sensing.selectors import within
from zhijin.sensing.services.devices import rotate

SIMULATOR = Actor.system("simulator")
PATIENCE = 15.0
MOST = 500
Figures = dict[str, int | str]

#: What each kind of device says on a quiet day, in stored units.
QUIET: dict[str, Callable[[random.Random], Figures]] = {
    "smoke": lambda r: {"kind": "smoke", "level": r.randint(5, 60), "temperature": r.randint(180, 260)},
    "fire": lambda r: {"kind": "fire", "alarm": 0, "temperature": r.randint(180, 260)},
    "water_level": lambda r: {"kind": "water_level", "level": r.randint(900, 1300), "rise": r.randint(-20, 20)},
    "drowning_zone": lambda _: {"kind": "drowning_zone", "state": "clear"},
    "bin": lambda r: {"kind": "bin", "fill": r.randint(5, 70)},
    "power": lambda r: {"kind": "power", "voltage": r.randint(2150, 2290), "load": r.randint(30, 75)},
    "door": lambda r: {"kind": "door", "open": r.randint(0, 1)},
    "vehicle_count": lambda r: {"kind": "vehicle_count", "count": r.randint(0, 40), "minutes": 5},
    "camera": lambda _: {"kind": "status"},
    "loudspeaker": lambda _: {"kind": "status"},
    "gateway": lambda _: {"kind": "status"},
}  # fmt: skip
#: What opens a case by the shipped programmes: device kind and event.
ALARMS: dict[str, tuple[str, Figures]] = {
    "smoke": ("smoke", {"kind": "smoke", "level": 1250, "temperature": 412}),
    "fire": ("fire", {"kind": "fire", "alarm": 1, "temperature": 900}),
    "drowning_zone": ("drowning_zone", {"kind": "drowning_zone", "state": "entered"}),
    "water_level": ("water_level", {"kind": "water_level", "level": 3900, "rise": 700}),
    "bin": ("bin", {"kind": "bin", "fill": 97}),
    "camera_hazard": ("camera", {"kind": "camera_hazard", "hazard": "fire"}),
}


def _enter(agent: Agent) -> Agent:
    """Connect, again and again for a while: a gate that is looking for changes parts with whoever came in meanwhile.
    Raises OSError when nobody opens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return agent.connect()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


@dataclass
class Simulation:
    """Simulated devices below a place (all for none)."""

    place: str = ""
    devices: list[Device] = field(default_factory=list)
    agents: dict[int, Agent] = field(default_factory=dict)
    sent: int = 0
    _chance: random.Random = field(default_factory=random.Random)
    _seq: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    def __post_init__(self) -> None:
        with scoped(SIMULATOR):
            rows = Device.objects.filter(within(self.place), simulated=True)
            self.devices = list(rows.filter(state=Device.State.ACTIVE).order_by("id")[:MOST])

    def connect(self) -> None:
        """New secrets, and in. Raises BusError without a broker, OSError when nobody opens."""
        where = address()
        for device in self.devices:
            _row, secret = rotate(actor=SIMULATOR, device_id=device.id)
            agent = Agent("127.0.0.1", where.mqtt_port, device.code, secret, where.ca)
            self.agents[device.id] = _enter(agent)

    def speak(self) -> None:
        """Everybody says something ordinary."""
        for device in self.devices:
            self._say(device, QUIET[device.kind](self._chance))

    def alarm(self, kind: str) -> Device | None:
        """One device says what opens a case; None when there is none that could."""
        device_kind, figures = ALARMS.get(kind, ("", {}))
        found = next((one for one in self.devices if one.kind == device_kind), None)
        if found is not None:
            self._say(found, figures)
        return found

    def _say(self, device: Device, figures: Figures) -> None:
        self._seq += 1
        ahead = clock.demo_offset()
        at = int((clock.now() - ahead).timestamp() * 1000)
        body = {"seq": self._seq, "at": at, "battery": 60 + device.id % 40, **figures}
        agent = self.agents[device.id]
        try:
            agent.send(f"zj/d/{device.code}/ev", [json.dumps(body).encode()])
            agent.hear()
        except OSError:
            # The gate has seen the new secret and parted with the old connection: come back.
            agent.open.clear()
            _enter(agent).send(f"zj/d/{device.code}/ev", [json.dumps(body).encode()])
        self.sent += 1

    def close(self) -> int:
        """Wait for the receipts; returns how many did not come."""
        left = 0
        for agent in self.agents.values():
            left += agent.wait()
            agent.close()
        return left
