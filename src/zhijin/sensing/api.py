"""What other rooms may use of sensing."""

from zhijin.sensing.demo import seed as seed_demo
from zhijin.sensing.gate import Gate
from zhijin.sensing.gate import run as run_gate
from zhijin.sensing.models import Alarm, Asset, Device, DeviceState
from zhijin.sensing.services.devices import Entry, register, rotate, set_state
from zhijin.sensing.stream import register_consumer
from zhijin.sensing.worker import run as run_ingest

__all__ = [
    "Alarm",
    "Asset",
    "Device",
    "DeviceState",
    "Entry",
    "Gate",
    "register",
    "register_consumer",
    "rotate",
    "run_gate",
    "run_ingest",
    "seed_demo",
    "set_state",
]
