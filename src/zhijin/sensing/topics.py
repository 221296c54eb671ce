"""Who may say and hear what on the broker. MQTT topics are written with ``/``, NATS subjects with ``.``.

``zj/d/<device>/ev``           a device's events and readings          QoS 1, device → platform
``zj/d/<device>/receipt``      what became of an order (loudspeakers)  QoS 1, device → platform
``zj/d/<device>/in/<what>``    an order for one device                 QoS 0, platform → device
``zj/a/<place>/<kind>/<what>`` an order for devices of a kind in an area, at every level of place
"""

from __future__ import annotations

from zhijin.core.ids import ancestor_codes

#: What a device may say.
UPWARD = ("ev", "receipt")
#: MQTT keeps what came at QoS 1 in this stream, under these subjects.
STREAM = "$MQTT_msgs"
KEPT = "$MQTT.msgs."


def own(code: str, channel: str) -> str:
    """The subject of a device's channel: ``zj.d.CODE.ev``."""
    return f"zj.d.{code}.{channel}"


def order(code: str, what: str) -> str:
    """The subject of an order for one device."""
    return f"zj.d.{code}.in.{what}"


def area(place_code: str, kind: str, what: str) -> str:
    """The subject of an order for every device of ``kind`` at or below a place."""
    return f"zj.a.{place_code}.{kind}.{what}"


def may_publish(code: str) -> list[str]:
    return [own(code, channel) for channel in UPWARD]


def may_subscribe(code: str, kind: str, place_code: str) -> list[str]:
    """Its own orders and those of every area that it lies in. ``#`` in MQTT also means the level above."""
    out = [f"zj.d.{code}.in", f"zj.d.{code}.in.>"]
    for place in (*ancestor_codes(place_code), place_code):
        out += [f"zj.a.{place}.{kind}", f"zj.a.{place}.{kind}.>"]
    return out


def device_of(subject: str) -> tuple[str, str]:
    """Code and channel of a kept message's subject ``$MQTT.msgs.zj.d.CODE.ev``; empty when it is none."""
    parts = subject.split(".")
    if len(parts) < 6 or parts[2] != "zj" or parts[3] != "d":
        return "", ""
    return parts[4], ".".join(parts[5:])
