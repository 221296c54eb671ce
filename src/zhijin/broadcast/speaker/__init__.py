"""The agent on a loudspeaker: a Raspberry Pi or an old PC. Plain Python over MQTT, HTTP and SQLite; no Django."""

from zhijin.broadcast.speaker.agent import Agent
from zhijin.broadcast.speaker.setup import Setup

__all__ = ["Agent", "Setup"]
