"""The way to the message broker: NATS for the platform, MQTT for devices, keys for both. Knows no room."""

from zhijin.core.bus.address import Address, address, answers
from zhijin.core.bus.mqtt import Device, Refused
from zhijin.core.bus.nats import BusError, Client, Message

__all__ = ["Address", "BusError", "Client", "Device", "Message", "Refused", "address", "answers"]
