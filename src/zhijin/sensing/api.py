"""What other rooms may use of sensing."""

from zhijin.sensing.demo import seed as seed_demo
from zhijin.sensing.demo import speak as speak_demo
from zhijin.sensing.gate import Gate
from zhijin.sensing.gate import run as run_gate
from zhijin.sensing.models import Alarm, Asset, Device, DeviceState
from zhijin.sensing.pulling import Pull, stamped
from zhijin.sensing.selectors import (
    DeviceView,
    Sensed,
    Signal,
    alarm_text,
    alarms_of,
    free_in,
    reading_text,
    sensed,
    signals,
)
from zhijin.sensing.selectors import in_households as household_devices
from zhijin.sensing.selectors import visible as visible_devices
from zhijin.sensing.services.devices import Entry, fit, register, rotate, set_state
from zhijin.sensing.stream import ensure as ensure_streams
from zhijin.sensing.stream import register_consumer
from zhijin.sensing.topics import area as area_topic
from zhijin.sensing.topics import device_of
from zhijin.sensing.topics import order as device_topic
from zhijin.sensing.views.common import figures
from zhijin.sensing.worker import run as run_ingest

__all__ = [
    "Alarm",
    "Asset",
    "Device",
    "DeviceState",
    "DeviceView",
    "Entry",
    "Gate",
    "Pull",
    "Sensed",
    "Signal",
    "alarm_text",
    "alarms_of",
    "area_topic",
    "device_of",
    "device_topic",
    "ensure_streams",
    "figures",
    "fit",
    "free_in",
    "household_devices",
    "reading_text",
    "register",
    "register_consumer",
    "rotate",
    "run_gate",
    "run_ingest",
    "seed_demo",
    "sensed",
    "set_state",
    "signals",
    "speak_demo",
    "stamped",
    "visible_devices",
]
