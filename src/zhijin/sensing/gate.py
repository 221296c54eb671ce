"""``zhijin gate``: answers the broker's question who may enter (NATS authorization callout), from the registry.

A device is let in when its name, its secret and its MQTT client identifier belong together, and then may say
and hear only its own and its areas' topics. Questions that arrived together are answered with one query, so that
a thousand devices that come back at once do not wait for each other.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from zhijin.core import clock, crypto
from zhijin.core.actor import Actor
from zhijin.core.bus import Address, BusError, Client, Message
from zhijin.core.bus.nkeys import Issuer, read
from zhijin.core.scope import scoped
from zhijin.sensing import refusing
from zhijin.sensing.models import Device
from zhijin.sensing.stream import ensure
from zhijin.sensing.topics import may_publish, may_subscribe

log = logging.getLogger("zhijin.gate")
QUESTION = "$SYS.REQ.USER.AUTH"
ACCOUNT = "ZHIJIN"
GATE = Actor.system("gate")
#: A connection is checked anew after this long, whatever happened to the messages about changes.
LASTS = timedelta(hours=24)
LOOK_SECONDS = 1.0
#: Whoever signs in so often within so many seconds is two with one name, each throwing the other out, or a bad line.
RESTLESS, RESTLESS_SECONDS = 12, 600.0
#: Changes that were committed late are still found when one looks back this far.
OVERLAP = timedelta(seconds=30)


@dataclass(frozen=True)
class Asked:
    """One question of the broker."""

    reply: str
    server: str
    user_key: str
    name: str
    secret: str
    client_id: str


def digest(code: str, secret: str) -> bytes:
    """How a secret is kept: keyed, and bound to the device's code."""
    return crypto.hmac_sm3("device.secret", f"{code}:{secret}".encode())


def asked(message: Message) -> Asked | None:
    """The question in a message; None when it is none."""
    try:
        told = read(message.data)["nats"]
        options = told["connect_opts"]
        return Asked(
            message.reply, told["server_id"]["id"], told["user_nkey"], str(options.get("user", "")),
            str(options.get("pass", "")), str(told["client_info"].get("mqtt_id", "")),
        )  # fmt: skip
    except (KeyError, ValueError, IndexError, TypeError):
        return None


def refusal(device: Device | None, one: Asked, now: datetime) -> str:
    """Why ``one`` may not enter, for the log; empty when it may."""
    if device is None:
        return "unknown device"
    if not hmac.compare_digest(bytes(device.secret), digest(one.name, one.secret)):
        return "wrong secret"
    if one.client_id != one.name:
        return "another client identifier"
    if device.state != Device.State.ACTIVE:
        return device.state
    if device.shut_until is not None and device.shut_until > now:
        return f"shut: {device.shut_why}"
    return ""


def answer(issuer: Issuer, one: Asked, device: Device | None, why: str, now: int) -> bytes:
    """The signed answer to the broker."""
    body: dict[str, Any] = {"type": "authorization_response", "version": 2}
    if why or device is None:
        body["error"] = why or "unknown device"
    else:
        rights = {
            "pub": {"allow": may_publish(device.code)},
            "sub": {"allow": may_subscribe(device.code, device.kind, device.place_code)},
            "subs": 64, "data": -1, "payload": 4096, "type": "user", "version": 2,
            "allowed_connection_types": ["MQTT"],
        }  # fmt: skip
        user = {
            "aud": ACCOUNT, "sub": one.user_key, "name": device.code, "iat": now,
            "exp": now + int(LASTS.total_seconds()), "nats": rights,
        }  # fmt: skip
        body["jwt"] = issuer.sign(user)
    told = {"aud": one.server, "sub": one.user_key, "iat": now, "nats": body}
    return issuer.sign(told).encode()


