"""The demonstration's devices: made by the rooms whose devices they are, in the places that are alive."""

from __future__ import annotations

from zhijin.broadcast import api as broadcast
from zhijin.home.demo.registry import Demo, register_step
from zhijin.sensing import api as sensing


def devices(demo: Demo) -> None:
    """Sensors, cameras and loudspeakers of the village, and its network equipment."""
    for what, number in sensing.seed_demo(demo.seed).items():
        demo.count(what, number)
    for what, number in broadcast.seed_demo().items():
        demo.count(what, number)


def register() -> None:
    """Called when the application is ready."""
    register_step("devices", 90, devices)
