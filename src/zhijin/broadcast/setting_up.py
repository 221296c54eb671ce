"""The setup file of one loudspeaker: a new secret, the broker's authority, and the keys whose signature counts."""

from __future__ import annotations

from urllib.parse import urlsplit

from zhijin.broadcast.services.sending import KIND
from zhijin.broadcast.speaker.setup import Setup
from zhijin.core import journal, signing
from zhijin.core.actor import Actor
from zhijin.core.bus import address
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.sensing.api import rotate, visible_devices


def setup_for(*, actor: Actor, device_id: int, site: str) -> Setup:
    """Give the loudspeaker a new secret and say everything its agent needs. ``site``: the pages' address.

    Raises BusError without a broker, CO403, CO404, SE005.
    """
    where = address()
    with scoped(actor):
        if not visible_devices(actor).filter(pk=device_id, kind=KIND).exists():
            raise NOT_FOUND()
        device, secret = rotate(actor=actor, device_id=device_id)
        journal.write(actor, "broadcast.setup", device.record, place_key=device.place_key)
        keys = {key.kid: key.raw.hex() for key in signing.public_keys()}
    everywhere = where.mqtt_host == "0.0.0.0"  # noqa: S104 - compared, not bound
    host = (urlsplit(site).hostname or "127.0.0.1") if everywhere else where.mqtt_host
    return Setup(
        code=device.code, secret=secret, place=device.place_code, host=host, port=where.mqtt_port,
        site=site.rstrip("/"), ca=where.ca.read_text(), keys=keys,
    )  # fmt: skip