class Gate:
    """One gate on one broker. Call :meth:`step` for ever."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.issuer = Issuer(address.issuer_seed)
        self.bus: Client | None = None
        self.system: Client | None = None
        self.looked_at = 0.0
        #: Changes seen already: device → when it was changed.
        self.known: dict[str, datetime] = {}
        self.since = clock.now()
        #: Sign-ins of a device: since when they are counted, and how many there were.
        self.entered: dict[str, tuple[float, int]] = {}

    def open(self) -> None:
        """Connect; let nobody in before every consumer stands. Raises BusError."""
        self.close()
        with self.address.client("ingest") as platform:
            ensure(platform, self.address)
        self.system = self.address.client("system").connect()
        self.bus = self.address.client("gate").connect()
        self.bus.subscribe(QUESTION, "gate")
        self.since = clock.now() - OVERLAP
        # Before anybody enters: whoever is let in from now on is let in by what holds now.
        self.looked_at = time.monotonic()
        self.part_with_changed()

    def close(self) -> None:
        for one in (self.bus, self.system):
            if one is not None:
                one.close()
        self.bus = self.system = None

    def step(self, timeout: float = 0.5) -> int:
        """Answer what was asked; about once a second look for devices that changed. Returns how many
        were let in. Raises BusError."""
        if self.bus is None:
            self.open()
        assert self.bus is not None
        entered = self.reply(self.bus.messages(timeout))
        if time.monotonic() - self.looked_at >= LOOK_SECONDS:
            self.looked_at = time.monotonic()
            self.part_with_changed()
        return entered

    def reply(self, messages: Iterable[Message]) -> int:
        """Answer these questions with one query."""
        assert self.bus is not None
        questions = [one for one in map(asked, messages) if one is not None]
        if not questions:
            return 0
        now = clock.now()
        with scoped(GATE):
            # A name with a NUL is nobody's, and no statement takes it: it would throw out all who asked with it.
            names = {one.name for one in questions if "\0" not in one.name}
            rows = Device.objects.filter(code__in=names)
            devices = {row.code: row for row in rows}
        out, entered = [], 0
        for one in questions:
            device = devices.get(one.name)
            why = refusal(device, one, now)
            entered += not why
            if why:
                log.warning("refused %r: %s", one.name[:40], why)
            elif device is not None and self.restless(one.name, time.monotonic()):
                log.warning("%s signs in again and again", one.name[:40])
                with scoped(GATE):
                    refusing.count_one(device, "twice", RESTLESS)
            out.append((one.reply, "", answer(self.issuer, one, device, why, int(time.time()))))
        self.bus.publish_many(out)
        return entered

    def restless(self, code: str, now: float) -> bool:
        """Count a sign-in; whether there were too many in a short while."""
        since, often = self.entered.get(code, (now, 0))
        since, often = (now, 1) if now - since > RESTLESS_SECONDS else (since, often + 1)
        self.entered[code] = (since, often if often < RESTLESS else 0)
        return often >= RESTLESS

    def part_with_changed(self) -> None:
        """End the connections of devices that were changed: those still allowed come back with what is
        theirs now."""
        with scoped(GATE):
            rows = Device.objects.filter(changed_at__gt=self.since)
            changed = dict(rows.values_list("code", "changed_at"))
        fresh = [code for code, at in changed.items() if self.known.get(code) != at]
        self.known = changed
        if changed:
            self.since = max(self.since, max(changed.values()) - OVERLAP)
        for code in fresh:
            part(self.system, code, max(1, len(self.address.nodes)))


def part(system: Client | None, code: str, nodes: int = 1) -> int:
    """End every connection of a device, to whichever of the ``nodes`` it is; returns how many there were."""
    if system is None:
        return 0
    body = json.dumps({"mqtt_client": code}).encode()
    ended = 0
    for answer in system.request_all("$SYS.REQ.SERVER.PING.CONNZ", body, nodes):
        found = json.loads(answer)
        server = found["server"]["id"]
        for one in found.get("data", {}).get("connections", []):
            system.ask(f"$SYS.REQ.SERVER.{server}.KICK", {"cid": one["cid"]})
            ended += 1
    return ended


def run(gate: Gate, stopped: Any) -> None:
    """Until ``stopped`` (an Event) is set. A broker or database that is away is waited for."""
    pause = 0.2
    while not stopped.is_set():
        try:
            gate.step()
            pause = 0.2
        except BusError as error:
            log.warning("the broker is away: %s", error)
        except Exception:
            log.exception("the gate failed; again in %g s", pause)
            connection.close()
        else:
            continue
        gate.close()
        stopped.wait(pause)
        pause = min(pause * 2, 5.0)
    gate.close()
